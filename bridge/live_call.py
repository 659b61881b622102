"""The middle of a call: events go to the conversation, its commands to voice, sender and desk, until it is over.

Decides nothing about the interview. Between two events it waits for nothing, least of all for the desk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import numpy as np

from bridge.audio import SampleReader, silence
from bridge.brief import CallBrief, ChannelLayout
from bridge.callee_track import CalleeTrack, Placed
from bridge.commands import (
    Announce,
    BookSlot,
    CloseStream,
    Command,
    Expect,
    FindSlots,
    Finish,
    HangUp,
    ReleaseToHandoff,
    RequestHandoff,
    SaveAnswer,
    SaveOptOut,
    SaveTurn,
    Speak,
    StopRecording,
    StopSpeaking,
)
from bridge.conversation import Conversation
from bridge.desk_clerk import DeskClerk
from bridge.echo import DuplexHealth, OwnVoiceRemover
from bridge.events import (
    CalleeSaid,
    CallEvent,
    DuplexChanged,
    Line,
    LineFailed,
    MediaSilent,
    Samples,
    SpeechEnded,
    SpeechStarted,
    StreamOpened,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    VoiceFailed,
    VoiceFault,
    VoiceOpened,
    VoiceTrouble,
    VoiceUsage,
)
from bridge.inbox import Audio, Inbox, Tick
from bridge.playback import OutFrame, Playback
from bridge.ports import Tap, VoiceModel
from bridge.recorder import Recorder
from bridge.reports import SessionReport
from bridge.sender import Media, Sender
from bridge.supervision import OpeningEar
from bridge.timing import CallTiming
from bridge.usage import UsageAccount

logger = logging.getLogger(__name__)

MEDIA_SILENT_S = 5.0
SAVE_USAGE_EVERY_S = 15.0  # should this process die, no more than this is missing from the account


class LiveCall:
    """`now` is seconds since the media stream opened; `hang_up` begins a hang-up and returns at once."""

    def __init__(
        self,
        brief: CallBrief,
        voice: VoiceModel,
        *,
        media: Media,
        inbox: Inbox,
        clerk: DeskClerk,
        recorder: Recorder | None,
        tap: Tap | None = None,
        now: Callable[[], float],
        hang_up: Callable[[], None],
    ) -> None:
        self._brief = brief
        self._voice = voice
        self.account = UsageAccount(voice.traits.name, uuid4().hex)
        self._usage_saved_s = now()
        self._inbox = inbox
        self._clerk = clerk
        self._recorder = recorder
        self._tap = tap
        self._track = CalleeTrack()
        self._timing = CallTiming(self._track.at_s)
        self._now = now
        self._hang_up = hang_up
        self._conversation = Conversation(brief, traits=voice.traits)
        self._playback = Playback(brief.line.prebuffer_ms)
        self._sender = Sender(media, self._playback, now=now, on_line=inbox.put, on_frame=self._frame_sent)
        self._reader = SampleReader(n_channels=2 if brief.line.layout is ChannelLayout.STEREO else 1)
        # A line that mixes both voices gives our own back, late and changed.
        self._remover = OwnVoiceRemover() if brief.line.layout is ChannelLayout.MIXED else None
        self._health = DuplexHealth(self._remover) if self._remover is not None else None
        self._opening_ear = OpeningEar()
        self._heard_media_s = now()
        self._is_silent = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due_s = 0.0
        self.report: SessionReport | None = None  # once the conversation is over
        self.is_released = False  # to the platform's next step instead of a hang-up

    async def run(self) -> None:
        """Until the conversation is over."""
        async with asyncio.TaskGroup() as tasks:
            helpers = [tasks.create_task(self._sender.run()), tasks.create_task(self._pump_voice())]
            try:
                await self._converse()
            finally:
                for helper in helpers:
                    helper.cancel()

    def lose(self) -> None:
        """Nobody is on the line any more: end the conversation as things stand. One that is still saving an opt-out ends
        when this is called again after the save."""
        self._handle(MediaSilent(0.0), self._now())
        while not self._conversation.is_over and (item := self._inbox.get_waiting()) is not None:
            self._take(item, self._now())

    async def drain(self) -> None:
        """Hand over nothing more, and wait until what was handed over has been heard."""
        await self._sender.drain()

    async def _converse(self) -> None:
        self._obey(self._conversation.handle(StreamOpened(), self._now()))
        try:
            while not self._conversation.is_over:
                self._set_timer()
                self._take(await self._inbox.get(), self._now())
            if self._health is not None and (text := self._health.last_words()) is not None:
                self._clerk.announce("line_health", text)
        finally:
            self._tape(self._track.flush())
            if self._timer is not None:
                self._timer.cancel()

    async def _pump_voice(self) -> None:
        try:
            async for event in self._voice.events():
                if isinstance(event, VoiceAudio):
                    self._sender.push(event)
                elif isinstance(event, VoiceAudioEnd):
                    self._sender.end(event.line_id)
                elif isinstance(event, VoiceOpened):
                    self.account.opened(event, self._now())
                elif isinstance(event, VoiceUsage):
                    self._count(event)
                elif isinstance(event, VoiceTrouble):
                    self._clerk.announce("voice_trouble", f"{event.voice}: {event.step}")
                elif isinstance(event, LineFailed):  # whoever could have said it otherwise stands in front of us
                    self._inbox.put(VoiceFailed(event.reason, VoiceFault.SILENT))
                else:
                    self._inbox.put(self._on_tape(event))
        except Exception:  # whatever a provider's library raises: the conversation decides what a call without a voice does
            logger.exception("call %s: the voice broke", self._brief.call_id)
        self._inbox.put(VoiceFailed("its events ended"))

    def _on_tape(self, event: VoiceEvent) -> VoiceEvent:
        """A voice counts the seconds it has heard; where audio was missing, the recording has more of them."""
        at_s = self._track.at_s
        match event:
            case SpeechStarted() | SpeechEnded():
                return replace(event, at_s=at_s(event.at_s))
            case CalleeSaid():
                return replace(event, started_s=at_s(event.started_s), ended_s=at_s(event.ended_s))
        return event

    def _count(self, usage: VoiceUsage) -> None:
        self.account.add(usage)
        if self._now() - self._usage_saved_s >= SAVE_USAGE_EVERY_S:
            self._usage_saved_s = self._now()
            self._clerk.save_usage(self.account.uses(self._now()))

    def _take(self, item: Audio | CallEvent | Tick, now_s: float) -> None:
        if isinstance(item, Audio):
            self._hear(item, now_s)
        elif isinstance(item, Tick):
            self._timer = None
            self._watch_media(now_s)
        else:
            self._handle(item, now_s)
        due_s = self._conversation.next_deadline()
        if due_s is not None and due_s <= now_s:
            self._conversation.heard_so_far(self._sender.heard_so_far())
            self._obey(self._conversation.on_time(now_s))

    def _handle(self, event: CallEvent, now_s: float) -> None:
        self._conversation.heard_so_far(self._sender.heard_so_far())
        self._obey(self._conversation.handle(event, now_s))

    def _hear(self, audio: Audio, now_s: float) -> None:
        self._heard_media_s = now_s
        self._is_silent = False
        samples = self._reader.read(audio.pcm)
        if audio.n_lost_bytes:  # the voice counts its seconds by what it hears
            samples = np.concatenate((silence(audio.n_lost_bytes // self._reader.n_bytes), samples))
        self._tape(self._track.take(samples, now_s))
        if self._tap is not None:
            self._tap.callee(samples, now_s)
        self._give_ears(self._without_ours(samples, now_s), now_s)
        self._watch_duplex(now_s)

    def _tape(self, audio: list[Placed]) -> None:
        if self._recorder is not None:
            for piece in audio:
                self._recorder.callee(piece)

    def _give_ears(self, samples: Samples, now_s: float) -> None:
        self._voice.hear(samples)
        self._timing.callee(samples)
        for heard in self._opening_ear.hear(samples):
            self._handle(heard, now_s)

    def _without_ours(self, samples: Samples, now_s: float) -> Samples:
        return samples if self._remover is None else self._remover.hear(samples, now_s)

    def _watch_duplex(self, now_s: float) -> None:
        if self._remover is None or self._health is None or (text := self._health.news()) is None:
            return
        logger.info("call %s: %s", self._brief.call_id, text)
        self._clerk.announce("line_health", text)
        self._obey(self._conversation.handle(DuplexChanged(self._remover.is_full_duplex), now_s))

    def _watch_media(self, now_s: float) -> None:
        silent_s = now_s - self._heard_media_s
        if silent_s >= MEDIA_SILENT_S and not self._is_silent:
            self._is_silent = True
            self._handle(MediaSilent(silent_s), now_s)

    def _set_timer(self) -> None:
        """One timer for all: the conversation's next deadline, and the silence of the socket (looked at late, never moved by a frame)."""
        due_s = self._conversation.next_deadline()
        if not self._is_silent:
            silent_at_s = self._heard_media_s + MEDIA_SILENT_S
            due_s = silent_at_s if due_s is None else min(due_s, silent_at_s)
        if due_s is None or (self._timer is not None and self._timer_due_s <= due_s):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due_s = due_s
        self._timer = asyncio.get_running_loop().call_later(max(0.0, due_s - self._now()), self._inbox.put, Tick())

    def _frame_sent(self, frame: OutFrame) -> None:
        self._timing.bot(frame.line_id, frame.samples, frame.heard_at_s)
        if self._remover is not None:
            self._remover.sent(frame)
        if self._recorder is not None:
            self._recorder.bot(frame.samples, frame.heard_at_s)
        if self._tap is not None:
            self._tap.bot(frame.samples, frame.heard_at_s)

    def _obey(self, commands: list[Command]) -> None:
        for command in commands:
            self._do(command)

    def _do(self, command: Command) -> None:
        match command:
            case Speak():
                self._speak(command.line)
            case StopSpeaking():
                self._stop_speaking(command.line_id)
            case Expect():
                self._voice.expect(command.expectation)
            case HangUp():
                self._hang_up()
            case CloseStream():
                self.is_released = True
            case Finish():
                self.report = replace(command.report, timing=self._timing.report(self._now()))
            case _:
                self._tell_desk(command)

    def _tell_desk(self, command: Command) -> None:
        match command:
            case SaveAnswer():
                self._clerk.save_answer(command.answer)
            case SaveOptOut():
                self._clerk.save_opt_out(command.quote)
            case SaveTurn():
                self._clerk.save_turn(command.turn)
            case Announce():
                self._clerk.announce(command.kind, command.text)
            case StopRecording():
                self._clerk.refuse_recording(command.quote)
                self._stop_recording()
            case RequestHandoff():
                self._clerk.request_handoff()
            case FindSlots():
                self._clerk.find_slots(command.after)
            case BookSlot():
                self._clerk.book_slot(command.at)
            case ReleaseToHandoff():
                self._clerk.release_to_handoff()
            case _:
                raise AssertionError("every command is the phone's, the voice's or the desk's")

    def _speak(self, line: Line) -> None:
        if self._brief.line.has_captions and self._brief.line.is_simulated:
            self._sender.caption(line)
        self._voice.speak(line)

    def _stop_recording(self) -> None:
        if self._recorder is not None:
            self._recorder.drop()
            self._recorder = None
        if self._tap is not None:
            self._tap.shut()

    def _stop_speaking(self, line_id: int) -> None:
        heard_ms = self._sender.stop(line_id)
        self._voice.cancel(line_id, heard_ms)
        self._timing.cut(self._now())
        if self._remover is not None:
            self._remover.stopped(self._now())
        if self._recorder is not None:
            self._recorder.cut(self._now())
        if self._tap is not None:
            self._tap.cut(self._now())
