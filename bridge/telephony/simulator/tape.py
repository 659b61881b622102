"""The recording of one leg, sample-exact: the callee on the left, what they heard on the right."""

from __future__ import annotations

import io
import wave

import numpy as np

from bridge.events import RATE_HZ, Samples
from bridge.telephony.simulator.sound import interleave


class Tape:
    def __init__(self) -> None:
        self._callee = bytearray()
        self._heard = bytearray()
        self.is_wiped = False

    def add(self, callee: Samples, heard: Samples) -> None:
        """Both int16, of one length."""
        if self.is_wiped:
            return
        self._callee += callee.tobytes()
        self._heard += heard.tobytes()

    def wipe(self) -> None:
        """For good: what is added afterwards is not kept either."""
        self.is_wiped = True
        self._callee.clear()
        self._heard.clear()

    @property
    def callee(self) -> Samples:
        return np.frombuffer(bytes(self._callee), dtype=np.int16)

    @property
    def heard(self) -> Samples:
        return np.frombuffer(bytes(self._heard), dtype=np.int16)

    def wav(self) -> bytes:
        """16-bit stereo, 16000 Hz."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(RATE_HZ)
            out.writeframes(interleave(self.callee, self.heard).tobytes())
        return buffer.getvalue()
