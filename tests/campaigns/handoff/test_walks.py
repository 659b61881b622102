"""Walks through the real code: whatever reps, lead, bot and platform do, only moves of the table happen, and time ends what nobody ends."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from asgiref.sync import sync_to_async

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from bridge.telephony.dialect import ProviderStatus
from campaigns import suppression
from campaigns.handoff import offers
from campaigns.handoff.states import HandoffEvent, next_status
from campaigns.models import Call, Campaign, Handoff, Line, LiveEvent, Rep, ServerProcess, StaffCall
from campaigns.provider import Provider
from campaigns.states import LIVE, HandoffStatus
from leads.consent import record_consent
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry, Lead
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import Story, at, make_rep
from tests.conftest import NOW
from tests.leads.conftest import consent_of

pytestmark = pytest.mark.django_db(transaction=True)
P, S, E = ProviderStatus, HandoffStatus, HandoffEvent

N_WALKS = 8  # of each strategy
OUTCOMES = [Outcome.HANDED_OFF, Outcome.CALLING_BACK, Outcome.PROMISED, Outcome.CALLEE_LEFT, Outcome.OPTED_OUT, Outcome.MEDIA_LOST, Outcome.FINISHED]
LEG_EVENTS = [
    (P.ANSWERED, {}),
    (P.ANSWERED, {"digits": "1"}),
    (P.ANSWERED, {"digits": "1"}),
    (P.ANSWERED, {"digits": "7"}),
    (P.NO_ANSWER, {}),
    (P.COMPLETED, {}),
    (P.DIAL_COMPLETED, {"dial_status": P.COMPLETED, "dial_duration_s": 3.0}),
    (P.DIAL_COMPLETED, {"dial_status": P.NO_ANSWER}),
]
FETCHES = [(P.ANSWERED, {}), (P.STREAM_STOPPED, {}), *LEG_EVENTS[-3:]]


class Walk:
    """One hot lead. The seed decides who does what, and when."""

    def __init__(self, story: Story, call: Call, reps: list[Rep], seed: int) -> None:
        self._story, self.call, self._reps = story, call, reps
        self._chance = Random(seed)
        self._second = 0.0
        self._is_finished = False

    async def go(self, n_steps: int) -> Walk:
        await self._story.offer()
        for _ in range(n_steps):
            self._second += self._chance.choice([0.2, 1.0, 3.0, 11.0])
            steps = [self._accept, self._accept, self._decline, self._release, self._release, self._bot_goes, self._leg, self._leg, self._leg]
            steps += [self._fetch, self._lead_goes, self._tend, self._tend, self._keep, self._opts_out, self._come_or_go]
            await self._chance.choice(steps)()
        return self

    async def time_passes(self) -> Walk:
        """Nobody does anything any more: the process of the bot is found dead, the platform ends the lead's call."""
        await self._finish(Outcome.MEDIA_LOST)
        await self._story.lead_hangs_up(self._second)
        for n in range(1, 7):
            await self._story.tend(self._second + 60 * n)
        return self

    async def edges(self) -> set[tuple[HandoffStatus, HandoffEvent]]:
        """Moves that were made, by what consoles were told of them."""
        status, found = S.OFFERED, set()
        async for event in LiveEvent.objects.filter(call_id=self.call.pk, kind="handoff").order_by("id"):
            if "event" not in event.payload:  # of a rep who was asked
                continue
            after, what = HandoffStatus(event.payload["status"]), event.payload["event"]
            if what != "offered" and not (status is after is S.BRIDGED):
                found.add((status, HandoffEvent(what)))
                assert next_status(status, HandoffEvent(what)) is after, f"{what} in {status} led to {after}"
            status = after
        return found

    # -- who does what --

    def _rep(self) -> Rep:
        return self._chance.choice(self._reps)

    async def _handoff(self) -> Handoff:
        return await self._story.handoff()

    async def _accept(self) -> None:
        await self._story.accept(self._rep(), self._second)

    async def _decline(self) -> None:
        if self._chance.random() < 0.4:
            await sync_to_async(offers.decline)((await self._handoff()).id, self._rep(), now=at(self._second))

    async def _release(self) -> None:
        await self._story.release(self._second)

    async def _bot_goes(self) -> None:
        if self._chance.random() < 0.4:
            await self._finish(self._chance.choice(OUTCOMES))

    async def _finish(self, outcome: Outcome) -> None:
        if self._is_finished:
            return
        self._is_finished = True
        await Call.objects.filter(pk=self.call.pk).aupdate(session_ended_at=at(self._second))
        await self._story.finish(outcome, self._second)

    async def _leg(self) -> None:
        staff_call = await StaffCall.objects.filter(handoff__call=self.call).order_by("created_at").alast()
        if staff_call is not None:
            state, said = self._chance.choice(LEG_EVENTS)
            await self._story.rep_leg_of(staff_call, self._second, state, **said)

    async def _fetch(self) -> None:
        state, said = self._chance.choice(FETCHES)
        await self._story.fetch(self._second, state, **said)

    async def _lead_goes(self) -> None:
        if self._chance.random() < 0.3:
            await self._story.lead_hangs_up(self._second)
            await self._finish(Outcome.CALLEE_LEFT)

    async def _tend(self) -> None:
        await self._story.tend(self._second)

    async def _keep(self) -> None:
        handoff = await self._handoff()
        act = self._chance.choice([offers.call_now, offers.keep_promise])
        await sync_to_async(act)(handoff.id, self._rep(), now=at(self._second))

    async def _opts_out(self) -> None:
        if self._chance.random() < 0.15:
            lead = self.call.lead
            await sync_to_async(add_to_do_not_call)(lead.phone, origin=DoNotCallEntry.Origin.STAFF, reason="asked", at=at(self._second))
            await sync_to_async(suppression.sweep)(at(self._second))

    async def _come_or_go(self) -> None:
        if self._chance.random() < 0.3:
            rep = self._rep()
            await Rep.objects.filter(pk=rep.pk).aupdate(is_available=self._chance.random() < 0.6)


async def a_walk(campaign: Campaign, server: ServerProcess, provider: Provider, seed: int) -> Walk:
    def scene() -> tuple[Call, list[Rep]]:
        StaffCall.objects.filter(status__in=LIVE).update(status="failed")
        Handoff.objects.update(ended_at=NOW)
        lead = Lead.objects.create(phone=f"+2547121{seed:05d}", name="Asha", time_zone="Africa/Nairobi", market="KE", source="fair in Nairobi")
        record_consent(consent_of(lead), now=NOW)
        ids = {"provider_call_id": f"lead-{seed}", "provider_session_id": f"HD_lead_{seed}"}
        call = live_call(campaign, lead, status="in_progress", server=server, answered_at=NOW, stream_opened_at=NOW, **ids)
        reps = [make_rep(f"R{seed}{n}", f"+2547220{seed:04d}{n}", campaign, seen_at=NOW + timedelta(hours=9)) for n in range(2)]
        return call, reps

    call, reps = await sync_to_async(scene)()
    return Walk(Story(call, provider), call, reps, seed)


@pytest.mark.parametrize("strategy", list(HandoffStrategy), ids=str)
async def test_whatever_happens_only_the_table_s_moves_are_made_and_time_ends_them_all(campaign, server, provider, strategy):
    await Line.objects.all().aupdate(strategy=strategy)
    for seed in range(N_WALKS):
        walk = await (await (await a_walk(campaign, server, provider, seed)).go(14)).time_passes()
        await walk.edges()
        handoff = await Handoff.objects.aget(call=walk.call)
        assert handoff.status in {S.PROMISED, S.BRIDGED, S.LEAD_HUNG_UP, S.KEPT, S.BRIDGE_FAILED}, f"seed {seed}"
        assert (handoff.ended_at is None) is (handoff.status == S.PROMISED), f"seed {seed}: {handoff.status}"
        assert not await StaffCall.objects.filter(handoff=handoff, status__in=LIVE).aexists(), f"seed {seed}: a rep is still on the phone"
