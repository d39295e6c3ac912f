"""``pytest-logprobs compare A B``: whether a run is worse than another, or than a baseline."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from pytest_logprobs.cli._streams import USAGE, fail, put, read, shown_name

if TYPE_CHECKING:
    from pytest_logprobs._gate import CaseResult, GroupResult, Summary

__all__ = ["add_compare"]

_ABOUT: Final = """\
Decide whether the run B is worse than A, as the gates of a test run would: each group by the margin
that A has for it, each case under max_mean_logprob_drop by that limit."""
_CODES: Final = """\
exit codes: 0 not worse; 1 worse, or cases are missing or not comparable; 2 usage; 3 inconclusive,
or B did not run all that A has; 4 a file cannot be read, or nothing could be compared"""
_NOTHING: Final = """\
nothing was compared: there is no case that both A and B have and that a gate which ran whole, or a
limit, is about"""
_LENIENCE: Final = ("fail", "warn")
_SHOWN: Final = 5  # names of what was not run
_WORSE: Final = 1
_INCONCLUSIVE: Final = 3
_ACCEPT: Final = "to accept what has changed: pytest --logprobs-baseline=update"


def add_compare(commands: Any) -> None:  # noqa: ANN401 - a class that argparse does not name
    """Add the command to the parser of the command line."""
    about = "decide whether a run is worse than another, or than a baseline"
    compare = commands.add_parser("compare", help=about, description=_ABOUT, epilog=_CODES)
    compare.add_argument("a", metavar="A", help="a run file or a baseline; - reads standard input")
    compare.add_argument("b", metavar="B", help="a run file; - reads standard input")
    compare.add_argument(
        "--inconclusive",
        choices=_LENIENCE,
        default="fail",
        metavar="WHAT",
        help="what to do where it cannot be told, with too few cases or cases that were not run: "
        "fail or warn (default: fail)",
    )
    compare.add_argument(
        "--new",
        choices=_LENIENCE,
        metavar="WHAT",
        help="what to do about cases that A does not have: fail or warn (default: warn, fail where "
        "CI is set)",
    )
    compare.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.a == options.b == "-":
        return fail("A and B cannot both be standard input", USAGE)
    from pytest_logprobs._baseline import BASELINE, RUN, ledger_of
    from pytest_logprobs._gate import judge
    from pytest_logprobs.reports.terminal import render

    before = ledger_of(read(options.a), shown_name(options.a), RUN, BASELINE)
    after = ledger_of(read(options.b), shown_name(options.b), RUN)
    summary = judge(before, after)
    is_baseline = not before.outcomes
    shown = render(summary, accept=_ACCEPT if is_baseline else "")
    return (put(shown) if shown else 0) or _code(summary, options)


def _code(summary: Summary, options: argparse.Namespace) -> int:
    """Return the exit code, and say so where there was nothing to compare."""
    from pytest_logprobs._gate import Verdict, failures
    from pytest_logprobs._settings import on_ci

    new = options.new or ("fail" if on_ci() else "warn")
    results: list[GroupResult | CaseResult] = [*summary.groups, *summary.limited]
    found = [failures(each, inconclusive=options.inconclusive, new=new) for each in results]
    if failed := {verdict for verdicts in found for verdict in verdicts}:
        return _INCONCLUSIVE if failed == {Verdict.INCONCLUSIVE} else _WORSE
    judged = [each for each in summary.groups if each.verdict is not Verdict.NOT_RUN]
    cases = [*summary.limited, *(case for each in judged for case in each.cases)]
    if all(case.difference is None for case in cases):
        return fail(_NOTHING)
    names = [f"gate {each.group}" for each in summary.groups if each.verdict is Verdict.NOT_RUN]
    names += [each.name for each in summary.limited if each.verdict is Verdict.NOT_RUN]
    if names and options.inconclusive == "fail":
        told = ", ".join(names[:_SHOWN])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return fail(
            f"B did not run all that A has, so this cannot be told: {told}{more}", _INCONCLUSIVE
        )
    return 0
