"""The embedded voice as a `VoiceModel`: it hears through the worker pool, understands by rules and speaks lines word for word.

For demonstration and rehearsal: it was measured on synthetic speech only and refuses real people
(`may_call_real_people`). Importing this module needs none of the demo's packages; opening a voice does.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from bridge.brief import APOLOGIES, FILLERS, CallBrief, QuestionBrief
from bridge.events import (
    RATE_HZ,
    CalleeSaid,
    Expectation,
    Line,
    LineSaid,
    Samples,
    SpeechEnded,
    SpeechStarted,
    Tool,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceEvent,
    VoiceFailed,
    WordSource,
)
from bridge.ports import VoiceTraits, VoiceUnavailable
from bridge.voice.catalogue import EMBEDDED
from bridge.voice.clips import Clips
from bridge.voice.embedded.framing import Kind, Message, heard_from_json, time_from_json
from bridge.voice.embedded.hearing import Heard, interpret
from bridge.voice.embedded.pool import HearingCall, Listeners, WorkerPool, require_packages
from bridge.voice.embedded.speech import Engine, Speech
from bridge.voice.embedded.spoken_text import WordEnd
from bridge.voice.embedded.understanding import NOT_UNDERSTOOD, Meaning

logger = logging.getLogger(__name__)

_PIECE_SAMPLES = RATE_HZ // 5
_MIN_WORDLESS_S = 0.3  # shorter than this, what held no words was a cough
_WITHOUT_QUOTE = frozenset({Tool.EXPLAIN, Tool.CONFIRM, Tool.REQUEST_TRANSFER})


class EmbeddedVoices:
    """The parts that all calls of a server share: `async with EmbeddedVoices() as voices: voices.open_voice()`.

    Entering costs nothing: workers start with the first call, or with `start()`.
    """

    def __init__(self, n_workers: int | None = None, engine: Engine = Engine.AUTO, cache_folder: Path | None = None) -> None:
        self.pool = WorkerPool(n_workers or os.cpu_count() or 1)
        self.speech = Speech(engine, cache_folder)
        self.tasks = asyncio.TaskGroup()
        self.open_voices: set[EmbeddedVoice] = set()
        self._is_started = False

    async def __aenter__(self) -> EmbeddedVoices:
        await self.tasks.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for voice in list(self.open_voices):
            await voice.close()
        self.pool.close()
        await self.speech.close()
        await self.tasks.__aexit__(kind, error, trace)

    def open_voice(self) -> EmbeddedVoice:
        """A voice for one call. What is missing shows when it is opened."""
        return EmbeddedVoice(self)

    async def prepare(self, brief: CallBrief) -> None:
        """Render what this call is sure to say, so that nobody waits for it. Without a voice nothing is ready, and nothing fails."""
        with suppress(VoiceUnavailable):
            for text in (brief.lines.disclosure, *(question.wording for question in brief.questions), *brief.lines.texts_of(APOLOGIES)):
                await self.speech.render(text)

    async def clips(self, brief: CallBrief, *, with_disclosure: bool = False) -> Clips:
        """What can be said without any session, in the call's language, by this machine's own speech; without it there are no clips.

        For simulated people only: real ones hear nothing that nobody has listened to before.
        """
        if not brief.line.is_simulated:
            return Clips({})
        lines = brief.lines
        texts = [*lines.texts_of(APOLOGIES), *([lines.disclosure] if with_disclosure else [])]
        try:
            by_text = {text: await self.speech.render(text, brief.language) for text in texts}
            return Clips(by_text, [await self.speech.render(filler, brief.language) for filler in lines.texts_of(FILLERS)])
        except VoiceUnavailable:
            return Clips({})

    def start(self) -> None:
        """Idempotent. Raises VoiceUnavailable when a package is not installed."""
        require_packages()
        self.speech.require()
        if not self._is_started:
            self._is_started = True
            self.pool.start(self.tasks)


def _apologies(brief: CallBrief) -> tuple[str, str]:
    return brief.lines.apology, brief.lines.apology_call_back


class EmbeddedVoice:
    def __init__(self, voices: EmbeddedVoices) -> None:
        self._voices = voices
        self._events: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()
        self._lines: asyncio.Queue[Line | None] = asyncio.Queue()
        self._cancelled: set[int] = set()
        self._tool_numbers = itertools.count(1)
        self._expectation = Expectation(None)
        self._utterances: deque[Expectation] = deque()  # what was open when each utterance that is not yet decoded began
        self._is_closed = False
        self._ear: HearingCall | None = None
        self._questions: tuple[QuestionBrief, ...] = ()

    @property
    def traits(self) -> VoiceTraits:
        return EMBEDDED

    async def open(self, brief: CallBrief) -> None:
        """Idempotent, so that it may be warmed up while the phone rings. Raises VoiceUnavailable."""
        if self._ear is not None:
            return
        if not EMBEDDED.speaks(brief.language):
            raise VoiceUnavailable(f"The embedded voice understands English only, not {brief.language}.")
        self._voices.start()
        await self._voices.speech.render(brief.lines.disclosure)  # so that the greeting waits for nothing
        self._questions = brief.questions
        ear = await self._voices.pool.open_call(Listeners(self._on_message, self._on_death))
        if self._is_closed:  # the call ended while the workers were starting
            ear.close()
            return
        self._ear = ear
        self._voices.open_voices.add(self)
        self._voices.tasks.create_task(self._speak_lines(brief.call_id))

    def hear(self, pcm: Samples) -> None:
        if self._ear is not None:
            self._ear.hear(pcm)

    def expect(self, expectation: Expectation) -> None:
        self._expectation = expectation
        if self._ear is not None:
            self._ear.expect(expectation)

    def speak(self, line: Line) -> None:
        self._lines.put_nowait(line)

    def cancel(self, line_id: int, heard_ms: int) -> None:
        self._cancelled.add(line_id)

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._events.get()) is not None:
            if isinstance(event, VoiceAudio | VoiceAudioEnd | LineSaid) and event.line_id in self._cancelled:
                continue
            yield event

    async def close(self) -> None:
        """Idempotent."""
        self._is_closed = True
        self._voices.open_voices.discard(self)
        ear, self._ear = self._ear, None
        if ear is not None:
            ear.close()
        self._lines.put_nowait(None)
        self._events.put_nowait(None)

    async def _speak_lines(self, call_id: str) -> None:
        """Renders lines in their order, until the voice is closed."""
        while (line := await self._lines.get()) is not None:
            if line.line_id in self._cancelled:
                continue
            try:
                spoken = await self._voices.speech.speak(line.text)
            except Exception:  # the edge of this task: the call is told, all other calls go on
                logger.exception("The embedded voice cannot speak: call=%s line=%s", call_id, line.line_id)
                self._events.put_nowait(VoiceFailed("speech"))
                return
            for word in spoken.words or (WordEnd(line.text, len(spoken.pcm) * 1000 // RATE_HZ),):
                self._events.put_nowait(LineSaid(line.line_id, word.text, word.until_ms, WordSource.READ_OUT))
            for at in range(0, len(spoken.pcm), _PIECE_SAMPLES):
                self._events.put_nowait(VoiceAudio(line.line_id, spoken.pcm[at : at + _PIECE_SAMPLES]))
            self._events.put_nowait(VoiceAudioEnd(line.line_id))

    def _on_death(self) -> None:
        self._events.put_nowait(VoiceFailed("recognition"))

    def _on_message(self, message: Message) -> None:
        match message.kind:
            case Kind.STARTED:
                self._utterances.append(self._expectation)
                self._events.put_nowait(SpeechStarted(time_from_json(message.payload)))
            case Kind.ENDED:
                self._events.put_nowait(SpeechEnded(time_from_json(message.payload)))
            case Kind.HEARD:
                self._on_heard(heard_from_json(message.payload), self._utterances.popleft())

    def _on_heard(self, heard: Heard, expectation: Expectation) -> None:
        understood = interpret(heard, expectation, self._questions)
        if understood.text:
            self._events.put_nowait(CalleeSaid(understood.text, heard.started_s, heard.ended_s, understood.confidence))
        meanings = understood.meanings
        if not understood.text and heard.ended_s - heard.started_s >= _MIN_WORDLESS_S and expectation.question is not None:
            meanings = (NOT_UNDERSTOOD,)
        for meaning in meanings:
            self._call_tool(meaning, understood.text, understood.confidence)

    def _call_tool(self, meaning: Meaning, quote: str, confidence: float) -> None:
        arguments = dict(meaning.arguments)
        if meaning.tool not in _WITHOUT_QUOTE:
            arguments["quote"] = quote
        if meaning.tool is Tool.RECORD_ANSWER:
            arguments["confidence"] = confidence
        self._events.put_nowait(ToolCall(str(next(self._tool_numbers)), meaning.tool, arguments))
