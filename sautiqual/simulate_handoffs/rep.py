"""One rep at their queue page on the virtual clock: sees what the page would show, and does what its buttons do."""

from __future__ import annotations

from random import Random

from campaigns.handoff import offers, presence, reservations
from campaigns.handoff.cards import Card, queue_of
from campaigns.handoff.offers import Accepted
from campaigns.handoff.wrap_up import WrapUpEntry
from campaigns.models import Rep, Reservation, WrapUp
from campaigns.states import ReservationStatus
from sautiqual.simulate_handoffs.agenda import Agenda
from sautiqual.simulate_handoffs.people import OFFLINE_S, Temper

BEAT_S, LOOK_EVERY_S = 10.0, 30.0  # as the open page does
A_MINUTE_S = 60.0


class RepAtWork:
    def __init__(self, agenda: Agenda, rep: Rep, temper: Temper, random: Random) -> None:
        self._agenda, self._rep, self._temper, self._random = agenda, rep, temper, random
        self._is_online = True
        self._has_plan = False  # is about to look at the page and do something
        self.keeps_promises = True

    @property
    def rep_id(self) -> int:
        return self._rep.pk

    def begin(self) -> None:
        presence.set_available(self._rep, True, now=self._agenda.now)
        self._beat()
        self._look_anyway()
        self._minute()

    # ---- the page

    def _beat(self) -> None:
        if self._is_online:
            presence.mark_seen(self._rep.pk, now=self._agenda.now)
        self._agenda.after(BEAT_S, self._beat)

    def _look_anyway(self) -> None:
        if self._is_online:
            self._look_soon()
        self._agenda.after(LOOK_EVERY_S, self._look_anyway)

    def _minute(self) -> None:
        if self._is_online and self._random.random() < self._temper.loses_network:
            self._is_online = False
            self._agenda.after(self._random.uniform(*OFFLINE_S), self._comes_back)
        self._agenda.after(A_MINUTE_S, self._minute)

    def _comes_back(self) -> None:
        self._is_online = True
        presence.mark_seen(self._rep.pk, now=self._agenda.now)
        self._look_soon()

    def is_told(self, status: str | None) -> None:
        """Something that concerns them has changed. `status`: of a reservation of theirs."""
        if status == ReservationStatus.WRAPPING:
            self._agenda.after(self._random.uniform(*self._temper.writes_up_s), self._write_up)
        elif self._is_online:
            self._look_soon()

    def _look_soon(self) -> None:
        if not self._has_plan:
            self._has_plan = True
            self._agenda.after(self._random.uniform(*self._temper.decides_s), self._act)

    # ---- what they do

    def _act(self) -> None:
        self._has_plan = False
        if not self._is_online:
            return
        self._rep.refresh_from_db()
        queue = queue_of(self._rep, now=self._agenda.now)
        if queue.standing.because:
            self._agenda.after(self._random.uniform(*self._temper.away_s), self._come_back_to_desk)
        elif queue.offers:
            self._answer(queue.offers[0])
        elif queue.promised and queue.standing.is_free and self.keeps_promises and self._random.random() < self._temper.keeps_promises:
            offers.call_now(queue.promised[0].handoff_id, self._rep, now=self._agenda.now)

    def _answer(self, card: Card) -> None:
        chance = self._random.random()
        if card.expires_at is not None and card.expires_at <= self._agenda.now:
            return  # tended by and by: in the product it is off the page by now
        if chance < self._temper.misses:
            return  # looks elsewhere until the page is looked at again
        if chance < self._temper.misses + self._temper.declines:
            offers.decline(card.handoff_id, self._rep, now=self._agenda.now)
        elif isinstance(offers.accept(card.handoff_id, self._rep, now=self._agenda.now), Accepted):
            return
        self._look_soon()  # at the next card, if there is one

    def _come_back_to_desk(self) -> None:
        self._rep.refresh_from_db()
        if self._rep.away_because:
            presence.set_available(self._rep, True, now=self._agenda.now)
        self._look_soon()

    def _write_up(self) -> None:
        owed = Reservation.objects.filter(rep=self._rep, status=ReservationStatus.WRAPPING).select_related("handoff__call__campaign").first()
        if owed is not None:
            entry = WrapUpEntry(WrapUp.Disposition.values[0], was_hot=True, notes="wants an offer")
            reservations.finish_wrap_up(owed, entry, now=self._agenda.now)
        self._look_soon()

    # ---- their phone

    def picks_up_after_s(self) -> float | None:
        return self._random.uniform(2.0, 9.0) if self._random.random() < self._temper.answers_phone else None

    def presses_1(self) -> bool:
        return self._random.random() < self._temper.presses_1

    def changes_mind(self) -> bool:
        return self._random.random() < self._temper.changes_mind

    def talks_s(self) -> float:
        return self._random.uniform(*self._temper.talks_s)
