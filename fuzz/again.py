"""Read findings again and say what is wrong: ``python fuzz/again.py FILE …``."""

import sys
from pathlib import Path

from findings import wrong_with


def main(paths: list[str]) -> int:
    """Show each case and what is wrong with it; 1 if there is anything."""
    from cases import Case

    status = 0
    for path in paths:
        case = Case.of(Path(path).read_bytes())
        wrong = wrong_with(case)
        print(f"{path}: handed over as {case.form}, {len(case.body)} bytes")
        print(case.body[:2000].decode("utf-8", "replace"))
        print(wrong or "nothing is wrong")
        status = status or int(wrong is not None)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
