"""What a Gemini Live model can do, told by the version in its name.

Pure. Generations differ in what they accept, and a field that is not accepted ends the session: so nothing is sent that the table does not name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

_VERSION = re.compile(r"gemini(?:-[a-z]+)*-(\d+)(?:\.(\d+))?")


class LinesAs(StrEnum):
    CONTENT = "content"
    TEXT = "text"


class UnknownModel(ValueError):
    """Neither a version nor an override tells what this model accepts: it is not tried on a callee."""


@dataclass(frozen=True, slots=True)
class Capability:
    """Words are the provider's own; empty means that the field must not be sent."""

    tool_behavior: str = ""
    reply_scheduling: str = ""
    lines_as: LinesAs = LinesAs.CONTENT
    thinking_level: str = ""
    transcription_languages: bool = False

    @property
    def waits_for_tools(self) -> bool:
        """The model's turn stands still until each call is answered."""
        return not self.reply_scheduling


def version_of(model: str) -> tuple[int, int] | None:
    """`gemini-3.8-live` → (3, 8); None when the name holds no version."""
    found = _VERSION.search(model)
    return (int(found[1]), int(found[2] or 0)) if found else None


def capability_of(model: str, generations: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, Mapping[str, Any]]) -> Capability:
    """Raises UnknownModel."""
    version = version_of(model)
    known = sorted(((version_of(f"gemini-{name}"), table) for name, table in generations.items()), key=lambda pair: pair[0] or (0, 0))
    base = [table for since, table in known if version is not None and since is not None and since <= version]
    if not base and model not in overrides:
        raise UnknownModel(f"no table for the model {model!r}")
    return _capability({**(base[-1] if base else {}), **overrides.get(model, {})})


def _capability(table: Mapping[str, Any]) -> Capability:
    unknown = set(table) - {field.name for field in fields(Capability)}
    if unknown:
        raise UnknownModel(f"no such capability: {', '.join(sorted(unknown))}")
    return Capability(**{**table, "lines_as": LinesAs(table.get("lines_as", LinesAs.CONTENT))})
