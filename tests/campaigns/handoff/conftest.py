"""A hot lead on the phone, the reps who may take it, and one hand-off told step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client
from django.utils import timezone

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from bridge.telephony.answer_xml import Verb
from bridge.telephony.answer_xml_parse import parse_document
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls
from campaigns.handoff import offers, rep_answering, tending
from campaigns.handoff.moves import end_bridge, move
from campaigns.handoff.next_step import next_step_document
from campaigns.handoff.offers import Accepted, Gone, TakenBy
from campaigns.handoff.states import HandoffEvent
from campaigns.models import Answer, Call, Campaign, Handoff, LiveEvent, Question, Rep, Reservation, Score, ServerProcess, StaffCall, Turn
from campaigns.provider import Provider
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Real hashing takes a second a login, by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def make_rep(name: str, number: str, campaign: Campaign | None = None, **fields: Any) -> Rep:
    user = User.objects.create_user(name.lower(), f"{name.lower()}@example.com", "karibu sana 2026")
    rep = Rep.objects.create(user=user, name=name, number=number, **{"is_verified": True, "is_available": True, "seen_at": NOW, **fields})
    if campaign is not None:
        campaign.reps.add(rep)
    return rep


def session_of(user: User) -> SessionBase:
    """In which they are signed in."""
    client = Client()
    client.force_login(user)
    return client.session


def pending(handoff: Handoff, rep: Rep, *, expires_at: datetime | None) -> Reservation:
    """They are asked to take it, and have said nothing yet."""
    return Reservation.objects.create(handoff=handoff, rep=rep, offered_at=handoff.offered_at, expires_at=expires_at)


@pytest.fixture
def rehema(campaign: Campaign) -> Rep:
    """Available, with the queue page open."""
    return make_rep("Rehema", "+254722000011", campaign)


@pytest.fixture
def juma(campaign: Campaign) -> Rep:
    """A second rep of the same campaign."""
    return make_rep("Juma", "+254722000012", campaign)


@pytest.fixture
def mosi(db: None) -> User:
    """The manager; takes no leads."""
    user = User.objects.create_user("mosi", "mosi@example.com", "karibu sana 2026", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="add_rep"))
    return user


@pytest.fixture
def zuri(db: None) -> User:
    """May see nothing."""
    return User.objects.create_user("zuri", "zuri@example.com", "karibu sana 2026")


@pytest.fixture
def hot_call(campaign: Campaign, asha: Lead, server: ServerProcess) -> Call:
    """Asha is on the line, the bot asks, and the score has just become hot."""
    call = live_call(
        campaign,
        asha,
        status="in_progress",
        server=server,
        answered_at=NOW,
        stream_opened_at=timezone.now(),
        provider_call_id="lead-1",
        provider_session_id="HD_aaaaaaaaaaaa",
    )
    seats = Question.objects.get(script=campaign.script, key="seats")
    Answer.objects.create(call=call, question=seats, value=60, quote="about sixty", saved_at=NOW)
    Score.objects.create(
        call=call, points=70, threshold=70, is_hot=True, reasons=[{"question": "seats", "points": 70, "why": "a large team"}], computed_at=NOW
    )
    Turn.objects.create(call=call, position=0, party="callee", text="We need about sixty seats.", started_ms=0, ended_ms=900)
    return call


class Story:
    """What the bot, the reps and the platform do with one call, each at its second; documents come back as verbs."""

    def __init__(self, call: Call, provider: Provider) -> None:
        self._call_id = call.pk
        self._provider = provider

    async def offer(self, second: float = 0) -> Handoff:
        return await sync_to_async(lambda: offers.offer(self._call(), now=at(second)))()

    async def accept(self, rep: Rep, second: float = 1) -> Accepted | TakenBy | Gone:
        handoff = await self.handoff()
        return await sync_to_async(offers.accept)(handoff.id, rep, now=at(second))

    async def release(self, second: float) -> None:
        await sync_to_async(lambda: offers.release(self._call(), now=at(second)))()

    async def finish(self, outcome: Outcome, second: float) -> None:
        await sync_to_async(lambda: offers.on_session_finished(self._call(), outcome, now=at(second)))()

    async def fetch(self, second: float, state: ProviderStatus = ProviderStatus.ANSWERED, **said: Any) -> tuple[Verb, ...] | None:
        """The platform asks what comes next on the lead's call."""
        event = ProviderEvent(state=state, **said)
        document = await sync_to_async(lambda: next_step_document(self._call(), event, now=at(second)))()
        return None if document is None else parse_document(document)

    async def lead_hangs_up(self, second: float) -> None:
        """…or is hung up: the provider reports the end of the first call."""
        await sync_to_async(calls.on_provider_event)(self._call_id, ProviderEvent(state=ProviderStatus.COMPLETED, duration_s=60.0), at=at(second))

    async def rep_leg(self, second: float, state: ProviderStatus = ProviderStatus.ANSWERED, **said: Any) -> tuple[Verb, ...]:
        """The platform asks what comes next on the phone of the rep who was rung last."""
        return await self.rep_leg_of(await StaffCall.objects.alatest("created_at"), second, state, **said)

    async def rep_leg_of(
        self, staff_call: StaffCall, second: float, state: ProviderStatus = ProviderStatus.ANSWERED, **said: Any
    ) -> tuple[Verb, ...]:
        event = ProviderEvent(state=state, **said)
        document = await sync_to_async(rep_answering.document_for)(staff_call, event, now=at(second))
        return parse_document(document)

    async def tend(self, second: float) -> int:
        return await tending.tend(at(second), self._provider)

    async def handoff(self) -> Handoff:
        return await Handoff.objects.select_related("rep").aget(call_id=self._call_id)

    async def notes(self) -> list[str]:
        return [event.kind async for event in LiveEvent.objects.filter(call_id=self._call_id, kind__startswith="note.").order_by("id")]

    def _call(self) -> Call:
        return Call.objects.select_related("campaign", "line").get(pk=self._call_id)


@pytest.fixture
def story(hot_call: Call, provider: Provider) -> Story:
    return Story(hot_call, provider)


@pytest.fixture
def strategy_callback(hot_call: Call) -> None:
    line = hot_call.campaign.line
    line.strategy = HandoffStrategy.CALLBACK
    line.save(update_fields=["strategy"])


@pytest.fixture
def strategy_conference(hot_call: Call) -> None:
    line = hot_call.campaign.line
    line.strategy = HandoffStrategy.CONFERENCE
    line.save(update_fields=["strategy"])


@pytest.fixture
async def rung(story, strategy_callback, rehema):
    """Rehema accepted, the bot has hung up at second 5, her phone rings."""
    await story.offer()
    await story.accept(rehema)
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.lead_hangs_up(5.5)
    await story.tend(6)
    return story


@pytest.fixture
async def dialled(rung):
    """…she pressed 1 at second 20, Asha's phone rings."""
    await rung.rep_leg(15)
    await rung.rep_leg(20, digits="1")
    return rung


async def promised_call() -> Call:
    return await Call.objects.select_related("lead", "line").aget(occasion=Call.Occasion.PROMISED)


@pytest.fixture
def talk(hot_call: Call, rehema: Rep, loopback: None) -> Callable[..., Reservation]:
    """Rehema has talked with Asha from second 10 to second 60; returns a function that says how the campaign wants it."""

    def talked(**wishes: object) -> Reservation:
        Campaign.objects.filter(pk=hot_call.campaign_id).update(**wishes)
        hot_call.refresh_from_db()
        handoff = offers.offer(hot_call, now=NOW)
        offers.accept(handoff.id, rehema, now=at(1))
        handoff.refresh_from_db()
        move(handoff, HandoffEvent.DIAL_BRIDGED, now=at(10))
        end_bridge(handoff, now=at(60))
        return Reservation.objects.get(rep=rehema)

    return talked


@pytest.fixture
async def about_to_ring(story, strategy_callback, rehema):
    await story.offer()
    await story.accept(rehema)
    await story.finish(Outcome.CALLING_BACK, 5)
    await story.lead_hangs_up(5.5)
    return story


@pytest.fixture
def page(rehema) -> Client:
    client = Client()
    client.force_login(rehema.user)
    return client
