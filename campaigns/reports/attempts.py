"""What came of a campaign's attempts: by outcome and AAPOR code, by part of the day and weekday, and the response rates.

Reads only. The database groups, the rates' cases too; the parts of the day come from the tallies of days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import connection
from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Value, When

from campaigns.aapor import CODES, Group, Rates, group_of, rates
from campaigns.day_parts import DayPart, part_at
from campaigns.models import Campaign
from campaigns.outcomes import WORDS, AttemptOutcome, outcome_of
from campaigns.retry_plan import with_answers
from campaigns.retry_rules import retry_table
from campaigns.states import ENDED, CallStatus, Disposition
from campaigns.tallies.reading import hours_of_week

ENDING = ("status", "disposition", "hangup_cause")
Ending = tuple[str, str | None, str]


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
    """The most frequent first. Two grouped queries and the table of rules; an index (call_results) answers for all but those who broke off."""
    rules = retry_table()
    ended = campaign.calls.filter(status__in=ENDED).order_by()
    counts: Counter[AttemptOutcome] = Counter()
    for *ending, n in ended.values_list(*ENDING).annotate(n=Count("pk")):
        counts[_outcome(*ending)] += n
    n_broke_off = _broke_off(ended).count()
    counts.update({AttemptOutcome.HUNG_UP: -n_broke_off, AttemptOutcome.BROKE_OFF: n_broke_off})
    codes = {outcome: rules[outcome].aapor_code for outcome in counts}
    return [OutcomeCount(outcome, WORDS[outcome], codes[outcome], CODES[codes[outcome]], n) for outcome, n in counts.most_common() if n]


def coverage_of(campaign: Campaign, *, now: datetime) -> list[Coverage]:
    """One row a part of the day, from the tallies: a handful of queries."""
    counts: Counter[tuple[DayPart, int]] = Counter()
    for hour_of_week, n in hours_of_week({campaign.pk}, now=now).items():
        weekday, hour = divmod(hour_of_week, 24)
        counts[part_at(time(hour)), weekday] += n
    return [Coverage(part, tuple(counts[part, weekday] for weekday in range(7))) for part in DayPart]


def rates_of(campaign: Campaign) -> CaseRates:
    """A case is one lead: what its most telling attempt says. One that was never dialled is a number nobody knows of. Three queries."""
    rules, order = retry_table(), list(Group)
    cases = campaign.calls.filter(Q(status__in=ENDED) | Q(status=CallStatus.QUEUED)).order_by()
    ranks = {
        (status, disposition, cause): order.index(
            Group.UNKNOWN_NUMBER if status == CallStatus.QUEUED else group_of(rules[_outcome(status, disposition, cause)].aapor_code)
        )
        for status, disposition, cause in cases.values_list(*ENDING).distinct()
    }
    broke_off = When(
        Q(disposition=Disposition.INCOMPLETE) & Q(pk__in=_broke_off(cases).values("pk")),
        then=Value(order.index(group_of(rules[AttemptOutcome.BROKE_OFF].aapor_code))),
    )
    told = Case(broke_off, *_ranked(ranks), default=Value(order.index(Group.UNKNOWN_NUMBER)), output_field=IntegerField())
    by_lead = cases.annotate(told=told).values("lead").annotate(best=Min("told")).values("best")
    by_group = {order[rank]: n for rank, n in _n_by("best", by_lead)}
    counts = {group: by_group.get(group, 0) for group in Group}
    return CaseRates(sum(counts.values()), counts, rates(counts))


def _outcome(status: str, disposition: str | None, hangup_cause: str, *, has_answers: bool = False) -> AttemptOutcome:
    known = Disposition(disposition) if disposition else None
    return outcome_of(CallStatus(status), known, hangup_cause=hangup_cause, has_answers=has_answers)


def _broke_off(calls: QuerySet[Any]) -> QuerySet[Any]:
    """Those that ended without a result after an answer: the one ending that a call's own row does not tell."""
    return with_answers(calls.filter(disposition=Disposition.INCOMPLETE)).filter(has_answers=True)


def _ranked(ranks: Mapping[Ending, int]) -> Iterator[When]:
    """What each ending is worth. By disposition first, which decides alone where there is one: most rows are through after few comparisons."""
    by_disposition = {disposition: rank for (_status, disposition, _cause), rank in ranks.items() if disposition}
    for rank in sorted(set(by_disposition.values())):
        yield When(disposition__in=sorted(name for name, its in by_disposition.items() if its == rank), then=Value(rank))
    for (status, disposition, cause), rank in ranks.items():
        if not disposition:
            yield When(status=status, hangup_cause=cause, then=Value(rank))


def _n_by(column: str, rows: QuerySet[Any]) -> list[tuple[int, int]]:
    """How many of `rows`, themselves grouped, have each value: a step that Django cannot say, and 100,000 rows that need not travel."""
    sql, params = rows.query.sql_with_params()
    name = connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}, count(*) FROM ({sql}) AS grouped GROUP BY {name}", params)
        return list(cursor.fetchall())
