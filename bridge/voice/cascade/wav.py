"""WAV files: one written whole, one read while it comes.

Pure. A server that streams does not know how long its file will be and writes 0 or the greatest number; only the header counts then.
"""

from __future__ import annotations

import struct

from bridge.audio import to_bytes
from bridge.events import RATE_HZ, Samples

LOWEST_HZ, HIGHEST_HZ = 8_000, 48_000
MAX_HEADER_BYTES = 1 << 16

_PCM, _EXTENSIBLE = 1, 0xFFFE
_ENDLESS_BYTES = 0x7F000000  # streaming servers write 2**31 or 2**32 less a little


class NoWav(Exception):
    """It is none, or one that holds something other than 16-bit PCM."""


def wav_of(samples: Samples, rate_hz: int = RATE_HZ) -> bytes:
    """Mono, int16."""
    pcm = to_bytes(samples)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, 1, rate_hz, rate_hz * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + len(pcm), b"WAVE") + form + struct.pack("<4sI", b"data", len(pcm)) + pcm


class WavReader:
    """`rate_hz` and `n_channels` are right once bytes have come out; until then they are 0."""

    def __init__(self) -> None:
        self.rate_hz = self.n_channels = 0
        self._header = bytearray()
        self._n_left: int | None = None  # of the data; None when that is not known
        self._is_in_data = False

    def read(self, piece: bytes) -> bytes:
        """The sound in this piece, which may be cut anywhere. Raises NoWav."""
        if not self._is_in_data:
            self._header += piece
            piece = self._skip_header()
        if self._n_left is not None:
            piece = piece[: self._n_left]
            self._n_left -= len(piece)
        return piece

    def _skip_header(self) -> bytes:
        header = self._header
        if len(header) >= 12 and (bytes(header[:4]) not in (b"RIFF", b"RF64") or bytes(header[8:12]) != b"WAVE"):
            raise NoWav
        at = 12
        while len(header) >= at + 8:
            name, n_bytes = struct.unpack_from("<4sI", header, at)
            at += 8
            if name == b"data":
                return self._begin_data(n_bytes, bytes(header[at:]))
            if name == b"fmt " and len(header) >= at + n_bytes:
                self._read_format(bytes(header[at : at + n_bytes]))
            at += n_bytes + n_bytes % 2
        if len(header) > MAX_HEADER_BYTES:
            raise NoWav
        return b""

    def _begin_data(self, n_bytes: int, rest: bytes) -> bytes:
        if not self.rate_hz:
            raise NoWav
        self._is_in_data = True
        self._n_left = None if n_bytes == 0 or n_bytes >= _ENDLESS_BYTES else n_bytes
        self._header.clear()
        return rest

    def _read_format(self, form: bytes) -> None:
        if len(form) < 16:
            raise NoWav
        kind, n_channels, rate_hz, _rate, _block, n_bits = struct.unpack_from("<HHIIHH", form)
        if kind == _EXTENSIBLE and len(form) >= 26:
            (kind,) = struct.unpack_from("<H", form, 24)
        if kind != _PCM or n_bits != 16 or not 1 <= n_channels <= 8 or not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            raise NoWav
        self.rate_hz, self.n_channels = rate_hz, n_channels
