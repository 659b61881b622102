"""What came back on a media stream of a check: how the bytes are to be read, and what is heard in them.

Pure. Bytes are little-endian int16; levels in dBFS; times in seconds since the socket opened, in call time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bridge.audio import SILENCE_DBFS, level_dbfs, to_samples
from bridge.brief import ChannelLayout
from bridge.events import RATE_HZ, Samples
from campaigns.line_check.tones import DRIP_HZ, LISTEN_S, LONG_HZ

Envelope: TypeAlias = NDArray[np.float64]

OWN_DBFS = -40.0  # an echo that the callee's phone returns is weaker, a platform that mixes is 15 dB louder
APART_DB = 12.0  # between the channel that holds a voice and the one that does not
VOICE_DBFS, VOICE_S = -45.0, 0.15
HOP_S, WINDOW_S = 0.002, 0.010
PURE = 0.65  # of the level of a window: what a voice never has in one tone for `STEADY_S`
STEADY_S = 0.2
GAP_S = 0.03  # within one burst: a packet that came late
SAME_RATE = 0.2  # how far the measured rate may be off, as a share
_READINGS = ((8000, 1), (16000, 1), (16000, 2))


@dataclass(frozen=True, slots=True)
class Received:
    """`messages`: when, and how many bytes. `texts`: those before the first audio come first. `sent_at_s`: when the long tone was sent."""

    pcm: bytes
    messages: Sequence[tuple[float, int]]
    texts: Sequence[str]
    is_text_first: bool
    sent_at_s: float | None


@dataclass(frozen=True, slots=True)
class Heard:
    """None and "": could not be measured."""

    rate_hz: int | None
    n_channels: int | None
    layout: str  # of `ChannelLayout`; "unclear" for two channels that are none of those
    callee_channel: int | None  # of a stereo stream: 0 is left
    message_bytes: int  # the most frequent size
    n_sizes: int
    has_odd_sizes: bool
    voice_dbfs: tuple[float, ...]  # a channel, while the operator was to speak
    own_dbfs: tuple[float, ...]  # a channel: our long tone
    first_release_ms: int | None  # of our audio that the platform held back before it played any
    next_release_ms: int | None
    round_trip_ms: int | None
    long_tone_ms: int | None  # as long as it was heard
    first_frame: str  # none, flat, nested, no_json
    first_frame_names: tuple[str, ...]
    n_texts: int


def hear(received: Received) -> Heard:
    rate_hz, n_channels = _reading(received)
    channels = _channels(received.pcm, n_channels or 1)
    hz = rate_hz or RATE_HZ
    envelopes = [_envelope(channel, hz, LONG_HZ) for channel in channels]
    own = tuple(_tone_dbfs(envelope) for envelope in envelopes)
    loudest = int(np.argmax(own))
    is_heard = own[loudest] > OWN_DBFS
    bursts = _bursts(_envelope(channels[loudest], hz, DRIP_HZ)) if is_heard else []
    long_tone = max(_bursts(envelopes[loudest]), key=lambda burst: burst[1], default=None) if is_heard else None
    shape, names = _first_frame(received.texts[0] if received.texts else "")
    sizes = [size for _, size in received.messages]
    return Heard(
        rate_hz=rate_hz,
        n_channels=n_channels,
        layout=_layout(own, n_channels),
        callee_channel=1 - loudest if n_channels == 2 and is_heard else None,
        message_bytes=max(set(sizes), key=sizes.count, default=0),
        n_sizes=len(set(sizes)),
        has_odd_sizes=any(size % 2 for size in sizes),
        voice_dbfs=tuple(_voice_dbfs(channel, hz) for channel in channels),
        own_dbfs=own,
        first_release_ms=_held_ms([bursts[0][1]]) if bursts else None,
        next_release_ms=_held_ms([length for _, length in bursts[1:-1]]) if len(bursts) > 3 else None,
        round_trip_ms=_round_trip_ms(received, long_tone, hz, n_channels or 1),
        long_tone_ms=round(long_tone[1] * 1000) if long_tone else None,
        first_frame=shape,
        first_frame_names=names,
        n_texts=len(received.texts),
    )


def as_json(heard: Heard) -> dict[str, Any]:
    return asdict(heard)


def from_json(record: Mapping[str, Any]) -> Heard:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
    return Heard(**values)


# ---- how the bytes are to be read -------------------------------------------------------------------------------------


def _reading(received: Received) -> tuple[int | None, int | None]:
    """Rate and channels by the bytes a second; where two readings fit, by what is heard in them."""
    arrivals = received.messages
    if len(arrivals) < 20:
        return None, None
    span_s = arrivals[-1][0] - arrivals[0][0]
    bytes_per_s = sum(size for _, size in arrivals[1:]) / span_s if span_s > 0 else 0.0
    fits = [(hz, n) for hz, n in _READINGS if abs(bytes_per_s - 2 * hz * n) < SAME_RATE * 2 * hz * n]
    if not fits:
        return None, None
    rate_hz, n_channels = fits[0]
    if (rate_hz, n_channels) == (16000, 1) and _halves_differ(received.pcm):
        return 8000, 2
    return rate_hz, n_channels


def _halves_differ(pcm: bytes) -> bool:
    """Every second sample belongs to another voice: two channels of 8000 Hz have as many bytes as one of 16000."""
    left, right = (_tone_dbfs(_envelope(channel, 8000, LONG_HZ)) for channel in _channels(pcm, 2))
    return abs(left - right) > APART_DB


def _channels(pcm: bytes, n_channels: int) -> list[Samples]:
    samples = to_samples(pcm[: len(pcm) // (2 * n_channels) * 2 * n_channels])
    return [samples[channel::n_channels] for channel in range(n_channels)]


def _layout(own_dbfs: Sequence[float], n_channels: int | None) -> str:
    if n_channels is None:
        return ""
    is_heard = max(own_dbfs) > OWN_DBFS
    if n_channels == 1:
        return ChannelLayout.MIXED if is_heard else ChannelLayout.MONO
    return ChannelLayout.STEREO if is_heard and abs(own_dbfs[0] - own_dbfs[1]) > APART_DB else "unclear"


# ---- tones --------------------------------------------------------------------------------------------------------------


def _envelope(samples: Samples, rate_hz: int, tone_hz: float) -> Envelope:
    """RMS of this tone where hardly anything else is heard, else 0: a value every 2 ms, over windows of 10 ms; full scale is 1."""
    hop, n_hops = round(HOP_S * rate_hz), round(WINDOW_S / HOP_S)
    n = samples.size // hop
    if n < n_hops:
        return np.zeros(1)
    at = np.arange(n * hop)
    turned = samples[: n * hop].astype(np.float64) * np.exp(-2j * np.pi * tone_hz * at / rate_hz)
    steps = turned.reshape(n, hop).sum(axis=1)
    window = np.convolve(steps, np.ones(n_hops), mode="same") / (n_hops * hop)
    power = np.square(samples[: n * hop].astype(np.float64)).reshape(n, hop).sum(axis=1)
    whole = np.sqrt(np.convolve(power, np.ones(n_hops), mode="same") / (n_hops * hop))
    level: Envelope = np.abs(window) * np.sqrt(2.0)
    return np.where(level > PURE * whole, level, 0.0) / 32768.0


def _tone_dbfs(envelope: Envelope) -> float:
    """The level of the longest burst, if it is one that no voice holds."""
    begin, length = max(_bursts(envelope), key=lambda burst: burst[1], default=(0.0, 0.0))
    if length < STEADY_S:
        return SILENCE_DBFS
    burst = envelope[round(begin / HOP_S) : round((begin + length) / HOP_S)]
    return round(float(20 * np.log10(np.median(burst))), 1)


def _bursts(envelope: Envelope) -> list[tuple[float, float]]:
    """Where the tone is heard: begin and length in seconds. Half of its full level marks both edges of a window to the hop."""
    full = float(np.max(envelope))
    if full <= 10 ** (OWN_DBFS / 20):
        return []
    is_on = np.concatenate(([False], envelope > full / 2, [False]))
    edges = np.flatnonzero(np.diff(is_on.astype(np.int8)))
    bursts: list[tuple[float, float]] = []
    for begin, end in zip(edges[::2] * HOP_S, edges[1::2] * HOP_S, strict=True):
        if bursts and begin - sum(bursts[-1]) < GAP_S:
            begin = bursts.pop()[0]
        bursts.append((float(begin), float(end - begin)))
    return bursts


def _held_ms(lengths_s: Sequence[float]) -> int:
    """In whole frames; a single one was not held back."""
    frames = round(median(lengths_s) / 0.020)
    return 0 if frames <= 1 else frames * 20


def _round_trip_ms(received: Received, tone: tuple[float, float] | None, rate_hz: int, n_channels: int) -> int | None:
    """From our sending to the arrival of the message that holds its first sample."""
    if tone is None or received.sent_at_s is None:
        return None
    wanted, n_bytes = tone[0] * rate_hz * n_channels * 2, 0
    for at_s, size in received.messages:
        n_bytes += size
        if n_bytes > wanted:
            return max(0, round((at_s - received.sent_at_s) * 1000))
    return None


def _voice_dbfs(samples: Samples, rate_hz: int) -> float:
    """The level that is reached for `VOICE_S` while the operator was to speak."""
    frame = rate_hz // 50
    spoken = samples[: round(LISTEN_S * rate_hz)]
    levels = sorted((level_dbfs(spoken[at : at + frame]) for at in range(0, spoken.size - frame + 1, frame)), reverse=True)
    n = round(VOICE_S / 0.02)
    return round(levels[n], 1) if len(levels) > n else SILENCE_DBFS


# ---- text ----------------------------------------------------------------------------------------------------------------


def _first_frame(text: str) -> tuple[str, tuple[str, ...]]:
    if not text:
        return "none", ()
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return "no_json", ()
    if not isinstance(message, dict):
        return "no_json", ()
    nested = {name: each for name, each in message.items() if isinstance(each, dict)}
    inner = [f"{name}.{key}" for name, each in nested.items() for key in each]
    names = tuple(sorted(str(name)[:60] for name in [*message, *inner]))[:60]
    return ("nested" if any(nested.values()) else "flat"), names
