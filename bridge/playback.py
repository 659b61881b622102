"""Paced sending of the bot's audio, and the heard-ledger: what the callee has really heard by now.

Pure. Nobody tells us what was played, so a model of the platform's player does: it plays what it holds in real time and starts
as soon as it holds enough. To keep a barge-in cheap (the platform may ignore `killAudio`), what was handed over leads what was
heard by at most 250 ms; because the platform holds back 160 ms on an 8 kHz leg, an utterance begins with at least 180 ms.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TypeAlias

from bridge.audio import Framer, silence
from bridge.events import FRAME_MS, FRAME_SAMPLES, RATE_HZ, HeardSoFar, LineBegan, LineEnded, Samples

LEAD_FRAMES = 12  # 240 ms
START_FRAMES = 9  # 180 ms
PAD_FRAMES = 5  # a tail shorter than the platform's release unit would stay unplayed until the next line

_FRAME_S = FRAME_MS / 1000
_SLACK_S = 1e-6  # adding up 0.02 must not make a frame late

LineEvent: TypeAlias = LineBegan | LineEnded


@dataclass(frozen=True, slots=True)
class OutFrame:
    """20 ms to be sent now; by the model the callee hears it from `heard_at_s` on."""

    line_id: int
    samples: Samples
    heard_at_s: float
    is_first: bool


@dataclass(slots=True)
class _Line:
    line_id: int
    framer: Framer = field(default_factory=Framer)
    frames: deque[Samples] = field(default_factory=deque)
    n_frames: int = 0
    n_samples: int = 0  # of voice, without the silence behind it
    is_pushed: bool = False  # all of it is here
    spans: list[tuple[float, float]] = field(default_factory=list)  # when it is heard: begin and end, in seconds

    def add(self, frames: list[Samples]) -> None:
        self.frames.extend(frames)
        self.n_frames += len(frames)

    def pad(self, n_frames: int) -> None:
        self.add([silence(FRAME_SAMPLES)] * n_frames)

    def voice_ms(self) -> int:
        return self.n_samples * 1000 // RATE_HZ

    def plays(self, begins_s: float) -> None:
        ends_s = begins_s + _FRAME_S
        if self.spans and abs(self.spans[-1][1] - begins_s) < _SLACK_S:
            self.spans[-1] = (self.spans[-1][0], ends_s)
            return
        self.spans.append((begins_s, ends_s))

    def heard_ms(self, now_s: float) -> int:
        heard_s = sum(min(now_s, ends_s) - begins_s for begins_s, ends_s in self.spans if begins_s < now_s)
        return min(self.voice_ms(), int(heard_s * 1000 + 0.5))

    def heard_out_at_s(self) -> float:
        """When its last sample of voice is heard; to be asked only once all of it was handed over."""
        pad_s = self.n_frames * _FRAME_S - self.n_samples / RATE_HZ
        return self.spans[-1][1] - pad_s


class Playback:
    """Times are seconds since the media stream opened and never go back. Lines are heard in the order of their first `push`."""

    def __init__(self, prebuffer_ms: int) -> None:
        # Once it plays the platform lets go of what it holds in lumps of half of that. We hand over in the same lumps: what waits there for the rest
        # of its lump would survive a `killAudio`, and be heard before the next line.
        self._lump_frames = max(1, -(-prebuffer_ms // (2 * FRAME_MS)))
        self._least_frames = max(START_FRAMES, self._in_lumps(-(-prebuffer_ms // FRAME_MS)))  # fewer would be held back for ever
        # A platform that holds back more than we ever lead starts that much later.
        self._start_delay_s = max(0, self._least_frames - LEAD_FRAMES) * _FRAME_S
        self._lines: dict[int, _Line] = {}  # pushed and not yet heard out
        self._over: set[int] = set()
        self._events: list[LineEvent] = []
        self._heard_out_at_s = 0.0  # when all that was handed over is heard
        self._is_dry = True  # the platform has nothing left to play

    def push(self, line_id: int, pcm: Samples) -> None:
        """More audio of a line; ignored for a line that is over (a voice may be slow to hear of a barge-in)."""
        if line_id in self._over:
            return
        line = self._lines.setdefault(line_id, _Line(line_id))
        line.n_samples += pcm.size
        line.add(line.framer.frames(pcm))

    def end(self, line_id: int) -> None:
        """No more audio of this line. One that never had any is over at once, unheard."""
        line = self._lines.get(line_id)
        if line_id in self._over or (line is not None and line.is_pushed):
            return
        if line is None or not line.n_samples:
            self._close(LineEnded(line_id, heard_ms=0, is_complete=False))
            return
        line.is_pushed = True
        last = line.framer.flush()
        line.add([last] if last is not None else [])
        line.pad(self._in_lumps(line.n_frames + PAD_FRAMES) - line.n_frames)

    def due(self, now_s: float) -> list[OutFrame]:
        """Frames to hand over at this instant."""
        self._is_dry = self._heard_out_at_s <= now_s
        if self._is_dry and self._may_start():
            self._start(now_s)
        out: list[OutFrame] = []
        reach_s = now_s + self._start_delay_s + LEAD_FRAMES * _FRAME_S + _SLACK_S
        while not self._is_dry and self._heard_out_at_s + self._lump_frames * _FRAME_S <= reach_s and self._n_queued() >= self._lump_frames:
            out += [self._hand_over() for _ in range(self._lump_frames)]
        self._note_heard_out(now_s)
        return out

    def next_due(self) -> float | None:
        """When to call `due` next, for frames or for events; in the past means now, None means after the next push or end."""
        moments = [line.heard_out_at_s() for line in self._lines.values() if line.is_pushed and not line.frames]
        if self._is_dry and self._may_start():
            moments.append(self._heard_out_at_s)
        if not self._is_dry and self._n_queued() >= self._lump_frames:
            moments.append(self._heard_out_at_s - self._start_delay_s - (LEAD_FRAMES - self._lump_frames) * _FRAME_S)
        return min(moments, default=None)

    def events(self) -> list[LineEvent]:
        """What has happened since the last call, in order."""
        events, self._events = self._events, []
        return events

    def heard_ms(self, line_id: int, now_s: float) -> int:
        """How much of a line that is not over yet was heard; 0 for one that is unknown or has not begun."""
        line = self._lines.get(line_id)
        return line.heard_ms(now_s) if line is not None else 0

    def heard_so_far(self, now_s: float) -> HeardSoFar | None:
        """Of the line that is being heard; None when there is none."""
        line = next((line for line in self._lines.values() if line.spans and line.spans[0][0] <= now_s), None)
        return HeardSoFar(line.line_id, line.heard_ms(now_s), line.voice_ms() if line.is_pushed else None) if line is not None else None

    def heard_out_at_s(self) -> float:
        """When everything handed over so far will have been heard, the silence behind it included."""
        return self._heard_out_at_s

    def clear(self, now_s: float) -> None:
        """Barge-in: drop all that is queued, and take what was handed over and not heard as dropped by the platform."""
        for line in list(self._lines.values()):
            heard_ms = line.heard_ms(now_s)
            voice_ms = line.voice_ms() if line.is_pushed else None
            self._close(LineEnded(line.line_id, heard_ms, is_complete=heard_ms == voice_ms, voice_ms=voice_ms))
        self._heard_out_at_s = min(self._heard_out_at_s, now_s)
        self._is_dry = True

    def _may_start(self) -> bool:
        head = next(iter(self._lines.values()), None)
        if head is None:
            return False
        return head.is_pushed and bool(head.frames) or self._n_queued() >= self._least_frames

    def _start(self, now_s: float) -> None:
        head = next(line for line in self._lines.values() if line.frames)
        if head.is_pushed:
            head.pad(max(0, self._in_lumps(self._least_frames) - self._n_queued()))
        self._heard_out_at_s = now_s + self._start_delay_s
        self._is_dry = False

    def _n_queued(self) -> int:
        n_frames = 0
        for line in self._lines.values():
            n_frames += len(line.frames)
            if not line.is_pushed:  # what comes behind it has to wait
                break
        return n_frames

    def _in_lumps(self, n_frames: int) -> int:
        """Rounded up to whole ones."""
        return -(-n_frames // self._lump_frames) * self._lump_frames

    def _hand_over(self) -> OutFrame:
        line = next(line for line in self._lines.values() if line.frames)
        is_first = not line.spans
        if is_first:
            self._events.append(LineBegan(line.line_id))
        frame = OutFrame(line.line_id, line.frames.popleft(), self._heard_out_at_s, is_first)
        line.plays(self._heard_out_at_s)
        self._heard_out_at_s += _FRAME_S
        return frame

    def _note_heard_out(self, now_s: float) -> None:
        for line in list(self._lines.values()):
            if line.frames or not line.is_pushed or line.heard_out_at_s() > now_s + _SLACK_S:
                return
            self._close(LineEnded(line.line_id, line.voice_ms(), is_complete=True, voice_ms=line.voice_ms()))

    def _close(self, ended: LineEnded) -> None:
        self._lines.pop(ended.line_id, None)
        self._over.add(ended.line_id)
        self._events.append(ended)
