"""The demo from start to end: a fresh database, the processes, two reps at their queue, the calls, the table."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
from django.conf import settings
from django.core.management import call_command

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.persona import Persona, load_personas
from bridge.telephony.simulator.settings import SimulatorSettings
from bridge.voice.catalogue import EMBEDDED
from campaigns import campaign_life
from campaigns.campaign_life import Action
from campaigns.models import Call, Campaign, Handoff, StaffCall
from campaigns.preflight.run import preflight
from campaigns.rehearsals import rehearsal_obstacles
from campaigns.rehearsing.briefs import Cast
from campaigns.rehearsing.run import rehearse_now
from campaigns.states import LIVE, CallStatus, HandoffStatus
from leads import clock
from sautiqual.demo import cast
from sautiqual.demo.faked import faked
from sautiqual.demo.rep import SimulatedRep
from sautiqual.demo.report import Person, person, table
from sautiqual.demo.watch import Watch
from sautiqual.processes import ProcessDied, Processes, cancelled_by_sigterm, free_port, manage, server, until_ready

DEMO_DATABASE = Path(settings.VAR_DIR) / "demo.sqlite3"
READY_WITHIN_S = 60.0
PLAY_WITHIN_S = 420.0
SETTLE_WITHIN_S = 15.0
LOOK_S = 0.25


class PersonaUnknown(Exception):
    """No simulated person has this name."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    seed: int = 1
    dialect: Dialect = Dialect.SDK
    layout: ChannelLayout = ChannelLayout.MONO
    has_phone_line: bool = False
    personas: tuple[str, ...] = ()
    voice: str = EMBEDDED.name  # any other one talks with its provider's server, faked here
    stays_up: bool = False


class Demo:
    """One run. `write` gets each line of what a person at the terminal sees."""

    def __init__(self, options: DemoOptions, *, write: Callable[[str], object]) -> None:
        self._options = options
        self._write = write
        self._everyone = load_personas(SimulatorSettings().personas_folder)

    async def run(self) -> list[Person]:
        """The people in the order of the table. Raises PersonaUnknown, ProcessDied, TimeoutError."""
        leads = self._chosen_leads()
        self._callers = [persona.number for persona in leads if persona.calls_back_after_s]
        self._write(f"Making a fresh demo database, var/{DEMO_DATABASE.name} …")
        await asyncio.to_thread(self._prepare, leads)
        async with faked(self._options.voice) as told, Processes({"LOG_LEVEL": "WARNING", **told}) as processes, cancelled_by_sigterm():
            await self._start(processes)
            if self._options.stays_up:
                self._write(where_to_look("\nWatch it in a browser:"))
            people = await self._with_reps(processes, leads)
        self._write(cpu_line(processes.cpu_s, people))
        return people

    async def _with_reps(self, processes: Processes, leads: list[Persona]) -> list[Person]:
        try:
            async with asyncio.TaskGroup() as group:
                reps = [group.create_task(self._rep(login).work()) for login in cast.REP_LOGINS]
                await self._play(processes)
                people = await self._report(leads)
                if self._options.stays_up:
                    await self._stay_up()
                for rep in reps:
                    rep.cancel()
        except ExceptionGroup as problems:
            raise what_happened(problems) from problems
        return people

    def _chosen_leads(self) -> list[Persona]:
        leads = [persona for persona in self._everyone if persona.expected]
        names = {persona.name for persona in leads}
        if unknown := [name for name in self._options.personas if name not in names]:
            raise PersonaUnknown(f"Nobody is called {unknown[0]!r}. There are: {', '.join(sorted(names))}.")
        return [persona for persona in leads if not self._options.personas or persona.name in self._options.personas]

    def _prepare(self, leads: list[Persona]) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{DEMO_DATABASE}{suffix}").unlink(missing_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        instant = cast.load(leads, self._everyone, dialect=self._options.dialect, layout=self._options.layout, voice=self._options.voice)
        self._write(f"Business time starts at {instant:%A %d %B %Y, %H:%M} in Nairobi, by an offset of the clock; no rule is switched off.")

    async def _start(self, processes: Processes) -> None:
        for url in (settings.SERVER_URL, settings.SAUTIKIT_API_URL):
            still_free(url)
        await processes.start(manage("simulator", "simulator", *self._simulator_arguments()))
        host, port = settings.SERVER_URL.removeprefix("http://").split(":")
        await processes.start(server(host, int(port)))
        await processes.start(manage("worker", "db_worker", "--queue-name", "*", "--interval", "1"))
        await until_ready(f"{settings.SERVER_URL}/readyz", processes, within_s=READY_WITHIN_S)
        await until_ready(f"{settings.SAUTIKIT_API_URL}/simulator/calls", processes, within_s=READY_WITHIN_S)

    def _simulator_arguments(self) -> list[str]:
        options = self._options
        arguments = ["--port", settings.SAUTIKIT_API_URL.rsplit(":", 1)[1], "--seed", str(options.seed), "--dialect", options.dialect.value]
        arguments += ["--layout", options.layout.value, "--answer-base", settings.SERVER_URL, "--api-key", settings.SAUTIKIT_API_KEY]
        arguments += ["--signing-secret", settings.SAUTIKIT_SIGNING_SECRETS[0]] if settings.SAUTIKIT_SIGNING_SECRETS else []
        return arguments + (["--phone-line"] if options.has_phone_line else [])

    def _rep(self, login: str) -> SimulatedRep:
        return SimulatedRep(settings.SERVER_URL, login, cast.PASSWORD)

    async def _play(self, processes: Processes) -> None:
        await asyncio.to_thread(start_campaigns)
        await processes.start(manage("dialer", "rundialer"))
        self._watch = Watch(self._write)
        self._write("")
        async with asyncio.timeout(PLAY_WITHIN_S):
            await self._look_until(partial(_is_over, self._callers), processes)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_WITHIN_S):
                await self._look_until(_is_settled, processes)

    async def _look_until(self, is_so: Callable[[], bool], processes: Processes) -> None:
        while not await asyncio.to_thread(is_so):
            processes.check()
            await asyncio.to_thread(self._watch.look)
            await asyncio.sleep(LOOK_S)
        await asyncio.to_thread(self._watch.look)

    async def _report(self, leads: list[Persona]) -> list[Person]:
        async with httpx.AsyncClient(timeout=10.0) as client:
            log = (await client.get(f"{settings.SAUTIKIT_API_URL}/simulator/calls")).json()
        rings = Counter(entry["number"] for entry in log["dialled"])
        people = [await asyncio.to_thread(person, persona, rings) for persona in leads]
        n_wrong = sum(not one.is_as_expected for one in people)
        self._write(f"\n{table(people)}\n")
        self._write(f"First voice after {self._watch.first_voice_s or 0:.1f} s. " if self._watch.first_voice_s else "Nobody was spoken to. ")
        self._write("Everybody ended as expected." if not n_wrong else f"{n_wrong} of {len(people)} did not end as expected.")
        return people

    async def _stay_up(self) -> None:
        self._write(where_to_look("\nLook around (Ctrl-C ends it):"))
        await asyncio.Event().wait()


def still_free(url: str) -> None:
    """Ports are chosen before the database is made, and a second demo may have taken one since. Raises ProcessDied."""
    host, port = url.removeprefix("http://").split(":")
    if free_port(host, [int(port)]) != int(port):
        raise ProcessDied(f"something else has taken the port {port} meanwhile. Run it again: it looks for another one.")


def where_to_look(heading: str) -> str:
    base = settings.SERVER_URL
    return (
        f"{heading}\n"
        f"  manager's console  {base}/admin/         {cast.MANAGER_LOGIN} / {cast.PASSWORD}\n"
        f"  rep's queue        {base}/queue/         {cast.REP_LOGINS[0]} / {cast.PASSWORD}\n"
        f"  REST API           {base}/api/v1/docs"
    )


def what_happened(problems: ExceptionGroup) -> Exception:
    """Of several that came at once: a process that died, or the time that was over, is why reps lost their server; else all of them."""
    known = problems.subgroup((ProcessDied, TimeoutError))
    one: Exception = known or problems
    while known and isinstance(one, ExceptionGroup):
        one = one.exceptions[0]
    return one


def cpu_line(cpu_s: Mapping[str, float], people: Sequence[Person]) -> str:
    """What the calls cost this machine. Recognition and speech run below the server, so they are in its figure."""
    talk_s = sum(one.seconds for one in people)
    shares = ", ".join(f"{name} {used_s:.0f} s" for name, used_s in cpu_s.items())
    per_call = f"; the server with recognition: {cpu_s.get('server', 0.0) / talk_s:.2f} of a core a call" if talk_s else ""
    return f"Processor time: {shares}, for {talk_s} s of calls{per_call}."


def start_campaigns() -> None:
    """As a manager does: a rehearsal with simulated people, a preflight, its approval, the start."""
    for campaign in Campaign.objects.select_related("script", "line"):
        if rehearsal_obstacles(campaign.script):
            rehearse_now(campaign.script, Cast(campaign.script.language, campaign=campaign), by=cast.MANAGER_LOGIN)
        preflight(campaign, by=cast.MANAGER_LOGIN)
        for action in (Action.APPROVE, Action.START):
            if obstacles := campaign_life.change(campaign, action, by=cast.MANAGER_LOGIN):
                raise AssertionError(f"the demo's campaign cannot start: {obstacles}")


def _is_over(callers: Collection[str]) -> bool:
    """Nobody is on the phone, due, or waiting for a rep, and whoever calls back (by their numbers) has done so."""
    if Call.objects.filter(occasion=Call.Occasion.INBOUND, lead__phone__in=callers).count() < len(callers):
        return False
    is_due = Call.objects.filter(status=CallStatus.QUEUED, due_at__lte=clock.now()).exists()
    is_live = Call.objects.filter(status__in=LIVE).exists() or StaffCall.objects.filter(status__in=LIVE).exists()
    return not (is_due or is_live or Handoff.objects.filter(status__in=[HandoffStatus.OFFERED, HandoffStatus.ACCEPTED]).exists())


def _is_settled() -> bool:
    return not Call.objects.filter(answered_at__isnull=False, cost_minor=None).exists()
