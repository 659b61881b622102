"""A message of OpenAI's protocols, read strictly: what is missing has a default, what is of the wrong type is unreadable.

Pure. Nothing but `Unreadable` is raised, whatever a server sends; JSON that nests beyond reason is unreadable as well.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Read = TypeVar("Read")


class Unreadable(Exception):
    """No JSON, no object, or a known message with a field of the wrong type."""


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Unreadable(name)
        return value

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
            raise Unreadable(name)
        return value

    def whole(self, name: str) -> int | None:
        """Rounded."""
        value = self.number(name)
        return None if value is None else round(value)

    def sound(self, name: str) -> bytes:
        """Of base64."""
        try:
            return base64.b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError) as broken:
            raise Unreadable(name) from broken

    def part(self, name: str) -> Fields:
        value = self.values.get(name)
        if value is None:
            return Fields()
        if not isinstance(value, Mapping):
            raise Unreadable(name)
        return Fields(value)

    def parts(self, name: str) -> list[Fields]:
        values = self.values.get(name)
        if values is None:
            return []
        if not isinstance(values, list) or not all(isinstance(value, Mapping) for value in values):
            raise Unreadable(name)
        return [Fields(value) for value in values]


@dataclass(frozen=True, slots=True)
class ProviderError:
    code: str
    kind: str
    event_id: str  # of the message that it is about; may be empty


def error_in(fields: Fields, event_id: str) -> ProviderError:
    """`event_id` is what the protocol calls it."""
    error = fields.part("error")
    return ProviderError(error.text("code"), error.text("type"), error.text(event_id))


def read_message(message: str | bytes, readers: Mapping[str, Callable[[Fields], Read]]) -> Read | None:
    """By the reader of its type; None for a type without one. Raises Unreadable."""
    try:
        value = json.loads(message)
    except (ValueError, RecursionError) as broken:
        raise Unreadable("json") from broken
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise Unreadable("type")
    reader = readers.get(value["type"])
    return reader(Fields(value)) if reader is not None else None
