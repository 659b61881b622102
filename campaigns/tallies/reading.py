"""What the console's first page shows of many calls: tallies where a date is tallied, the calls themselves where it is not. Reads only.

A bounded number of queries, whatever there is of campaigns, days and calls.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from campaigns.funnel import FIGURES, LEVEL, Figures, Step, percentiles_of
from campaigns.models import DayTally, StaleDate, TalliedDate, TallyPart
from campaigns.percentiles import Percentiles
from campaigns.period import LATELY, Period
from campaigns.tallies import counting
from campaigns.tallies.counting import Kind, Part, count_figures, count_hours, count_parts, date_of, days_between, first_date, within
from campaigns.tallies.staleness import is_final

FRESH_FOR = timedelta(seconds=30)  # of a day that still runs
NOTED_FROM = LEVEL[Step.RIGHT_PARTY]  # on calls; what is less is told by the row itself


@dataclass(frozen=True, slots=True)
class Overview:
    by_date: Mapping[date, Figures]  # every date of the period, in order
    today: Figures  # whatever the period
    of_campaign: Mapping[int, Figures]  # since its first call, whatever the period; without calls: not there
    hours: Mapping[tuple[int, int], Part]  # weekday, Monday is 0, and hour on the lead's clock
    reasons: Mapping[str, int]  # of blocked calls, the most frequent first; a call with two reasons counts in both
    first_word: Percentiles
    turn: Percentiles
    n_turns: int
    of_campaign_lately: Mapping[int, Figures]  # in the last LATELY, today included, whatever the period

    @property
    def figures(self) -> Figures:
        return sum(self.by_date.values(), Figures())


def overview(period: Period, campaign_ids: Collection[int] | None, *, now: datetime) -> Overview:
    """`campaign_ids` None: of all campaigns."""
    untallied = untallied_dates(now)
    counted = count_figures(untallied, campaign_ids)
    parts = _parts(period, untallied, campaign_ids)
    turns = _times(parts, Kind.TURN)
    today = date_of(now)
    return Overview(
        by_date=_by_date(period, untallied, counted, campaign_ids),
        today=_sum_on(today, counted) if today in untallied else _tallied_on(today, campaign_ids),
        of_campaign=_of_campaign(untallied, counted, campaign_ids),
        hours={divmod(int(key), 24): part for (kind, key), part in sorted(parts.items()) if kind == Kind.HOUR},
        reasons={key: part.n for (kind, key), part in sorted(parts.items(), key=lambda row: (-row[1].n, row[0])) if kind == Kind.REASON},
        first_word=percentiles_of(_times(parts, Kind.FIRST_WORD)),
        turn=percentiles_of(turns),
        n_turns=sum(turns.values()),
        of_campaign_lately=_of_campaign(untallied, counted, campaign_ids, since=date_of(now - LATELY)),
    )


def figures_of(on: date, campaign_ids: Collection[int] | None, *, now: datetime) -> Figures:
    """Of one date, in few queries."""
    return _tallied_on(on, campaign_ids) if _is_tallied(on, now) else _sum_on(on, count_figures([on], campaign_ids))


def hours_of_week(campaign_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """How many calls were dialled in each hour of the leads' week, since the first one; 0 is Monday's first."""
    untallied = untallied_dates(now)
    tallied = TallyPart.objects.order_by().filter(campaign__in=campaign_ids, kind=Kind.HOUR).exclude(on__in=untallied)
    found: Counter[int] = Counter()
    for key, n in tallied.values_list("key").annotate(Sum("n")):
        found[int(key)] += n
    for cell, part in count_hours(untallied, campaign_ids):
        found[int(cell.key)] += part.n
    return dict(found)


def reached(calls: QuerySet[Any], step: Step, *, now: datetime) -> QuerySet[Any]:
    """Those of `calls`, with their `at`, that got to this step or further: the very ones that the figures count. Where a date is tallied, by what is
    noted on its calls."""
    if LEVEL[step] < NOTED_FROM:
        return counting.reached(calls.filter(at__isnull=False), step)
    untallied, noted = untallied_dates(now), Q(reached_level__gte=LEVEL[step])
    if not untallied:
        tallied: QuerySet[Any] = calls.filter(noted)
        return tallied
    anew = within(untallied)
    found: QuerySet[Any] = calls.filter((noted & ~anew) | (anew & counting.has_reached(step)))
    return found


# ---- what is tallied --------------------------------------------------------------------------------------------------------


def untallied_dates(now: datetime) -> set[date]:
    """From the first call on until today, and those whose last call is gone since."""
    counted = dict(TalliedDate.objects.values_list("on", "counted_at"))
    stale = set(StaleDate.objects.values_list("on", flat=True).distinct())
    first = first_date()
    dates = days_between(first, date_of(now)) if first else ()
    return {on for on in {*dates, *stale} if on in stale or on not in counted or not _is_good(on, counted[on], now)}


def _is_tallied(on: date, now: datetime) -> bool:
    counted_at = TalliedDate.objects.filter(on=on).values_list("counted_at", flat=True).first()
    return counted_at is not None and _is_good(on, counted_at, now) and not StaleDate.objects.filter(on=on).exists()


def _is_good(on: date, counted_at: datetime, now: datetime) -> bool:
    """A day that still runs may be half a minute old; a clock that was put back makes it worthless."""
    return is_final(on, counted_at) or timedelta() <= now - counted_at < FRESH_FOR


# ---- sums -------------------------------------------------------------------------------------------------------------------

_SUMS = [Sum(name) for name in FIGURES]


def _tallies(campaign_ids: Collection[int] | None) -> QuerySet[DayTally]:
    rows = DayTally.objects.order_by()
    return rows if campaign_ids is None else rows.filter(campaign__in=campaign_ids)


def _tallied_on(on: date, campaign_ids: Collection[int] | None) -> Figures:
    return sum((Figures(*row) for row in _tallies(campaign_ids).filter(on=on).values_list(*FIGURES)), Figures())


def _sum_on(on: date, counted: Mapping[tuple[int, date], Figures]) -> Figures:
    return sum((figures for (_campaign_id, its), figures in counted.items() if its == on), Figures())


def _by_date(
    period: Period, untallied: Collection[date], counted: Mapping[tuple[int, date], Figures], campaign_ids: Collection[int] | None
) -> dict[date, Figures]:
    found = dict.fromkeys(period.dates, Figures())
    tallied = _tallies(campaign_ids).filter(on__range=(period.first, period.last)).exclude(on__in=untallied)
    for on, *sums in tallied.values_list("on").annotate(*_SUMS):
        found[on] = Figures(*map(int, sums))
    for (_campaign_id, on), figures in counted.items():
        if on in period:
            found[on] += figures
    return found


def _of_campaign(
    untallied: Collection[date], counted: Mapping[tuple[int, date], Figures], campaign_ids: Collection[int] | None, *, since: date = date.min
) -> dict[int, Figures]:
    found: defaultdict[int, Figures] = defaultdict(Figures)
    tallied = _tallies(campaign_ids).filter(on__gte=since).exclude(on__in=untallied)
    for campaign_id, *sums in tallied.values_list("campaign_id").annotate(*_SUMS):
        found[campaign_id] += Figures(*map(int, sums))
    for (campaign_id, on), figures in counted.items():
        if on >= since:
            found[campaign_id] += figures
    return dict(found)


def _parts(period: Period, untallied: Collection[date], campaign_ids: Collection[int] | None) -> dict[tuple[str, str], Part]:
    found: defaultdict[tuple[str, str], Part] = defaultdict(Part)
    tallied = TallyPart.objects.order_by().filter(on__range=(period.first, period.last)).exclude(on__in=untallied)
    if campaign_ids is not None:
        tallied = tallied.filter(campaign__in=campaign_ids)
    for kind, key, n, n_answered in tallied.values_list("kind", "key").annotate(Sum("n"), Sum("n_answered")):
        found[kind, key] += Part(n, n_answered)
    for cell, part in count_parts([on for on in untallied if on in period], campaign_ids).items():
        found[cell.kind, cell.key] += part
    return found


def _times(parts: Mapping[tuple[str, str], Part], wanted: Kind) -> dict[int, int]:
    return {int(key): part.n for (kind, key), part in parts.items() if kind == wanted}
