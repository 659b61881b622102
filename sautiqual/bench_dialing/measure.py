"""Measures one database: decisions a second, an idle tick, the janitor's round; and which query took how long.

The network is left out: a claim is undone as one that was not sent. Everything else is what `rundialer` runs.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection

from campaigns import calls, dialer, janitor
from campaigns.handoff import tending
from campaigns.models import Call, Campaign, ServerProcess
from campaigns.provider import Provider
from campaigns.states import CallStatus
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry, Lead
from sautiqual.bench_dialing.rows import SPARE

N_DECISIONS = 200
N_TICKS = 10
LATER = timedelta(days=7)
UNTIL_NIGHT = timedelta(hours=14)
SLOW_MS = 0.5
_PLACEHOLDERS = re.compile(r"(\s*(%s|\?)\s*,?)+")


@dataclass(slots=True)
class Measured:
    """Milliseconds are medians."""

    leads: int
    decisions_per_s: dict[str, float] = field(default_factory=dict)  # by what was decided
    tick_ms: dict[str, float] = field(default_factory=dict)
    query_ms: dict[str, float] = field(default_factory=dict)  # the slowest of a tick and of a decision, by their SQL

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(campaign: Campaign, n_leads: int, *, now: datetime) -> Measured:
    measured, times = Measured(n_leads), QueryTimes()
    times.watch()
    measured.tick_ms["idle"] = _median_ms(lambda: dialer.claim_next(now))
    measured.tick_ms["janitor"], measured.tick_ms["hand-offs"] = asyncio.run(_housekeeping(times, now))
    _make_due(N_DECISIONS, now)
    measured.decisions_per_s["call"] = _per_second(now)
    _make_due(N_DECISIONS, now)
    _enter_on_list(N_DECISIONS, now)
    measured.decisions_per_s["refuse"] = _per_second(now)
    times.close()  # what prepares the rest is no query of the dialer's
    Call.objects.filter(status=CallStatus.QUEUED).update(due_at=now)  # the whole list at once
    times.watch()
    measured.decisions_per_s["call, all are due"] = _per_second(now)
    Campaign.objects.filter(pk=campaign.pk).update(max_calls_in_flight=0)
    measured.tick_ms["full, all are due"] = _median_ms(lambda: dialer.claim_next(now))
    Campaign.objects.filter(pk=campaign.pk).update(max_calls_in_flight=SPARE)
    measured.tick_ms["nightfall, all are due"] = _ms(lambda: dialer.claim_next(now + UNTIL_NIGHT))
    times.close()
    measured.query_ms = times.slow()
    return measured


def _per_second(now: datetime) -> float:
    """Claims, and gives each back for later, as one that was not sent."""
    ServerProcess.objects.update(heartbeat_at=now + LATER)
    started_s = time.perf_counter()
    for _ in range(N_DECISIONS):
        claim = dialer.claim_next(now)
        if claim is None:
            raise AssertionError("fewer calls were due than were made due")
        if isinstance(claim, dialer.Claimed):
            calls.requeue(claim.call_id, due_at=now + LATER)
    return round(N_DECISIONS / (time.perf_counter() - started_s), 1)


def _make_due(n_calls: int, now: datetime) -> None:
    waiting = Call.objects.filter(status=CallStatus.QUEUED, due_at__gt=now).values_list("pk", flat=True)
    Call.objects.filter(pk__in=list(waiting[:n_calls])).update(due_at=now)


def _enter_on_list(n_calls: int, now: datetime) -> None:
    due = Lead.objects.filter(calls__status=CallStatus.QUEUED, calls__due_at__lte=now).values_list("phone", flat=True)
    for phone in list(due[:n_calls]):
        add_to_do_not_call(phone, origin=DoNotCallEntry.Origin.STAFF, reason="benchmark", at=now)


async def _housekeeping(times: QueryTimes, now: datetime) -> tuple[float, float]:
    """A round of the janitor and one of the hand-offs, with nothing for either to do."""
    rounds: tuple[list[float], list[float]] = ([], [])
    await sync_to_async(times.watch)()
    async with Provider() as provider:
        for _ in range(N_TICKS):
            for work, took_ms in zip((janitor.tick, tending.tend), rounds, strict=True):
                started_s = time.perf_counter()
                await work(now, provider)
                took_ms.append((time.perf_counter() - started_s) * 1000)
    await sync_to_async(times.close)()
    return round(median(rounds[0]), 2), round(median(rounds[1]), 2)


def _median_ms(work: Callable[[], object]) -> float:
    return round(median(_ms(work) for _ in range(N_TICKS)), 2)


def _ms(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return round((time.perf_counter() - started_s) * 1000, 2)


class QueryTimes:
    """Milliseconds by SQL, of every thread that has called `watch`."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(list)

    def watch(self) -> None:
        """The connection of this thread."""
        connection.execute_wrappers.append(self._timed)

    def close(self) -> None:
        connection.execute_wrappers.remove(self._timed)
        connection.close()

    def slow(self) -> dict[str, float]:
        return {sql: round(median(times), 3) for sql, times in self.spent.items() if median(times) > SLOW_MS}

    def _timed(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        started_s = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if not sql.startswith(("SAVEPOINT", "RELEASE")):
                self.spent[_PLACEHOLDERS.sub(" ? ", sql)[:2000]].append((time.perf_counter() - started_s) * 1000)
