"""The kill switch: every door behind which a phone rings is shut while it is on, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as project
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from campaigns import dialer, dialing_stop, stop_all
from campaigns.dialer import Claimed, dial_next
from campaigns.management.commands import rundialer
from campaigns.models import BusinessClock, Call, DialDecision, DialingStop, Line, LiveEvent
from campaigns.states import CallStatus
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.platform import Platform
from tests.campaigns.test_rundialer import crowd, shared_database_url, start, stop  # noqa: F401 - the dialer as a process
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

STOPPED_WITHIN_S = 1.0
DEADLINE_S = 180


def shut(reason: str = "a wrong list") -> DialingStop:
    return stop_all.stop_all(by="mosi", reason=reason)


# ---- the row -----------------------------------------------------------------------------------------------------------------


def test_it_keeps_who_stopped_when_and_why():
    stopped = shut()
    assert (stopped.stopped_by, stopped.reason, stopped.resumed_at) == ("mosi", "a wrong list", None)
    assert abs(stopped.stopped_at - NOW) < timedelta(minutes=1)
    assert dialing_stop.why_stopped() == "All dialing is stopped by mosi: a wrong list."


def test_a_second_stop_changes_nothing_about_the_first():
    first = shut()
    assert stop_all.stop_all(by="rehema", reason="me too") == first
    assert DialingStop.objects.get().reason == "a wrong list"


def test_the_database_refuses_a_second_open_stop():
    shut()
    with pytest.raises(IntegrityError), transaction.atomic():
        DialingStop.objects.create(stopped_at=NOW, stopped_by="rehema")


def test_the_history_is_kept():
    shut()
    stop_all.resume_all(by="rehema")
    shut("again")
    assert [(row.reason, row.resumed_by) for row in DialingStop.objects.order_by("id")] == [("a wrong list", "rehema"), ("again", "")]


def test_resuming_what_was_never_stopped_does_nothing():
    assert stop_all.resume_all(by="mosi") is None
    assert not LiveEvent.objects.exists()


def test_the_consoles_are_told():
    shut()
    stop_all.resume_all(by="mosi")
    told = LiveEvent.objects.filter(kind="dialing").order_by("id").values_list("payload", flat=True)
    assert [payload["is_stopped"] for payload in told] == [True, False]


def test_the_log_says_that_it_was_stopped_and_not_why(caplog):
    shut("Asha complained")
    assert "all dialing is stopped" in caplog.text and "Asha" not in caplog.text


# ---- the dialer's doors --------------------------------------------------------------------------------------------------------


async def test_no_call_is_claimed_while_stopped(campaign, server, asha, provider, platform):
    call = await sync_to_async(enrolled)(campaign, asha)
    await sync_to_async(shut)()
    assert await dial_next(NOW, provider) is None
    assert platform.placed == []
    assert (await Call.objects.aget(pk=call.pk)).status == CallStatus.QUEUED
    assert not await DialDecision.objects.aexists()


async def test_a_call_claimed_before_the_stop_is_not_placed_after_it(campaign, server, asha, provider, platform):
    call = await sync_to_async(enrolled)(campaign, asha)
    claim = await sync_to_async(dialer.claim_next)(NOW)
    assert isinstance(claim, Claimed)
    await sync_to_async(shut)()
    await dialer.place(claim, provider.client(claim.dialect), now=NOW)
    after = await Call.objects.aget(pk=call.pk)
    assert platform.placed == []
    assert (after.status, after.dialled_at, after.reserved_minor) == (CallStatus.QUEUED, None, 0)


async def test_whoever_was_queued_is_called_once_after_the_resumption(campaign, server, asha, provider, platform):
    await sync_to_async(enrolled)(campaign, asha)
    await sync_to_async(shut)()
    assert await dial_next(NOW, provider) is None
    await sync_to_async(stop_all.resume_all)(by="mosi")
    await dial_next(NOW, provider)
    assert await dial_next(NOW, provider) is None
    assert len(platform.placed) == 1


async def test_a_stop_does_not_touch_calls_that_are_live(campaign, server, asha, provider, platform):
    call = await sync_to_async(live_call)(campaign, asha, status="in_progress", answered_at=NOW, provider_call_id="call-1")
    await sync_to_async(shut)()
    await dial_next(NOW, provider)
    assert (await Call.objects.aget(pk=call.pk)).status == CallStatus.IN_PROGRESS
    assert platform.hung_up == []


async def test_the_resumption_keeps_to_the_caps(campaign, server, platform, provider):
    await sync_to_async(crowd)(campaign, 12)
    await sync_to_async(shut)()
    await Line.objects.aupdate(max_calls_in_flight=4)
    await sync_to_async(stop_all.resume_all)(by="mosi")
    while await dial_next(NOW, provider) is not None:
        pass
    assert len(platform.placed) == 4


def test_retries_long_overdue_are_spread_by_the_resumption(campaign, asha, baraka):
    for lead in (asha, baraka):
        Call.objects.create(campaign=campaign, lead=lead, attempt_number=2, due_at=NOW - timedelta(hours=3))
    shut()
    stop_all.resume_all(by="mosi")
    due = sorted(Call.objects.values_list("due_at", flat=True))
    assert due[0] >= NOW and due[1] - due[0] > timedelta(minutes=1)


async def test_a_stop_that_waits_for_the_claim_still_holds_its_placing(campaign, server, asha, provider, platform):
    """The claim read "goes on" and the stop commits behind its back: the second look finds it."""
    await sync_to_async(enrolled)(campaign, asha)
    done = threading.Event()

    def stop_in_a_thread() -> None:
        try:
            shut()
        finally:
            connection.close()
            done.set()

    def claim() -> object:
        with transaction.atomic():
            found = dialer.claim_next(NOW)
            threading.Thread(target=stop_in_a_thread).start()
            if connection.vendor == "postgresql":
                assert done.wait(DEADLINE_S)
        assert done.wait(DEADLINE_S)
        return found

    claimed = await sync_to_async(claim)()
    assert isinstance(claimed, Claimed)
    await dialer.place(claimed, provider.client(claimed.dialect), now=NOW)
    assert platform.placed == []


# ---- the process ---------------------------------------------------------------------------------------------------------------


async def test_a_running_dialer_places_nothing_a_second_after_the_stop(campaign, server, platform):
    await sync_to_async(crowd)(campaign, 40)
    stopping = asyncio.Event()
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(rundialer.run(stopping))
        await platform.until_placed(2)
        await sync_to_async(shut)()
        await falls_silent(platform, before=40)
        await sync_to_async(stop_all.resume_all)(by="mosi")
        await platform.until_placed(40)
        stopping.set()
    assert rung_once(platform) == 40


async def test_the_command_stops_a_dialer_in_a_process_of_its_own(start, campaign, platform, tmp_path):  # noqa: F811
    """Real `manage.py stop_all` beside a real `manage.py rundialer`, on one database, while call after call falls due."""
    await sync_to_async(crowd)(campaign, 45)
    await sync_to_async(fall_due_one_by_one)()
    running = await start()
    await platform.until_placed(2)
    said = await manage(tmp_path, "stop_all", "--why", "a wrong list")
    assert "a wrong list" in said
    await falls_silent(platform, before=45)
    await sync_to_async(fall_due_at_once)()
    assert "Dialing goes on" in await manage(tmp_path, "stop_all", "--resume")
    await platform.until_placed(45)
    assert await stop(running) == 0
    assert rung_once(platform) == 45


def fall_due_one_by_one() -> None:
    """Far longer than a command takes to come up on a busy machine."""
    for number, call in enumerate(Call.objects.order_by("lead__phone")):
        Call.objects.filter(pk=call.pk).update(due_at=NOW + timedelta(seconds=number))


def fall_due_at_once() -> None:
    Call.objects.filter(due_at__gt=NOW).update(due_at=NOW)


async def manage(folder: Path, *command: str) -> str:
    environment = {**os.environ, "DATABASE_URL": await sync_to_async(shared_database_url)(folder), "PUBLIC_URL": ""}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "manage.py", *command, cwd=project.BASE_DIR, env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _nothing = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    assert process.returncode == 0
    return said.decode()


async def falls_silent(platform: Platform, *, before: int) -> None:
    """Within a second; then nobody is rung for as long again."""
    assert not await is_placed(platform, before)
    assert not await is_placed(platform, len(platform.placed) + 1)


async def is_placed(platform: Platform, n_calls: int) -> bool:
    try:
        async with asyncio.timeout(STOPPED_WITHIN_S):
            await platform.until_placed(n_calls)
    except TimeoutError:
        return False
    return True


def rung_once(platform: Platform) -> int:
    """How many different people were rung; nobody twice."""
    numbers = [asked.body["to"][0] for asked in platform.placed]
    assert len(numbers) == len(set(numbers))
    return len(numbers)


# ---- the command ---------------------------------------------------------------------------------------------------------------


def said_by(capsys, *arguments: str) -> str:
    call_command("stop_all", *arguments)
    return str(capsys.readouterr().out)


def test_the_command_says_who_when_why_and_how_to_go_on(capsys, monkeypatch):
    monkeypatch.setenv("LOGNAME", "mosi")
    said = said_by(capsys, "--why", "a wrong list")
    assert "All dialing is stopped by mosi (manage.py): a wrong list." in said
    assert "--resume" in said and "go on to their end: 0" in said


def test_the_command_resumes(capsys):
    shut()
    assert "stopped since" in said_by(capsys, "--resume")
    assert "Nothing was stopped" in said_by(capsys, "--resume")


def test_the_command_stops_even_where_a_demos_database_refuses_everything_else(capsys, settings):
    BusinessClock.objects.create(offset_s=60.0)
    settings.PUBLIC_URL = "https://calls.example.com"
    said_by(capsys)
    assert dialing_stop.is_stopped()
