"""A mixed line without a network: our frames go through the platform's player and the echo of the simulator, and come back with the callee."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

from bridge.audio import silence, to_samples
from bridge.echo import OwnVoiceRemover
from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.playback import Playback
from bridge.telephony.simulator.framing import Echo, Packets
from bridge.telephony.simulator.playout import Playout
from bridge.telephony.simulator.settings import HERE
from bridge.telephony.simulator.sound import mix, to_int16
from bridge.telephony.simulator.utterance import load_utterances

_TICK_S = 0.02
_LIBRARY = load_utterances(HERE / "utterances", has_phone_line=False)


# Of another sound than the figures here were measured with: what is drawn must not change with every utterance that is added.
ADDED_LATER = {"amount_fifty_thousand", "scale_eight", "choices_all", "choices_first_and_last"}


def speech(voice: str, seconds: float, *, seed: int = 1, pause_s: float = 0.15) -> Samples:
    """Recorded utterances of one voice, one after the other."""
    random, pieces, n = Random(seed), [], 0
    groups = sorted(group for group in _LIBRARY.groups - ADDED_LATER if _LIBRARY.pick(group, voice, Random(0)).voice == voice)
    while n < seconds * RATE_HZ:
        pieces += [_LIBRARY.pick(random.choice(groups), voice, random).pcm, silence(int(pause_s * RATE_HZ))]
        n += pieces[-2].size + pieces[-1].size
    return np.concatenate(pieces)[: int(seconds * RATE_HZ)]


def at_level(pcm: Samples, factor: float) -> Samples:
    return to_int16(pcm * factor)


@dataclass
class MixedLine:
    """`voice_heard` is what the voice got; one sample of it is one sample of the line, from the first tick on."""

    echo: Echo
    jitter: float = 0.0
    has_odd_sizes: bool = False
    honours_kill: bool = True
    lateness_s: float = 0.007  # of the line's ticks behind ours
    ours: Samples = field(default_factory=lambda: silence(0))  # of the line, our own voice alone
    came_in: list[Samples] = field(default_factory=list)
    voice_heard: list[Samples] = field(default_factory=list)
    erle_db: list[float] = field(default_factory=list)
    full_duplex: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.remover = OwnVoiceRemover()
        self.playback = Playback(160)
        self.playout = Playout(prebuffer_ms=160, honours_kill=self.honours_kill)
        self._packets = Packets(Random(1), jitter=self.jitter, has_odd_sizes=self.has_odd_sizes)
        self._n_ticks = 0
        self._n_lines = 0
        self._rest = b""
        self._is_lost = False

    @property
    def now_s(self) -> float:
        return self._n_ticks * _TICK_S

    def say(self, pcm: Samples) -> None:
        """Our own voice says this, as a line of its own."""
        self._n_lines += 1
        self.playback.push(self._n_lines, pcm)
        self.playback.end(self._n_lines)

    def stop(self) -> None:
        self.playback.clear(self.now_s)
        self.playout.kill()
        self.remover.stopped(self.now_s)

    def run(self, seconds: float, callee: Samples | None = None) -> MixedLine:
        """The callee says `callee` from now on, if anything."""
        callee = silence(0) if callee is None else callee
        for position in range(round(seconds / _TICK_S)):
            frame = callee[position * FRAME_SAMPLES : (position + 1) * FRAME_SAMPLES]
            self.tick(np.concatenate((frame, silence(FRAME_SAMPLES - frame.size))))
        return self

    def lose(self, seconds: float) -> None:
        """The line swallows this much of what comes in."""
        self._is_lost = True
        self.run(seconds)
        self._is_lost = False

    def tick(self, callee: Samples) -> None:
        for frame in self.playback.due(self.now_s):
            self.remover.sent(frame)
            self.playout.push(frame.samples)
        self._n_ticks += 1
        mixed = mix(callee, self.echo.push(self.playout.take(FRAME_SAMPLES, self.now_s).pcm))
        message = self._rest + self._packets.push(mixed.tobytes())
        n_whole = len(message) // 2 * 2
        message, self._rest = message[:n_whole], message[n_whole:]
        if message and not self._is_lost:
            self.came_in.append(to_samples(message))
            self.voice_heard.append(self.remover.hear(to_samples(message), self.now_s + self.lateness_s))
        self.erle_db.append(self.remover.erle_db)
        self.full_duplex.append(self.remover.is_full_duplex)

    def heard(self, from_s: float = 0.0, to_s: float | None = None) -> Samples:
        return _between(self.voice_heard, from_s, to_s)

    def line(self, from_s: float = 0.0, to_s: float | None = None) -> Samples:
        return _between(self.came_in, from_s, to_s)


def _between(pieces: list[Samples], from_s: float, to_s: float | None) -> Samples:
    joined = np.concatenate((silence(0), *pieces))
    return joined[int(from_s * RATE_HZ) : None if to_s is None else int(to_s * RATE_HZ)]


def mixed_line(delay_ms: int = 200, gain_db: float = -6.0, **settings: Any) -> MixedLine:
    own = {name: settings.pop(name) for name in ("codec", "drift_ms_per_min", "jump_every_s") if name in settings}
    return MixedLine(Echo(delay_ms=delay_ms, gain=10 ** (gain_db / 20), **own), **settings)
