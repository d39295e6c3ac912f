"""What other recorders lose, leak or mix up: the probes of the suite, tried on each of them.

The table is printed. Run as a script, this file puts it into the documentation, with its date.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the probes are there: ours are held to them

from probes import OTHERS, OURS, PROBES, Outcome, probed  # noqa: E402 - found by the line before

PAGE = ROOT / "docs" / "cassettes.md"
MARKS = "<!-- probes -->\n", "<!-- end of probes -->\n"


def outcomes(name: str) -> list[Outcome]:
    """Try a probe on every recorder: ours, then the others."""
    found = []
    for recorder in (OURS, *OTHERS):
        with tempfile.TemporaryDirectory() as folder:
            found.append(probed(name, recorder, Path(folder)))
    return found


def table(found: Mapping[str, Sequence[Outcome]]) -> str:
    """Return the outcomes as Markdown: a line for each probe, with what each recorder did."""
    plain = [recorder.name for recorder in OTHERS[::2]]
    lines = [f"| | {' | '.join([OURS.name, *plain])} |", "|---|" + "---|" * (1 + len(plain))]
    for name, (ours, *others) in found.items():
        pairs = zip(others[::2], others[1::2], strict=True)
        cells = [shown(ours), *(both(*pair) for pair in pairs)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def both(plain: Outcome, careful: Outcome) -> str:
    """Return what a recorder did by default, and with options if that is something else."""
    if plain == careful:
        return shown(plain)
    return f"{shown(plain)}; with options {shown(careful)}"


def shown(outcome: Outcome) -> str:
    """Return an outcome with a mark."""
    return f"{'✓' if outcome.kept else '✗'} {outcome.what}"


def measured() -> str:
    """Return when this was, and of what."""
    names = ("pytest-logprobs", "vcrpy", "pytest-recording", "pytest", "httpx", "openai")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    today = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    return f"Tried on {today} with CPython {platform.python_version()}, {versions}."


def test_what_recorders_lose(capsys):
    """Print the table."""
    found = {name: outcomes(name) for name in PROBES}
    with capsys.disabled():
        print(f"\n\n{measured()}\n\n{table(found)}")


if __name__ == "__main__":
    begin, end = MARKS
    head, _, rest = PAGE.read_text("utf-8").partition(begin)
    _, _, tail = rest.partition(end)
    text = f"{measured()}\n\n{table({name: outcomes(name) for name in PROBES})}\n"
    PAGE.write_text(f"{head}{begin}\n{text}\n{end}{tail}", "utf-8")
