"""A rep's number: whose word says that it is theirs, when it may change, and why it is not rung. The only writer of its verification."""

from __future__ import annotations

import logging
from datetime import datetime

from campaigns.handoff.presence import tell_standing
from campaigns.models import Rep, Reservation, StaffCall
from campaigns.states import LIVE, ReservationStatus
from leads.said import sentence

logger = logging.getLogger(__name__)

UNVERIFIED = {"is_verified": False, "verified_at": None, "verified_by": ""}


def confirm_number(rep_id: int, number: str, *, by: str, now: datetime) -> bool:
    """The number is theirs, says `by`: "call", or a user's name. False: it is not their number any more."""
    is_theirs = Rep.objects.filter(pk=rep_id, number=number).update(is_verified=True, verified_at=now, verified_by=by[:150]) == 1
    if is_theirs:
        logger.info("the number of rep %s was verified by %s", rep_id, by)
        tell_standing(rep_id)
    return is_theirs


def change_number(rep: Rep, number: str, *, by: str) -> None:
    """Another number is not the one that was verified; the same changes nothing. Raises IntegrityError for one that another rep has."""
    if Rep.objects.filter(pk=rep.pk).exclude(number=number).update(number=number, **UNVERIFIED):
        logger.info("the number of rep %s was changed by %s and is not verified", rep.pk, by)
        tell_standing(rep.pk)
    rep.refresh_from_db()


def why_not_change(rep: Rep) -> str:
    """ "": the number may be changed now. While somebody talks on it, or it rings, it stays."""
    if Reservation.objects.filter(rep=rep, status=ReservationStatus.ACCEPTED).exists():
        return sentence("You have a lead now. Change the number when the talk is over.")
    if StaffCall.objects.filter(rep=rep, status__in=sorted(LIVE)).exists():
        return sentence("A call of ours is on this phone now. Change the number when it is over.")
    return ""
