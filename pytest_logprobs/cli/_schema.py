"""``pytest-logprobs schema``: what a run file holds, as a JSON Schema."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

from pytest_logprobs.cli._streams import put

__all__ = ["add_schema"]

_ABOUT: Final = """\
Print the JSON Schema, of draft 2020-12, of the run files that pytest --logprobs-report=FILE.json
and pytest-logprobs combine write."""
_CODES: Final = "exit codes: 0 fine; 2 usage"


def add_schema(commands: Any) -> None:  # noqa: ANN401 - a class that argparse does not name
    """Add the command to the parser of the command line."""
    about = "print what a run file holds, as a JSON Schema"
    schema = commands.add_parser("schema", help=about, description=_ABOUT, epilog=_CODES)
    schema.set_defaults(run=_run)


def _run(_: argparse.Namespace) -> int:
    from pytest_logprobs._baseline import RUN_SCHEMA

    return put(json.dumps(RUN_SCHEMA, indent=1))
