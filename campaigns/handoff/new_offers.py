"""The waiting leads of many pages at once, drawn where the news of them is read: in the instant in which a lead turns hot all reps are asked, and
if each page had to fetch its cards then, the last rep would see the lead a second after the first.

Only for reps without a lead of their own: of whom has one, or a talk to write up, more may have changed than is in here. Reads only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone

from campaigns import live
from campaigns.handoff.card_words import Line
from campaigns.handoff.cards import Card, asked_of, cards_of, ended_of, milliseconds, offers_of
from campaigns.handoff.reservations import engaged_among
from campaigns.handoff.signed_in import signed_in
from campaigns.handoff.standing import Standing, standing_of
from campaigns.handoff.zone import zone_of
from campaigns.models import Rep


@dataclass(frozen=True, slots=True)
class Offered:
    """What a page shows of one rep between two leads, without the promises."""

    now: datetime
    event_id: int  # what happened up to this live event is in here
    standing: Standing
    just_ended: tuple[Line, ...]
    offers: tuple[Card, ...]

    @property
    def now_ms(self) -> int:
        return milliseconds(self.now)


def offered_to(reps: Collection[Rep], *, now: datetime) -> dict[int, Offered]:
    """By the rep's id, of those who have no lead and none to write up. The number of queries grows with neither reps nor leads."""
    event_id = live.newest_id()  # before anything else is read: whatever comes after it may be missing here, and is told again
    engaged = engaged_among(reps)
    free = [rep for rep in reps if rep.id not in engaged]
    asked = asked_of(free, now)
    ended = ended_of(free, now, is_free=True)
    handoffs = {reservation.handoff_id: reservation.handoff for rows in asked.values() for reservation in rows}
    cards = cards_of(list(handoffs.values()), now)
    return {
        rep.id: Offered(now, event_id, standing_of(rep, None), ended.get(rep.id, ()), offers_of(asked.get(rep.id, ()), cards, now)) for rep in free
    }


def drawn_offers(session_keys: Collection[str], *, now: datetime) -> dict[str, str]:
    """As HTML in each rep's own zone, by the key of the session in which they are signed in; who is not in it has to look at all cards."""
    users = signed_in(session_keys)
    reps = {rep.user_id: rep for rep in Rep.objects.filter(user__in=set(users.values()))}
    offered = offered_to(reps.values(), now=now) if reps else {}
    html = {rep.user_id: _drawn(rep, offered[rep.id]) for rep in reps.values() if rep.id in offered}
    return {key: html[user_id] for key, user_id in users.items() if user_id in html}


def _drawn(rep: Rep, offered: Offered) -> str:
    with timezone.override(zone_of(rep)):
        return render_to_string("queue/new_offers.html", {"queue": offered})
