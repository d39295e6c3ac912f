"""A comparison in plain text, as a terminal and a log of CI show it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from pytest_logprobs._gate import (
    CaseResult,
    Decision,
    Divergence,
    GroupResult,
    Summary,
    Verdict,
    distribution,
    end_of,
    others,
    parted,
)
from pytest_logprobs._numbers import plain
from pytest_logprobs._quote import one_line

__all__ = ["explain", "headline", "render"]
__tracebackhide__ = True  # a failed test shows its own lines

_WIDTH: Final = 80
_SHOWN: Final = 5  # cases of each kind
_UNBROKEN: Final = "\x00"  # a space at which no line ends
_MEND: Final = (
    "mend the tests that did not pass first: an update takes over nothing that they measured"
)
_LISTED: Final = (Verdict.NOT_COMPARABLE, Verdict.MISSING, Verdict.NEW)


def render(
    summary: Summary,
    *,
    accept: str = "",
    against: str = "",
    briefly: Collection[str] = (),
    tersely: Collection[str] = (),
) -> str:
    """Show all that a comparison found.

    ``accept`` says how to accept it, where an update of the baseline would, and ``against`` names
    what the groups were compared with. Of the groups ``briefly``, which were explained before, it
    is the verdict and the numbers, of those ``tersely`` the verdict and why. Plain text without
    colours, in lines of 80 characters where names allow.
    """
    blocks = [[*_group(group, against, briefly, tersely)] for group in summary.groups]
    if summary.limited:
        blocks.append([*_limits(summary.limited)])
    blocks.append([line for each in summary.lines for line in _wrapped(each, "")])
    blocks.append(_wrapped(_MEND, "") if summary.is_for_mending else [])
    blocks.append(_wrapped(accept, "") if summary.is_acceptable else [])
    return "\n\n".join("\n".join(block) for block in blocks if block)


def explain(result: GroupResult) -> str:
    """Show what was found of one group, first its verdict and why."""
    reason = _wrapped(headline(result), "", "  ")
    return "\n".join([*reason, *_table_of(result), *_details(result)])


def headline(result: GroupResult) -> str:
    """Say the verdict on a group and why, in one line."""
    return one_line(f"{result.verdict.words}: {result.reason}")


def _group(
    result: GroupResult, against: str, briefly: Collection[str], tersely: Collection[str]
) -> Iterator[str]:
    beside = f", against {one_line(against)}" if against else ""
    what = f"{result.policy.metric}, {result.policy.unit}"
    yield f"gate {one_line(result.group)}: {result.verdict.words}{beside} ({what})"
    if result.group in briefly:
        yield from _table_of(result)
    else:
        yield from _wrapped(result.reason, "  ")
        if result.group in tersely:
            yield from _notes(result.moved)
        else:
            yield from _table_of(result)
            yield from _details(result)


def _notes(notes: Sequence[str]) -> Iterator[str]:
    for line in notes:
        yield from _wrapped(line, "  - ")


def _table_of(result: GroupResult) -> Iterator[str]:
    if result.decision is not None:
        rows = _row(result, result.decision)
        table = [*_table(*rows)]
        # numbers of many digits are shown below each other
        yield from table if len(table[0]) <= _WIDTH else _table(*zip(*rows, strict=True))


def _details(result: GroupResult) -> Iterator[str]:
    yield from _notes((*result.moved, *result.notes))
    if result.unreported:
        yield "  nothing was reported of:"
        yield from _named([*map(one_line, result.unreported)], " " * 4)
    yield from _others([each for each in result.cases if each.key[0] not in result.unreported])
    yield from _worst(result)


def _others(results: Sequence[CaseResult]) -> Iterator[str]:
    """List the cases that have a verdict of their own and no difference."""
    for verdict in _LISTED:
        reasons: dict[str, list[str]] = {}
        for each in results:
            if each.verdict is verdict:
                reasons.setdefault(each.reason, []).append(_marked(each))
        if reasons:
            yield f"  {verdict.words}:"
        for reason, names in [*reasons.items()][:_SHOWN]:
            yield from _alike(reason, names)
        yield from _more(len(reasons), "    ", " reasons")


def _row(result: GroupResult, decision: Decision) -> tuple[Sequence[str], Sequence[str]]:
    low, high = (_number(bound, -1) for bound in (decision.upper, decision.lower))
    cells = {
        "cases": f"{sum(each.difference is not None for each in result.cases)}",
        **({"clusters": f"{result.clusters}"} if result.clusters is not None else {}),
        "baseline": _number(result.baseline),
        "candidate": _number(result.candidate),
        _drop_of(result): _number(decision.mean, -1),
        "interval": "?" if decision.lower is None else f"{low} to {high}",
        "margin": _number(result.policy.margin),
    }
    return [*cells], [*cells.values()]


def _drop_of(result: GroupResult) -> str:
    return "drop" if result.policy.score.higher_is_better else "rise"


def _number(value: float | None, sign: int = 1) -> str:
    return "?" if value is None else plain(sign * value)


def _table(*rows: Sequence[str]) -> Iterator[str]:
    """Lay out rows, each cell at the right of its column."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "".join(f"  {cell:>{width}}" for cell, width in zip(row, widths, strict=True))


def _worst(result: GroupResult) -> Iterator[str]:
    """List the cases that have become worse, the worst first, and where their answers part."""
    if not result.worst:
        return
    count = sum(each.difference is not None for each in result.cases)
    worst = f"{len(result.worst)} worst" if len(result.worst) > 1 else "worst"
    yield f"  the {worst} of {count} cases:" if count > 1 else "  the case:"
    head = (_drop_of(result), "baseline", "candidate")
    first, *lines = _table(
        head,
        *(
            (_number(each.difference, -1), _number(each.baseline), _number(each.candidate))
            for each in result.worst
        ),
    )
    yield f"  {first}  case"
    for line, each in zip(lines, result.worst, strict=True):
        yield f"  {line}  {_marked(each)}"
        yield from _parting(each.divergence)


def _marked(result: CaseResult) -> str:
    failed = result.after is not None and result.after.outcome == "failed"
    return f"{one_line(result.name)}{' (its test failed)' if failed else ''}"


def _parting(divergence: Divergence | None) -> Iterator[str]:
    """Show where the answers part, and what both sides might have said there."""
    if divergence is None:
        return
    before, now, indent = divergence.before, divergence.after, " " * 6
    if now is not None and not divergence.is_other_text:
        yield f"{indent}{parted(divergence)}"
        line = f"{indent}  instead: "
        if instead := others(now, _WIDTH - len(line)):
            yield f"{line}{instead}"
        return
    where = f"{indent}they part at token {divergence.index}"
    room = _WIDTH - len(f"{where}, after :")
    yield f"{where}{f', after {end_of(divergence.prefix, room)}' if divergence.prefix else ''}:"
    for side, row in (("before", before), ("now", now)):
        line = f"{indent}  {side:<6}  "
        yield f"{line}{distribution(row, _WIDTH - len(line))}"


def _alike(reason: str, names: Sequence[str]) -> Iterator[str]:
    """List names with what is to be said of all of them, on the same line where there is room."""
    if not reason:
        yield from _named(names, " " * 4)
    elif len(names) > 1:
        yield from _wrapped(f"{len(names)} cases: {reason}", " " * 4, " " * 6)
        yield from _named(names, " " * 6)
    elif len(line := f"    {names[0]}: {one_line(reason)}") <= _WIDTH:
        yield line
    else:
        yield f"    {names[0]}"
        yield from _wrapped(reason, " " * 6)


def _named(names: Sequence[str], indent: str) -> Iterator[str]:
    for name in names[:_SHOWN]:
        yield f"{indent}{name}"
    yield from _more(len(names), indent)


def _more(count: int, indent: str, what: str = "") -> Iterator[str]:
    if count > _SHOWN:
        yield f"{indent}… and {count - _SHOWN} more{what}"


def _limits(limited: Sequence[CaseResult]) -> Iterator[str]:
    """Show the cases that have a limit of their own and do not keep it."""
    counts = Counter(each.verdict for each in limited)
    told = ", ".join(f"{counts[verdict]} {verdict.words}" for verdict in Verdict if counts[verdict])
    yield from _wrapped(f"limits of single cases (max_mean_logprob_drop): {told}", "", "  ")
    broken = [each for each in limited if each.verdict is Verdict.FAIL]
    if broken:
        yield f"  {Verdict.FAIL.words}:"
    for each in broken[:_SHOWN]:
        yield f"    {one_line(each.name)}"
        yield from _wrapped(each.reason, " " * 6)
        yield from _parting(each.divergence)
    yield from _more(len(broken), " " * 4)
    yield from _others(limited)


def _wrapped(text: str, first: str, rest: str | None = None) -> list[str]:
    # what cannot be shown is an escape by now: that character stands nowhere else
    lines = textwrap.wrap(
        one_line(text).replace(" %", f"{_UNBROKEN}%"),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_UNBROKEN, " ") for line in lines]
