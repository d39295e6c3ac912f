"""Read what a real model answered just now, beside what is kept of the same requests.

``read_anew.py FRESH KEPT`` are two directories of bodies. Another machine computes other last
digits, and now and then another word; what must be the same is what a wire format is: how it is
read, what it tells, that the tokens cover the text, and that each number stands on the wire.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from dialect import invented  # noqa: E402 - it stands beside the tests

from pytest_logprobs import LogprobsError, parse_all  # noqa: E402
from pytest_logprobs.parsers._body import decode  # noqa: E402


def main(fresh: Path, kept: Path) -> None:
    """Compare every body, and say what was found."""
    bodies = sorted(path for path in kept.iterdir() if path.suffix == ".sse" or _is_json(path))
    problems, tokens = [], 0
    for path in bodies:
        now, then = (described((folder / path.name).read_bytes()) for folder in (fresh, kept))
        tokens += sum(each[0] for each in now if isinstance(each[0], int))
        shapes = [[each[1:-1] for each in found] for found in (now, then)]
        if shapes[0] != shapes[1]:
            problems.append(f"{path.name}: read as {shapes[0]}, the kept one as {shapes[1]}")
        problems += [f"{path.name}: {each[-1]} are not on the wire" for each in now if each[-1]]
    print(f"{len(bodies)} bodies recorded anew and read as the kept ones are, {tokens} tokens")
    if problems:
        sys.exit("\n".join(problems))


def _is_json(path: Path) -> bool:
    return path.suffix == ".json" and not path.name.endswith(".request.json")


def described(body: bytes) -> list[tuple[object, ...]]:
    """Describe each completion: its tokens, how it is read, and the numbers that it invents."""
    try:
        completions = parse_all(body)
    except LogprobsError as error:
        return [(None, type(error).__name__, ())]
    return [
        (
            len(completion),
            completion.format,
            str(completion.capabilities),
            completion.prompt_tokens is None,
            _covers(completion),
            tuple(invented(completion, decode(body))),
        )
        for completion in completions
    ]


def _covers(completion) -> bool:
    """Return whether every letter of the text stands in a token."""
    covered = {at for token in completion for at in range(token.start or 0, token.end or 0)}
    text = completion.text
    begin = completion.prompt_tokens.end if completion.prompt_tokens else 0
    return all(at in covered for at in range(begin, len(text)) if not text[at].isspace())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
