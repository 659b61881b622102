"""The parts of one server process and their life: the desk, the phone line, the voices, its row among the servers.

Joined here because nobody else may know all of them; started and stopped by the ASGI lifespan (uvicorn; daphne has none, so `runserver`
shows the consoles but holds no calls).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from uuid import UUID

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings
from django.db import DatabaseError

from bridge.brief import CallBrief
from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.recorder import Recorded, Recordings
from bridge.session import SessionParts
from bridge.voice.catalogue import EMBEDDED
from bridge.voice.clips import Clips
from bridge.voice.embedded.voice import EmbeddedVoices
from bridge.voice.steady import Candidate, SteadyVoice
from campaigns import business_clock, interviews, live, servers
from campaigns.briefs import build_brief
from campaigns.call_desk import DatabaseCallDesk, RestPhoneLine
from campaigns.clips.storing import clips_for
from campaigns.models import Call, ServerProcess
from campaigns.provider import Provider
from sautiqual.voices import new_voice

logger = logging.getLogger(__name__)

RECORDINGS = Path(settings.VAR_DIR) / "recording"  # while they are written
ROOM = 5  # calls at once: what the embedded voice hears on two cores with something left for everybody else


class Server:
    def __init__(self) -> None:
        self.desk = DatabaseCallDesk()
        self._provider = Provider()
        phone_line = RestPhoneLine(self.desk.threads, self._provider)
        self._voices = EmbeddedVoices(cache_folder=settings.VAR_DIR / "speech")
        self._writers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="recorder")
        recordings = Recordings(RECORDINGS, self._writers, self._keep_recording)
        self.session_parts = SessionParts(desk=self.desk, open_voice=self.open_voice, line=phone_line, recordings=recordings)

    def open_voice(self, brief: CallBrief) -> VoiceModel:
        """The call's voice with those it falls back on. Raises VoiceUnavailable for a name that is not known."""
        return SteadyVoice(self._candidates(brief), self._voices.tasks, load_clips=self._clips_of)

    def new_voice(self, name: str) -> VoiceModel:
        """Raises VoiceUnavailable for a name that is not known."""
        return new_voice(name, self._voices)

    def _candidates(self, brief: CallBrief) -> list[Candidate]:
        names = (brief.voice, *brief.fallback_voices)
        return [Candidate(self.new_voice(name).traits, partial(self.new_voice, name)) for name in names]

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
        await self.desk.threads.run(interviews.attach_recording, UUID(call_id), recorded.path, duration_ms=recorded.duration_ms)
        await self.desk.threads.run(recorded.path.unlink, missing_ok=True)

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
        RECORDINGS.mkdir(parents=True, exist_ok=True)
        async with self._provider, self._voices:
            self._warm_up()
            row = await run(servers.register, settings.SERVER_URL.replace("http", "ws", 1), room=ROOM)
            self.desk.server_id = row.pk
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(work) for work in (self._beat(row), self.desk.tail_notes(), self._pre_warm(row))]
                yield
                for task in beside:
                    task.cancel()
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

    async def _pre_warm(self, row: ServerProcess) -> None:
        """While the phone rings, the sentences of the calls this process will hold are made ready: the first call waits for nothing."""
        tail = live.Tail(await self.desk.threads.run(live.newest_id), prefix=live.Kind.CALL_STARTED)
        while True:
            await asyncio.sleep(live.POLL_S)
            try:
                briefs = await self.desk.threads.run(_briefs_of_new_calls, tail, row)
            except DatabaseError:  # the call then opens its voice when it is answered, a little later
                logger.exception("new calls could not be read")
                continue
            for brief in briefs:
                if EMBEDDED.name in (brief.voice, *brief.fallback_voices):
                    await self._voices.prepare(brief)
                with suppress(VoiceUnavailable):  # a voice that nobody knows: the call says so when it is answered
                    await self._clips_of(brief)


def _briefs_of_new_calls(tail: live.Tail, row: ServerProcess) -> list[CallBrief]:
    call_ids = [event.call_id for event in tail.fetch() if event.call_id]
    calls = Call.objects.filter(pk__in=call_ids, server=row, script__isnull=False).select_related("campaign", "script", "line", "lead")
    return [build_brief(call) for call in calls]
