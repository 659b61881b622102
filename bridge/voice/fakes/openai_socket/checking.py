"""Which fields a client may send: a faked server refuses the others, as the real one does (`unknown_parameter`).

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

ANY = None  # a value that is not looked into

Known = Mapping[str, Mapping[str, Any]]


def messages(known: Mapping[str, Mapping[str, Any]]) -> Known:
    """Fields by type of message, with those that each may have."""
    return MappingProxyType({name: {"type": ANY, "event_id": ANY, **fields} for name, fields in known.items()})


def unknown_field(message: Mapping[str, Any], known: Known) -> str | None:
    """The path of the first field that is not known, or the unknown type; None when all is well."""
    fields = known.get(message.get("type", ""))
    return "type" if fields is None else _unknown(message, fields, "")


def _unknown(values: Mapping[str, Any], known: Mapping[str, Any], path: str) -> str | None:
    for name, value in values.items():
        if name not in known:
            return f"{path}{name}"
        inner = known[name]
        if inner is not None and isinstance(value, Mapping) and (found := _unknown(value, inner, f"{path}{name}.")):
            return found
    return None
