"""``transformers``: ids and tensors of ``generate``, with stand-ins for model and tokenizer."""

import math
from types import SimpleNamespace

import pytest

from pytest_logprobs import (
    MalformedResponseError,
    MissingLogprobsError,
    UnknownFormatError,
    parse,
    parse_all,
)
from pytest_logprobs.parsers import transformers
from pytest_logprobs.parsers.transformers import TransformersOutput

PAD, END, H, OSLO, BLANK, LEFT, RIGHT = range(7)
SPELLED = {PAD: b"", END: b"", H: b" H", OSLO: b"Oslo", BLANK: b" ", LEFT: b"\xc3", RIGHT: b"\xa9"}
SPECIAL = {PAD: "<pad>", END: "</s>"}


class Tensor:
    """A list of numbers, or a list of such lists, with a tensor's methods."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, at):
        return Tensor(self.values[at])

    def tolist(self):
        """Return the numbers."""
        return self.values

    def log_softmax(self, _):
        """Return the logarithms of the probabilities."""
        total = math.log(sum(map(math.exp, self.values)))
        return Tensor([value - total for value in self.values])

    def topk(self, k):
        """Return the greatest and their places."""
        places = sorted(range(len(self)), key=lambda i: -self.values[i])[:k]
        return Tensor([self.values[i] for i in places]), Tensor(places)


class Model:
    """What a model knows of its scores."""

    config = SimpleNamespace(_name_or_path="tiny")
    generation_config = SimpleNamespace(eos_token_id=END, pad_token_id=PAD)

    def compute_transition_scores(self, sequences, scores, beam_indices=None, *, normalize_logits):
        """Score as transformers does: what stands behind the end of a beam is 0.0."""
        assert normalize_logits
        rows = [[i] * len(scores) for i in range(len(sequences))]
        used = rows if beam_indices is None else beam_indices.tolist()
        length = max(sum(row >= 0 for row in beam) for beam in used)
        return Tensor(
            [
                [
                    scores[at][row].log_softmax(-1).tolist()[token_id] if row >= 0 else 0.0
                    for at, (row, token_id) in enumerate(zip(beam, ids[-length:], strict=False))
                ]
                for beam, ids in zip(used, sequences.tolist(), strict=True)
            ]
        )


class Tokenizer:
    """A tokenizer that strips the blank a text begins with, as many do."""

    eos_token_id = None

    def decode(self, ids, *, skip_special_tokens, clean_up_tokenization_spaces):
        """Return what ids spell."""
        assert not clean_up_tokenization_spaces
        if not skip_special_tokens and len(ids) == 1 and ids[0] in SPECIAL:
            return SPECIAL[ids[0]]
        return b"".join(SPELLED[each] for each in ids).decode("utf-8", "replace").removeprefix(" ")


def scores(*likely):
    """Make the scores of one step: for each row the logits of tokens, the rest taken away."""
    return Tensor([[row.get(i, -math.inf) for i in range(len(SPELLED))] for row in likely])


def given(sequences, *steps, model=None, alternatives=5, **more):
    """Make what ``generate`` returned, to be read."""
    outputs = SimpleNamespace(sequences=Tensor(sequences), scores=steps or None, **more)
    return TransformersOutput(outputs, model or Model(), Tokenizer(), alternatives)


def logs(*logits):
    """Return the logarithms of the probabilities of logits."""
    return Tensor(list(logits)).log_softmax(-1).tolist()


def test_a_sequence():
    """The prompt is left out; text, ids and numbers are those of the tensors."""
    steps = [scores({OSLO: 2.0, H: 1.0}), scores({H: 0.5}), scores({END: 3.0, H: 1.0})]
    completion = parse(given([[H, H, OSLO, H, END]], *steps))
    found = completion.text, completion.model, completion.finish_reason, completion.format
    assert found == ("Oslo H", "tiny", None, "transformers")
    (first, second), (third, fourth) = logs(2.0, 1.0), logs(3.0, 1.0)
    assert [(token.text, token.token_id, token.logprob, token.start) for token in completion] == [
        ("Oslo", OSLO, first, 0),
        (" H", H, 0.0, 4),
        ("</s>", END, third, None),
    ]
    assert [[(each.text, each.logprob) for each in token.alternatives] for token in completion] == [
        [("Oslo", first), ("H", second)],
        [(" H", 0.0)],  # what was taken away is no alternative
        [("</s>", third), (" H", fourth)],
    ]
    assert completion.capabilities.processed is True


def test_a_batch_without_its_padding():
    """Each sequence ends with its own end, and what stands behind it was never generated."""
    step = scores({OSLO: 1.0, END: 1.0, PAD: 5.0}, {OSLO: 1.0, END: 1.0, PAD: 5.0})
    batch = [[H, OSLO, OSLO, OSLO], [H, OSLO, END, PAD]]
    completions = parse_all(given(batch, step, step, step))
    assert [[token.token_id for token in each] for each in completions] == [[OSLO] * 3, [OSLO, END]]
    assert [each.choice for each in completions] == [0, 1]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"eos_token_id": [END, H], "pad_token_id": PAD}, [OSLO, H]),
        ({"eos_token_id": None, "pad_token_id": PAD}, [OSLO, H, END]),  # it was stopped by a text
        ({"eos_token_id": None, "pad_token_id": None}, [OSLO, H, END, PAD]),
        ({}, [OSLO, H, END, PAD]),
    ],
)
def test_what_ends_a_sequence(config, expected):
    """One token, one of several, or padding alone; what nobody names is taken for an answer."""
    model = Model()
    model.generation_config = SimpleNamespace(**config)
    every = scores(dict.fromkeys(range(len(SPELLED)), 1.0))
    completion = parse(given([[OSLO, H, END, PAD]], *[every] * 4, model=model))
    assert [token.token_id for token in completion] == expected


def test_the_beams_that_a_sequence_was_on():
    """Its scores are those of the beam of each step; behind its end it is scored 0.0, not read."""
    steps = [scores({OSLO: 2.0, H: 1.0}, {OSLO: 4.0, H: 1.0}), scores({OSLO: 1.0, H: 1.0}, {H: 7})]
    beams = Tensor([[1, 0], [0, -1]])
    long, short = parse_all(given([[PAD, OSLO, H], [PAD, H, OSLO]], *steps, beam_indices=beams))
    assert [token.logprob for token in long] == [logs(4.0, 1.0)[0], logs(1.0, 1.0)[1]]
    assert [(token.text, token.logprob) for token in short] == [("H", logs(2.0, 1.0)[1])]


def test_a_character_of_two_tokens():
    """Both share its place, and each has its own number and alternatives."""
    steps = [scores({LEFT: 1.0, H: 1.0}), scores({RIGHT: 3.0, H: 1.0}), scores({H: 1.0})]
    completion = parse(given([[LEFT, RIGHT, H]], *steps))
    assert [(token.text, token.logprob, token.start, token.end) for token in completion] == [
        ("é", logs(1.0, 1.0)[0], 0, 1),
        ("", logs(3.0, 1.0)[0], 0, 1),
        (" H", 0.0, 1, 3),
    ]
    assert [each.token_id for each in completion[1].alternatives] == [RIGHT, H]


def test_pieces_that_are_no_character():
    """What never becomes one is not waited for to the end."""
    step = scores({LEFT: 1.0, OSLO: 1.0})
    completion = parse(given([[LEFT] * 5 + [OSLO]], *[step] * 6))
    assert completion.text == "\ufffd" * 5 + "Oslo"
    assert [token.text for token in completion] == ["\ufffd" * 4, "", "", "", "\ufffdOslo", ""]
    assert [token.start for token in completion] == [0, 0, 0, 0, 4, 4]


def test_several_outputs_in_a_list():
    """Each has its own sequences; nothing of it is ever streamed."""
    output = given([[OSLO]], scores({OSLO: 1.0}))
    assert [each.text for each in parse_all([output, output])] == ["Oslo", "Oslo"]
    event = b'data: {"transformers": [{}]}\n\n'
    with pytest.raises(MalformedResponseError) as caught:
        parse(event * 2)
    problem = "another answer begins here: give each answer in a list of its own"
    assert str(caught.value) == f"$[1]: {problem}"


def test_scores_of_the_model_itself():
    """``output_logits`` gives what no warper has touched, and that is told."""
    outputs = SimpleNamespace(
        sequences=Tensor([[OSLO]]), scores=None, logits=(scores({OSLO: 1.0}),)
    )
    completion = parse(TransformersOutput(outputs, Model(), Tokenizer()))
    assert (completion[0].logprob, completion.capabilities.processed) == (0.0, False)


@pytest.mark.parametrize(("alternatives", "expected"), [(0, 0), (1, 1), (2, 2), (99, 7)])
def test_how_many_alternatives(alternatives, expected):
    """As many as are asked for, at most the whole vocabulary."""
    every = scores(dict.fromkeys(range(len(SPELLED)), 1.0))
    token = parse(given([[OSLO]], every, alternatives=alternatives))[0]
    assert len(token.alternatives) == expected


def test_nothing_was_generated():
    """An answer without tokens is empty, not missing."""
    outputs = SimpleNamespace(sequences=Tensor([[H]]), scores=())
    completion = parse(TransformersOutput(outputs, Model(), Tokenizer()))
    assert (completion.text, len(completion)) == ("", 0)


@pytest.mark.parametrize("outputs", [Tensor([[OSLO]]), SimpleNamespace(sequences=Tensor([[OSLO]]))])
def test_no_scores(outputs):
    """Without them there is nothing to read: the error says what to ask for."""
    with pytest.raises(MissingLogprobsError) as caught:
        parse(TransformersOutput(outputs, Model(), Tokenizer()))
    assert "ask for them with return_dict_in_generate=True, output_scores=True" in str(caught.value)


def test_what_generate_returned_alone():
    """It is a dictionary of tensors, and needs its model and tokenizer to be read."""
    with pytest.raises(UnknownFormatError) as caught:
        parse({"sequences": Tensor([[OSLO]]), "scores": (scores({OSLO: 1.0}),)})
    assert str(caught.value) == (
        "what generate() returned has neither texts nor normalized numbers: give "
        "TransformersOutput(outputs, model=model, tokenizer=tokenizer)"
    )


def test_objects_of_other_kinds():
    """What they raise is a malformed response, and no traceback of theirs."""
    with pytest.raises(MalformedResponseError) as caught:
        parse(TransformersOutput(SimpleNamespace(scores=(1,)), None, None))
    assert str(caught.value).startswith("$: the dump of this TransformersOutput failed: Attribute")


def test_its_repr_shows_no_tensors():
    """A failing test shows the arguments of its functions."""
    assert repr(given([[OSLO]])) == "TransformersOutput(alternatives=5)"


@pytest.mark.parametrize(
    ("sequences", "expected"),
    [
        ([], "$: there is no sequence in the response"),
        ([5], "$.transformers[0]: expected an object, got a number 5"),
        (
            [{"logprobs": {"token": "a"}}],
            '$.transformers[0].logprobs: expected a list, got an object {"token": "a"}',
        ),
        ([{"logprobs": [5]}], "$.transformers[0].logprobs[0]: expected an object, got a number 5"),
        (
            [{"text": 5, "logprobs": []}],
            "$.transformers[0].text: expected a string, got a number 5",
        ),
    ],
)
def test_what_is_malformed(sequences, expected):
    """A dump may have been kept as JSON, and is checked like any other."""
    with pytest.raises(MalformedResponseError) as caught:
        parse({"transformers": sequences})
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    "other", [{}, {"transformers": "5.23.0"}, {"sequences": [[1, 2]], "scores": []}]
)
def test_what_is_none_of_its(other):
    """Versions, and lists that are no tensors, are not recognised."""
    assert transformers.recognises([("$", other)]) is False
