"""One session with a voice in real time: it says the sentence, and hears its own audio as if a callee had said it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from uuid import uuid4

import numpy as np

from bridge.audio import level_dbfs, silence
from bridge.brief import CallBrief, Lines, LineTraits, QuestionBrief, QuestionKind
from bridge.events import (
    FRAME_MS,
    FRAME_SAMPLES,
    RATE_HZ,
    CalleeSaid,
    Expectation,
    Line,
    LineFailed,
    Samples,
    Tool,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    VoiceFailed,
    VoiceUsage,
)
from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.reports import SessionUse
from bridge.usage import UsageAccount
from bridge.voice.settling import close_and_count
from sautiqual.voice_check.findings import SENTENCE, Heard

OPEN_LIMIT_S = 8.0
SPEAK_LIMIT_S = 15.0  # a sentence of two seconds, from a service that has just been opened
UNDERSTAND_LIMIT_S = 15.0
PAUSE_S = 0.5  # before it hears itself
GREETING = "Hello."  # other words than the sentence, which a voice that speaks its first line beforehand would have ready
SEATS = QuestionBrief("seats", QuestionKind.NUMBER, "How many seats do you need?", "How many seats, as a number?", unit="seats")


def _brief(voice: str) -> CallBrief:
    lines = Lines(**{field.name: GREETING for field in fields(Lines)})
    return CallBrief(f"check of {voice}", voice, "en", "Zawadi", "SautiQual", (SEATS,), lines, line=LineTraits(is_simulated=True), is_recorded=False)


async def warm_up(voice: VoiceModel) -> None:
    """What runs on this machine takes seconds to start, once: they are no part of what a call meets. Raises VoiceUnavailable."""
    try:
        await voice.open(_brief(voice.traits.name))
    finally:
        await voice.close()


async def check(name: str, voice: VoiceModel) -> tuple[Heard, tuple[SessionUse, ...]]:
    """`voice` is not open yet, and closed when this returns. Raises VoiceUnavailable, within 8 s, when it cannot be opened."""
    now = asyncio.get_running_loop().time
    account = UsageAccount(name, uuid4().hex)
    began_s = now()
    try:
        try:
            async with asyncio.timeout(OPEN_LIMIT_S):
                await voice.open(_brief(name))
        except TimeoutError as late:
            raise VoiceUnavailable(f"The voice did not open within {OPEN_LIMIT_S:.0f} s.") from late
        opened_s = now()
        heard = await _Conversation(voice, account, now).run(connect_ms=_ms(opened_s - began_s))
    finally:
        await close_and_count(voice, account, now=now)
    return heard, account.uses(now() - opened_s)


class _Conversation:
    def __init__(self, voice: VoiceModel, account: UsageAccount, now: Callable[[], float]) -> None:
        self._voice = voice
        self._account = account
        self._now = now
        self._sound: list[Samples] = []
        self._to_hear = silence(0)
        self._first_audio_s: float | None = None
        self._words: list[str] = []
        self._answer: object = None
        self._answered_s: float | None = None
        self._said_at_s = 0.0  # when it had heard the whole of its sentence
        self._failure = ""
        self._has_spoken, self._has_understood = asyncio.Event(), asyncio.Event()

    async def run(self, *, connect_ms: int) -> Heard:
        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(work) for work in (self._listen(), self._be_heard())]
            self._voice.expect(Expectation(SEATS))
            asked_s = self._now()
            self._voice.speak(Line(1, SENTENCE))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_spoken.wait(), SPEAK_LIMIT_S)
            if self._sound and not self._failure:
                await self._hear_itself()
            for task in beside:
                task.cancel()
        sound = np.concatenate(self._sound) if self._sound else silence(0)
        return Heard(
            connect_ms=connect_ms,
            first_audio_ms=None if self._first_audio_s is None else _ms(self._first_audio_s - asked_s),
            spoken_s=sound.size / RATE_HZ,
            level_dbfs=level_dbfs(sound),
            understood=" ".join(self._words) or None,
            answer=self._answer,
            answer_ms=None if self._answered_s is None else max(0, _ms(self._answered_s - self._said_at_s)),
            failure=self._failure,
        )

    async def _hear_itself(self) -> None:
        """Its audio is played back after a pause, in real time."""
        sound = np.concatenate(self._sound)
        self._to_hear = np.concatenate((silence(round(PAUSE_S * RATE_HZ)), sound))
        self._said_at_s = self._now() + self._to_hear.size / RATE_HZ
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_understood.wait(), self._to_hear.size / RATE_HZ + UNDERSTAND_LIMIT_S)

    async def _be_heard(self) -> None:
        """The line never pauses: silence, unless there is something to hear."""
        due_s = self._now()
        while True:
            frame, self._to_hear = self._to_hear[:FRAME_SAMPLES], self._to_hear[FRAME_SAMPLES:]
            self._voice.hear(np.concatenate((frame, silence(FRAME_SAMPLES - frame.size))))
            due_s += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due_s - self._now()))

    async def _listen(self) -> None:
        async for event in self._voice.events():
            self._take(event)
        if not self._has_understood.is_set():
            self._fail("its events ended")

    def _take(self, event: VoiceEvent) -> None:
        match event:
            case VoiceAudio() if not self._has_spoken.is_set():
                self._first_audio_s = self._now() if self._first_audio_s is None else self._first_audio_s
                self._sound.append(event.pcm)
            case VoiceAudioEnd() | LineFailed():
                self._has_spoken.set()
            case CalleeSaid():
                self._words.append(event.text)
            case ToolCall():
                self._understood(event)
            case VoiceUsage():
                self._account.add(event)
            case VoiceFailed():
                self._fail(event.reason)

    def _understood(self, call: ToolCall) -> None:
        if call.tool is Tool.RECORD_ANSWER:
            self._answer, self._answered_s = call.arguments.get("value"), self._now()
        self._has_understood.set()

    def _fail(self, reason: str) -> None:
        self._failure = reason
        self._has_spoken.set()
        self._has_understood.set()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
