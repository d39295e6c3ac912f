"""Reviews and what they are, by people."""

POSITIVE = {
    "headphones": "The sound is clear and the battery lasts for days.",
    "dinner": "Best dinner we have had in years.",
    "boots": "These boots kept my feet dry all winter.",
    "novel": "I could not put this book down.",
    "hotel": "A quiet room, a soft bed and a lovely breakfast.",
    "plumber": "He came on time and fixed the leak in ten minutes.",
    "film": "A wonderful film with a perfect cast.",
    "delivery": "Fast delivery and it works perfectly.",
    "dentist": "Gentle, friendly and no pain at all.",
    "kettle": "It boils quickly and looks beautiful.",
    "concert": "The band was amazing and the crowd sang along.",
    "garden": "Our children love this garden and so do we.",
    "bakery": "The bread is fresh, warm and delicious.",
    "course": "I learned more in a week than in a year at school.",
}
NEGATIVE = {
    "broken": "It arrived broken and the seller never replied.",
    "dirty-room": "The room was dirty and the shower was cold.",
    "soup": "The soup was cold and the waiter was rude.",
    "refund": "I want my money back.",
    "phone": "The screen cracked on the first day.",
    "sequel": "Boring from the first minute to the last.",
    "flight": "Five hours late and nobody told us why.",
    "jacket": "The zip broke and the colour washed out.",
    "support": "I waited an hour on the phone and they hung up.",
    "app": "It crashes every time I open it.",
    "chair": "It is uncomfortable and it smells of glue.",
    "pizza": "The worst pizza I have ever eaten.",
    "parcel": "Half of the parts were missing.",
    "noise": "We could not sleep because of the noise.",
}

REVIEWS = POSITIVE | NEGATIVE
LABELS = dict.fromkeys(POSITIVE, "positive") | dict.fromkeys(NEGATIVE, "negative")
