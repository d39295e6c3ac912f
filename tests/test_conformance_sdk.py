"""Real answers through the models of OpenAI's SDK: the same tokens and numbers as in the body.

See ``test_conformance.py`` for the folder. The dialects' own fixtures go the same way.
"""

import json
import os
from pathlib import Path

import dialect
import pytest
import walks
from cases import PAYLOADS
from openai._models import construct_type
from openai.types import Completion
from openai.types.audio import Transcription, TranscriptionStreamEvent
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from payloads import READ, REFUSED
from walks import decoded

from pytest_logprobs import LogprobsError, parse_all

MODELS = {
    walks.content: (ChatCompletion, ChatCompletionChunk),
    walks.arrays: (Completion, Completion),
    walks.responses: (Response, ResponseStreamEvent),
    walks.transcription: (Transcription, TranscriptionStreamEvent),
}
"""Walk → what the SDK makes of an answer, and of each chunk of a stream."""

SHAPED = {name: walk for name, (walk, _) in READ.items() if walk in MODELS} | {
    name: walk
    for name in REFUSED
    for kind, walk in (
        ("responses", walks.responses),
        ("completions", walks.arrays),
        ("chat", walks.content),
    )
    if name.split("__")[0].removesuffix("_stream").endswith(f"_{kind}")
    and not name.endswith((".yaml", "__classification-top2.json"))  # no answers
}
"""What the SDK is made for."""


def constructed(value, walk):
    """Return what the SDK makes of decoded JSON, as it does without checking it."""
    whole, chunk = MODELS[walk]
    if isinstance(value, list):
        return [construct_type(value=each, type_=chunk) for each in value]
    return construct_type(value=value, type_=whole)


def shown(response):
    """Return what is read, whatever that is."""
    try:
        return json.loads(json.dumps([dialect.shown(each) for each in parse_all(response)]))
    except LogprobsError as error:
        return [type(error).__name__, str(error)]


@pytest.mark.parametrize("name", SHAPED)
def test_payloads_through_the_sdk(name):
    """The SDK's objects give what the body gives, or the same error."""
    if not os.environ.get(PAYLOADS):
        pytest.skip(f"{PAYLOADS} names no folder of recorded payloads")
    body = (Path(os.environ[PAYLOADS]) / name).read_bytes()
    value = decoded(body.decode())
    is_legacy = "_completions_" in name  # llama.cpp's are of the other family
    walk = walks.arrays if is_legacy else SHAPED[name]
    assert shown(constructed(value, walk)) == shown(body)


FIXTURES = {
    path.stem: dialect.load(path)
    for path in dialect.PATHS
    if path.stem.startswith(("openai-chat", "openai-completions", "openai-responses"))
    and not path.stem.startswith("openai-completions-oci")  # its wrapper is its own
}


@pytest.mark.parametrize("name", FIXTURES)
def test_dialects_through_the_sdk(name):
    """So do the dialects' bodies, whose extra keys the SDK keeps."""
    walk = {"chat": walks.content, "completions": walks.arrays, "responses": walks.responses}[
        name.split("-")[1]
    ]
    body = dialect.body_of(FIXTURES[name])
    assert shown(constructed(decoded(body.decode()), walk)) == shown(body)
