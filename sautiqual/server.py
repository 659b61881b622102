"""The parts of one server process and their life: the desk, the phone line, the voices, its row among the servers.

Joined here because nobody else may know all of them; started and stopped by the ASGI lifespan (uvicorn; daphne has none, so `runserver`
shows the consoles but holds no calls).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings
from django.db import DatabaseError

from bridge import rules_of_speech
from bridge.brief import CallBrief
from bridge.events import VoiceFault
from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.recorder import Recordings
from bridge.recording_file import Recorded
from bridge.recording_rescue import left_behind, rescue
from bridge.session import SessionParts
from bridge.voice.breakers import Breakers
from bridge.voice.catalogue import EMBEDDED
from bridge.voice.clips import Clips
from bridge.voice.embedded.voice import EmbeddedVoices
from bridge.voice.order import Candidate
from bridge.voice.steady import SteadyVoice
from bridge.warm_voices import WarmVoices
from campaigns import business_clock, dead_voices, recordings, servers
from campaigns.call_desk import DatabaseCallDesk, RestPhoneLine
from campaigns.clips.storing import clips_for
from campaigns.listening.taps import Taps
from campaigns.models import ServerProcess
from campaigns.provider import Provider
from campaigns.rehearsal_desk import RehearsalDesk, RoutedDesk, RoutedLine
from campaigns.tallies.keeping import tally_for_want_of_a_dialer
from leads import clock
from sautiqual.memory import keep_what_is_loaded
from sautiqual.pre_warming import PreWarming
from sautiqual.voices import load_libraries, new_voice

logger = logging.getLogger(__name__)

RECORDINGS = Path(settings.VAR_DIR) / "recording"  # while they are written
RESCUE_AFTER_S = 60.0  # longer than any session needs to hand a closed recording over
ROOM = 5  # calls at once: what the embedded voice hears on two cores with something left for everybody else
TELL_S = 0.5
TALLY_S = 5.0


class Server:
    def __init__(self) -> None:
        self.desk = DatabaseCallDesk()
        self._provider = Provider()
        phone_line = RoutedLine(RestPhoneLine(self.desk.threads, self._provider))
        both = RoutedDesk(self.desk, RehearsalDesk(self.desk.threads))
        self._voices = EmbeddedVoices(cache_folder=settings.VAR_DIR / "speech")
        self._writers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="recorder")
        kept = Recordings(RECORDINGS, self._writers, self._keep_recording, recordings.keys())
        self.breakers = Breakers(time.monotonic)
        self.warm_voices = WarmVoices(self._steady_voice, self._voices.tasks, partial(both.save_usage, is_over=False), room=ROOM)
        self.taps = Taps()
        parts = SessionParts(desk=both, open_voice=self.warm_voices.open_voice, line=phone_line, recordings=kept)
        self.session_parts = replace(parts, open_tap=self.taps.opened)

    def _steady_voice(self, brief: CallBrief) -> SteadyVoice:
        """The call's voice with those it falls back on. Raises VoiceUnavailable for a name that is not known."""
        return SteadyVoice(self._candidates(brief), self._voices.tasks, load_clips=self._clips_of, breakers=self.breakers)

    def new_voice(self, name: str) -> VoiceModel:
        """Raises VoiceUnavailable for a name that is not known."""
        return new_voice(name, self._voices)

    def _candidates(self, brief: CallBrief) -> list[Candidate]:
        names = (brief.voice, *brief.fallback_voices)
        return [Candidate(replace(self.new_voice(name).traits, name=name), partial(self.new_voice, name)) for name in names]

    async def _clips_of(self, brief: CallBrief) -> Clips:
        """What must be said word for word, or be sayable whatever becomes of the voice. It was made ready while the phone rang."""
        may_paraphrase = not all(candidate.traits.speaks_verbatim for candidate in self._candidates(brief))
        spoken = await self._voices.clips(brief, with_disclosure=may_paraphrase)
        try:
            prepared = await self.desk.threads.run(clips_for, brief)
        except DatabaseError:  # a real callee then hears nothing from a voice that needs them
            logger.exception("call %s: the prepared clips could not be read", brief.call_id)
            return spoken
        return Clips({**spoken.by_text, **prepared.by_text}, prepared.fillers or spoken.fillers, prepared.sha256s)

    async def _keep_recording(self, call_id: str, recorded: Recorded) -> None:
        await self.desk.threads.run(recordings.attach, UUID(call_id), recorded.path, duration_ms=recorded.duration_ms)
        await self.desk.threads.run(recorded.path.unlink, missing_ok=True)

    async def _rescue_recordings(self) -> None:
        """Of calls whose server was killed: what was recorded is kept like any other, and nothing is left lying about."""
        await asyncio.sleep(RESCUE_AFTER_S)
        in_thread = partial(asyncio.get_running_loop().run_in_executor, self._writers)
        try:
            for lost in await in_thread(partial(left_behind, RECORDINGS, unchanged_since=time.time() - RESCUE_AFTER_S)):
                recorded = await in_thread(rescue, lost, recordings.keys())
                if recorded is not None:
                    await self._keep_recording(lost.call_id, recorded)
                    await in_thread(partial(lost.path.unlink, missing_ok=True))
        except Exception:  # calls go on without it, and the next start tries again
            logger.exception("recordings of a server that was killed could not be rescued")

    async def lifespan(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        try:
            async with self._running():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except (business_clock.DemoDatabaseRefused, DatabaseError) as problem:
            await send({"type": "lifespan.startup.failed", "message": f"{problem} (Has `manage.py migrate` run?)"})
            return
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        run = self.desk.threads.run
        await run(business_clock.apply)
        await run(load_libraries)
        await run(rules_of_speech.make_ready)
        RECORDINGS.mkdir(parents=True, exist_ok=True)
        async with self._provider, self._voices:
            self._warm_up()
            row = await run(servers.register, settings.SERVER_URL.replace("http", "ws", 1), room=ROOM)
            self.desk.server_id = row.pk
            keep_what_is_loaded()
            pre_warming = PreWarming(self.desk.threads, self.warm_voices, self._prepare)
            for_calls = (self.desk.tail_notes(), pre_warming.run(row.pk), self._watch_voices(row), self._try_dead_voices())
            work = (self._beat(row), *for_calls, self._rescue_recordings(), self._tally())
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(each) for each in work]
                yield
                for task in beside:
                    task.cancel()
            await self.warm_voices.close()
            await run(servers.sign_off, row)
        self.desk.close()
        self._writers.shutdown()

    def _warm_up(self) -> None:
        """Without the demo's packages the server starts all the same: other voices do not need them."""
        with suppress(VoiceUnavailable):
            self._voices.start()

    async def _beat(self, row: ServerProcess) -> None:
        while True:
            await asyncio.sleep(servers.BEAT_S)
            try:
                await self.desk.threads.run(servers.beat, row)
            except DatabaseError:  # the next beat tries again; meanwhile the dialer gives us nothing new
                logger.exception("the heartbeat could not be written")

    async def _tally(self) -> None:
        while True:
            await asyncio.sleep(TALLY_S)
            try:
                await self.desk.threads.run(tally_for_want_of_a_dialer, clock.now())
            except DatabaseError:  # pages count for themselves
                logger.exception("the day could not be tallied")

    async def _prepare(self, brief: CallBrief) -> None:
        if EMBEDDED.name in (brief.voice, *brief.fallback_voices):
            await self._voices.prepare(brief)
        with suppress(VoiceUnavailable):  # a voice that nobody knows: the call says so when it is answered
            await self._clips_of(brief)

    async def _watch_voices(self, row: ServerProcess) -> None:
        """The dialer calls for nobody whose voices are all dead; whoever looks at a campaign reads why."""
        told: Mapping[str, VoiceFault] = {}
        while True:
            await asyncio.sleep(TELL_S)
            dead = self.breakers.dead()
            faults = {name: one.fault for name, one in dead.items()}
            if faults == told:
                continue
            try:
                await self.desk.threads.run(dead_voices.report, row, dead)
            except DatabaseError:  # told again at the next look
                logger.exception("which voices are dead could not be written")
                continue
            told = faults

    async def _try_dead_voices(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            with self.warm_voices.place() as is_free:
                if is_free:
                    await self.breakers.try_overdue()
