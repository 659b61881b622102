"""What came of a campaign's attempts: by outcome and AAPOR code, by part of the day and weekday, and the response rates.

Reads only. Grouped by the database wherever it can; the rates alone look at every case.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC

from django.db.models import Count, Q
from django.db.models.functions import TruncHour

from campaigns.aapor import CODES, Group, Rates, group_of, rates
from campaigns.day_parts import DayPart, part_of
from campaigns.models import Campaign
from campaigns.outcomes import WORDS, AttemptOutcome, outcome_of
from campaigns.retry_plan import with_answers
from campaigns.retry_rules import retry_table
from campaigns.states import ENDED, CallStatus, Disposition
from leads.zones import zone_named

ENDING = ("status", "disposition", "hangup_cause", "has_answers")


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    outcome: AttemptOutcome
    words: str
    aapor_code: str
    aapor_words: str
    n: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Dialled attempts on the leads' own clocks; seven figures a row, Monday first."""

    day_part: DayPart
    n_by_weekday: tuple[int, ...]

    @property
    def n(self) -> int:
        return sum(self.n_by_weekday)


@dataclass(frozen=True, slots=True)
class CaseRates:
    n_cases: int
    by_group: dict[Group, int]
    rates: Rates


def outcomes_of(campaign: Campaign) -> list[OutcomeCount]:
    """The most frequent first. One query, grouped."""
    rules = retry_table()
    ended = with_answers(campaign.calls.filter(status__in=ENDED)).order_by().values_list(*ENDING).annotate(n=Count("pk"))
    counts: Counter[AttemptOutcome] = Counter()
    for *ending, n in ended:
        counts[_outcome(*ending)] += n
    codes = {outcome: rules[outcome].aapor_code for outcome in counts}
    return [OutcomeCount(outcome, WORDS[outcome], codes[outcome], CODES[codes[outcome]], n) for outcome, n in counts.most_common()]


def coverage_of(campaign: Campaign) -> list[Coverage]:
    """One row a part of the day. One query, a group an hour and time zone: every zone of our markets is whole hours away from UTC."""
    dialled = campaign.calls.filter(dialled_at__isnull=False).order_by()
    hours = dialled.annotate(hour=TruncHour("dialled_at", tzinfo=UTC)).values_list("hour", "lead__time_zone").annotate(n=Count("pk"))
    counts: Counter[tuple[DayPart, int]] = Counter()
    for hour, zone_name, n in hours:
        if zone := zone_named(zone_name):
            counts[part_of(hour, zone), hour.astimezone(zone).weekday()] += n
    return [Coverage(part, tuple(counts[part, weekday] for weekday in range(7))) for part in DayPart]


def rates_of(campaign: Campaign) -> CaseRates:
    """A case is one lead: what its most telling attempt says. One that was never dialled is a number nobody knows of."""
    rules, order = retry_table(), list(Group)
    best: dict[object, Group] = {}
    cases = with_answers(campaign.calls.filter(Q(status__in=ENDED) | Q(status=CallStatus.QUEUED))).order_by().values_list("lead_id", *ENDING)
    for lead_id, *ending in cases.iterator(chunk_size=5000):
        group = Group.UNKNOWN_NUMBER if ending[0] == CallStatus.QUEUED else group_of(rules[_outcome(*ending)].aapor_code)
        known = best.get(lead_id, group)
        best[lead_id] = min(known, group, key=order.index)
    by_group = Counter(best.values())
    return CaseRates(len(best), {group: by_group[group] for group in Group}, rates(by_group))


def _outcome(status: str, disposition: str | None, hangup_cause: str, has_answers: bool) -> AttemptOutcome:
    known = Disposition(disposition) if disposition else None
    return outcome_of(CallStatus(status), known, hangup_cause=hangup_cause, has_answers=has_answers)
