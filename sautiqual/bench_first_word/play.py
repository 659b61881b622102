"""People who pick up, hear the first word and put the receiver down: the real dialer, server and worker, a simulated platform in this process.

This process's own settings are the benchmark's: see the command. Loopback only; a voice's provider is faked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import quantiles
from typing import Any

from django.conf import settings
from django.core.management import call_command

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.persona import Answering, Persona, Rule, load_personas
from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import CallbackSettings, SimulatorSettings
from campaigns.models import Campaign, Line
from sautiqual.demo import cast
from sautiqual.demo.faked import faked
from sautiqual.demo.play import start_campaigns
from sautiqual.processes import Processes, Program, manage, server, until_ready

READY_WITHIN_S = 60.0
OVER_WITHIN_S = 240.0
QUIET = {"LOG_LEVEL": "ERROR"}
COLD = "sautiqual.bench_first_word.cold_asgi"
LISTENER = Persona(
    "listener",
    "",
    from_number=cast.LINE_A,
    answer=Answering(after_rings=1.0),
    rules=(Rule(hang_up=True, interrupt_after_ms=300),),
    max_hellos=0,
)


_FIGURES = ("p50_ms", "p95_ms", "max_ms")


@dataclass(frozen=True, slots=True)
class FirstWords:
    """Milliseconds from picking up to the first sound of the bot that the callee hears, by the simulator's clock; None: never."""

    voice: str
    is_warm: bool
    waits_ms: tuple[int | None, ...]

    @property
    def heard_ms(self) -> list[int]:
        return [wait_ms for wait_ms in self.waits_ms if wait_ms is not None]

    def as_json(self) -> dict[str, Any]:
        heard_ms = self.heard_ms
        cuts = quantiles(heard_ms, n=20, method="inclusive") if len(heard_ms) > 1 else heard_ms * 19
        figures = {"p50_ms": round(cuts[9]), "p95_ms": round(cuts[18]), "max_ms": max(heard_ms)} if cuts else dict.fromkeys(_FIGURES)
        return {
            "voice": self.voice,
            "warm": self.is_warm,
            "calls": len(self.waits_ms),
            "heard_nothing": self.waits_ms.count(None),
            **figures,
            "waits_ms": list(self.waits_ms),
        }


async def play(voice: str, n_calls: int, *, is_warm: bool, open_late_s: float) -> FirstWords:
    """Raises ProcessDied, TimeoutError."""
    everyone = load_personas(SimulatorSettings().personas_folder)
    people = [_listener(n) for n in range(n_calls)]
    await asyncio.to_thread(_prepare, people, everyone, voice)
    async with (
        Simulator(_platform()) as simulator,
        faked(voice, open_late_s=open_late_s) as told,
        Processes({**QUIET, **told}) as all_,
    ):
        simulator.exchange.people.personas.update({person.number: person for person in people})
        host, port = settings.SERVER_URL.removeprefix("http://").split(":")
        await all_.start(server(host, int(port)) if is_warm else _cold(server(host, int(port))))
        await all_.start(manage("worker", "db_worker", "--interval", "1"))
        await until_ready(f"{settings.SERVER_URL}/readyz", all_, within_s=READY_WITHIN_S)
        await asyncio.to_thread(start_campaigns)
        await all_.start(manage("dialer", "rundialer"))
        calls = simulator.exchange.calls
        async with asyncio.timeout(OVER_WITHIN_S):
            while len(calls) < n_calls or any(call.is_live for call in calls):  # noqa: ASYNC110 - nobody tells
                all_.check()
                await asyncio.sleep(0.2)
    return FirstWords(voice, is_warm, tuple(_waited_ms(call) for call in calls[:n_calls]))


def _listener(n: int) -> Persona:
    lead = {"name": f"Listener {n}", "zone": "Africa/Nairobi", "consent": "given"}
    return replace(LISTENER, name=f"listener_{n}", number=f"+2547123{n:05d}", lead=lead)


def _prepare(people: Sequence[Persona], everyone: Sequence[Persona], voice: str) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    cast.load(people, everyone, dialect=Dialect.SDK, layout=ChannelLayout.MONO, voice=voice)
    Line.objects.update(calls_per_second=2)
    Campaign.objects.update(max_calls_in_flight=3)


def _platform() -> SimulatorSettings:
    made = SimulatorSettings(
        port=int(settings.SAUTIKIT_API_URL.rsplit(":", 1)[1]),
        api_key=settings.SAUTIKIT_API_KEY,
        callbacks=CallbackSettings(signing_secret=settings.SAUTIKIT_SIGNING_SECRETS[0]),
    )
    return made.answering_at(f"{settings.SERVER_URL}/voice/answer", f"{settings.SERVER_URL}/voice/events")


def _cold(program: Program) -> Program:
    return Program(program.name, tuple(argument.replace("sautiqual.asgi", COLD) for argument in program.arguments))


def _waited_ms(call: Call) -> int | None:
    heard_s = [line.audible_from_s for line in call.lines if line.audible_from_s is not None]
    return round(min(heard_s) * 1000) if heard_s else None
