"""The judge: a baseline and a run in, a summary out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_logprobs._gate._decision import Verdict
from pytest_logprobs._gate._group import Sides, judge_group
from pytest_logprobs._gate._limited import judge_limits, limit_notes
from pytest_logprobs._gate._pairing import Answers, TokensOf, own_tokens
from pytest_logprobs._gate._summary import CaseResult, GroupResult, Summary
from pytest_logprobs._ledger import Case, Key, Ledger

__all__ = ["fails", "failures", "judge"]
__tracebackhide__ = True  # a failed test shows its own lines

_Groups = dict[str, dict[Key, Case]]


def judge(
    baseline: Ledger,
    run: Ledger,
    *,
    tokens_of: TokensOf = own_tokens,
    tokens_now: TokensOf = own_tokens,
) -> Summary:
    """Compare a run with a baseline: every group that either asks for, every case with a limit.

    The policy of a group is that of the baseline, if it has the group. ``tokens_of`` gives the
    tokens of a case of the baseline, ``tokens_now`` those of a case of the run, and both are asked
    for few; without them they are those that the case has. Raises ``ValueError`` where a group has
    a policy on neither side.

    >>> from pytest_logprobs._ledger import Policy, Sample
    >>> scores = Sample({"mean_logprob": -0.2}, count=3)
    >>> case = Case(test="t.py::test", label=None, samples=(scores,), groups={"tone": None})
    >>> ledger = Ledger(cases={case.key: case}, policies={"tone": Policy(margin=0.05)})
    >>> judge(ledger, ledger).groups[0].reason
    'mean_logprob is the same on both sides'
    """
    answers = Answers(tokens_of, tokens_now)
    olds, news, asking = _groups_of(baseline), _groups_of(run), _asking(run)
    groups = tuple(
        judge_group(
            group,
            Sides(baseline, run, olds.get(group, {}), news.get(group, {})),
            asking.get(group, ()),
            answers,
        )
        for group in sorted({*olds, *news, *asking})
    )
    limited = judge_limits(baseline, run, answers)
    lines = (*_together(groups), *_on_replay(groups), *limit_notes(limited))
    return Summary(groups=groups, limited=limited, lines=lines)


def fails(verdict: Verdict, *, inconclusive: str, new: str) -> bool:
    """Return whether a verdict fails a run; ``inconclusive`` and ``new`` are "fail" or "warn".

    >>> fails(Verdict.NEW, inconclusive="fail", new="warn")
    False
    """
    harmless = {Verdict.PASS, Verdict.NOT_RUN}
    if inconclusive == "warn":
        harmless.add(Verdict.INCONCLUSIVE)
    if new == "warn":
        harmless.add(Verdict.NEW)
    return verdict not in harmless


def failures(
    result: GroupResult | CaseResult, *, inconclusive: str, new: str
) -> frozenset[Verdict]:
    """Return the verdicts that fail a run, of a group with its cases or of a case with a limit.

    The verdict of a group is the worst, and may hide a milder one that fails all the same. A group
    that was not run has none.
    """
    verdicts = {result.verdict}
    if isinstance(result, GroupResult) and result.verdict is not Verdict.NOT_RUN:
        verdicts |= {each.verdict for each in result.cases}
    return frozenset(
        each
        for each in verdicts
        if each is not None and fails(each, inconclusive=inconclusive, new=new)
    )


def _groups_of(ledger: Ledger) -> _Groups:
    groups: _Groups = {}
    for key, case in ledger.cases.items():
        for group in case.groups:
            groups.setdefault(group, {})[key] = case
    return groups


def _asking(run: Ledger) -> Mapping[str, Sequence[str]]:
    """Return which tests were to measure cases of each group."""
    asking: dict[str, list[str]] = {}
    for test, groups in run.asked.items():
        for group in groups:
            asking.setdefault(group, []).append(test)
    return asking


def _together(groups: Iterable[GroupResult]) -> Iterator[str]:
    """Yield which gates share cases: each has an error rate of its own."""
    shared = {
        frozenset(names)
        for result in groups
        for each in result.cases
        if len(names := _groups_of_case(each)) > 1
    }
    families: list[set[str]] = []
    for shares in shared:
        near = [family for family in families if family & shares]
        families = [family for family in families if not family & shares]
        families.append({*shares}.union(*near))
    for family in sorted(map(sorted, families)):
        yield (
            f"the gates {', '.join(family)} judge the same cases: "
            '"nothing got worse" needs all of them to pass'
        )


def _groups_of_case(result: CaseResult) -> set[str]:
    return {group for side in (result.before, result.after) if side for group in side.groups}


def _on_replay(groups: Iterable[GroupResult]) -> Iterator[str]:
    """Say what an interval does not speak of where each case has a single, recorded answer."""
    pairs = [
        (case.before, case.after)
        for result in groups
        if result.decision is not None and result.decision.deviation
        for case in result.cases
        if case.before is not None and case.after is not None
    ]
    if any(after.cassette is None for _, after in pairs):
        return
    answers = [side for pair in pairs for side in pair]
    if answers and all(each.repeats == len(each.samples) == 1 for each in answers):
        yield (
            "one recorded answer for each case: what the model would say another time is not in "
            "these intervals (--logprobs-repeat records several)"
        )
