"""Where the three services of a cascade are, and what they are asked for: any that speak OpenAI's HTTP protocol.

Pure but for the data file, which is read once. No model name stands in code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bridge.audio import Resampler
from bridge.events import RATE_HZ


class Service(StrEnum):
    """The value is what its owner calls it."""

    STT = "CASCADE_STT_URL"
    LLM = "CASCADE_LLM_URL"
    TTS = "CASCADE_TTS_URL"


class SpeechFormat(StrEnum):
    WAV = "wav"  # its header says the rate
    PCM = "pcm"  # the rate is what the settings say


class TranscriptFormat(StrEnum):
    JSON = "json"
    VERBOSE = "verbose_json"  # with the probabilities by which inventions are known


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`url` up to and with `/v1`. An empty model is that of the data file; without a key none is sent."""

    url: str
    api_key: str = field(default="", repr=False)
    model: str = ""

    @property
    def is_address(self) -> bool:
        """HTTP, and a port that there is."""
        try:
            parts = urlsplit(self.url)
            return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            return False

    def address(self) -> str:
        """For its owner to read: without a password or a query."""
        try:
            parts = urlsplit(self.url)
            return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
        except ValueError:
            return "no address"


@dataclass(frozen=True, slots=True)
class CascadeSettings:
    """Raises ValueError for a rate that cannot be resampled."""

    stt: Endpoint
    llm: Endpoint
    tts: Endpoint
    voice: str = ""  # empty: of the data file
    speech_format: SpeechFormat = SpeechFormat.WAV
    pcm_rate_hz: int = 24_000  # of SpeechFormat.PCM
    transcript_format: TranscriptFormat | None = None  # None: by the model
    language: str | None = None  # that callees are heard in, ISO 639-1; None: the call's; empty: the service finds out

    def __post_init__(self) -> None:
        Resampler(self.pcm_rate_hz, RATE_HZ)

    def endpoint(self, service: Service) -> Endpoint:
        return {Service.STT: self.stt, Service.LLM: self.llm, Service.TTS: self.tts}[service]

    def model(self, service: Service) -> str:
        return self.endpoint(service).model or str(known()[service.name.lower()])

    @property
    def voice_name(self) -> str:
        return self.voice or str(known()["voice"])

    @property
    def transcripts(self) -> TranscriptFormat:
        by_model: Mapping[str, str] = known()["stt_models"]
        return self.transcript_format or TranscriptFormat(by_model.get(self.model(Service.STT), TranscriptFormat.VERBOSE))

    def chat_options(self) -> Mapping[str, Any]:
        """Fields that this model is sent beside the usual ones."""
        by_model: Mapping[str, Mapping[str, Any]] = known()["llm_models"]
        return by_model.get(self.model(Service.LLM), by_model[""])

    def heard_language(self, language: str) -> str:
        """`language` is the call's, BCP-47; the recogniser knows the first part only."""
        return language.split("-")[0].lower() if self.language is None else self.language


@cache
def known() -> Mapping[str, Any]:
    """The data file."""
    return tomllib.loads(Path(__file__).with_name("models.toml").read_text())
