"""Who may be rung for a check, what stops one, and what becomes of its settings."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from bridge.telephony.simulator.asgi import Request, Response, app, route
from bridge.telephony.simulator.server import listening
from campaigns import money, servers, stop_all
from campaigns.line_check.applying import apply
from campaigns.line_check.notes import note
from campaigns.line_check.running import begin, carry_out, end_broken_off, result_of
from campaigns.models import Line, LineCheck, LineCheckEntry, Organisation, Rep, StaffCall
from campaigns.states import CallStatus
from leads import clock, do_not_call
from leads.models import DoNotCallEntry, Lead
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.line_check.test_findings import DEAD_AIR, whole
from tests.campaigns.platform import Reply
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]


@pytest.fixture
def operator(db: None) -> Rep:
    return make_rep("Mosi", "+254722000021")


def begun(line: Line, rep: Rep) -> LineCheck:
    check = begin(line, rep, by="mosi")
    assert isinstance(check, LineCheck), check
    return check


async def carried_out(line: Line, rep: Rep, provider: Any) -> LineCheck:
    return await carry_out((await sync_to_async(begun)(line, rep)).pk, provider, speed=50.0)


# ---- who may be rung ----


def unverified(rep: Rep) -> None:
    Rep.objects.filter(pk=rep.pk).update(is_verified=False)


def of_a_lead(rep: Rep) -> None:
    Lead.objects.create(phone=rep.number)


def not_to_be_called(rep: Rep) -> None:
    do_not_call.add_to_do_not_call(rep.number, origin=DoNotCallEntry.Origin.STAFF, reason="asked", at=NOW)


def on_a_stopped_platform(rep: Rep) -> None:
    stop_all.stop_all(by="mosi", reason="a fire drill")


def on_a_line_that_is_not_active(rep: Rep) -> None:
    Line.objects.update(is_active=False)


OBSTACLES = [unverified, of_a_lead, not_to_be_called, on_a_stopped_platform, on_a_line_that_is_not_active]


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_nobody_is_rung_who_may_not_be(obstacle, line, operator, loopback):
    obstacle(operator)
    operator.refresh_from_db()
    line.refresh_from_db()
    why = begin(line, operator, by="mosi")
    assert isinstance(why, list) and why
    assert not LineCheck.objects.exists()


@pytest.mark.parametrize("obstacle", OBSTACLES)
async def test_what_came_in_the_way_after_the_start_still_stops_the_ring(obstacle, line, operator, provider, platform, healthy):
    check = await sync_to_async(begun)(line, operator)
    await sync_to_async(obstacle)(operator)
    ended = await carry_out(check.pk, provider, speed=50.0)
    assert ended.failure and ended.ended_at is not None
    assert platform.placed == []
    assert not await StaffCall.objects.aexists()


async def test_a_budget_without_room_stops_it(line, operator, provider, platform, healthy):
    await Organisation.objects.acreate(pk=1, day_budget_minor=10)
    ended = await carried_out(line, operator, provider)
    assert ended.failure == "The budget of the organisation for today has no room for the check."
    assert platform.placed == []


def test_one_line_is_checked_once_at_a_time(line, operator, loopback):
    begun(line, operator)
    assert begin(line, make_rep("Juma", "+254722000022"), by="mosi") == ["This line is being checked at this moment. Wait until that check is over."]


# ---- before and while it rings ----


@pytest.fixture
async def healthy(platform, closed_connections) -> AsyncIterator[None]:
    """A server of ours that answers for its health, and for nothing else."""

    async def well(request: Request) -> Response:
        return Response(200)

    async def nothing(request: Request) -> Response:
        return Response(404)

    listener = socket.create_server(("127.0.0.1", 0))
    async with listening(app([route("GET", "/healthz", well)], nothing), listener) as url:
        await sync_to_async(servers.register)(url.replace("http", "ws"), room=5)
        yield


async def test_when_we_do_not_reach_ourselves_nobody_is_rung(line, operator, provider, platform, server):
    ended = await carried_out(line, operator, provider)
    assert ended.failure.startswith("Our own address cannot be reached")
    assert platform.placed == []


async def test_without_a_server_of_ours_nobody_is_rung(line, operator, provider, platform):
    ended = await carried_out(line, operator, provider)
    assert ended.failure == "No server of ours is running that could answer the platform. Start it with manage.py run."


async def test_a_refusal_leaves_the_platform_s_words_and_no_money(line, operator, provider, platform, healthy):
    platform.replies = [Reply(402, {"error": {"code": "wallet.insufficient_funds", "message": "the wallet is empty"}})]
    ended = await carried_out(line, operator, provider)
    assert "the wallet is empty" in ended.failure
    assert await sync_to_async(money.totals_that_are_off)() == ()
    assert (await StaffCall.objects.aget()).cost_minor == 0


async def test_an_unknown_outcome_is_not_repeated(line, operator, provider, platform, healthy):
    platform.replies = [Reply(502, {})]
    ended = await carried_out(line, operator, provider)
    assert "it is not rung twice" in ended.failure
    assert len(platform.placed) == 1
    assert (await StaffCall.objects.aget()).status == CallStatus.OUTCOME_UNKNOWN


# ---- when its process has died ----


def test_a_check_whose_process_has_died_does_not_block_its_line(line, operator, loopback):
    dead = begun(line, operator)
    LineCheck.objects.update(started_at=clock.now() - timedelta(minutes=7))
    begun(line, operator)
    dead.refresh_from_db()
    assert dead.ended_at is not None and "Start it again" in dead.failure


def test_a_check_of_which_something_was_just_noted_is_alive(line, operator, loopback):
    check = begun(line, operator)
    LineCheck.objects.update(started_at=clock.now() - timedelta(minutes=7))
    note(check.pk, whole()[0])
    assert end_broken_off() == 0
    LineCheckEntry.objects.update(at=timezone.now() - timedelta(minutes=7))
    assert end_broken_off() == 1


# ---- saving what was found ----


def ended_check(line: Line, rep: Rep, seen: Any = DEAD_AIR) -> LineCheck:
    check = LineCheck.objects.create(line=line, rep=rep, started_by="mosi", started_at=NOW)
    for each in seen:
        note(check.pk, each)
    check.findings, check.ended_at = result_of(check).as_json(), NOW
    check.save(update_fields=["findings", "ended_at"])
    return check


def test_nothing_changes_before_somebody_says_so_and_the_old_settings_are_kept(line, operator):
    check = ended_check(line, operator)
    line.refresh_from_db()
    assert (line.strategy, line.health_note) == ("dial", "")
    assert apply(check, by="mosi") == ""
    line.refresh_from_db()
    assert line.strategy == "callback"
    assert line.health_note.startswith("Checked 2026-11-24; after a stream: dead air; killAudio obeyed")
    assert (check.applied, check.applied_by) == ({"strategy": ["dial", "callback"]}, "mosi")


def test_it_is_saved_once(line, operator):
    check = ended_check(line, operator)
    assert apply(check, by="mosi") == ""
    Line.objects.update(strategy="dial")
    assert apply(check, by="zuri") == "mosi has saved these settings already."
    assert Line.objects.get().strategy == "dial"


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        pytest.param(lambda check: Line.objects.update(strategy="callback"), "was changed since", id="somebody set the line meanwhile"),
        pytest.param(lambda check: LineCheck.objects.update(ended_at=None), "not over", id="it is still at work"),
        pytest.param(lambda check: LineCheck.objects.update(findings={}), "did not find out", id="it found nothing"),
    ],
)
def test_what_does_not_fit_is_not_saved(spoil, word, line, operator):
    check = ended_check(line, operator)
    spoil(check)
    check.refresh_from_db()
    assert word in apply(check, by="mosi")
    assert Line.objects.get().health_note == ""


def test_a_check_without_what_is_essential_is_not_saved(line, operator):
    assert "did not find out" in apply(ended_check(line, operator, whole()[:3]), by="mosi")
