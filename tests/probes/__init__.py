"""What recorders of HTTP traffic are known to lose, leak or mix up: a probe for each.

A probe drives a recorder as its users do: a project of its own, an endpoint on this machine, and
pytest in processes of its own, unless it is told how to run in this one what need not be stopped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from probes import _answers, _files, _safety
from probes._recorders import OTHERS, OURS, Recorder
from probes._trial import Here, Outcome, Probe, Trial

__all__ = ["OTHERS", "OURS", "PROBES", "Here", "Outcome", "Recorder", "probed"]

PROBES: Final[dict[str, Probe]] = {**_answers.PROBES, **_safety.PROBES, **_files.PROBES}
"""By what the row of the table says."""


def probed(name: str, recorder: Recorder, folder: Path, here: Here | None = None) -> Outcome:
    """Try one probe on a recorder, in an empty folder."""
    with Trial.of(recorder, folder, here) as trial:
        return PROBES[name](trial)
