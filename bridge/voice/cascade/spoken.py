"""Sentences that were spoken before, for all calls of a process: disclosures and questions are the same in each of them.

Pure. The oldest in use go first when there is no more room.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from bridge.events import Samples
from bridge.voice.cascade.settings import CascadeSettings, Service

MAX_BYTES = 48 * 2**20  # 25 minutes of speech

Key: TypeAlias = tuple[str, ...]


def key_of(settings: CascadeSettings, sentence: str) -> Key:
    return (settings.tts.url, settings.model(Service.TTS), settings.voice_name, settings.speech_format, str(settings.pcm_rate_hz), sentence)


class SpokenSentences:
    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._kept: OrderedDict[Key, Samples] = OrderedDict()

    def get(self, key: Key) -> Samples | None:
        pcm = self._kept.get(key)
        if pcm is not None:
            self._kept.move_to_end(key)
        return pcm

    def keep(self, key: Key, pcm: Samples) -> None:
        """16000 Hz, the whole sentence."""
        self._drop(key)
        self._kept[key] = pcm
        self._n_bytes += pcm.nbytes
        while self._n_bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        dropped = self._kept.pop(key, None)
        self._n_bytes -= dropped.nbytes if dropped is not None else 0
