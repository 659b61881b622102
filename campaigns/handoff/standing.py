"""Where a rep stands, in words and since when: available, with a lead, writing up a talk, or away and why. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from campaigns.models import Rep, Reservation
from campaigns.states import ReservationStatus


@dataclass(frozen=True, slots=True)
class Standing:
    sentence: str
    is_available: bool  # may be offered a lead, now or when this one is done
    is_free: bool  # and now
    since: datetime | None
    until: datetime | None = None  # when the time for writing up is over
    because: str = ""  # why we made them away


def standing_of(rep: Rep, engaged: Reservation | None) -> Standing:
    """`engaged`: the lead they have, or have to write up; None: neither."""
    if engaged is not None and engaged.status == ReservationStatus.WRAPPING:
        return Standing(_("You are writing up a talk"), rep.is_available, False, engaged.handoff.ended_at, until=engaged.wrap_up_until)
    if engaged is not None:
        return Standing(_("You are with a lead"), rep.is_available, False, engaged.answered_at)
    if rep.is_available:
        return Standing(_("You are available"), True, True, rep.idle_since)
    # Whom we made away, the sentence tells when.
    return Standing(_("You are away"), False, False, None if rep.away_because else rep.idle_since, because=rep.away_because)
