"""Everything a story needs, running: a simulated platform in this process, and server, dialer and worker as processes with a
database of their own. What happened is read over REST, as an integrator would, and from the platform's own books."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.call import Call as PlatformCall
from bridge.telephony.simulator.persona import Persona
from bridge.telephony.simulator.playout import HeardLine
from bridge.telephony.simulator.server import Simulator
from bridge.telephony.simulator.settings import CallbackSettings, MediaSettings, SimulatorSettings
from sautiqual.crash_test.database import own_database
from sautiqual.processes import Processes, Program, free_port, server, until_ready
from sautiqual.settings import BASE_DIR
from tests.journeys.far_voice import VOICE_FOLDER
from tests.journeys.people import REP, REP_WHO_IS_OUT
from tests.journeys.scene import CONTINUES, REP_NUMBERS, SALMA, SALMA_NUMBER
from tests.journeys.voices import GOOD_TIME, QUESTIONS, SCRIPT
from tests.journeys.wire import Wire
from tests.migrated import copy_to

T = TypeVar("T")

HOST = "127.0.0.1"
SECRET = "journeys-signing-secret"
ENDED = {"completed", "no_answer", "busy", "failed", "canceled", "blocked", "outcome_unknown"}
DIALER = Program("dialer", ("-m", "tests.journeys.hasty", "rundialer"))
WORKER = Program("worker", ("-m", "tests.journeys.hasty", "db_worker", "--queue-name", "*", "--interval", "0.2"))
CONSENT = {
    "kind": "given",
    "purpose": "marketing",
    "channel": "web form",
    "covers_automated_voice": True,
    "controller": "Acme Ltd",
    "wording": "Acme Ltd may call me with an automated AI voice and record the call.",
    "language": "en",
    "evidence": {"form": "https://acme.example/quote"},
    "grade": "written",
}


async def until(is_so: Callable[[], T | Awaitable[T]], what: str, *, within_s: float = 180.0) -> T:
    """Polls until the answer is truthy, and gives it. Fails with `what` did not happen."""
    deadline_s = asyncio.get_running_loop().time() + within_s
    while True:
        answer = is_so()
        pause_s = 0.02
        if isinstance(answer, Awaitable):  # over REST, which costs our server time
            answer, pause_s = await answer, 0.2
        if answer:
            return answer
        assert asyncio.get_running_loop().time() < deadline_s, f"within {within_s} s it did not happen: {what}"
        await asyncio.sleep(pause_s)


@dataclass(frozen=True)
class Lead:
    lead_id: str
    number: str


@dataclass
class Stage:
    simulator: Simulator
    processes: Processes
    wire: Wire  # between the platform and our server: web hooks and media
    server: Program
    http: httpx.AsyncClient  # signed in as an integrator, at /api/v1
    server_url: str
    business_ahead: timedelta  # of real time
    voice_folder: Path  # see `far_voice`
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # ---- processes

    async def start(self, program: Program) -> None:
        await self.processes.start(program)
        if program is self.server:
            await until_ready(f"{self.server_url}/readyz", self.processes, within_s=180.0)

    # ---- people and campaigns

    def moves_in(self, persona: Persona, number: str = "") -> str:
        """The person lives at this number, or at a fresh one, which is returned."""
        number = number or f"+2547123{next(self._numbers):05d}"
        self.simulator.exchange.people.personas[number] = replace(persona, number=number)
        return number

    async def lead(self, persona: Persona, *, number: str = "", consent: dict[str, Any] | None = None, **fields: Any) -> Lead:
        number = self.moves_in(persona, number)
        body = {"phone": number, "time_zone": "Africa/Nairobi", "language": "en", "source": "web form", **fields}
        lead = await self.post("/leads", body)
        await self.post(f"/leads/{lead['id']}/consents", consent or CONSENT)
        return Lead(lead["id"], number)

    async def leads(self, persona: Persona, n: int) -> list[Lead]:
        return [await self.lead(persona) for _ in range(n)]

    async def campaign(self, leads: list[Lead], *, voice: str = "scripted_cold", **fields: Any) -> int:
        """Made, filled and started."""
        name = uuid.uuid4().hex
        script = {**SCRIPT, "name": name, "questions": [GOOD_TIME, *QUESTIONS], **fields.pop("script", {})}
        body = {"name": name, "purpose": "marketing", "controller": "Acme Ltd", "line": CONTINUES, "script": script, "voice": voice, **fields}
        campaign_id: int = (await self.post("/campaigns", body))["id"]
        await self.run(campaign_id, leads)
        return campaign_id

    async def run(self, campaign_id: int, leads: list[Lead]) -> None:
        await self.enrol(campaign_id, leads)
        campaign = await self.get(f"/campaigns/{campaign_id}")
        if (await self.get(f"/scripts/{campaign['script_id']}"))["rehearsal"]["state"] == "missing":
            waiver = {"by": "Mosi", "why": "A story of simulated people."}
            await self.post(f"/scripts/{campaign['script_id']}/rehearsal-waiver", waiver)
        for step in ("preflight", "approve", "start"):
            await self.post(f"/campaigns/{campaign_id}/{step}")

    async def enrol(self, campaign_id: int, leads: list[Lead]) -> None:
        await self.post(f"/campaigns/{campaign_id}/leads", {"lead_ids": [lead.lead_id for lead in leads]})

    async def hours_pass(self, lead: Lead, *, voice: str = "") -> None:
        """What is queued for this lead is due now, or without a voice what a rep has promised them; see `sooner`."""
        wanted = json.dumps({"lead_id": lead.lead_id} | ({"voice": voice} if voice else {}))
        process = await self.processes.start(Program("sooner", ("-m", "tests.journeys.sooner", wanted)))
        assert await process.wait() == 0, "nothing was queued or promised for this lead"

    # ---- what an integrator sees

    async def get(self, path: str, **query: Any) -> Any:
        return _json(await self.http.get(path.lstrip("/"), params=query))

    async def post(self, path: str, body: Any = None) -> Any:
        return _json(await self.http.post(path.lstrip("/"), json=body))

    async def calls(self, campaign_id: int) -> list[dict[str, Any]]:
        """All attempts as rows of the list, the first one first."""
        rows: list[dict[str, Any]] = (await self.get("/calls", campaign_id=campaign_id, limit=200))["items"]
        return rows[::-1]

    async def call_of(self, lead: Lead, attempt: int = 1) -> dict[str, Any]:
        rows = (await self.get("/calls", lead_id=lead.lead_id))["items"]
        found = next(row for row in rows if row["attempt_number"] == attempt)
        call: dict[str, Any] = await self.get(f"/calls/{found['id']}")
        return call

    async def their_call_over(self, lead: Lead) -> dict[str, Any]:
        """The lead's call to us, once it has ended with a result."""

        async def over() -> dict[str, Any] | None:
            rows = (await self.get("/calls", lead_id=lead.lead_id, occasion="inbound"))["items"]
            return rows[0] if rows and is_over(rows[0]) else None

        row: dict[str, Any] = await until(over, "the lead's call to us is over", within_s=180.0)
        call: dict[str, Any] = await self.get(f"/calls/{row['id']}")
        return call

    async def first_calls_over(self, campaign_id: int, *, within_s: float = 180.0) -> list[dict[str, Any]]:
        """Every first attempt, once all have ended with a result."""

        async def over() -> list[dict[str, Any]]:
            firsts = [call for call in await self.calls(campaign_id) if call["attempt_number"] == 1]
            return firsts if all(is_over(call) for call in firsts) else []

        rows: list[dict[str, Any]] = await until(over, "every first attempt is over", within_s=within_s)
        return [await self.get(f"/calls/{row['id']}") for row in rows]

    # ---- what the platform knows

    @property
    def platform_calls(self) -> list[PlatformCall]:
        return self.simulator.exchange.calls

    def platform_call(self, lead: Lead) -> PlatformCall | None:
        return next((call for call in self.platform_calls if call.leg.number == lead.number), None)

    def rings(self, leads: list[Lead]) -> list[int]:
        """How often each phone rang, in their order."""
        rung = Counter(dial.number for dial in self.simulator.exchange.dials)
        return [rung[lead.number] for lead in leads]

    def heard(self, lead: Lead, words: str) -> HeardLine | None:
        """The line of the bot with these words, from its first sample on."""
        call = self.platform_call(lead)
        return next((line for line in call.lines if words in line.line.text), None) if call else None

    @contextmanager
    def faults(self, *kinds: Any) -> Iterator[None]:
        """What the next calls that are placed meet; what is left over is forgotten."""
        pending = self.simulator.exchange.desk.faults
        pending.extend(kinds)
        try:
            yield
        finally:
            pending.clear()


def is_over(call: dict[str, Any]) -> bool:
    """The phone is down, and if somebody was reached, the session has said with what result."""
    return call["status"] in ENDED and (call["answered_at"] is None or call["disposition"] is not None)


def values(call: dict[str, Any]) -> dict[str, Any]:
    """What was answered, by question; that it was a good time is left out."""
    return {answer["question_id"]: answer["value"] for answer in call["answers"] if answer["question_id"] != GOOD_TIME["key"]}


def refusals(call: dict[str, Any]) -> set[str]:
    return {reason["reason"] for decision in call["dial_decisions"] for reason in decision["reasons"]}


@asynccontextmanager
async def stage(
    folder: Path, *, dialect: Dialect = Dialect.SDK, layout: ChannelLayout = ChannelLayout.STEREO, scene: str = "tests.journeys.scene"
) -> AsyncIterator[Stage]:
    """`scene` is the module that fills the database, and prints what `tests.journeys.scene` prints."""
    async with AsyncExitStack() as stack:
        port = free_port(HOST, ())
        wire = await stack.enter_async_context(Wire(port))
        simulator = await stack.enter_async_context(Simulator(_platform(wire.url, dialect, layout)))
        # A database of its own, of the kind that the tests run on.
        database_url = stack.enter_context(own_database(os.environ.get("DATABASE_URL", ""), folder, prefix="journey"))
        await asyncio.to_thread(copy_to, database_url)
        environment = _environment(folder, database_url=database_url, server_url=wire.url, api_url=simulator.url)
        key, ahead_s = await _set_scene(environment, dialect, layout, scene)
        processes = await stack.enter_async_context(Processes(environment))
        server_url = f"http://{HOST}:{port}"
        headers = {"Authorization": f"Bearer {key}"}
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"{server_url}/api/v1/", headers=headers, timeout=60.0))
        made = Stage(simulator, processes, wire, _scripted(server(HOST, port)), http, server_url, timedelta(seconds=ahead_s), folder)
        for login, number in {**REP_NUMBERS, SALMA: SALMA_NUMBER}.items():
            made.moves_in(REP_WHO_IS_OUT if login == "neema" else REP, number)
        for program in (DIALER, WORKER, made.server):
            await made.start(program)
        yield made


def _platform(our_url: str, dialect: Dialect, layout: ChannelLayout) -> SimulatorSettings:
    both_tracks = ChannelLayout.STEREO if layout is ChannelLayout.MONO else layout
    settings = SimulatorSettings(
        dialect=dialect,
        ring_s=1.0,
        ring_timeout_s=10.0,
        setup_s=0.05,
        media=MediaSettings(both_tracks=both_tracks, jitter=0.1),
        # A server that is being restarted is asked again soon, and often enough.
        callbacks=CallbackSettings(signing_secret=SECRET, retry_waits_s=(0.5,) * 20),
    )
    return settings.answering_at(f"{our_url}/voice/answer", f"{our_url}/voice/events")


def _environment(folder: Path, *, database_url: str, server_url: str, api_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SERVER_URL": server_url,
        "SAUTIKIT_API_URL": api_url,
        "SAUTIKIT_API_KEY": SimulatorSettings().api_key,
        "SAUTIKIT_SIGNING_SECRETS": SECRET,
        "SECRET_KEY": "journeys",
        "PUBLIC_URL": "",
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "WARNING",
        VOICE_FOLDER: str(folder),
    }


async def _set_scene(environment: dict[str, str], dialect: Dialect, layout: ChannelLayout, scene: str) -> tuple[str, float]:
    wanted = json.dumps({"dialect": dialect, "layout": layout})
    command = (sys.executable, "-m", scene, wanted)
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment}, cwd=BASE_DIR, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0, "the scene could not be set"
    key, ahead_s = printed.decode().split()[-2:]
    return key, float(ahead_s)


def _scripted(program: Program) -> Program:
    return Program("server", tuple(a.replace("sautiqual.asgi", "tests.journeys.scripted_asgi") for a in program.arguments))


def _json(reply: httpx.Response) -> Any:
    assert reply.is_success, f"{reply.request.method} {reply.request.url.path} gave {reply.status_code}: {reply.text[:500]}"
    return reply.json()
