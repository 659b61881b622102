"""One crash test from start to end: the simulated platform in this process, the victims, the reps at their queue, and the books.

This process's own database settings are the crash test's: see the command. Loopback only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command

from bridge.telephony.simulator.exchange import Exchange
from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import CallbackSettings, FaultKind, MediaSettings, Mishaps, SimulatorSettings
from campaigns import money
from campaigns.models import Call
from sautiqual.crash_test import people
from sautiqual.crash_test.balance import Balance, balance
from sautiqual.crash_test.bookkeeping import n_not_paid, read_books, what_is_open
from sautiqual.crash_test.front_door import FrontDoor
from sautiqual.crash_test.killing import Kills, Slot
from sautiqual.crash_test.nursery import Life
from sautiqual.crash_test.patience import allow_scripted_voices
from sautiqual.crash_test.points import Kind, Point
from sautiqual.crash_test.scene import PASSWORD, REPS, Crowd, set_scene
from sautiqual.crash_test.victims import Nursery
from sautiqual.crash_test.voices import REPLIES
from sautiqual.demo.rep import SimulatedRep
from sautiqual.processes import lasting_port

HOST = "127.0.0.1"
N_DIALERS = N_SERVERS = 2
READY_WITHIN_S = 30.0
OVER_WITHIN_S = 120.0  # after the last kill
LOOK_S = 0.5
TELL_EVERY_S = 10.0
MISHAPS = Mishaps(
    placing=((FaultKind.LOST_REPLY, 0.05), (FaultKind.HANG, 0.04), (FaultKind.SERVER_ERROR, 0.04), (FaultKind.RATE_LIMIT, 0.03)),
    reply_s=(0.0, 0.15),
    duplicated=0.1,
    late=0.1,
    lost=0.05,
    silent=0.35,
    reply_lost=0.05,
)


@dataclass(frozen=True, slots=True)
class Result:
    kills: Kills
    balance: Balance
    n_calls: int
    n_rings: int
    n_not_paid: int
    totals_off: tuple[str, ...]  # money: scopes whose running total is not the sum of its calls
    n_resumed: int

    @property
    def is_good(self) -> bool:
        return not self.findings

    @property
    def findings(self) -> list[str]:
        found, off = self.balance, (f"the money of {scope} is not the sum of its calls" for scope in self.totals_off)
        return [*found.rung_twice, *found.answers_lost, *found.leads_lost, *off]

    def as_json(self) -> dict[str, Any]:
        return {
            "kills": self.kills.n_done,
            "calls": self.n_calls,
            "rings": self.n_rings,
            "rung_twice": len(self.balance.rung_twice),
            "answers_lost": len(self.balance.answers_lost),
            "leads_lost": len(self.balance.leads_lost),
            "totals_off": len(self.totals_off),
            "not_paid": self.n_not_paid,
            "suspensions": self.kills.n_suspended,
            "pauses": self.n_resumed,
            "by_point": dict(sorted(self.kills.by_point.items())),
            "findings": self.findings,
        }


class CrashTest:
    """`tell` gets a line of progress now and then. `points`: the only ones to kill at; empty: all, and any moment."""

    def __init__(self, n_kills: int, seed: int, folder: Path, *, points: tuple[Point, ...] = (), tell: Callable[[str], object]) -> None:
        self._kills = Kills.planned(n_kills)
        self._n_kills = n_kills
        self._seed = seed
        self._folder = folder
        self._points = points
        self._tell = tell
        self._urls = [f"http://{HOST}:{lasting_port(HOST)}" for _ in range(N_SERVERS)]

    async def run(self) -> Result:
        """Raises VictimLeft, TimeoutError (it did not start), in an ExceptionGroup."""
        await asyncio.to_thread(self._prepare)
        async with Simulator(self._platform()) as simulator, _front_door(simulator), Nursery(self._folder / "victims.log") as nursery:
            crowd = Crowd(simulator.exchange.people.personas, Random(self._seed))
            for login, number in REPS.items():
                persona = people.REP_WHO_IS_OUT if login == "neema" and self._seed % 2 else people.REP
                simulator.exchange.people.personas[number] = replace(persona, number=number)
            await asyncio.to_thread(crowd.start)
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(work) for work in self._slots(nursery)]
                await self._until_ready()
                running += [group.create_task(SimulatedRep(self._urls[0], login, PASSWORD).work()) for login in REPS]
                await self._kill_on(crowd)
                await self._until_over(crowd)
                for task in running:
                    task.cancel()
            return await asyncio.to_thread(self._result, simulator.exchange, crowd)

    def _result(self, exchange: Exchange, crowd: Crowd) -> Result:
        books = read_books(exchange)
        totals_off = tuple(money.totals_that_are_off())
        return Result(self._kills, balance(books), len(books.rows), len(books.rings), n_not_paid(), totals_off, crowd.n_resumed)

    def _prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        allow_scripted_voices(REPLIES)
        set_scene()

    def _platform(self) -> SimulatorSettings:
        settings_ = SimulatorSettings(
            api_key=settings.SAUTIKIT_API_KEY,
            seed=self._seed,
            ring_s=1.0,
            ring_timeout_s=4.0,
            setup_s=0.05,
            dead_air_s=(4.0, 8.0),
            media=MediaSettings(jitter=0.1),
            callbacks=CallbackSettings(signing_secret=settings.SAUTIKIT_SIGNING_SECRETS[0], timeout_s=5.0, retry_waits_s=(0.3,) * 20),
            mishaps=MISHAPS,
        )
        return settings_.answering_at(f"{self._urls[0]}/voice/answer", f"{self._urls[0]}/voice/events")

    def _slots(self, nursery: Nursery) -> list[Coroutine[Any, Any, None]]:
        lives = [Life(f"server-{n}", Kind.SERVER, url) for n, url in enumerate(self._urls, start=1)]
        lives += [Life(f"dialer-{n}", Kind.DIALER) for n in range(1, N_DIALERS + 1)]
        lives += [Life("worker", Kind.WORKER)]
        return [Slot(life, nursery, self._kills, Random(f"{self._seed}:{life.name}"), self._points).run() for life in lives]

    async def _until_ready(self) -> None:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as http, asyncio.timeout(READY_WITHIN_S):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(f"{self._urls[0]}/readyz")).is_success:
                        return
                await asyncio.sleep(0.05)

    async def _kill_on(self, crowd: Crowd) -> None:
        loop = asyncio.get_running_loop()
        told_s = loop.time()
        while not self._kills.are_over:
            await asyncio.to_thread(crowd.refill)
            await asyncio.to_thread(crowd.resume)
            if loop.time() - told_s >= TELL_EVERY_S:
                told_s = loop.time()
                self._tell(f"{self._kills.n_done} of {self._n_kills} killed, {await asyncio.to_thread(Call.objects.count)} calls")
            await asyncio.sleep(LOOK_S)

    async def _until_over(self, crowd: Crowd) -> None:
        """Or until patience ends: what is open then is lost."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(OVER_WITHIN_S):
                while still := await asyncio.to_thread(what_is_open):
                    self._tell(f"waiting for everybody to be through: {still}")
                    await asyncio.to_thread(crowd.resume)
                    await asyncio.sleep(2.0)


def _front_door(simulator: Simulator) -> FrontDoor:
    """At the address that the victims know."""
    return FrontDoor(HOST, _port(settings.SAUTIKIT_API_URL), _port(simulator.url))


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])
