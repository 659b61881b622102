"""One call from the open socket to the report: opens the voice, holds the call, and ends it, whatever breaks.

It decides nothing about the interview (`conversation`) and moves no audio (`live_call`); it owns the ending: the farewell is
heard, then the provider is told to hang up, then the socket is closed, then the desk gets the report.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from uuid import uuid4

from bridge import wire
from bridge.brief import WORD_FOR_WORD, CallBrief, HandoffStrategy
from bridge.desk_clerk import DeskClerk
from bridge.events import MediaSilent, Outcome, StreamClosed
from bridge.inbox import Inbox
from bridge.live_call import LiveCall
from bridge.ports import CallDesk, OpenTap, OpenVoice, PhoneLine, Tap, VoiceModel, VoiceUnavailable
from bridge.recorder import Recorder, Recordings
from bridge.reports import SessionReport, SessionUse
from bridge.sender import Media
from bridge.usage import UsageAccount
from bridge.voice.settling import close_and_count

logger = logging.getLogger(__name__)

VOICE_LIMIT_S = 8.0  # to open; a callee waits for no longer
HANG_UP_LIMIT_S = 10.0
DESK_LIMIT_S = 10.0
ABORT_LIMIT_S = 3.0  # a server that goes down has no more time than this
HANG_UP_CODES = frozenset({1000, 1001})  # RFC 6455 §7.4.1: normal closure, going away


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What a session is joined from; the composition root hands it in."""

    desk: CallDesk
    open_voice: OpenVoice
    line: PhoneLine
    recordings: Recordings | None = None  # None: this server records nothing
    open_tap: OpenTap | None = None  # None: nobody can listen in to the calls of this server
    clock: Callable[[], float] = time.monotonic


class CallSession:
    """`run` holds the call; the other methods feed it from whoever reads the socket, and never wait."""

    def __init__(self, brief: CallBrief, media: Media, parts: SessionParts) -> None:
        self._brief = brief
        self._media = media
        self._parts = parts
        self._opened_at = parts.clock()
        self._inbox = Inbox()
        self._clerk = DeskClerk(brief.call_id, parts.desk, self._inbox.put)
        self._recorder: Recorder | None = None
        self._live: LiveCall | None = None
        self._hanging_up: asyncio.Task[None] | None = None
        self._is_aborting = False
        self._n_unreadable = 0

    def read_binary(self, pcm: bytes) -> None:
        message = wire.read_binary(pcm)
        if isinstance(message, wire.Unreadable):
            self._n_unreadable += 1
            return
        self._inbox.put_audio(message.pcm)

    def read_text(self, text: str) -> None:
        """Nothing that a text says changes the call: its token has named it."""
        self._n_unreadable += isinstance(wire.read_text(text), wire.Unreadable)

    def media_closed(self, code: int) -> None:
        """The socket was closed from outside: by a hang-up, or because something broke."""
        self._inbox.put(StreamClosed() if code in HANG_UP_CODES else MediaSilent(0.0))

    async def run(self) -> None:
        """Until the call has ended and its report is with the desk. Cancelled, it still reports, quickly."""
        async with asyncio.TaskGroup() as tasks:
            helpers = [tasks.create_task(self._clerk.run()), tasks.create_task(self._pump_notes())]
            try:
                await self._hold(tasks)
            except asyncio.CancelledError:  # the server goes down
                await self._abort(Outcome.MEDIA_LOST)
                raise
            except Exception:  # a fault of ours must not leave a person on a dead line
                logger.exception("call %s: the session broke", self._brief.call_id)
                await self._abort(Outcome.MEDIA_LOST)
            finally:
                for helper in helpers:
                    helper.cancel()

    async def _hold(self, tasks: asyncio.TaskGroup) -> None:
        voice = self._new_voice()
        if voice is None:
            await self._abort(Outcome.VOICE_FAILED)
            await self._save_usage(())
            return
        try:
            if not (self._may_speak(voice) and await self._has_opened(voice)):
                await self._abort(Outcome.VOICE_FAILED)
                return
            with self._tapped() as tap:
                self._live = self._joined(voice, tasks, tap)
                await self._live.run()
                await self._wind_up(self._live)
        finally:
            await self._settle(voice)

    async def _settle(self, voice: VoiceModel) -> None:
        """What was used is billed, however the call ended; and the desk is told that no more will be."""
        account = self._live.account if self._live is not None else UsageAccount(voice.traits.name, uuid4().hex)
        await self._limited("close the voice", partial(close_and_count, voice, account, now=self._now), ABORT_LIMIT_S)
        await self._save_usage(account.uses(self._now()))

    async def _save_usage(self, uses: tuple[SessionUse, ...]) -> None:
        save = partial(self._parts.desk.save_usage, self._brief.call_id, uses, is_over=True)
        await self._limited("save what the voice used", save, ABORT_LIMIT_S)

    def _new_voice(self) -> VoiceModel | None:
        """The voice of the brief, open if it was warmed up while the phone rang; None when there is none (logged)."""
        try:
            return self._parts.open_voice(self._brief)
        except VoiceUnavailable:
            logger.exception("call %s: there is no voice %s", self._brief.call_id, self._brief.voice)
            return None

    def _may_speak(self, voice: VoiceModel) -> bool:
        if voice.traits.may_call_real_people or self._brief.line.is_simulated:
            return True
        logger.error("call %s: voice %s must not speak on a real line", self._brief.call_id, self._brief.voice)
        return False

    async def _has_opened(self, voice: VoiceModel) -> bool:
        try:
            async with asyncio.timeout(VOICE_LIMIT_S):
                await voice.open(self._brief)
        except (VoiceUnavailable, TimeoutError):
            logger.exception("call %s: voice %s cannot be opened", self._brief.call_id, self._brief.voice)
            return False
        return self._may_tell(voice)

    def _may_tell(self, voice: VoiceModel) -> bool:
        """Real people hear what they have a right to hear as it is written, or the call ends (logged)."""
        texts = self._brief.lines.texts_of(WORD_FOR_WORD)
        if self._brief.line.is_simulated or all(voice.traits.proof_of(text) for text in texts):
            return True
        logger.error("call %s: voice %s has no clips of what must be said word for word", self._brief.call_id, self._brief.voice)
        return False

    def _tapped(self) -> AbstractContextManager[Tap | None]:
        open_tap = self._parts.open_tap
        return nullcontext() if open_tap is None else open_tap(self._brief.call_id, self._now)

    def _joined(self, voice: VoiceModel, tasks: asyncio.TaskGroup, tap: Tap | None) -> LiveCall:
        call_id = self._brief.call_id
        if self._brief.is_recorded and self._parts.recordings is not None:
            self._recorder = self._parts.recordings.begin(call_id)

        def hang_up() -> None:
            if not self._is_aborting:
                self._hanging_up = tasks.create_task(self._drain_and_hang_up())

        logger.info("call %s: voice %s is open after %.2f s", call_id, self._brief.voice, self._now())
        return LiveCall(
            self._brief,
            voice,
            media=self._media,
            inbox=self._inbox,
            clerk=self._clerk,
            recorder=self._recorder,
            tap=tap,
            now=self._now,
            hang_up=hang_up,
        )

    async def _pump_notes(self) -> None:
        try:
            async for note in self._parts.desk.notes(self._brief.call_id):
                self._inbox.put(note)
        except Exception:  # a call goes on without notes: whoever waits for one has a deadline
            logger.exception("call %s: notes from other processes broke off", self._brief.call_id)

    async def _wind_up(self, live: LiveCall) -> None:
        report = live.report
        assert report is not None, "a conversation that is over has reported"
        if live.is_released and not await self._clerk.released(DESK_LIMIT_S):
            # Strategy dial: the platform's next step would be an empty document, and dead air. A call right back was promised for that.
            await self._drain_and_hang_up()
            report = replace(report, outcome=Outcome.CALLING_BACK)
        elif self._hanging_up is not None:
            await self._hanging_up
        else:
            await self._close(HANG_UP_LIMIT_S)
        await self._clerk.drained(DESK_LIMIT_S)
        await self._finish(report, DESK_LIMIT_S)

    async def _abort(self, outcome: Outcome) -> None:
        """End without a farewell: by REST, so that nobody is left on a dead line, and with what was saved so far."""
        self._is_aborting = True
        self._lose()
        leave = self._close if self._is_with_rep() else self._hang_up
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(leave(ABORT_LIMIT_S))
            tasks.create_task(self._clerk.drained(ABORT_LIMIT_S))
        self._lose()
        report = self._live.report if self._live is not None else None
        await self._finish(report or SessionReport(outcome, is_disclosure_heard=False), ABORT_LIMIT_S)

    def _is_with_rep(self) -> bool:
        """In a room, where the call goes on without us; a Dial would yet have to be fetched."""
        return self._live is not None and self._live.is_released and self._brief.line.strategy is HandoffStrategy.CONFERENCE

    def _lose(self) -> None:
        if self._live is None:
            return
        try:
            self._live.lose()
        except Exception:  # it may be what broke the session in the first place
            logger.exception("call %s: the conversation cannot be ended", self._brief.call_id)

    async def _drain_and_hang_up(self) -> None:
        if self._live is not None:
            await self._live.drain()
        await self._hang_up(HANG_UP_LIMIT_S)

    async def _hang_up(self, limit_s: float) -> None:
        await self._limited("hang up", partial(self._parts.line.hang_up, self._brief.call_id), limit_s)
        await self._close(limit_s)

    async def _close(self, limit_s: float) -> None:
        await self._limited("close the socket", self._media.close, limit_s)

    async def _finish(self, report: SessionReport, limit_s: float) -> None:
        call_id = self._brief.call_id
        await self._limited("report", partial(self._parts.desk.finish, call_id, report), limit_s)
        logger.info(
            "call %s: session over after %.1f s, %s, %d bytes of audio dropped, %d messages not readable",
            call_id,
            self._now(),
            report.outcome,
            self._inbox.n_dropped_bytes,
            self._n_unreadable,
        )
        await self._limited("keep the recording", self._keep_recording, limit_s)

    async def _keep_recording(self) -> None:
        recorder, recordings, self._recorder = self._recorder, self._parts.recordings, None
        if recorder is None or recordings is None:
            return
        recorded = await recorder.finish(self._now())
        if recorded is not None:
            await recordings.keep(self._brief.call_id, recorded)

    async def _limited(self, what: str, job: Callable[[], Awaitable[None]], limit_s: float) -> None:
        """A step of the ending: what fails is logged, and the next step is taken all the same."""
        try:
            async with asyncio.timeout(limit_s):
                await job()
        except Exception:
            logger.exception("call %s: could not %s", self._brief.call_id, what)

    def _now(self) -> float:
        """Seconds since the media stream opened."""
        return self._parts.clock() - self._opened_at
