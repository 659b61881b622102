"""From nothing known about the line to a delay and a filter that remove enough of our own voice.

Pure. What it reports is measured on audio that the filter has not seen yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.echo.delay import LEAST_DELAY, LOOK, MOST_DELAY, DelaySearch
from bridge.echo.meter import NoiseFloor, RemovalMeter
from bridge.echo.path import LEARN_SAMPLES, PRE_TAPS, TAPS, PathLearner, filtered
from bridge.echo.timeline import OwnVoice, Signal, Timeline, power
from bridge.events import FRAME_SAMPLES

ACTIVE = 10_000.0  # mean square of our voice, -50 dBFS: less teaches nothing
OPEN_DB = 20.0  # removed by that much, our own voice is no speech any more

_LOOK_EVERY = LOOK
_LEAST_BLOCKS = 6  # before the first filter: 0.36 s
_SOLVE_EVERY = 3
_MEASURED_BLOCKS = 20  # of 20 ms
_PATIENCE = 34  # blocks of 60 ms: after 2 s of our voice the delay itself is doubted


@dataclass(slots=True)
class Path:
    delay: int  # of the first tap, in samples
    taps: Signal

    def estimate(self, own: OwnVoice, begin: int, end: int) -> Signal:
        """Our own voice as the line returns it between these places."""
        return filtered(sent_for(own, self.delay, begin, end), self.taps)


def sent_for(own: OwnVoice, delay: int, begin: int, end: int) -> Signal:
    """What all taps need for these places."""
    return own.read(begin - delay - TAPS + 1, end - delay)


def looked_at(heard: Timeline, own: OwnVoice, end: int) -> tuple[Signal, Signal] | None:
    """The last `LOOK` samples of the line and all that may be in them; None when there is nothing to see."""
    begin = end - LOOK
    sent, listened = own.read(begin - MOST_DELAY, end - LEAST_DELAY), heard.read(begin, end)
    return (listened, sent) if power(sent) >= ACTIVE and listened.any() else None


class Learning:
    """`path` may be used once `is_done`; `erle_db` says how well it would work before."""

    def __init__(self, heard: Timeline, own: OwnVoice, noise: NoiseFloor) -> None:
        self.path: Path | None = None
        self.learner = PathLearner()
        self.meter = RemovalMeter()
        self._heard = heard
        self._own = own
        self._noise = noise
        self._search = DelaySearch()
        self._delay: int | None = None
        self._run: int | None = None
        self._looked_at = 0

    @property
    def is_done(self) -> bool:
        return self.meter.n_blocks >= _MEASURED_BLOCKS and self.meter.erle_db() >= OPEN_DB

    @property
    def has_delay(self) -> bool:
        return self._delay is not None

    def take(self, end: int) -> None:
        """Another 20 ms, up to this place, are in the timelines."""
        run = self._own.run_at(end - (MOST_DELAY if self._delay is None else self._delay))
        if run != self._run:  # it may be heard a little earlier or later than the one before
            self._start(run)
        if self._delay is None:
            self._look(end)
        else:
            self._learn(self._delay, end)

    def _start(self, run: int | None) -> None:
        self._run = run
        self._delay, self.path = None, None
        self._search, self.learner, self.meter = DelaySearch(), PathLearner(), RemovalMeter()

    def _look(self, end: int) -> None:
        if end - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = end
        look = looked_at(self._heard, self._own, end)
        found = self._search.look(*look) if look is not None else None
        if found is not None:
            self._delay = found - PRE_TAPS
            self._run = self._own.run_at(end - self._delay)

    def _learn(self, delay: int, end: int) -> None:
        if self.path is not None:
            self._measure(self.path, end)
        if end % LEARN_SAMPLES:
            return
        begin = end - LEARN_SAMPLES
        sent = sent_for(self._own, delay, begin, end)
        if power(sent) < ACTIVE or self._own.is_ghost(begin - delay, end - delay):
            return
        heard = self._heard.read(begin, end)
        rest = heard if self.path is None else heard - self.path.estimate(self._own, begin, end)
        self.learner.add(sent, heard, power(rest))
        n = self.learner.n_blocks
        if n >= _LEAST_BLOCKS and n % _SOLVE_EVERY == 0:
            self.path = Path(delay, self.learner.solve())
        if n >= _PATIENCE:
            self._start(self._run)

    def _measure(self, path: Path, end: int) -> None:
        begin = end - FRAME_SAMPLES
        own = path.estimate(self._own, begin, end)
        if power(own) < ACTIVE / 100:
            return
        heard = self._heard.read(begin, end)
        self.meter.add(power(heard), self._noise.without(power(heard - own)))
