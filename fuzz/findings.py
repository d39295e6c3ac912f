"""What was found: a file for each way in which reading went wrong, and how to see it again."""

from __future__ import annotations

import hashlib
import re
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))  # the law, the changes and the fixtures are there

FINDINGS = HERE / "findings"


def wrong_with(case) -> str | None:
    """Return what is wrong with how a case is read, ``None`` for nothing."""
    try:
        problems = case.problems()
    except Exception:  # noqa: BLE001 - that none comes but ours is what is tested
        return traceback.format_exc()
    return "\n".join(problems) or None


def kind_of(wrong: str) -> str:
    """Return a name for the kind of a finding: where it was raised, or which law it breaks."""
    places = re.findall(r'File "[^"]*?([^"/]+\.py)", line (\d+)', wrong)
    if places:
        kind = f"{wrong.strip().splitlines()[-1].split(':')[0]}-{'-'.join(places[-1])}"
    else:
        kind = re.sub(r"<[^>]*>|'[^']*'|\"[^\"]*\"|[-\d.e+]{2,}|\d", "", wrong.splitlines()[0])
    return re.sub(r"\W+", "-", kind).strip("-")[:80]


def keep(case, wrong: str) -> bool:
    """Write a finding and return ``True`` if it is the first, or the shortest, of its kind."""
    FINDINGS.mkdir(exist_ok=True)
    path = FINDINGS / f"{kind_of(wrong)}.case"
    body = bytes(case)
    if path.exists() and path.stat().st_size <= len(body):
        return False
    is_new = not path.exists()
    path.write_bytes(body)
    if is_new:
        digest = hashlib.sha256(body).hexdigest()[:8]
        print(f"\nFOUND {path.name} ({digest}, {len(body)} bytes)\n{wrong.rstrip()}")
        print(f"again: {sys.executable} fuzz/again.py {path}", flush=True)
    return True
