"""Record what a real model answers: one file for every line of the table in `for_tests.py`.

Beside the body of each response, exactly as received, stands the request that got it, as
`<name>.request.json`. They replace what is kept, or are put into a directory if one is named. Run
it through `record.sh` or `live.sh`, which build the environment it needs.
"""

from __future__ import annotations

import json
import signal
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import for_tests
from llama_server import (
    SERVER_PACKAGE,
    WEIGHTS_PACKAGE,
    ServerError,
    find_weights,
    running_server,
)

if TYPE_CHECKING:
    from recording import Recording

ROOT = Path(__file__).resolve().parent.parent
MADE_WITH = "tests/recordings/made-with.txt"


def main(root: Path = ROOT) -> None:
    """Ask for every recording first, then write them all: a failure leaves the old files alone."""
    # The server has to be stopped on a polite kill, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    weights = find_weights()
    answers: list[tuple[Recording, bytes]] = []
    with running_server(weights) as server:
        for recording in for_tests.RECORDINGS:
            print(recording.file, "-", recording.why, flush=True)
            body = server.post(recording.path, recording.body, expected=recording.status)
            _refuse_machine_paths(recording, body)
            answers.append((recording, body))
    for recording, body in answers:
        _write(root, recording, body)
    (root / MADE_WITH).write_text(_made_with(weights), encoding="utf-8")


def _refuse_machine_paths(recording: Recording, body: bytes) -> None:
    """Guard what is published: some errors of the server quote the file that raised them."""
    if sys.prefix.encode() in body:
        message = f"{recording.file}: the answer names a directory of this machine: {body!r}"
        raise ServerError(message)


def _write(root: Path, recording: Recording, body: bytes) -> None:
    answer = root / recording.file
    answer.parent.mkdir(parents=True, exist_ok=True)
    answer.write_bytes(body)
    request = {"path": recording.path, "body": recording.body}
    text = json.dumps(request, indent=2, ensure_ascii=False) + "\n"
    answer.with_suffix(".request.json").write_text(text, encoding="utf-8")


def _made_with(weights: Path) -> str:
    versions = [f"{name} {metadata.version(name)}" for name in (SERVER_PACKAGE, WEIGHTS_PACKAGE)]
    return "\n".join(["Made by live/record.sh with", *versions, weights.name]) + "\n"


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:2]))
    except ServerError as error:
        sys.exit(f"record.py: {error}")
