"""The simulated platform's media path on a virtual clock: its own playout, track and packets, without sockets or waiting."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from bridge.events import FRAME_SAMPLES, RATE_HZ, Samples
from bridge.telephony.answer_xml import Stream, Track
from bridge.telephony.simulator.framing import Packets
from bridge.telephony.simulator.media import TrackAudio
from bridge.telephony.simulator.playout import Playout
from bridge.telephony.simulator.settings import MediaSettings
from bridge.telephony.simulator.sound import narrowband, noise
from campaigns.line_check.hearing import Received
from campaigns.line_check.tones import FRAME_S, Close, Kill, Send, long_tone_at_s, programme


@dataclass(frozen=True)
class Operator:
    """Says something that sounds like a voice while they are to speak, and breathes all the time."""

    said: Samples
    noise_dbfs: float = -65.0

    def frames(self, n: int, seed: int) -> Samples:
        pcm = noise(n * FRAME_SAMPLES, dbfs=self.noise_dbfs, seed=seed)
        begin = RATE_HZ
        pcm[begin : begin + self.said.size] += self.said
        return narrowband(pcm).reshape(n, FRAME_SAMPLES)


def played(number: int, media: MediaSettings, operator: Operator, *, seed: int = 1, way_s: float = 0.03, first_text: str = "") -> Received:
    """What our socket receives while it plays its programme; a message takes `way_s` there and as long back."""
    random = Random(seed)
    stream = Stream("wss://unused.example/1", track=Track.BOTH if number == 1 else Track.INBOUND)
    track = TrackAudio(stream, media, random)
    packets = Packets(random, jitter=media.jitter, has_odd_sizes=media.has_odd_sizes)
    playout = Playout(prebuffer_ms=media.prebuffer_ms, honours_kill=media.honours_kill)
    acts = list(programme(number))
    n_frames = round(next(act.at_s for act in acts if isinstance(act, Close)) / FRAME_S)
    pcm, messages = bytearray(), []
    for n, mouth in enumerate(operator.frames(n_frames, seed)):
        now_s = n * FRAME_S
        while acts and acts[0].at_s + way_s <= now_s:
            match acts.pop(0):
                case Send(pcm=sent):
                    playout.push(sent)
                case Kill():
                    playout.kill()
        message = packets.push(track.frame(mouth, playout.take(FRAME_SAMPLES, now_s).pcm))
        if message:
            pcm += message
            messages.append((now_s + way_s, len(message)))
    return Received(bytes(pcm), messages, [first_text] if first_text else [], bool(first_text), long_tone_at_s() if number == 1 else None)


def hello() -> Samples:
    """Half a second of a voiced sound at 125 Hz: all its harmonics, 500 Hz among them."""
    at = np.arange(RATE_HZ // 2) / RATE_HZ
    wave = np.sum([np.sin(2 * np.pi * 125.0 * k * at + k) / k for k in range(1, 25)], axis=0)
    voice: Samples = np.rint(wave / np.max(np.abs(wave)) * 9000).astype(np.int16)
    return voice
