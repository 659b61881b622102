"""`manage.py rundialer`: places due calls, tends hand-offs, closes what nobody closed, until SIGTERM or SIGINT; then finishes what it began."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeAlias

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from campaigns import business_clock, dialer, janitor
from campaigns.dialer import Claimed
from campaigns.handoff import tending
from campaigns.provider import Provider
from leads import clock
from leads.management.tables import TableCommand

logger = logging.getLogger(__name__)

Work: TypeAlias = Callable[[datetime, Provider], Awaitable[object]]

IDLE_S = 0.25  # between looks for due calls, when there were none
TEND_S = 0.25  # between looks at hand-offs: a lead waits at the other end
TICK_S = 2.0  # between rounds of the janitor
MISHAP_S = 2.0  # after an unexpected failure, so that it does not spin


class Command(TableCommand):
    help = "Place due calls of running campaigns. Any number of dialers may run at once."

    def handle(self, *args: Any, **options: Any) -> None:
        business_clock.apply()
        asyncio.run(run_until_signalled())


async def run_until_signalled() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(stop)


async def run(stop: asyncio.Event) -> None:
    """Returns when `stop` is set and every call that was claimed has been placed."""
    n_planned = await sync_to_async(janitor.plan_anew)(clock.now())
    logger.info("dialer started, %d overdue calls planned anew", n_planned)
    async with Provider() as provider, asyncio.TaskGroup() as tasks:
        tasks.create_task(_repeat(stop, tending.tend, provider, TEND_S))
        tasks.create_task(_repeat(stop, janitor.tick, provider, TICK_S))
        await _dial(stop, provider, tasks)
    logger.info("dialer stopped, nothing is left half done")


async def _dial(stop: asyncio.Event, provider: Provider, tasks: asyncio.TaskGroup) -> None:
    """Each placement is a task of its own: one that the provider keeps waiting holds up no other."""
    while not stop.is_set():
        try:
            claim = await sync_to_async(dialer.claim_next)(clock.now())
        except DatabaseError:
            logger.exception("the next call could not be claimed")
            await sync_to_async(close_old_connections)()  # a database that was restarted is found again
            await _pause(stop, MISHAP_S)
            continue
        if isinstance(claim, Claimed):
            tasks.create_task(place(claim, provider))
        elif claim is None:
            await _pause(stop, IDLE_S)


async def place(claim: Claimed, provider: Provider) -> None:
    try:
        await dialer.place(claim, provider.client(claim.dialect), now=clock.now())
    except Exception:  # the edge of a task: the claim stays as it is, and the janitor treats it as unknown
        logger.exception("call %s was claimed and its placing failed", claim.call_id)


async def _repeat(stop: asyncio.Event, work: Work, provider: Provider, every_s: float) -> None:
    while not stop.is_set():
        try:
            await work(clock.now(), provider)
        except Exception:  # the edge of a loop: the next round does what this one did not
            logger.exception("a round of the dialer's housekeeping failed")
            await sync_to_async(close_old_connections)()
        await _pause(stop, every_s)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
