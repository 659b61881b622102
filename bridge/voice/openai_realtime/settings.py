"""How to reach a realtime server, and what it can do: OpenAI's own by default, any that speaks its protocol by setting.

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
from urllib.parse import urlencode, urlsplit

from bridge.audio import Resampler
from bridge.brief import CallBrief, TurnControl
from bridge.events import RATE_HZ
from bridge.voice.openai_socket.address import OPENAI_URL as OPENAI_URL
from bridge.voice.openai_socket.address import socket_url

WIRE_RATE_HZ = 24_000  # the only rate that OpenAI takes for PCM


class Dialect(StrEnum):
    GA = "ga"
    BETA = "beta"  # flat session fields, `response.audio.delta`


class Truncate(StrEnum):
    EXACT = "exact"
    NONE = "none"  # the server forgets the whole item, or does not know the message


class Detection(StrEnum):
    """The provider's own, where it decides about turns."""

    SERVER = "server_vad"
    SEMANTIC = "semantic_vad"


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """Empty names mean those of the data file. Raises ValueError for a rate that cannot be resampled."""

    api_key: str = field(repr=False)
    base_url: str = OPENAI_URL
    model: str = ""
    voice: str = ""
    transcription_model: str | None = None  # None: of the data file; "": the callee's words are not transcribed
    languages: tuple[str, ...] = ()  # that callees may speak; empty: by the call's language
    dialect: Dialect = Dialect.GA
    input_rate_hz: int = WIRE_RATE_HZ
    output_rate_hz: int = WIRE_RATE_HZ
    truncate: Truncate = Truncate.EXACT
    detection: Detection = Detection.SERVER
    acknowledges: bool = True  # the server answers `session.update`
    hears_by_transcript: bool = False  # speech is in the conversation only once it is transcribed (speaches: a recogniser and a text model)

    def __post_init__(self) -> None:
        Resampler(RATE_HZ, self.input_rate_hz)
        Resampler(self.output_rate_hz, RATE_HZ)

    @property
    def model_name(self) -> str:
        return self.model or str(known()["model"])

    @property
    def voice_name(self) -> str:
        return self.voice or str(known()["voice"])

    @property
    def transcription_name(self) -> str:
        """Empty for none."""
        return str(known()["transcription"]) if self.transcription_model is None else self.transcription_model

    @property
    def effort(self) -> str:
        """Of reasoning; empty for a model that does not reason."""
        model: Mapping[str, Any] = known()["models"].get(self.model_name, {})
        return str(model.get("effort", ""))

    def transcription(self, brief: CallBrief) -> dict[str, Any] | None:
        """As the session wants it; None for none. Its model may work only with turns that our ear decides."""
        name = self.transcription_name
        traits: Mapping[str, Any] = known()["transcription_models"].get(name, {})
        if not name or (traits.get("needs_local_turns") and brief.turns is not TurnControl.LOCAL):
            return None
        languages = self._languages(brief.language)
        if traits.get("takes") == "languages" and self.dialect is Dialect.GA:
            return {"model": name, "languages": languages}
        # One language told to people who mix two makes the other one wrong.
        return {"model": name, "language": languages[0]} if len(languages) == 1 else {"model": name}

    def socket_url(self) -> str:
        query = "&".join(filter(None, (urlsplit(self.base_url).query, urlencode({"model": self.model_name}))))
        return socket_url(self.base_url, "realtime", query)

    def headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        return {**headers, "OpenAI-Beta": "realtime=v1"} if self.dialect is Dialect.BETA else headers

    def _languages(self, language: str) -> list[str]:
        primary = language.split("-")[0].lower()
        return list(self.languages) or [primary, *known()["mixed_with"].get(primary, ())]


@cache
def known() -> Mapping[str, Any]:
    """The data file."""
    return tomllib.loads(Path(__file__).with_name("models.toml").read_text())
