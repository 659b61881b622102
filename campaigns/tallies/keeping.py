"""Keeps the tallies of days true: counts today again and again, a finished day once, and anew whenever something on it has changed.

With a day's tallies goes a note on its calls: how far each got, by which the lists that the figures lead to are filtered.

Idempotent, by any number of processes at once. One date a round, so that nobody waits for long.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from campaigns.models import Call, DayTally, StaleDate, TalliedDate, TallyPart
from campaigns.tallies.counting import calls_on, count_figures, count_parts, date_of, days_between, first_date, levels_reached
from campaigns.tallies.staleness import is_final

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=15)
NOBODY_COUNTS_AFTER = timedelta(seconds=20)  # shorter than a tally of today is believed (`reading.FRESH_FOR`)
# What nobody noted, such as a lead's corrected time zone, is found within a day.
LOOKED_AFTER_FOR = timedelta(days=60)
LOOKED_AFTER_EVERY = timedelta(days=1)
BATCH = 1000


def tick(now: datetime) -> date | None:
    """One round, at `now` (business time). The date that was counted; None: nothing was to do."""
    on = most_urgent(now)
    if on is not None:
        recount(on, now=now)
    return on


def tally_for_want_of_a_dialer(now: datetime) -> list[date]:
    """Today, and one date that waits, by a server, where no dialer does it: today would be counted anew for everybody who opens a page. The
    dates that were counted."""
    counted_at = TalliedDate.objects.filter(on=date_of(now)).values_list("counted_at", flat=True).first()
    if counted_at is not None and timedelta() <= now - counted_at < NOBODY_COUNTS_AFTER:
        return []
    return [on for on in (tick(now), tick(now)) if on is not None]


def most_urgent(now: datetime) -> date | None:
    """What runs, what has changed, what was never counted, newest first each; then what was not looked at for a day."""
    counted = dict(TalliedDate.objects.values_list("on", "counted_at"))
    changed = _changed(counted, now)
    for on in sorted(changed, reverse=True):
        if on not in counted or not timedelta() <= now - counted[on] < AGAIN_AFTER:
            return on
    if (missing := _missing(now, set(counted))) is not None:
        return missing
    watched = {on: at for on, at in counted.items() if on > date_of(now - LOOKED_AFTER_FOR)}
    oldest = min(watched, key=lambda on: watched[on], default=None)
    return oldest if oldest is not None and now - watched[oldest] > LOOKED_AFTER_EVERY else None


def _changed(counted: Mapping[date, datetime], now: datetime) -> set[date]:
    """What runs, what was counted last while it ran, and what has changed since."""
    unfinished = (on for on, at in counted.items() if not is_final(on, at))
    return {date_of(now), *unfinished, *StaleDate.objects.values_list("on", flat=True)}


def _missing(now: datetime, counted: set[date]) -> date | None:
    first = first_date()
    return None if first is None else max(set(days_between(first, date_of(now))) - counted, default=None)


def recount(on: date, *, now: datetime) -> bool:
    """False: somebody else has counted this date meanwhile, from a later look at it."""
    mark, _is_new = TalliedDate.objects.get_or_create(on=on, defaults={"counted_at": now - LOOKED_AFTER_FOR})
    noted = list(StaleDate.objects.filter(on=on).values_list("pk", flat=True))  # before the count: later notes stay
    figures, parts, levels = count_figures([on]), count_parts([on]), levels_reached([on])
    tallies = [DayTally(campaign_id=campaign_id, on=on, **asdict(each)) for (campaign_id, _on), each in figures.items()]
    cells = [TallyPart(campaign_id=key.campaign_id, on=on, kind=key.kind, key=key.key, **asdict(part)) for key, part in parts.items()]
    with transaction.atomic():
        if not TalliedDate.objects.filter(on=on, version=mark.version).update(version=F("version") + 1, counted_at=now):
            return False
        _replace(on, tallies, cells)
        _note_levels(on, levels)
        StaleDate.objects.filter(pk__in=noted).delete()
    return True


def _replace(on: date, tallies: Sequence[DayTally], cells: Sequence[TallyPart]) -> None:
    DayTally.objects.filter(on=on).delete()
    TallyPart.objects.filter(on=on).delete()
    DayTally.objects.bulk_create(tallies, batch_size=BATCH)
    TallyPart.objects.bulk_create(cells, batch_size=BATCH)


def _note_levels(on: date, levels: Mapping[UUID, int]) -> None:
    """On the calls of this date; only where something has changed."""
    noted = dict(calls_on([on]).filter(reached_level__isnull=False).values_list("pk", "reached_level"))
    changed: defaultdict[int | None, list[UUID]] = defaultdict(list)
    for pk in sorted({*noted, *levels}):
        if noted.get(pk) != levels.get(pk):
            changed[levels.get(pk)].append(pk)
    for level, pks in changed.items():
        for n in range(0, len(pks), BATCH):
            Call.objects.filter(pk__in=pks[n : n + BATCH]).update(reached_level=level)


def tally_all(now: datetime, *, is_rebuilt: bool = False) -> int:
    """Everything that is due, or every day there is, at once. How many dates."""
    counted = dict(TalliedDate.objects.values_list("on", "counted_at"))
    first, last = first_date() or date_of(now), date_of(now)
    every, changed = set(days_between(min(first, last), last)), _changed(counted, now)
    wanted = sorted(every | changed | set(counted) if is_rebuilt else (every - set(counted)) | changed)
    for on in wanted:
        recount(on, now=now)
    return len(wanted)
