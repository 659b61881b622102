"""The shift, tick by tick of the virtual clock: people act, each at their instant, reps are told, hand-offs are tended, the dialer calls the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random

import httpx
from asgiref.sync import sync_to_async

from campaigns import campaign_life, dialer, live, servers
from campaigns.campaign_life import Action
from campaigns.dialer import Claimed
from campaigns.handoff import tending
from campaigns.handoff.states import UNTAKEN
from campaigns.models import Call, Campaign, Handoff, Rep, ServerProcess, StaffCall
from campaigns.provider import Provider
from campaigns.states import LIVE, CallStatus, HandoffStatus
from leads import clock
from leads.models import Lead
from sautiqual.simulate_handoffs.agenda import Agenda
from sautiqual.simulate_handoffs.bot import Bot, bot_for
from sautiqual.simulate_handoffs.people import EVERY_KIND, Cast, Mood
from sautiqual.simulate_handoffs.phones import Leg, Person, Phones
from sautiqual.simulate_handoffs.rep import RepAtWork
from sautiqual.simulate_handoffs.scene import DEAD_AIR, MANAGER, N_LIVE

# Of tending, which costs as much as it has offers to look at; the product does it every `rundialer.TEND_S`. Later, it decides the same, and
# people wait longer: what it looks at are instants in the past, and a rep does not accept an offer whose time is over.
TICK = timedelta(seconds=3)
TOLD_EVERY = timedelta(seconds=0.25)
CALLS_A_TICK = 8
TELLS_EVERY_S = 15.0  # of real time
SETTLES_WITHIN = timedelta(minutes=30)  # after the last call; what moves then still, moves for ever
MOVING = (HandoffStatus.WARMING, HandoffStatus.OFFERED, HandoffStatus.ACCEPTED, *sorted(UNTAKEN))


class LeadAtHome:
    def __init__(self, mood: Mood) -> None:
        self.mood = mood
        self._n_calls = 0

    def picks_up_after_s(self) -> float | None:
        self._n_calls += 1
        return self.mood.picks_up_after_s if self._n_calls == 1 or self.mood.answers_call_back else None

    def presses_1(self) -> bool:
        return False

    def changes_mind(self) -> bool:
        return False

    def talks_s(self) -> float:
        return 0.0


class Shift:
    def __init__(self, random: Random, *, tell: Callable[[str], object], cast: Cast = EVERY_KIND, tick: timedelta = TICK) -> None:
        """The scene is set: campaigns run, leads are queued."""
        self._tell, self._tick = tell, tick
        self._agenda = Agenda(clock.now())
        reps = Rep.objects.order_by("pk")
        self._reps = {rep.pk: RepAtWork(self._agenda, rep, cast.temper_of(n), Random(random.random())) for n, rep in enumerate(reps)}
        people: Mapping[str, Person] = {
            **{phone: LeadAtHome(cast.mood(random)) for phone in Lead.objects.order_by("phone").values_list("phone", flat=True)},
            **{rep.number: self._reps[rep.pk] for rep in reps},
        }
        self._phones = Phones(self._agenda, people, self._open_session)
        self._server: ServerProcess = servers.register("ws://127.0.0.1:9", room=N_LIVE + servers.KEPT_FOR_CALLERS)
        self._told_s = time.monotonic()
        self._tail = live.Tail(live.newest_id(), kinds=(live.Kind.HANDOFF, "presence"))

    def _open_session(self, leg: Leg, stream_token: str) -> Bot | None:
        lead = leg.person
        if not isinstance(lead, LeadAtHome):
            raise AssertionError("only leads are streamed to")
        bot = bot_for(self._agenda, leg, lead.mood, stream_token)
        if bot is not None:
            bot.begin()
        if Call.objects.filter(answer_token=leg.token, line__number__in=sorted(DEAD_AIR)).exists():
            self._phones.dead_air_tokens.add(leg.token)
        return bot

    async def play(self) -> None:
        """Returns when nothing moves any more, or `SETTLES_WITHIN` after the last call began."""
        with self._agenda.drives_real_time():
            await sync_to_async(self._begin)()
            async with Provider(transport=httpx.MockTransport(self._phones.answer)) as provider:
                await self._play(provider)
            await sync_to_async(servers.sign_off)(self._server)

    async def _play(self, provider: Provider) -> None:
        settled_by = None
        while await sync_to_async(self._is_moving)():
            await sync_to_async(self._people_act)()
            await tending.tend(self._agenda.now, provider)
            if await self._dial(provider):
                settled_by = self._agenda.now + SETTLES_WITHIN
            if settled_by is not None and self._agenda.now > settled_by:
                break

    def _begin(self) -> None:
        self._beat()
        for rep in self._reps.values():
            rep.begin()

    def _people_act(self) -> None:
        until = self._agenda.now + self._tick
        while self._agenda.now < until:
            self._agenda.run_until(min(until, self._agenda.now + TOLD_EVERY))
            for event in self._tail.fetch():
                rep = self._reps.get(event.payload.get("rep_id", 0))
                if rep is not None:
                    rep.is_told(event.payload.get("reservation"))

    def _beat(self) -> None:
        servers.beat(self._server)
        self._agenda.after(servers.BEAT_S, self._beat)

    async def _dial(self, provider: Provider) -> bool:
        """True: somebody was called."""
        n_called = 0
        while n_called < CALLS_A_TICK:
            claim = await sync_to_async(dialer.claim_next)(self._agenda.now)
            if claim is None:
                break
            if isinstance(claim, Claimed):
                await dialer.place(claim, provider.client(claim.dialect), now=self._agenda.now)
                n_called += 1
        return n_called > 0

    def _is_moving(self) -> bool:
        """While leads wait to be called, all goes on; then promises are left for tomorrow."""
        n_waiting = Call.objects.filter(status=CallStatus.QUEUED, due_at__lte=self._agenda.now).count()
        if time.monotonic() - self._told_s > TELLS_EVERY_S:
            self._told_s = time.monotonic()
            n_moving = Handoff.objects.filter(status__in=MOVING, ended_at=None).count()
            self._tell(f"{self._agenda.now:%H:%M:%S} UTC on the virtual clock: {n_waiting} leads to call, {n_moving} hand-offs under way")
        if n_waiting:
            self._resume()
            return True
        for rep in self._reps.values():
            rep.keeps_promises = False
        is_live = Call.objects.filter(status__in=sorted(LIVE)).exists() or StaffCall.objects.filter(status__in=sorted(LIVE)).exists()
        return is_live or Handoff.objects.filter(status__in=MOVING, ended_at=None).exists()

    def _resume(self) -> None:
        """Should the circuit breaker take so many hang-ups for a fault, the manager lets the campaign go on."""
        for campaign in Campaign.objects.filter(status=Campaign.Status.PAUSED):
            campaign_life.change(campaign, Action.RESUME, by=MANAGER)
