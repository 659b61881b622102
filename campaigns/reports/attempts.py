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
from django.db.models import Case, Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Value, When

from bridge.brief import QuestionRole
from campaigns.aapor import CODES, Group, Rates, group_of, rates
from campaigns.day_parts import DayPart, part_at
from campaigns.models import Answer, Campaign, Question
from campaigns.outcomes import WORDS, AttemptOutcome, outcome_of
from campaigns.retries import RetryTable
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
    """A case is one lead: what its most telling attempt says. One that was never dialled is a number nobody knows of."""

    n_cases: int
    by_group: dict[Group, int]
    rates: Rates


@dataclass(frozen=True, slots=True)
class Attempts:
    outcomes: list[OutcomeCount]  # the most frequent first
    cases: CaseRates


def coverage_of(campaign: Campaign, *, now: datetime) -> list[Coverage]:
    """One row a part of the day, from the tallies: a handful of queries."""
    counts: Counter[tuple[DayPart, int]] = Counter()
    for hour_of_week, n in hours_of_week({campaign.pk}, now=now).items():
        weekday, hour = divmod(hour_of_week, 24)
        counts[part_at(time(hour)), weekday] += n
    return [Coverage(part, tuple(counts[part, weekday] for weekday in range(7))) for part in DayPart]


def attempts_of(campaign: Campaign) -> Attempts:
    """Four queries. Indexes alone answer (call_results, call_cases) but for those who broke off."""
    cases = campaign.calls.filter(Q(status__in=ENDED) | Q(status=CallStatus.QUEUED)).order_by()
    rules = retry_table()
    counts = {(status, disposition, cause): n for status, disposition, cause, n in cases.values_list(*ENDING).annotate(n=Count("pk"))}
    return Attempts(_outcomes(counts, _broke_off(cases).count(), rules), _rates(cases, counts, rules))


def _outcomes(counts: Mapping[Ending, int], n_broke_off: int, rules: RetryTable) -> list[OutcomeCount]:
    by_outcome: Counter[AttemptOutcome] = Counter()
    for ending, n in counts.items():
        if ending[0] != CallStatus.QUEUED:
            by_outcome[_outcome(*ending)] += n
    by_outcome.update({AttemptOutcome.HUNG_UP: -n_broke_off, AttemptOutcome.BROKE_OFF: n_broke_off})
    codes = {outcome: rules[outcome].aapor_code for outcome in by_outcome}
    return [OutcomeCount(outcome, WORDS[outcome], codes[outcome], CODES[codes[outcome]], n) for outcome, n in by_outcome.most_common() if n]


def _rates(cases: QuerySet[Any], counts: Mapping[Ending, int], rules: RetryTable) -> CaseRates:
    order = list(Group)
    ranks = {
        ending: order.index(Group.UNKNOWN_NUMBER if ending[0] == CallStatus.QUEUED else group_of(rules[_outcome(*ending)].aapor_code))
        for ending in sorted(counts, key=lambda ending: -counts[ending])
    }
    broke_off = When(
        Q(disposition=Disposition.INCOMPLETE) & Q(pk__in=_broke_off(cases).values("pk")),
        then=Value(order.index(group_of(rules[AttemptOutcome.BROKE_OFF].aapor_code))),
    )
    told = Case(broke_off, *_ranked(ranks), default=Value(order.index(Group.UNKNOWN_NUMBER)), output_field=IntegerField())
    by_lead = cases.annotate(told=told).values("lead").annotate(best=Min("told")).values("best")
    by_group = {order[rank]: n for rank, n in _n_by("best", by_lead)}
    found = {group: by_group.get(group, 0) for group in Group}
    return CaseRates(sum(found.values()), found, rates(found))


def _outcome(status: str, disposition: str | None, hangup_cause: str, *, has_answers: bool = False) -> AttemptOutcome:
    known = Disposition(disposition) if disposition else None
    return outcome_of(CallStatus(status), known, hangup_cause=hangup_cause, has_answers=has_answers)


def _broke_off(calls: QuerySet[Any]) -> QuerySet[Any]:
    """Those that ended without a result after an answer: the one ending that a call's own row does not tell. Permission to ask is no answer;
    which questions ask for it is looked up once, and not beside every answer (as `with_answers` does for a few calls)."""
    permissions = Question.objects.filter(role=QuestionRole.PERMISSION)
    given = Answer.objects.filter(call=OuterRef("pk")).exclude(question__in=permissions.values("pk"))
    return calls.filter(Exists(given), disposition=Disposition.INCOMPLETE)


def _ranked(ranks: Mapping[Ending, int]) -> Iterator[When]:
    """What each ending is worth, in the order given, so that most rows are through after few comparisons. A disposition decides alone."""
    seen: set[str] = set()
    for (status, disposition, cause), rank in ranks.items():
        if disposition is None:
            yield When(disposition=None, status=status, hangup_cause=cause, then=Value(rank))
        elif disposition not in seen:
            seen.add(disposition)
            yield When(disposition=disposition, then=Value(rank))


def _n_by(column: str, rows: QuerySet[Any]) -> list[tuple[int, int]]:
    """How many of `rows`, themselves grouped, have each value: a step that Django cannot say, and 100,000 rows that need not travel."""
    sql, params = rows.query.sql_with_params()
    name = connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}, count(*) FROM ({sql}) AS grouped GROUP BY {name}", params)
        return list(cursor.fetchall())
