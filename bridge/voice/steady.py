"""A voice that goes on: it stands before the voices of a campaign, in their order, and keeps the call alive when one of them falls silent.

The callee hears a prepared clip where there is one (the disclosure word for word, "one moment", the apology), and a session that was lost is
replaced by a fresh one, which needs no history: the server owns the interview, so the line under way and what may be answered is all there is to
know. Speech that got no meaning yet is played to the new session again, so that no short answer is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeAlias

from bridge.audio import level_dbfs
from bridge.brief import CallBrief
from bridge.events import (
    RATE_HZ,
    CalleeSaid,
    Expectation,
    Line,
    LineFailed,
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
    VoiceFault,
    VoiceTrouble,
)
from bridge.ports import VoiceModel, VoiceTraits, VoiceUnavailable
from bridge.voice.breakers import Breakers
from bridge.voice.clips import Clips, LoadClips, in_clips
from bridge.voice.order import Candidate, VoiceOrder
from bridge.voice.past import Past
from bridge.voice.said_again import SaidAgain
from bridge.voice.sessions import Ended, Sessions, Told
from bridge.watchdog import AUDIBLE_DBFS, Patience, Step, Watchdog

logger = logging.getLogger(__name__)

PIECE_SAMPLES = RATE_HZ // 5
PATIENCE = Patience()

_Item: TypeAlias = "Told | None"
"""What the sessions tell, or (None) a look at the clock."""


class SteadyVoice:
    """Opened and closed like any voice; its tasks belong to `tasks`, which outlives the call."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        tasks: asyncio.TaskGroup,
        *,
        load_clips: LoadClips | None = None,
        patience: Patience = PATIENCE,
        breakers: Breakers | None = None,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._tasks = tasks
        self._load_clips = load_clips
        self._clips = Clips({})
        self._patience = patience
        self._now = now or asyncio.get_running_loop().time
        self._order = VoiceOrder(candidates, breakers or Breakers(self._now), self._trouble)
        self._watchdog = Watchdog(len(candidates), patience)
        self._out: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()
        self._inbox: asyncio.Queue[_Item] = asyncio.Queue()
        self._sessions = Sessions(self._order, tasks, tell=self._inbox.put_nowait, bill=self._out.put_nowait, open_limit_s=patience.open_s)
        self._past = Past()
        self._brief: CallBrief | None = None
        self._runner: asyncio.Task[None] | None = None
        self._begin = asyncio.Lock()
        self._has_spoken = False  # the session in use
        self._line: Line | None = None  # what the voice is to say of it
        self._clips_ms = 0  # what was played of it before
        self._said = SaidAgain()
        self._asked_id = 0  # the number under which the session was asked for the line: another one each time it is asked again
        self._cut: set[int] = set()
        self._expectation = Expectation(None)
        self._n_fillers = 0
        self._has_given_up = False
        self._is_closed = False

    @property
    def traits(self) -> VoiceTraits:
        """Of the weakest of its voices, since any of them may have to speak."""
        return self._order.weakest(clips=self._clips.files)

    @property
    def is_fit(self) -> bool:
        """Open, and a session is there at this moment: a call may begin with it as it is."""
        return self._sessions.voice is not None and not self._has_given_up and not self._is_closed

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    async def open(self, brief: CallBrief) -> None:
        """The first of its voices that can be opened. Raises VoiceUnavailable of the last one when none can.

        May be asked again, also while it opens (the phone still rang when it was asked first): then there is one session all the same.
        """
        async with self._begin:
            if self._runner is None and not self._is_closed:
                await self._open(brief)

    async def _open(self, brief: CallBrief) -> None:
        self._brief = brief
        if self._load_clips is not None:
            self._clips = await self._load_clips(brief)
        voice = await self._order.open_first(brief)
        if self._is_closed:
            await voice.close()
            return
        self._watchdog = Watchdog(self._order.n_left, self._patience)
        self._sessions.take_over(voice)
        self._runner = self._tasks.create_task(self._run())

    def hear(self, pcm: Samples) -> None:
        self._past.keep(pcm)
        if (voice := self._sessions.voice) is not None:
            voice.hear(pcm)

    def expect(self, expectation: Expectation) -> None:
        self._expectation = expectation
        if (voice := self._sessions.voice) is not None:
            voice.expect(expectation)

    def speak(self, line: Line) -> None:
        played, rest = in_clips(line.text, self._clips.by_text)
        self._line, self._clips_ms = Line(line.line_id, rest), 0
        self._watchdog.line_asked(self._now())
        for text in played:
            self._play(line.line_id, self._clips.by_text[text])
        if not rest or self._has_given_up:
            self._end_line(line.line_id)
        else:
            self._ask()
        self._wake()

    def cancel(self, line_id: int, heard_ms: int) -> None:
        self._cut.add(line_id)
        if self._line is not None and self._line.line_id == line_id:
            self._line = None
            if (voice := self._sessions.voice) is not None:
                voice.cancel(self._asked_id, max(0, heard_ms - self._clips_ms))
        self._watchdog.cut(self._now())

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._out.get()) is not None:
            if isinstance(event, VoiceAudio) and event.line_id in self._cut:
                continue
            yield event

    async def close(self) -> None:
        """Idempotent. What the session still told while it was closed (its last figures) is among the events, which end then."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._runner is not None:
            self._runner.cancel()
        try:
            await self._sessions.close()
        finally:
            self._out.put_nowait(None)

    # -- the loop --

    async def _run(self) -> None:
        """Until the voice is closed: what the session says, and what is overdue."""
        try:
            while True:
                self._take(await self._next())
        except Exception:  # the edge of this task: this call ends, all others go on
            logger.exception("a steady voice broke")
            self._out.put_nowait(VoiceFailed("a fault of ours"))

    def _take(self, item: _Item) -> None:
        if isinstance(item, tuple):
            self._on_event(*item)
        elif isinstance(item, VoiceUnavailable):
            self._do(self._watchdog.voice_failed(item.fault, self._now()))
        elif item is not None:
            self._sessions.take_over(item)
            self._catch_up(item)
        for step in list(self._watchdog.due(self._now())):
            self._do_in_silence(step)

    async def _next(self) -> _Item:
        due_s = self._watchdog.next_due()
        if due_s is None:
            return await self._inbox.get()
        try:
            async with asyncio.timeout(max(0.0, due_s - self._now())):
                return await self._inbox.get()
        except TimeoutError:
            return None

    def _wake(self) -> None:
        self._inbox.put_nowait(None)

    def _on_event(self, session: int, event: VoiceEvent | Ended) -> None:
        if not self._sessions.counts(session) or self._has_given_up:
            return
        now_s = self._now()
        match event:
            case VoiceAudio() | VoiceAudioEnd() | LineFailed():
                if self._line is not None and event.line_id == self._asked_id:
                    self._on_line(event, self._line.line_id, now_s)
            case LineSaid():
                if (said := self._said.placed(event)) is not None:
                    self._out.put_nowait(said)
            case VoiceFailed() | Ended():
                fault = event.fault if isinstance(event, VoiceFailed) else VoiceFault.CUT
                self._order.failed(fault)
                self._do(self._watchdog.voice_failed(fault, now_s))
            case _:
                self._on_callee(event, now_s)

    def _on_callee(self, event: VoiceEvent, now_s: float) -> None:
        """What a new session hears again was reported before: told once more, it would be taken for somebody who has spoken all the while."""
        if isinstance(event, SpeechStarted):
            self._past.speech_started(event.at_s)
        placed = self._past.placed(event)
        if not self._past.was_told(placed):
            self._out.put_nowait(placed)
            self._note(event, now_s)

    def _note(self, event: VoiceEvent, now_s: float) -> None:
        match event:
            case SpeechStarted():
                if step := self._watchdog.speech_started(now_s):
                    self._do(step)
            case SpeechEnded():
                self._watchdog.speech_ended(now_s)
            case CalleeSaid():
                self._watchdog.words_heard()
            case ToolCall():
                self._past.understood()
                self._watchdog.reported(is_understood=event.tool is not Tool.NOT_UNDERSTOOD)

    def _on_line(self, event: VoiceAudio | VoiceAudioEnd | LineFailed, line_id: int, now_s: float) -> None:
        match event:
            case VoiceAudio():
                self._sounded(event.pcm, now_s)
                self._said.sounded(event.pcm.size)
                self._out.put_nowait(VoiceAudio(line_id, event.pcm))
            case VoiceAudioEnd():
                self._end_line(line_id)
            case LineFailed():
                if step := self._watchdog.line_failed(now_s):
                    self._do_in_silence(step)

    def _sounded(self, pcm: Samples, now_s: float) -> None:
        level = level_dbfs(pcm)
        self._watchdog.sounded(pcm.size / RATE_HZ, level, now_s)
        if not self._has_spoken and level >= AUDIBLE_DBFS:
            self._has_spoken = True
            self._order.spoke()

    def _end_line(self, line_id: int) -> None:
        self._line = None
        self._watchdog.line_over(self._now())
        self._out.put_nowait(VoiceAudioEnd(line_id))

    # -- steps --

    def _do_in_silence(self, step: Step) -> None:
        """The session is there, and says nothing."""
        if step not in (Step.FILL, Step.NUDGE):
            self._order.failed(VoiceFault.SILENT)
        self._do(step)

    def _do(self, step: Step) -> None:
        if step is not Step.FILL:
            self._trouble(step.value)
        match step:
            case Step.FILL:
                self._fill()
            case Step.NUDGE:
                self._say_again()
            case Step.FRESH:
                self._replace()
            case Step.NEXT:
                self._order.place += 1
                self._replace()
            case Step.GIVE_UP:
                self._give_up()

    def _fill(self) -> None:
        """Without a clip the callee waits in silence; the launch of a campaign asks for one."""
        self._n_fillers += 1
        if not self._clips.fillers:
            self._watchdog.filled(self._patience.fill_s, self._now())
            return
        clip = self._clips.fillers[(self._n_fillers - 1) % len(self._clips.fillers)]
        self._trouble(Step.FILL.value)
        self._watchdog.filled(clip.size / RATE_HZ, self._now())
        self._play(-self._n_fillers, clip)
        self._out.put_nowait(VoiceAudioEnd(-self._n_fillers))

    def _say_again(self) -> None:
        if (voice := self._sessions.voice) is not None and self._line is not None:
            voice.cancel(self._asked_id, heard_ms=0)
            self._ask()

    def _ask(self) -> None:
        """The session, once there is one."""
        if (voice := self._sessions.voice) is not None and self._line is not None:
            self._asked_id += 1
            self._said.asked(self._asked_id, self._line.line_id)
            voice.speak(Line(self._asked_id, self._line.text))

    def _replace(self) -> None:
        assert self._brief is not None, "it was opened"
        self._past.begin_gap()
        self._sessions.replace(self._brief)

    def _catch_up(self, voice: VoiceModel) -> None:
        self._has_spoken = False
        self._watchdog.opened(self._now())
        voice.expect(self._expectation)
        again = self._past.begin_session()
        if again.size:
            voice.hear(again)
        self._ask()

    def _give_up(self) -> None:
        self._has_given_up = True
        self._line = None
        lines = self._brief.lines if self._brief is not None else None
        can_apologise = lines is not None and {lines.apology, lines.apology_call_back} <= self._clips.by_text.keys()
        self._out.put_nowait(VoiceFailed("no voice is left", VoiceFault.SILENT, can_apologise=can_apologise))

    def _play(self, line_id: int, clip: Samples) -> None:
        if line_id > 0:
            self._watchdog.sounded(clip.size / RATE_HZ, level_dbfs(clip), self._now())
            self._clips_ms += clip.size * 1000 // RATE_HZ
        for at in range(0, clip.size, PIECE_SAMPLES):
            self._out.put_nowait(VoiceAudio(line_id, clip[at : at + PIECE_SAMPLES]))

    def _trouble(self, what: str) -> None:
        name = self._order.name
        logger.warning("voice trouble: voice=%s step=%s", name, what)
        self._out.put_nowait(VoiceTrouble(name, what))
