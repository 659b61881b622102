"""A campaign that calls Asha, a server to hold its calls, and a phone platform that answers as each test says."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction
from django.utils import timezone

from campaigns import campaign_life, money, servers
from campaigns.campaign_life import Action
from campaigns.models import Call, Campaign, Line, Preflight, Question, Script, ServerProcess
from campaigns.preflight.run import begin, preflight
from campaigns.provider import Provider
from campaigns.rehearsals import waive_if_missing
from leads import clock
from leads.models import Lead
from tests.campaigns.platform import Platform
from tests.conftest import NOW
from tests.leads.conftest import asha, baraka, chiku, daudi  # noqa: F401 - the cast
from tests.leads.facts import ACME
from tests.migrated import migrated_file

LINE_NUMBER = "+254711000001"
SEATS_RUBRIC = [{"when": {"at_least": 50}, "points": 70, "why": "a large team"}, {"when": {"at_most": 2}, "knock_out": True, "why": "too small"}]


@pytest.fixture(autouse=True)
def business_time() -> Iterator[None]:
    """Business time is NOW, give or take the run of the test."""
    clock.set_offset(NOW - datetime.now(UTC))
    yield
    clock.set_offset(timedelta())


@pytest.fixture
def month_is_copied(monkeypatch) -> None:
    """What the month's own database would have been migrated to is copied. That it is migrated, one test of the command shows."""

    def copied(*command: str, **_how: object) -> None:
        assert command == ("migrate",)
        shutil.copyfile(migrated_file(), connections["default"].settings_dict["NAME"])

    monkeypatch.setattr("campaigns.judge.month.database.call_command", copied)


@pytest.fixture
async def closed_connections() -> AsyncIterator[None]:
    """Async tests reach the database on a thread that nobody else tidies; PostgreSQL refuses to drop a database that is in use."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def platform(settings) -> AsyncIterator[Platform]:
    """A real HTTP server on this machine that speaks Sautikit's REST; each test says how it answers."""
    async with Platform() as running:
        settings.SAUTIKIT_API_URL = running.url
        settings.SAUTIKIT_API_KEY = ""
        settings.PUBLIC_URL = ""
        settings.SAUTIKIT_SIGNING_SECRETS = []
        yield running


@pytest.fixture
async def provider(platform: Platform) -> AsyncIterator[Provider]:
    async with Provider() as opened:
        yield opened


DISCLOSURE = (
    "I am {bot_name}, an AI calling for {organisation} with two questions. I record this call and share it with {organisation}. Say stop to stop."
)


@pytest.fixture
def loopback(settings) -> None:
    """For tests that place nothing: simulated lines are allowed."""
    settings.SAUTIKIT_API_URL = "http://127.0.0.1:9"
    settings.SAUTIKIT_API_KEY = ""
    settings.PUBLIC_URL = ""
    settings.SAUTIKIT_SIGNING_SECRETS = []


@pytest.fixture
def line(db: None) -> Line:
    return Line.objects.create(number=LINE_NUMBER, is_simulated=True, label="demo")


@pytest.fixture
def script(db: None) -> Script:
    return _script()


def _script() -> Script:
    script = Script.objects.create(name="Zawadi from Acme", organisation="Acme", disclosure=DISCLOSURE, hot_threshold=70)
    Question.objects.create(script=script, key="permission", position=1, kind="yes_no", role="permission", wording="Is now a good time?")
    Question.objects.create(script=script, key="seats", position=2, kind="number", wording="How many seats?", unit="seats", rubric=SEATS_RUBRIC)
    return script


def _campaign(line: Line, script: Script) -> Campaign:
    campaign_life.freeze(script)
    return Campaign.objects.create(name="Acme November", line=line, script=script, controller=ACME)


@pytest.fixture
def draft(line: Line, script: Script) -> Campaign:
    return Campaign.objects.create(name="December", line=line, script=script, controller=ACME)


@pytest.fixture(scope="session")
def foreseen_for_nobody(django_db_setup: None, django_db_blocker: Any) -> dict[str, Any]:
    """The result of a preflight of `campaign`, played once: with nobody enrolled it is always the same."""
    with django_db_blocker.unblock(), transaction.atomic():
        clock.set_offset(NOW - datetime.now(UTC))
        line = Line.objects.create(number=LINE_NUMBER, is_simulated=True, label="demo")
        result = preflight(_campaign(line, _script()), by="mosi").result
        clock.set_offset(timedelta())
        transaction.set_rollback(True)
    assert result is not None
    return dict(result)


@pytest.fixture
def campaign(line: Line, script: Script, foreseen_for_nobody: dict[str, Any]) -> Campaign:
    """Running, with nobody enrolled, as Mosi approved it."""
    campaign = _campaign(line, script)
    run = begin(campaign, by="mosi")
    Preflight.objects.filter(pk=run.pk).update(result=foreseen_for_nobody, finished_at=clock.now())
    Campaign.objects.update(status=Campaign.Status.RUNNING, approved_preflight=run, approved_by="mosi", approved_at=NOW)
    campaign.refresh_from_db()
    return campaign


def launch(campaign: Campaign, *, by: str = "mosi") -> list[str]:
    """The whole way from a draft to running; what stands in the way, empty: it runs."""
    waive_if_missing(campaign.script, by=by, why="A test of something else.")
    preflight(campaign, by=by)
    return campaign_life.change(campaign, Action.APPROVE, by=by) or campaign_life.change(campaign, Action.START, by=by)


@pytest.fixture
def server(db: None) -> ServerProcess:
    return servers.register("ws://127.0.0.1:8000", room=50)


def enrolled(campaign: Campaign, lead: Lead) -> Call:
    """One lead's first call, due at NOW."""
    campaign_life.enroll(campaign, [lead])
    Call.objects.filter(campaign=campaign, lead=lead).update(due_at=NOW)
    return Call.objects.get(campaign=campaign, lead=lead)


def live_call(campaign: Campaign, lead: Lead, **fields: object) -> Call:
    """A call that has been claimed and dialled, as the dialer leaves it."""
    claimed = {
        "line": campaign.line,
        "script": campaign.script,
        "status": "dialing",
        "voice": "embedded",
        "due_at": NOW,
        "dialled_at": NOW,
        "claimed_at": timezone.now(),
        "reserved_minor": 2100,
        "answer_token": f"answer-{lead.pk.hex}",
        "stream_token": f"stream-{lead.pk.hex}",
        "stream_expires_at": timezone.now() + timedelta(minutes=1),
        "attempt_number": 1,
    }
    call = Call.objects.create(campaign=campaign, lead=lead, **{**claimed, **fields})
    _count_money(call)
    return call


def _count_money(call: Call) -> None:
    """As the claim does, and the settlement of a call whose price is given."""
    today = timezone.localdate(call.dialled_at)
    Call.objects.filter(pk=call.pk).update(money_on=today, settled_at=None)
    money.count_reservation(call.campaign_id, call.reserved_minor, on=today)
    if call.settled_at is not None:
        money.settle(call, call.cost_minor, "KES", at=call.settled_at)
    call.money_on = today
