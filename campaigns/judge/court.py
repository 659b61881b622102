"""The whole judgement: every invariant over one record, with what was judged, what could not be, and what was broken.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from campaigns.judge import flow, limits, rights
from campaigns.judge.record import EntryKind, FlightRecord
from campaigns.judge.ruling import Invariant, Mark, Ruling, Violation

INVARIANTS: Mapping[Invariant, Callable[[FlightRecord], Iterator[Ruling]]] = MappingProxyType(
    {
        Invariant.CONSENT: rights.consent,
        Invariant.CALLING_HOURS: rights.calling_hours,
        Invariant.HOLIDAY: rights.holiday,
        Invariant.DO_NOT_CALL: rights.do_not_call,
        Invariant.OPT_OUT: rights.opt_out,
        Invariant.OPT_OUT_QUEUE: rights.opt_out_queue,
        Invariant.DECIDED: rights.decided,
        Invariant.ATTEMPTS_DAY: rights.attempts_day,
        Invariant.ATTEMPTS_24_HOURS: rights.attempts_24_hours,
        Invariant.ATTEMPTS_7_DAYS: rights.attempts_7_days,
        Invariant.ATTEMPTS_30_DAYS: rights.attempts_30_days,
        Invariant.IN_FLIGHT_CAMPAIGN: limits.in_flight_campaign,
        Invariant.IN_FLIGHT_LINE: limits.in_flight_line,
        Invariant.IN_FLIGHT_ORGANISATION: limits.in_flight_organisation,
        Invariant.RATE: limits.rate,
        Invariant.LINE_DAY: limits.line_day,
        Invariant.AT_MOST_ONCE: flow.at_most_once,
        Invariant.ONE_AT_A_TIME: flow.one_at_a_time,
        Invariant.BUDGET_CAMPAIGN: limits.budget_campaign,
        Invariant.BUDGET_CAMPAIGN_DAY: limits.budget_campaign_day,
        Invariant.BUDGET_DAY: limits.budget_day,
        Invariant.BUDGET_MONTH: limits.budget_month,
        Invariant.RESERVATION: limits.reservation,
        Invariant.STOPPED: flow.stopped,
        Invariant.PAUSED: flow.paused,
        Invariant.STARVATION: flow.starvation,
        Invariant.REP_CAPACITY: limits.rep_capacity,
        Invariant.NOBODY_LOST: flow.nobody_lost,
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts by invariant; every invariant is in all of them. `n_kept` 0 says that nothing put it to the test."""

    n_entries: int
    n_decisions: int
    n_calls: int  # dispatches
    n_kept: Mapping[Invariant, int]
    n_unjudged: Mapping[Invariant, int]
    n_broken: Mapping[Invariant, int]
    violations: tuple[Violation, ...] = field(repr=False)  # the first of each invariant, MAX_TOLD at most

    @property
    def is_clean(self) -> bool:
        return not any(self.n_broken.values())


MAX_TOLD = 20  # of each invariant: all are counted, so many are told


def judge(record: FlightRecord) -> Verdict:
    """Every invariant, once."""
    rulings = {invariant: list(judged(record)) for invariant, judged in INVARIANTS.items()}
    kinds = Counter(entry.kind for entry in record.entries)
    broken = {invariant: [one for one in found if isinstance(one, Violation)] for invariant, found in rulings.items()}
    return Verdict(
        n_entries=len(record.entries),
        n_decisions=kinds[EntryKind.DECISION],
        n_calls=kinds[EntryKind.DISPATCH],
        n_kept={invariant: found.count(Mark.KEPT) for invariant, found in rulings.items()},
        n_unjudged={invariant: found.count(Mark.UNJUDGED) for invariant, found in rulings.items()},
        n_broken={invariant: len(found) for invariant, found in broken.items()},
        violations=tuple(violation for found in broken.values() for violation in found[:MAX_TOLD]),
    )


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Of the parts of one period."""
    n_entries = n_decisions = n_calls = 0
    counts: tuple[Counter[Invariant], Counter[Invariant], Counter[Invariant]] = (Counter(), Counter(), Counter())
    told: dict[Invariant, list[Violation]] = {invariant: [] for invariant in Invariant}
    for verdict in verdicts:
        n_entries, n_decisions, n_calls = n_entries + verdict.n_entries, n_decisions + verdict.n_decisions, n_calls + verdict.n_calls
        for count, found in zip(counts, (verdict.n_kept, verdict.n_unjudged, verdict.n_broken), strict=True):
            count.update(found)
        for violation in verdict.violations:
            told[violation.invariant].append(violation)
    kept, unjudged, broken = ({invariant: count[invariant] for invariant in Invariant} for count in counts)
    return Verdict(n_entries, n_decisions, n_calls, kept, unjudged, broken, tuple(one for found in told.values() for one in found[:MAX_TOLD]))


def promise(invariant: Invariant) -> str:
    """What it promises, in one sentence: the first paragraph of its docstring."""
    text = INVARIANTS[invariant].__doc__ or ""
    return " ".join(text.split("\n\n")[0].split())


def needs_and_limits(invariant: Invariant) -> str:
    text = INVARIANTS[invariant].__doc__ or ""
    return " ".join(" ".join(text.split("\n\n")[1:]).split())
