"""What a review reads line by line: prompts, and the events of a stream."""

import json

from pytest_logprobs.cassettes._body import stored_body
from pytest_logprobs.cassettes._layout import dumps, lay_out, with_lines

TOKEN = {"token": " Paris", "logprob": -0.1, "bytes": [*b" Paris"], "top_logprobs": []}
LONG = {"id": "x" * 90}


def test_a_prompt_has_a_line_for_each_of_its_lines():
    """Short lines too, so that a changed line is a changed line in a review."""
    assert lay_out(with_lines(r'{"messages":[{"content":"one\n\ntwo"}]}')) == (
        r"""{
 "messages": [
  {
   "content": {
    "\n": [
     "one",
     "",
     "two"
    ]
   }
  }
 ]
}"""
    )


def test_where_an_answer_comes_from_is_a_line():
    """However long it is: a review looks at it as a whole, or not at all."""
    interaction = {"request": LONG, "recorded": LONG | {"at": "2026-11-23"}}
    text = lay_out(json.dumps({"interactions": [interaction]}))
    assert [line for line in text.splitlines() if "recorded" in line] == [
        f'   "recorded": {json.dumps(interaction["recorded"])}'
    ]


def test_an_event_with_one_token_is_a_line():
    """So are an event without any, and data that are no JSON, however long they are."""
    events = [{"data": LONG | {"choices": [{"logprobs": {"content": [TOKEN]}}]}}, {"data": LONG}]
    text = json.dumps({"status": 200, "events": [*events, {"text": "[DONE]"}]})
    inline = [json.dumps(each) for each in events]
    assert lay_out(text) == (
        f'{{\n "status": 200,\n "events": [\n  {inline[0]},\n  {inline[1]},\n'
        '  {"text": "[DONE]"}\n ]\n}'
    )


def test_an_event_with_several_tokens_has_a_line_for_each():
    """Such as the last one of a stream that says all of it once more."""
    text = json.dumps({"events": [{"data": LONG | {"content": [TOKEN, TOKEN]}}]})
    lines = [line.strip().removesuffix(",") for line in lay_out(text).splitlines()]
    assert lines.count(json.dumps(TOKEN)) == 2


def test_a_recorded_stream_has_a_line_for_each_event(recordings):
    """One token, one line."""
    stream = (recordings / "chat-stream.sse").read_bytes()
    text = lay_out(dumps(stored_body(stream, "text/event-stream", lines=False)))
    assert [line[:3] for line in text.splitlines()] == [
        "{",
        ' "e',
        *["  {"] * stream.count(b"data:"),
        " ]",
        "}",
    ]
