"""One line as the model says it: its sound at our rate, its words, and how much of which item the callee has heard.

Pure. A server deletes an item's transcript when it is truncated, so the words are kept here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.audio import Resampler, SampleReader
from bridge.events import RATE_HZ, Line, Samples
from bridge.turns import words_of
from bridge.voice.openai_realtime.incoming import AudioPiece

QUIETEST_PEAK = 32  # -60 dBFS: below it nobody hears anything


@dataclass(slots=True)
class _Item:
    item_id: str
    content_index: int
    n_samples: int = 0


@dataclass(frozen=True, slots=True)
class Truncation:
    item_id: str
    content_index: int
    audio_end_ms: int


class SpokenLine:
    def __init__(self, line: Line, rate_hz: int) -> None:
        self.line = line
        self.is_cut = False  # nothing more of it may be heard
        self.words = ""
        self._rate_hz = rate_hz
        self._reader = SampleReader()
        self._resampler = Resampler(rate_hz, RATE_HZ)
        self._items: list[_Item] = []
        self._peak = 0
        self._n_told = 0  # samples at our rate

    @property
    def told_ms(self) -> int:
        """How much of its sound there was so far."""
        return self._n_told * 1000 // RATE_HZ

    @property
    def has_sound(self) -> bool:
        return self._peak > QUIETEST_PEAK

    @property
    def is_verbatim(self) -> bool:
        """True as well for a server that sends no words."""
        return not self.words or words_of(self.words) == words_of(self.line.text)

    def take(self, piece: AudioPiece) -> Samples:
        """int16, mono, 16000 Hz; may be empty."""
        samples = self._reader.read(piece.pcm)
        self._item(piece).n_samples += samples.size
        if samples.size:
            self._peak = max(self._peak, int(np.abs(samples.astype(np.int32)).max()))
        resampled = self._resampler.resample(samples)
        self._n_told += resampled.size
        return resampled

    def truncations(self, heard_ms: int, *, is_over: bool) -> list[Truncation]:
        """What to cut so that the conversation holds what was heard, each item by its own milliseconds and never beyond what was produced.
        An item that is still being produced is cut in any case."""
        cuts = []
        for position, item in enumerate(self._items):
            produced_ms = item.n_samples * 1000 // self._rate_hz
            audio_end_ms = min(max(0, heard_ms), produced_ms)
            heard_ms -= produced_ms
            is_growing = not is_over and position == len(self._items) - 1
            if item.item_id and (audio_end_ms < produced_ms or is_growing):
                cuts.append(Truncation(item.item_id, item.content_index, audio_end_ms))
        return cuts

    def _item(self, piece: AudioPiece) -> _Item:
        last = self._items[-1] if self._items else None
        if last is None or (last.item_id, last.content_index) != (piece.item_id, piece.content_index):
            self._items.append(_Item(piece.item_id, piece.content_index))
        return self._items[-1]
