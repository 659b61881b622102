"""Notes which finished days have to be counted anew: whoever changes a call, its score, its hand-off or its money says so here.

Run it in the transaction of the change. A day that still runs is counted again and again anyway, so nothing is written for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from campaigns.funnel import COMPLETE
from campaigns.models import Call, Score, StaleDate
from campaigns.tallies.counting import AT, bounds, date_of
from leads import clock

OPEN_FOR = timedelta(minutes=5)  # beyond its end: a change that began in the day may commit after it


def is_final(on: date, counted_at: datetime) -> bool:
    """Counted when nothing could change any more without a note."""
    return counted_at >= bounds(on, on)[1] + OPEN_FOR


def note_call(call_id: UUID) -> None:
    """Also the other days on which this lead counts in the campaign: what became of them counts where their interview was completed."""
    calls = Call.objects.order_by().annotate(at=AT).filter(at__lt=bounds(date_of(clock.now()), date_of(clock.now()))[0])
    is_hot = Exists(Score.objects.filter(call=OuterRef("pk"), is_hot=True))
    this = Call.objects.filter(pk=call_id)
    same_case = Q(lead__in=this.values("lead"), campaign__in=this.values("campaign")) & (Q(disposition__in=sorted(COMPLETE)) | is_hot)
    _note(calls.filter(Q(pk=call_id) | same_case).values_list("at", flat=True))


def note_lead(lead_id: UUID) -> None:
    """Their calls are about to go."""
    _note(Call.objects.annotate(at=AT).filter(lead=lead_id, at__isnull=False).values_list("at", flat=True))


def note_date(on: date) -> None:
    if on < date_of(clock.now()):
        StaleDate.objects.create(on=on)


def _note(instants: Iterable[datetime | None]) -> None:
    today = date_of(clock.now())
    dates = {date_of(at) for at in instants if at is not None}
    StaleDate.objects.bulk_create(StaleDate(on=on) for on in sorted(dates) if on < today)
