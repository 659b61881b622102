"""For when a call back is promised that no bot has agreed on with the lead: soon, or else the next time in reps' hours at which the lead may be
called. Reads only: `slots` decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.handoff.diaries import book_of
from campaigns.handoff.slots import InTheWay, next_moment
from campaigns.models import Handoff
from leads.said import N_, sentence

PROMISED_WITHIN = timedelta(minutes=30)

_IN_WORDS = {
    InTheWay.NO_REP: N_("No rep is at work in half an hour"),
    InTheWay.NOT_LAWFUL: N_("The lead may not be called in half an hour"),
    InTheWay.BOTH: N_("In half an hour no rep is at work, and the lead may not be called"),
}


def when_to_promise(handoff: Handoff, *, now: datetime) -> tuple[datetime, str]:
    """The time, and a sentence for whoever wonders why it is not in half an hour; "" where it is.

    In half an hour, too, where no better time is known: nobody has hours, or the lead's clock is unknown. Nobody is rung then unlawfully:
    what decides is the look at the instant of the dial.
    """
    soon = now + PROMISED_WITHIN
    book = book_of(handoff.call, now=now)
    moment = next_moment(book.diaries, book.terms, earliest=soon) if book else None
    if book is None or moment is None or moment.in_the_way is None:
        return soon, ""
    at = _on_wall(moment.at, book.terms.lead_zone)
    return moment.at, sentence("%(why)s: promised for %(at)s, the lead's time.", why=sentence(_IN_WORDS[moment.in_the_way]), at=at)


def _on_wall(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
