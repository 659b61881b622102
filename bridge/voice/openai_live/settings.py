"""How to reach OpenAI's Live API, and which models it is asked for.

Pure but for the data file, which is read once. No model name stands in code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bridge.voice.openai_socket.address import OPENAI_URL, socket_url


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Empty names mean those of the data file."""

    api_key: str = field(repr=False)
    base_url: str = OPENAI_URL
    model: str = ""
    voice: str = ""
    backend: str = ""  # the text model that work is delegated to

    @property
    def model_name(self) -> str:
        return self.model or str(known()["model"])

    @property
    def voice_name(self) -> str:
        return self.voice or str(known()["voice"])

    @property
    def backend_name(self) -> str:
        return self.backend or str(known()["backend"])

    @property
    def effort(self) -> str:
        """Of the backend's reasoning; empty for a model that does not reason."""
        backend: Mapping[str, Any] = known()["backends"].get(self.backend_name, {})
        return str(backend.get("effort", ""))

    def socket_url(self) -> str:
        return socket_url(self.base_url, "live/sessions")

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"}


@cache
def known() -> Mapping[str, Any]:
    """The data file."""
    return tomllib.loads(Path(__file__).with_name("models.toml").read_text())
