"""One cassette: what it costs to replay it, to write it, and how large it is."""

from __future__ import annotations

import json

import httpx
import pytest
import vcr
from answers import chat_body
from bench_replaying import URL, chat, in_vcrpy, interaction, opened, recorded_by_vcrpy
from rounds import take_turns

from pytest_logprobs.cassettes import patched_clients
from pytest_logprobs.cassettes._file import write_cassette

SIZES = {"5 tokens, 5 alternatives": (5, 5), "300 tokens, 20 alternatives": (300, 20)}


@pytest.mark.parametrize("size", SIZES)
def test_replaying_one_answer(table, tmp_path, size):
    """From opening the cassette to closing it, over the same client with nothing behind it."""
    body = chat_body(*SIZES[size])
    write_cassette(tmp_path / "ours.json", True, [interaction(0, body)])
    for kind in ("yaml", "json"):
        (tmp_path / f"vcr.{kind}").write_text(recorded_by_vcrpy([in_vcrpy(0, body)], kind))
    headers = {"content-type": "application/json"}
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=body, headers=headers))
    playing = []

    def replay():
        playing[:] = [opened(tmp_path / "ours.json")]
        client.post(URL, json=chat(0))
        playing[0].close("passed")

    def replay_with_vcrpy(kind):
        path = str(tmp_path / f"vcr.{kind}")
        with vcr.use_cassette(path, serializer=kind, record_mode="none"):
            client.post(URL, json=chat(0))

    with httpx.Client() as client, httpx.Client(transport=answer) as bare:
        others = {f"vcrpy, {kind.upper()}": kind for kind in ("yaml", "json")}
        work = {name: lambda kind=kind: replay_with_vcrpy(kind) for name, kind in others.items()}
        work["the bare client"] = lambda: bare.post(URL, json=chat(0))
        taken = take_turns(work, rounds=40)
        with patched_clients(lambda: playing[0]):
            taken |= take_turns({"a cassette": replay}, rounds=40)
    without = taken.pop("the bare client")
    added = {
        name: [one - other for one, other in zip(each, without, strict=True)]
        for name, each in taken.items()
    }
    small = size.startswith("5 ")
    group = f"added to a request, {size}"
    for name in others:
        table.line(group, name, added, to=name)
        aim = "under 1 ms" if small else "≤ 0.5 ×" if "YAML" in name else "≤ 1 ×"
        table.line(group, "a cassette", added, to=name, aim=aim)


def test_saving(table, tmp_path):
    """Ten times the interactions take ten times as long to write."""
    body = chat_body(20, 5)
    made = {n: [interaction(number, body) for number in range(n)] for n in (10, 100, 1_000)}

    def save(count):
        path = tmp_path / f"{count}.json"
        path.unlink(missing_ok=True)  # what is there already is not written again
        write_cassette(path, True, made[count])

    names = {f"{count:,} interactions": count for count in made}
    work = {name: lambda count=count: save(count) for name, count in names.items()}
    taken = take_turns(work, rounds=5)
    for name, count in names.items():
        aim = "" if count == 10 else f"≈ {count // 10} × (linear)"
        table.line("saving a cassette", name, taken, to="10 interactions", aim=aim)


@pytest.mark.parametrize(("tokens", "alternatives"), [*SIZES.values(), (60, 5), (300, 1)])
def test_size(capsys, tmp_path, tokens, alternatives):
    """A file is little larger than what its bodies are without any white space."""
    body = chat_body(tokens, alternatives)
    path = tmp_path / "cassette.json"
    write_cassette(path, True, [interaction(0, body)])
    asked = json.dumps(chat(0), separators=(",", ":")).encode()
    size, bodies = path.stat().st_size, len(body) + len(asked)
    with capsys.disabled():
        print(
            f"\n{tokens} tokens, {alternatives} alternatives: {size:,} bytes, "
            f"{size / bodies:.2f} × the bodies (aim: ≤ 1.2 ×, beside 1.5 kB of its own)",
            end="",
        )
