"""How a Gemini voice is set up: what the owner says, and for all else the data file beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bridge.voice.gemini.capability import Capability, capability_of

_FILE = Path(__file__).with_name("models.toml")


@dataclass(frozen=True, slots=True)
class Compression:
    trigger_tokens: int
    target_tokens: int


@dataclass(frozen=True, slots=True)
class Detection:
    """The provider's own turn detection, when it is used; sensitivities in its words."""

    start_sensitivity: str
    end_sensitivity: str
    prefix_padding_ms: int
    silence_duration_ms: int


@dataclass(frozen=True, slots=True)
class GeminiSettings:
    api_key: str = field(repr=False)
    base_url: str
    model: str
    voice: str
    api_version: str
    capability: Capability
    compression: Compression
    detection: Detection
    open_limit_s: float = 6.0


def gemini_settings(
    api_key: str, *, base_url: str = "", model: str = "", voice: str = "", overrides: Mapping[str, Mapping[str, Any]] | None = None
) -> GeminiSettings:
    """Empty means as in the data file; `overrides` by model come on top of its own. Raises UnknownModel."""
    told = _told()
    chosen, speaker = names(model=model, voice=voice)
    return GeminiSettings(
        api_key=api_key,
        base_url=(base_url or told["base_url"]).rstrip("/"),  # a slash at the end would be doubled
        model=chosen,
        voice=speaker,
        api_version=told["api_version"],
        capability=capability_of(chosen, told["generations"], _merged(told["overrides"], overrides or {})),
        compression=Compression(**told["compression"]),
        detection=Detection(**told["detection"]),
    )


def names(*, model: str, voice: str) -> tuple[str, str]:
    """The model and the voice that are asked for; empty means as in the data file."""
    return model or str(_told()["default_model"]), voice or str(_told()["default_voice"])


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text())


def _merged(base: Mapping[str, Mapping[str, Any]], over: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {**base.get(name, {}), **over.get(name, {})} for name in {*base, *over}}
