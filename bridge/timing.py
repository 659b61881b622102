"""What a call is like at the callee's ear: how long they wait for a voice, are talked over, or hear nothing. Pure.

Measured on the recording's clock, whether or not anything is recorded: the callee's speech by its level, the bot's when the ledger
says that it is heard. So the way to the phone and back, the platform's buffer and our own pace are all in it. A pause of half a second
or more ends what either side says; a shorter one belongs to it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bridge.audio import level_dbfs
from bridge.events import FRAME_MS, Samples, SpeechEnded, SpeechStarted
from bridge.voice.ear import DEFAULT_PAUSE_S, QUIETEST_DBFS, Ear

AUDIBLE_DBFS = QUIETEST_DBFS  # the same for both sides

Span: TypeAlias = tuple[float, float]
"""When something is heard: begin and end, in seconds since the media stream opened."""


@dataclass(frozen=True, slots=True)
class Timing:
    first_word_ms: int | None = None  # media stream open → the bot is heard; None: it never was
    voice_to_voice_ms: tuple[int, ...] = ()  # end of the callee's speech → the bot is heard, per turn
    overlap_ms: int = 0  # both speak
    longest_silence_ms: int | None = None  # nobody does, from the opening of the stream on; None: not measured


@dataclass(frozen=True, slots=True)
class _Said:
    """A stretch of one of the bot's lines."""

    line_id: int
    begins_s: float
    ends_s: float


class CallTiming:
    """Of one call. `at_s` puts the seconds of audio heard on the recording's clock (`CalleeTrack.at_s`)."""

    def __init__(self, at_s: Callable[[float], float]) -> None:
        self._at_s = at_s
        self._ear = Ear()
        self._ear.pause_s = DEFAULT_PAUSE_S
        self._callee: list[Span] = []
        self._speaks_since_s: float | None = None
        self._bot: list[_Said] = []

    def callee(self, samples: Samples) -> None:
        """All that a voice hears, in order."""
        for sound in self._ear.hear(samples):
            match sound:
                case SpeechStarted():
                    self._speaks_since_s = self._at_s(sound.at_s)
                case SpeechEnded():
                    self._callee_spoke(self._at_s(sound.at_s))

    def bot(self, line_id: int, samples: Samples, heard_at_s: float) -> None:
        """20 ms of a line, by the ledger heard from `heard_at_s` on."""
        if level_dbfs(samples) < AUDIBLE_DBFS:
            return
        ends_s = heard_at_s + FRAME_MS / 1000
        last = self._bot[-1] if self._bot else None
        if last is not None and last.line_id == line_id and heard_at_s - last.ends_s < DEFAULT_PAUSE_S:
            self._bot[-1] = _Said(line_id, last.begins_s, ends_s)
        else:
            self._bot.append(_Said(line_id, heard_at_s, ends_s))

    def cut(self, now_s: float) -> None:
        """Barge-in: what the bot was to say after this instant was not heard."""
        self._bot = [_Said(said.line_id, said.begins_s, min(said.ends_s, now_s)) for said in self._bot if said.begins_s < now_s]

    def report(self, now_s: float) -> Timing:
        """Of the call until now."""
        open_span = [] if self._speaks_since_s is None else [(self._speaks_since_s, max(now_s, self._speaks_since_s))]
        callee = self._callee + open_span
        bot = [(said.begins_s, said.ends_s) for said in self._bot if said.begins_s < now_s]
        return Timing(
            first_word_ms=_ms(bot[0][0]) if bot else None,
            voice_to_voice_ms=tuple(_ms(waited_s) for waited_s in waits(callee, self._lines())),
            overlap_ms=_ms(overlap_s(callee, bot)),
            longest_silence_ms=_ms(longest_silence_s([*callee, *bot], now_s)),
        )

    def _callee_spoke(self, ends_s: float) -> None:
        assert self._speaks_since_s is not None, "an end follows a begin"
        self._callee.append((self._speaks_since_s, max(ends_s, self._speaks_since_s)))
        self._speaks_since_s = None

    def _lines(self) -> list[Span]:
        """From the first word of each to its last: a pause between two sentences is no reply."""
        lines: dict[int, Span] = {}
        for said in self._bot:
            begins_s, _ends_s = lines.get(said.line_id, (said.begins_s, said.ends_s))
            lines[said.line_id] = (begins_s, said.ends_s)
        return list(lines.values())


def waits(callee: Sequence[Span], lines: Sequence[Span]) -> list[float]:
    """Seconds from the end of each of the callee's turns to the next line. Both in order of time, and without overlaps of their own.

    Words into a line that goes on are no turn, nor are those after which the callee speaks again before we do.
    """
    begins = [begins_s for begins_s, _ends_s in lines]
    found = []
    for place, (_begins_s, ended_s) in enumerate(callee):
        reply = bisect_left(begins, ended_s)
        is_within_line = reply > 0 and lines[reply - 1][1] > ended_s
        if is_within_line or reply == len(lines):
            continue
        goes_on = place + 1 < len(callee) and callee[place + 1][0] < begins[reply]
        if not goes_on:
            found.append(begins[reply] - ended_s)
    return found


def overlap_s(callee: Sequence[Span], bot: Sequence[Span]) -> float:
    """For how long both speak. Each in order of time, and without overlaps of its own."""
    ends = [ends_s for _begins_s, ends_s in bot]
    both_s = 0.0
    for begins_s, ends_s in callee:
        for said_from_s, said_until_s in bot[bisect_right(ends, begins_s) :]:
            if said_from_s >= ends_s:
                break
            both_s += min(ends_s, said_until_s) - max(begins_s, said_from_s)
    return both_s


def longest_silence_s(spoken: Sequence[Span], until_s: float) -> float:
    """The longest stretch without any of these, in any order, from 0 to `until_s`."""
    longest_s, heard_until_s = 0.0, 0.0
    for begins_s, ends_s in sorted(spoken):
        longest_s = max(longest_s, min(begins_s, until_s) - heard_until_s)
        heard_until_s = max(heard_until_s, ends_s)
    return max(longest_s, until_s - heard_until_s)


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
