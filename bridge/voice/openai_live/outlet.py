"""The stream of sound that never pauses → the sound of our lines. What is heard between them, or instead of them, is the model's own talk: dropped.

Pure. A line begins with sound after a pause whose first words are its own, and ends when its words were said and 300 ms of silence follow. All times
are those of the stream: 20 ms a frame, whatever the clock says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from bridge.audio import Framer, SampleReader, level_dbfs
from bridge.events import FRAME_MS, Line, Samples
from bridge.voice.openai_live.coverage import Coverage, Whose
from bridge.voice.openai_live.incoming import SpokenWords

LOUD_DBFS = -60.0  # silence is (nearly) digital: LiveKit takes what is under -64 dBFS for it
GAP_MS = 200  # of silence between what is said and what is said next
TAIL_MS = 300  # of silence, and a line whose words were said is over
BREAK_MS = 1500  # of silence in the middle of a line: the model has stopped
RESUME_MS = 3000  # until it says the rest; an appended commentary is spoken after about 850 ms
HOLD_MS = 300  # sound waits no longer for the words that tell whose it is
LONG_HOLD_MS = 1500  # after a line that was taken back and may yet be said
EARLY_MS = 150  # times of words are not exact
SOUNDLESS_MS = 1000  # after words that were said without sound
SHORTEST_MS_PER_CHARACTER = 30  # faster than anybody speaks: a line without a transcript was not said in whole
SLACK_MS, LONGEST_MS_PER_CHARACTER = 5000, 150
MAX_TRIES = 2


@dataclass(frozen=True, slots=True)
class LineSound:
    line_id: int
    pcm: Samples


@dataclass(frozen=True, slots=True)
class LineOver:
    """Said to its end."""

    line_id: int
    is_verbatim: bool
    words: str = field(default="", compare=False)  # as the service transcribed them


@dataclass(frozen=True, slots=True)
class LineBroken:
    """The model stopped in the middle: these words are left to say."""

    line_id: int
    rest: str


@dataclass(frozen=True, slots=True)
class LineLost:
    line_id: int
    reason: str


Outcome: TypeAlias = LineSound | LineOver | LineBroken | LineLost


class _Phase(StrEnum):
    WAITING = "waiting"
    HELD = "held"  # there is sound, and it is not known yet whose
    SPEAKING = "speaking"


@dataclass(slots=True)
class _Saying:
    line: Line
    coverage: Coverage
    phase: _Phase = _Phase.WAITING
    held: list[Samples] = field(default_factory=list)
    said_ms: int = 0  # since it began, its pauses included
    sound_ms: int = 0
    soundless_ms: int = 0  # since all words came without a sound
    n_tries: int = 1
    patience_ms: int = BREAK_MS  # of silence

    @property
    def is_said(self) -> bool:
        return self.coverage.has_all_words and self.said_ms >= self.coverage.takes_ms - EARLY_MS

    @property
    def limit_ms(self) -> int:
        return SLACK_MS + LONGEST_MS_PER_CHARACTER * len(self.line.text)


class Outlet:
    def __init__(self) -> None:
        self._reader = SampleReader()
        self._framer = Framer()
        self._saying: _Saying | None = None
        self._position_ms = 0
        self._quiet_ms = GAP_MS
        self._is_foreign = False  # the sound that goes on is nobody's
        self._foreign_until_ms = 0
        self._has_ghost = False  # a line was taken back before it was said
        self.n_stray_ms = 0

    @property
    def line_id(self) -> int | None:
        """Of the line that is to be said, or is being said."""
        return self._saying.line.line_id if self._saying is not None else None

    @property
    def has_begun(self) -> bool:
        return self._saying is not None and self._saying.phase is _Phase.SPEAKING

    @property
    def is_quiet(self) -> bool:
        return self._quiet_ms >= GAP_MS

    def begin(self, line: Line) -> None:
        """Its words were sent: what is said next is this line."""
        assert self._saying is None, "one line at a time"
        self._saying = _Saying(line, Coverage(line.text))
        self._is_foreign = not self.is_quiet

    def drop(self) -> None:
        """Nothing more of the line is wanted, whether it was begun or not."""
        if self._saying is not None:
            self._has_ghost = not self.has_begun
            self._is_foreign = not self.is_quiet
        self._saying = None

    def words(self, words: SpokenWords) -> None:
        saying = self._saying
        is_late = words.start_ms is not None and words.start_ms < self._foreign_until_ms
        if saying is not None and not self._is_foreign and not is_late:
            saying.coverage.hear(words.text, words.start_ms, words.end_ms)

    def sound(self, pcm: bytes) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for frame in self._framer.frames(self._reader.read(pcm)):
            outcomes += self._frame(frame)
        return outcomes

    def _frame(self, frame: Samples) -> list[Outcome]:
        is_loud = level_dbfs(frame) > LOUD_DBFS
        self._position_ms += FRAME_MS
        self._quiet_ms = 0 if is_loud else self._quiet_ms + FRAME_MS
        if self._is_foreign and self.is_quiet:
            self._is_foreign = False
            self._foreign_until_ms = self._position_ms - GAP_MS
        saying = self._saying
        if saying is None or self._is_foreign:
            self._is_foreign = self._is_foreign or is_loud
            self.n_stray_ms += FRAME_MS * is_loud
            return []
        saying.sound_ms += FRAME_MS * is_loud
        if saying.phase is _Phase.WAITING:
            return self._wait(saying, frame, is_loud=is_loud)
        if saying.phase is _Phase.HELD:
            return self._hold(saying, frame)
        return self._speak(saying, [frame])

    def _wait(self, saying: _Saying, frame: Samples, *, is_loud: bool) -> list[Outcome]:
        if is_loud:
            saying.phase = _Phase.HELD
            return self._hold(saying, frame)
        if saying.coverage.has_all_words and saying.coverage.whose is Whose.LINE:
            saying.soundless_ms += FRAME_MS
        if saying.soundless_ms <= saying.coverage.takes_ms + SOUNDLESS_MS:
            return []
        return [self._lost(saying, "no sound")]

    def _hold(self, saying: _Saying, frame: Samples) -> list[Outcome]:
        saying.held.append(frame)
        limit_ms = LONG_HOLD_MS if self._has_ghost else HOLD_MS
        whose = saying.coverage.whose
        if whose is Whose.OTHER:
            self._disown(saying)
            return []
        if whose is Whose.NOT_KNOWN and len(saying.held) * FRAME_MS < limit_ms:
            return []
        saying.phase = _Phase.SPEAKING
        self._has_ghost = False
        held, saying.held = saying.held, []
        return self._speak(saying, held)

    def _disown(self, saying: _Saying) -> None:
        """It was not the line: that may still come."""
        self.n_stray_ms += saying.sound_ms
        saying.coverage = Coverage(saying.line.text)
        saying.held.clear()
        saying.sound_ms = 0
        saying.phase = _Phase.WAITING
        self._has_ghost = False
        self._is_foreign = True

    def _speak(self, saying: _Saying, frames: list[Samples]) -> list[Outcome]:
        saying.said_ms += FRAME_MS * len(frames)
        if not self._quiet_ms:
            saying.patience_ms = BREAK_MS
        if saying.is_said and saying.coverage.has_other_words_behind:
            self._is_foreign = True
            return [self._over(saying)]
        if saying.is_said and self._quiet_ms >= TAIL_MS:
            return [self._over(saying)]
        if self._quiet_ms >= saying.patience_ms:
            return [self._break(saying)]
        if saying.coverage.is_astray:
            self._is_foreign = True
            return [self._lost(saying, "other words")]
        if saying.said_ms >= saying.limit_ms:
            self._is_foreign = True
            return [self._over(saying) if saying.is_said else self._lost(saying, "it does not end")]
        is_tail = saying.is_said and self._quiet_ms > 0
        return [] if is_tail else [LineSound(saying.line.line_id, np.concatenate(frames))]

    def _break(self, saying: _Saying) -> Outcome:
        coverage, text = saying.coverage, saying.line.text
        is_long_enough = not coverage.n_heard and saying.sound_ms >= SHORTEST_MS_PER_CHARACTER * len(text)
        if coverage.has_all_words or is_long_enough:
            return self._over(saying)
        if saying.n_tries >= MAX_TRIES or not coverage.n_heard:  # without its words nobody knows what is left of it
            return self._lost(saying, "broken off")
        saying.n_tries += 1
        saying.patience_ms = self._quiet_ms + RESUME_MS
        return LineBroken(saying.line.line_id, coverage.rest)

    def _over(self, saying: _Saying) -> Outcome:
        self._saying = None
        return LineOver(saying.line.line_id, saying.coverage.is_verbatim, saying.coverage.heard)

    def _lost(self, saying: _Saying, reason: str) -> Outcome:
        self._saying = None
        return LineLost(saying.line.line_id, reason)
