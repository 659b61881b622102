"""Takes our own voice out of a line that mixes it with the callee's, and decides when that is good enough to listen.

Pure. Until it is, and whenever it is no longer, the half-duplex gate decides as on any such line: our own voice must never count
as the callee's.
"""

from __future__ import annotations

import numpy as np

from bridge.audio import Gate, silence
from bridge.echo.clock import LineClock
from bridge.echo.delay import NEAR_DELAY
from bridge.echo.learning import ACTIVE, Learning, Path, sent_for
from bridge.echo.meter import NoiseFloor
from bridge.echo.path import LEARN_SAMPLES
from bridge.echo.placing import CHECKED, placed
from bridge.echo.residue import Piece, Residue
from bridge.echo.timeline import OwnVoice, Signal, Timeline, power
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.playback import OutFrame

CLOSE_DB = 14.0  # removed by less, our own voice may be taken for speech: half-duplex again

_CHECK_EVERY = 4 * FRAME_SAMPLES
_GIVE_UP = 2 * RATE_HZ  # of our voice in a place that cannot be found
_RELEARN_EVERY = 3 * LEARN_SAMPLES
_SOLVE_EVERY = 2 * _RELEARN_EVERY


class OwnVoiceRemover:
    """Times are seconds since the media stream opened."""

    def __init__(self) -> None:
        self._gate = Gate()
        self._clock = LineClock()
        self._own = OwnVoice()
        self._heard = Timeline()
        self._estimate = Timeline()
        self._noise = NoiseFloor()
        self._residue = Residue(self._heard, self._estimate)
        self._learning = Learning(self._heard, self._own, self._noise)
        self._path: Path | None = None  # one that removes enough
        self._trusted_run: int | None = None  # its place was checked
        self._n_unchecked = 0  # samples of our voice in a run whose place is in doubt
        self._end = 0
        self._n_sent = 0

    @property
    def is_full_duplex(self) -> bool:
        """The callee is heard while we speak, but for the first moments of a line."""
        return self._path is not None

    @property
    def is_found(self) -> bool:
        """Our own voice was at least found on the line."""
        return self._learning.has_delay

    @property
    def erle_db(self) -> float:
        """Echo return loss enhancement over the last half second of our voice alone; 0 before anything was measured."""
        return self._learning.meter.erle_db()

    @property
    def sent_s(self) -> float:
        """How much of our own voice was sent so far."""
        return self._n_sent / RATE_HZ

    def sent(self, frame: OutFrame) -> None:
        self._n_sent += frame.samples.size
        self._gate.close_until(frame.heard_at_s + frame.samples.size / RATE_HZ)
        self._own.place(frame.samples, round(frame.heard_at_s * RATE_HZ))

    def stopped(self, now_s: float) -> None:
        """Barge-in: what was sent and is not heard yet may be dropped by the platform, or not."""
        self._own.cut(round(now_s * RATE_HZ))

    def hear(self, samples: Samples, now_s: float) -> Samples:
        """What the voice may hear of audio that has just come in: the same length, so that its count of seconds stays right."""
        begin = self._clock.place(samples.size, now_s)
        if begin != self._end:  # a gap: nothing lies where it did
            self._trusted_run = None
        self._end = begin + samples.size
        as_half_duplex = self._gate.pass_on(samples, now_s)
        pieces: list[Samples] = []
        start = 0
        while start < samples.size:
            stop = min(samples.size, start + FRAME_SAMPLES - (begin + start) % FRAME_SAMPLES)
            pieces.append(self._take(samples[start:stop], as_half_duplex[start:stop], begin + start))
            start = stop
        return pieces[0] if len(pieces) == 1 else np.concatenate((silence(0), *pieces))

    def _take(self, samples: Samples, as_half_duplex: Samples, begin: int) -> Samples:
        end = begin + samples.size
        self._heard.place(samples, begin)
        own = self._own_voice(begin, end)
        if own is not None:
            self._estimate.place(own, begin)
        passed = self._passed(samples, as_half_duplex, own, end)
        if end % FRAME_SAMPLES == 0:
            self._review(end, is_audible=own is not None)
        return passed

    def _own_voice(self, begin: int, end: int) -> Signal | None:
        """As the line returns it; None where it cannot be heard, or nothing is known."""
        path = self._path
        if path is None or not sent_for(self._own, path.delay, begin - FRAME_SAMPLES, end).any():
            return None
        return path.estimate(self._own, begin, end)

    def _passed(self, samples: Samples, as_half_duplex: Samples, own: Signal | None, end: int) -> Samples:
        if self._path is None or self._clock.is_late or not self._is_trusted(self._path, end):
            return as_half_duplex
        if own is None:
            return samples
        piece = Piece(end, samples.astype(np.float32), own, self._is_ghost(self._path, end - own.size, end))
        return self._residue.of(piece, erle_db=self.erle_db, noise=self._noise.power())

    def _is_trusted(self, path: Path, end: int) -> bool:
        return self._trusted_run == self._own.run_at(end - path.delay + NEAR_DELAY)

    def _is_ghost(self, path: Path, begin: int, end: int) -> bool:
        return self._own.is_ghost(begin - path.delay, end - path.delay)

    # -- what is known of the line: once per frame --

    def _review(self, end: int, *, is_audible: bool) -> None:
        begin = end - FRAME_SAMPLES
        heard = self._heard.read(begin, end)
        own = self._estimate.read(begin, end) if is_audible else np.zeros(FRAME_SAMPLES, np.float32)
        rest = power(heard - own)
        self._noise.add(rest)
        path = self._path
        if path is None:
            self._learn(end)
        elif is_audible and not self._is_ghost(path, begin, end):
            if self._is_trusted(path, end):
                self._watch(path, end, heard=power(heard), own=power(own), rest=rest)
            else:
                self._check(path, end)

    def _learn(self, end: int) -> None:
        self._learning.take(end)
        if self._learning.is_done and self._learning.path is not None:
            self._trust(self._learning.path, end)

    def _trust(self, path: Path, end: int) -> None:
        self._path = path
        self._trusted_run = self._own.run_at(end - path.delay)
        self._n_unchecked = 0
        self._residue.reset()

    def _doubt(self) -> None:
        self._trusted_run = None
        self._n_unchecked = 0
        self._residue.reset()

    def _forget(self) -> None:
        self._path = None
        self._doubt()
        self._learning = Learning(self._heard, self._own, self._noise)

    def _watch(self, path: Path, end: int, *, heard: float, own: float, rest: float) -> None:
        meter = self._learning.meter
        if own >= ACTIVE / 100 and self._residue.is_quiet(end):
            meter.add(heard, self._noise.without(rest))
        if meter.erle_db() < CLOSE_DB:
            self._forget()
        elif self._residue.is_misplaced():
            self._doubt()
        else:
            self._follow(path, end)

    def _follow(self, path: Path, end: int) -> None:
        """The line may drift: learn on, now and then."""
        if end % _RELEARN_EVERY:
            return
        begin = end - LEARN_SAMPLES
        sent = sent_for(self._own, path.delay, begin, end)
        if power(sent) < ACTIVE:
            return
        heard = self._heard.read(begin, end)
        unexplained = power(heard - path.estimate(self._own, begin, end))
        self._learning.learner.add(sent, heard, unexplained)
        if end % _SOLVE_EVERY == 0:
            newer = Path(path.delay, self._learning.learner.solve())
            if power(heard - newer.estimate(self._own, begin, end)) <= unexplained:
                self._path = newer

    def _check(self, path: Path, end: int) -> None:
        """A new line of ours, or one that has moved."""
        if power(sent_for(self._own, path.delay, end - FRAME_SAMPLES, end)) < ACTIVE:
            return
        self._n_unchecked += FRAME_SAMPLES
        if self._n_unchecked >= _GIVE_UP:
            self._forget()
            return
        if self._n_unchecked < CHECKED or self._n_unchecked % _CHECK_EVERY:
            return
        moved = placed(path, self._heard, self._own, end)
        if moved is not None:
            self._estimate.place(moved.estimate(self._own, end - CHECKED, end), end - CHECKED)
            self._trust(moved, end)
