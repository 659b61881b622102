"""The dialer as a process: two at once ring nobody twice, a kill rings nobody twice, and SIGTERM finishes what was begun."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as project
from django.db import connection
from django.utils import timezone

from bridge.telephony.client import SautikitClient
from campaigns import campaign_life, dialer
from campaigns.management.commands import rundialer
from campaigns.models import BusinessClock, Call, Campaign, Line, ServerProcess
from campaigns.provider import Provider
from campaigns.states import CallStatus
from leads.consent import record_consent
from leads.models import Lead
from tests.campaigns.conftest import enrolled
from tests.campaigns.platform import HANG
from tests.conftest import NOW
from tests.leads.conftest import consent_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

DEADLINE_S = 180
Start = Callable[[], Awaitable[asyncio.subprocess.Process]]


def crowd(campaign: Campaign, n: int) -> None:
    leads = [
        Lead.objects.create(phone=f"+2547121300{number:02d}", name="Crowd", time_zone="Africa/Nairobi", market="KE", source="fair")
        for number in range(n)
    ]
    for lead in leads:
        record_consent(consent_of(lead), now=NOW)
    Line.objects.update(max_calls_in_flight=100, calls_per_second=1000)
    Campaign.objects.update(max_calls_in_flight=100)
    campaign_life.enroll(campaign, leads)
    Call.objects.update(due_at=NOW - timedelta(minutes=5))


@pytest.fixture
async def start(campaign, server, platform, tmp_path) -> AsyncIterator[Start]:
    """Starts dialers on a database of their own: a copy of this test's, or, on PostgreSQL, this test's itself."""
    started: list[asyncio.subprocess.Process] = []

    async def start_one() -> asyncio.subprocess.Process:
        url = await sync_to_async(shared_database_url)(tmp_path)
        environment = {**os.environ, "DATABASE_URL": url, "SAUTIKIT_API_URL": platform.url, "PUBLIC_URL": "", "SAUTIKIT_API_KEY": ""}
        process = await asyncio.create_subprocess_exec(sys.executable, "manage.py", "rundialer", cwd=project.BASE_DIR, env=environment)
        started.append(process)
        return process

    yield start_one
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


def shared_database_url(folder: Path) -> str:
    BusinessClock.objects.update_or_create(id=1, defaults={"offset_s": (NOW - timezone.now()).total_seconds()})
    ServerProcess.objects.update(heartbeat_at=timezone.now() + timedelta(minutes=1))
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    copy = copy_in(folder)
    if not copy.exists():
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
    return f"sqlite:///{copy}"


def copy_in(folder: Path) -> Path:
    return folder / "dialers.sqlite3"


async def stop(process: asyncio.subprocess.Process) -> int:
    process.send_signal(signal.SIGTERM)
    return await asyncio.wait_for(process.wait(), DEADLINE_S)


async def test_two_dialers_at_once_ring_each_lead_once(start, campaign, platform):
    await sync_to_async(crowd)(campaign, 30)
    dialers = [await start(), await start()]
    await platform.until_placed(30)
    assert [await stop(one) for one in dialers] == [0, 0]
    numbers = [asked.body["to"][0] for asked in platform.placed]
    assert len(numbers) == len(set(numbers)) == 30


async def test_a_dialer_that_was_killed_in_the_middle_rings_nobody_twice(start, campaign, platform, tmp_path):
    await sync_to_async(crowd)(campaign, 3)
    await sync_to_async(hold_back)("+254712130002")
    platform.replies = [HANG, HANG]
    killed = await start()
    await platform.until_placed(2)
    killed.kill()
    await killed.wait()
    await sync_to_async(make_all_due)(tmp_path)
    second = await start()
    await platform.until_placed(3)
    assert await stop(second) == 0
    assert sorted(asked.body["to"][0] for asked in platform.placed) == ["+254712130000", "+254712130001", "+254712130002"]


def hold_back(phone: str) -> None:
    Call.objects.filter(lead__phone=phone).update(due_at=NOW + timedelta(days=1))


def make_all_due(folder: Path) -> None:
    """In the dialers' database: whatever is queued there is due now."""
    if connection.vendor == "postgresql":
        Call.objects.filter(status=CallStatus.QUEUED).update(due_at=NOW)
        return
    with closing(sqlite3.connect(copy_in(folder))) as copy, copy:
        copy.execute("UPDATE campaigns_call SET due_at = '2026-11-24 07:00:00' WHERE status = 'queued'")


# ---- in this process --------------------------------------------------------------------------------------------------------


async def test_a_clean_stop_finishes_what_was_begun_and_places_nothing_new(campaign, server, platform, asha):
    call = await sync_to_async(enrolled)(campaign, asha)
    platform.replies = [HANG]
    stopping = asyncio.Event()
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(rundialer.run(stopping))
        await platform.until_placed(1)
        stopping.set()
        assert not running.done()
        platform.release.set()
    after = await Call.objects.aget(pk=call.pk)
    assert after.unknown_at is not None  # the platform broke off: begun, and brought to its end
    assert len(platform.placed) == 1


async def test_a_placement_that_hangs_holds_up_no_other(campaign, server, platform):
    await sync_to_async(crowd)(campaign, 3)
    platform.replies = [HANG]
    stopping = asyncio.Event()
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(rundialer.run(stopping))
        await platform.until_placed(3)
        stopping.set()
        platform.release.set()


async def test_a_claim_whose_placing_breaks_is_left_to_the_janitor(campaign, server, platform, asha, caplog):
    call = await sync_to_async(enrolled)(campaign, asha)
    claim = await sync_to_async(dialer.claim_next)(NOW)
    assert isinstance(claim, dialer.Claimed)

    class Broken(Provider):
        def client(self, dialect: str) -> SautikitClient:
            raise RuntimeError("a fault of ours")

    async with Broken() as provider:
        await rundialer.place(claim, provider)
    assert "its placing failed" in caplog.text
    assert (await Call.objects.aget(pk=call.pk)).status == CallStatus.DIALING
