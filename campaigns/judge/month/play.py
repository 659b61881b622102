"""Plays a month: time jumps to whatever is due next, the dialer works as `rundialer` would, and things happen to it that happen in a month.

The clock is business time. What lives in real time (a claim's age, a server's heartbeat, a token's expiry) passes in the seconds this takes.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db.models import Min
from django.utils import timezone

from bridge.events import Outcome
from bridge.reports import AnswerReport, SessionReport
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from bridge.timing import Timing
from campaigns import answering, call_desk, calls, dialer, flight_ticks, interviews, janitor, servers, suppression
from campaigns.dialer import Claimed
from campaigns.handoff import offers, tending
from campaigns.handoff.states import NOT_HOT
from campaigns.judge.month.fate import Fate, draw
from campaigns.judge.month.happenings import plan_happenings, start
from campaigns.judge.month.twin import Placed, Twin
from campaigns.judge.month.world import World
from campaigns.look_ups import look_up
from campaigns.models import Call, Campaign, Handoff, Rep, Reservation
from campaigns.provider import Provider
from campaigns.states import LIVE, CallStatus, HandoffStatus, ReservationStatus
from leads import clock
from leads.models import DoNotCallEntry

# A call that is due and held back is looked at again so many seconds after the last work; now and then so often that an idle campaign would show.
LOOKS_S = (6.0,)
WATCHED_LOOKS_S = (*LOOKS_S, 130.0, 260.0, 390.0)
WATCHED = 0.1
SELDOM = timedelta(hours=4)
LOOKED_FOR_AFTER = timedelta(seconds=30)
GIVEN_UP_AFTER = timedelta(minutes=4)
BEAT_EVERY_S = 3.0  # real: a server is believed dead after ten

Act = Callable[[], object]


class Play:
    def __init__(self, chance: Random, world_of: Callable[[Random, datetime], World], begins: datetime) -> None:
        self.chance = chance
        self.now = begins
        self._due: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()
        self._server = servers.register("ws://127.0.0.1:8000", room=8)
        self._beaten_at = timezone.now()
        self.set_clock(begins)
        self.world = world_of(chance, begins)
        self._twin = Twin(chance, now=lambda: self.now, on_placed=self._on_placed)
        self._provider = Provider(transport=self._twin)
        self._is_dialer_up = True
        self._n_listed = 0
        self._is_watched = True
        self._worked_at = self._wakes_at = begins

    # ---- time -----------------------------------------------------------------------------------------------------------

    def set_clock(self, at: datetime) -> None:
        self.now = at
        clock.set_offset(at - datetime.now(UTC))
        if (timezone.now() - self._beaten_at).total_seconds() > BEAT_EVERY_S:
            servers.beat(self._server)
            self._beaten_at = timezone.now()

    def at(self, when: datetime, act: Act) -> None:
        heapq.heappush(self._due, (max(when, self.now), next(self._order), act))

    def after(self, seconds: float, act: Act) -> None:
        self.at(self.now + timedelta(seconds=seconds), act)

    def run(self) -> None:
        """To the end of the month, and until the last call is over."""
        for campaign in self.world.campaigns:
            self.at(self.world.begins, partial(self._start, campaign))
        plan_happenings(self)
        while (when := self._next()) is not None:
            self.set_clock(when)
            while self._due and self._due[0][0] <= self.now:
                heapq.heappop(self._due)[2]()
            if self._is_dialer_up and self._wakes_at <= self.now:
                self._round()

    def wake(self) -> None:
        """Something was freed: the dialer looks at once."""
        self._wakes_at = self.now

    def _next(self) -> datetime | None:
        happens = self._due[0][0] if self._due else None
        if not self._is_dialer_up or self.now >= self.world.ends:
            return happens
        wakes_at = min(max(self._wakes_at, self.now), self.world.ends)
        return wakes_at if happens is None else min(wakes_at, happens)

    def _due_at(self) -> datetime | None:
        queued = Call.objects.filter(status=CallStatus.QUEUED, campaign__status=Campaign.Status.RUNNING)
        due_at: datetime | None = queued.aggregate(at=Min("due_at"))["at"]
        return due_at

    def _wakes_next(self) -> datetime:
        """When the next call is due; one that is held back is looked at again in growing steps, or when something is freed."""
        due_at = self._due_at()
        if due_at is None or due_at > self.now:
            return due_at or self.world.ends
        held_s = (self.now - self._worked_at).total_seconds()
        looks_s = WATCHED_LOOKS_S if self._is_watched else LOOKS_S
        look_s = next((look_s for look_s in looks_s if look_s > held_s), None)
        return self.now + SELDOM if look_s is None else self._worked_at + timedelta(seconds=look_s)

    # ---- the dialer -----------------------------------------------------------------------------------------------------

    def _round(self) -> None:
        """What `rundialer` does, as far as there is something to do: the janitor's rows, the hand-offs, and every claim there is room for."""
        if self._n_listed != (n_listed := DoNotCallEntry.objects.count()):
            suppression.sweep(self.now)
            self._n_listed = n_listed
        if Handoff.objects.filter(ended_at=None).exists() or Reservation.objects.filter(ended_at=None).exists():
            janitor.grow_reservations(self.now)
            tending.tidy(self.now)
        due_at = self._due_at()
        if self.now >= self.world.ends or due_at is None or due_at > self.now:
            self._wakes_at = due_at or self.world.ends
            return
        Rep.objects.filter(is_available=True).update(seen_at=self.now)
        flight_ticks.tick(self.now)
        while (claim := dialer.claim_next(self.now)) is not None:
            self._worked_at, self._is_watched = self.now, self.chance.random() < WATCHED
            if isinstance(claim, Claimed):
                async_to_sync(dialer.place)(claim, self._provider.client(claim.dialect), now=self.now)
                if Call.objects.filter(pk=claim.call_id, unknown_at__isnull=False, status=CallStatus.DIALING).exists():
                    self._doubt(claim.call_id)
        self._wakes_at = self._wakes_next()

    def _doubt(self, call_id: UUID) -> None:
        """The outcome is unknown: looked for, and at last given up. As the janitor does, on the virtual clock."""
        self.after(LOOKED_FOR_AFTER.total_seconds(), lambda: self._look_up(call_id))
        self.after(GIVEN_UP_AFTER.total_seconds(), lambda: self._give_up(call_id))

    def _look_up(self, call_id: UUID) -> None:
        call = Call.objects.select_related("line", "lead").filter(pk=call_id).first()
        if call is not None:
            async_to_sync(look_up)(call, self._provider)

    def _give_up(self, call_id: UUID) -> None:
        if Call.objects.filter(pk=call_id, status=CallStatus.DIALING, provider_call_id="").exists():
            calls.close_unknown(call_id, at=self.now)
            self.wake()

    def go_down(self) -> None:
        self._is_dialer_up = False

    def come_up(self) -> None:
        self._is_dialer_up = True
        janitor.plan_anew(self.now)
        self.wake()

    def set_platform_down(self, is_down: bool) -> None:
        self._twin.is_down = is_down

    # ---- one call -------------------------------------------------------------------------------------------------------

    def _on_placed(self, placed: Placed) -> None:
        call_id = UUID(placed.label)
        fate = draw(self.chance, max_call_s=120)
        self.after(1.5, lambda: self._tell(call_id, placed, ProviderStatus.RINGING))
        rung = self._picked_up if fate.end is ProviderStatus.COMPLETED else self._unreached
        self.after(fate.rings_s, lambda: rung(call_id, placed, fate))

    def _tell(self, call_id: UUID, placed: Placed, state: ProviderStatus, *, is_twice: bool = False) -> None:
        """A webhook. One about a call we have forgotten is nobody's."""
        placed.status = state
        if not Call.objects.filter(pk=call_id).exists():
            return
        event = ProviderEvent(state=state, call_id=placed.call_id, duration_s=placed.duration_s, hangup_cause=state.value)
        for _ in range(2 if is_twice else 1):
            calls.on_provider_event(call_id, event, at=self.now)

    def _unreached(self, call_id: UUID, placed: Placed, fate: Fate) -> None:
        self._over(call_id, placed, fate, fate.end, talked_s=None)

    def _picked_up(self, call_id: UUID, placed: Placed, fate: Fate) -> None:
        placed.status = ProviderStatus.ANSWERED
        call = Call.objects.filter(pk=call_id, status__in=LIVE).first()
        answered = answering.call_of_token(call.answer_token) if call and call.answer_token else None
        if answered is not None:
            answering.answer(answered, ProviderEvent(state=ProviderStatus.ANSWERED, call_id=placed.call_id), now=self.now)
            calls.open_stream(answered.stream_token or "", at=self.now)
        if fate.seats is not None:
            self.after(fate.talk_s / 2, lambda: self._answer(call_id, fate))
        self.after(fate.talk_s, lambda: self._talked(call_id, placed, fate))

    def _answer(self, call_id: UUID, fate: Fate) -> None:
        call = self._with_bot(call_id)
        if call is None:
            return
        report = AnswerReport("seats", float(fate.seats or 0), f"{fate.seats}", 0, 900, 0.9, is_confirmed=True)
        progress = interviews.save_answer(call_id, report, at=self.now)
        if progress.is_hot and call.campaign.kind == Campaign.Kind.QUALIFICATION:
            handoff = offers.offer(call, now=self.now)
            self.after(3.0, lambda: self._rep_looks(handoff.pk))

    def _rep_looks(self, handoff_id: UUID) -> None:
        is_offered = Handoff.objects.filter(pk=handoff_id, status=HandoffStatus.OFFERED).exists()
        asked = Rep.objects.filter(reservations__handoff=handoff_id, reservations__status=ReservationStatus.PENDING)
        rep = asked.order_by("pk").first() if is_offered else None
        if rep is None:
            return
        if self.chance.random() < 0.8:
            offers.accept(handoff_id, rep, now=self.now)
        else:
            offers.decline(handoff_id, rep, now=self.now)

    def _talked(self, call_id: UUID, placed: Placed, fate: Fate) -> None:
        """The bot's part is over."""
        call = self._with_bot(call_id)
        handoff = Handoff.objects.filter(call=call_id).first()
        is_accepted = handoff is not None and handoff.status == HandoffStatus.ACCEPTED
        if call is not None:
            if fate.outcome is Outcome.OPTED_OUT:
                interviews.save_opt_out(call_id, "stop calling me", at=self.now)
            outcome = fate.outcome
            if handoff is not None and handoff.status not in NOT_HOT:
                outcome = Outcome.HANDED_OFF if is_accepted else Outcome.PROMISED
                offers.release(call, now=self.now)
            call_desk.finish(call_id, self._report(outcome))
        if is_accepted:
            self._bridge(call_id, placed, fate)
        else:
            self._over(call_id, placed, fate, ProviderStatus.COMPLETED, talked_s=fate.talk_s)

    def _report(self, outcome: Outcome) -> SessionReport:
        promised_for = self.now + timedelta(hours=self.chance.uniform(1, 60)) if outcome is Outcome.CALLBACK_REQUESTED else None
        return SessionReport(outcome, timing=Timing(400, (600,), 0, 600), is_disclosure_heard=True, promised_for=promised_for)

    def _bridge(self, call_id: UUID, placed: Placed, fate: Fate) -> None:
        """The platform goes on with the Dial of the rep, and tells when they have spoken."""
        talk_s = self.chance.uniform(20.0, 200.0)
        self._fetch_next(call_id, ProviderEvent(state=ProviderStatus.STREAM_STOPPED, call_id=placed.call_id))
        dialled = ProviderEvent(
            state=ProviderStatus.DIAL_COMPLETED, call_id=placed.call_id, dial_status=ProviderStatus.COMPLETED, dial_duration_s=talk_s
        )
        self.after(talk_s, lambda: self._fetch_next(call_id, dialled))
        self.after(talk_s + 1, lambda: self._over(call_id, placed, fate, ProviderStatus.COMPLETED, talked_s=fate.talk_s + talk_s))

    def _fetch_next(self, call_id: UUID, event: ProviderEvent) -> None:
        call = Call.objects.filter(pk=call_id).first()
        if call is not None and (known := answering.call_of_token(call.answer_token or "")):
            answering.answer(known, event, now=self.now)

    def _over(self, call_id: UUID, placed: Placed, fate: Fate, end: ProviderStatus, *, talked_s: float | None) -> None:
        """The platform's end, told once, twice or never; its record follows with the price."""
        placed.duration_s = talked_s
        placed.cost_minor = None if talked_s is None else -(-int(talked_s) // 60) * 300
        if fate.is_end_reported:
            self._tell(call_id, placed, end, is_twice=fate.is_told_twice)
        placed.status = end
        self.wake()
        self.after(150.0 if not fate.is_end_reported else 6.0, lambda: self._look_up(call_id))

    def _with_bot(self, call_id: UUID) -> Call | None:
        held = Call.objects.filter(pk=call_id, stream_opened_at__isnull=False, session_ended_at=None, status__in=LIVE)
        return held.select_related("campaign", "line").first()

    def _start(self, campaign: Campaign) -> None:
        start(campaign)
        self.wake()
