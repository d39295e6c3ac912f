"""Whatever the tokens are, none is placed wrongly: METRICS §2, "Never guess silently".

Answers are made up, so that the true place of every token is known; then tokens are hidden, lost or
left out. A place that is given is the true one, or none is given.
"""

from itertools import accumulate, pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_logprobs._text import align, encode

# few and short, so that one text can be spelled in many ways
PIECES = st.sampled_from(["a", "b", "ab", "ba", "aab", " ", " a", "é", "éa", ""])
SOME = PIECES.filter(bool)
ASCII = PIECES.filter(str.isascii).map(encode)
FOREIGN = st.sampled_from(["</s>", "<|x|>", ""])
SPLIT = st.sampled_from([b"\xf0\x9f", b"\x8d\x95", b"\x8d", b"\x95", b"a", b"\xc3", b"\xa9"])
ANY_BYTES = st.binary(max_size=3) | SPLIT | PIECES.map(encode)
few = {"max_size": 6}
laws = settings(deadline=None)


def visible(token):
    """Make a token that is part of the text, of its text."""
    return token, True


def hidden(token):
    """Make a token that is none."""
    return token, False


def truth(tokens):
    """Return the text that the visible tokens spell, and the place of each."""
    ends = accumulate((len(text) * seen for text, seen in tokens), initial=0)
    places = [place if place[0] < place[1] else None for place in pairwise(ends)]
    return "".join(text for text, seen in tokens if seen), places


def assert_true_or_none(text, tokens, places, starts=None):
    """Hold what is placed against the truth."""
    given_places = align(text, [[encode(token)] for token, _ in tokens], starts)
    assert [given or true for given, true in zip(given_places, places, strict=True)] == places


def readings(data, spellings, at=0):
    """Yield every way to spell bytes with some of the tokens in order, as a list of places."""
    if not spellings:
        if at == len(data):
            yield []
        return
    for spelling in {spelling for spelling in spellings[0] if spelling}:
        if data.startswith(spelling, at):
            end = at + len(spelling)
            yield from ([(at, end), *rest] for rest in readings(data, spellings[1:], end))
    yield from ([None, *rest] for rest in readings(data, spellings[1:], at))


@laws
@given(st.lists(PIECES.map(visible), max_size=12), st.lists(st.integers(-1, 9), max_size=12))
def test_tokens_that_spell_the_text(tokens, starts):
    """Tokens that spell the text have their places, whatever the wire claims."""
    text, places = truth(tokens)
    assert align(text, [[encode(token)] for token, _ in tokens], starts) == places


@laws
@given(st.text(max_size=8), st.sets(st.integers(1, 31)))
def test_pieces_of_characters(text, cuts):
    """Every piece of a split character has the characters of which it holds a byte."""
    data = encode(text)
    pieces = [*pairwise([0, *sorted(cut for cut in cuts if cut < len(data)), len(data)])]
    holders = [at for at, character in enumerate(text) for _ in encode(character)]
    expected = [(holders[begin], holders[end - 1] + 1) if data else None for begin, end in pieces]
    assert align(text, [[data[begin:end]] for begin, end in pieces]) == expected


@laws
@given(*[st.lists(PIECES, **few)] * 3)
def test_hidden_before_and_behind(before, shown, behind):
    """Reasoning before an answer and tokens past its end are never taken for it."""
    tokens = [*map(hidden, before), *map(visible, shown), *map(hidden, behind)]
    text, places = truth(tokens)
    assert_true_or_none(text, tokens, places)


@laws
@given(st.lists(st.tuples(PIECES, st.booleans()), max_size=10))
def test_hidden_anywhere(tokens):
    """Tokens hidden anywhere are never taken for others, unless they spell all of the text."""
    text, places = truth(tokens)
    assume(text not in "".join(token for token, _ in tokens))
    assert_true_or_none(text, tokens, places)


@laws
@given(st.lists(st.lists(ASCII, min_size=1, max_size=2), max_size=7), st.data())
def test_every_choice_agrees(spellings, data):
    """Where tokens stand between those of the text, a place is what all ways to choose share."""
    chosen = [data.draw(st.sampled_from([b"", *each])) for each in spellings]
    text = b"^" + b"".join(chosen)
    told = [[b"^"], [b"x"], *spellings]  # never all in one run
    ways = [*readings(text, told)]
    shared = [places[0] if len({*places}) == 1 else None for places in zip(*ways, strict=True)]
    assert align(text.decode(), told) == shared


@laws
@given(st.lists(PIECES, **few), st.sampled_from(["", "</s>"]))
def test_stripped(pieces, end):
    """White space that was stripped from the ends moves no token."""
    whole = "".join(pieces)
    text, cut = whole.strip(), len(whole) - len(whole.lstrip())
    _, places = truth([*map(visible, pieces), hidden(end)])
    moved = [place and (max(0, place[0] - cut), min(len(text), place[1] - cut)) for place in places]
    expected = [place if place and place[0] < place[1] else None for place in moved]
    assert align(text, [[encode(token)] for token in (*pieces, end)]) == expected


@laws
@given(st.lists(st.tuples(PIECES, st.booleans()), max_size=8), FOREIGN, st.integers(0, 8))
def test_lost_bytes(tokens, special, at):
    """Where the wire lost the bytes of some tokens and lists a special one, no other moves."""
    text, places = truth([visible(token) for token, _ in tokens])
    assume(any(token and not kept for token, kept in tokens))
    told = [(token if kept else at % 2 * "\ufffd", kept) for token, kept in tokens]
    known = [place if kept else None for place, (_, kept) in zip(places, tokens, strict=True)]
    told.insert(at, hidden(special))
    known.insert(at, None)
    assert_true_or_none(text, told, known)


@laws
@given(st.lists(SOME, **few), st.lists(SOME, min_size=1, **few), st.lists(SOME, **few))
def test_tokens_left_out(before, lost, behind):
    """Where the response left tokens out, no other moves."""
    text, places = truth([*map(visible, before + lost + behind)])
    kept = [*range(len(before)), *range(len(before + lost), len(places))]
    told = [*map(visible, before + behind)]
    assert_true_or_none(text, told, [places[i] for i in kept])


@laws
@given(st.lists(PIECES, **few), st.lists(PIECES, **few), st.integers(0, 99))
def test_frozen_offsets(shown, behind, origin):
    """With the wire's offsets, tokens past the end leave no doubt, whatever they are."""
    tokens = [*map(visible, shown), *map(hidden, behind)]
    text, places = truth(tokens)
    begins = accumulate((len(token) for token in shown), initial=origin)
    starts = [*begins, *[origin + len(text)] * len(behind)][: len(tokens)]
    assert align(text, [[encode(token)] for token, _ in tokens], starts) == places


@laws
@given(st.lists(st.lists(ANY_BYTES, max_size=2), max_size=12), st.text(max_size=4), st.data())
def test_anything(spellings, more, data):
    """Places lie in the text, in order, and hold what the token spells."""
    chosen = [data.draw(st.sampled_from([b"", *each])) for each in spellings]
    text = b"".join(chosen).decode("utf-8", data.draw(st.sampled_from(["ignore", "replace"])))
    text = data.draw(st.sampled_from([text, text + more, more + text, text.strip(), more]))
    starts = data.draw(st.none() | st.lists(st.integers(-1, 20), max_size=12))
    places = align(text, spellings, starts)
    assert len(places) == len(spellings)
    reached = (0, 0)
    for place, candidates in zip(places, spellings, strict=True):
        if place is None:
            continue
        assert 0 <= place[0] < place[1] <= len(text)
        assert reached[0] <= place[0]
        assert reached[1] <= place[0] + 1
        reached = place
        part = encode(text[slice(*place)])
        assert any(spelling.strip() in part for spelling in candidates)
