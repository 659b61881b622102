"""The answer to "why?" for eyes: both clocks of an instant, and the inputs of a reason, in words.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from leads.said import sentence
from leads.zones import zone_named


def local_time(instant: datetime, time_zone: str) -> str:
    """On the lead's wall; "" if nobody knows where the lead lives."""
    zone = zone_named(time_zone)
    return f"{instant.astimezone(zone):%a %d %b %Y %H:%M:%S} {time_zone}" if zone else ""


def utc_time(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def both_clocks(instant: datetime, time_zone: str) -> str:
    local = local_time(instant, time_zone)
    return f"{local} ({utc_time(instant)})" if local else sentence("%(at)s (the lead's time zone is not known)", at=utc_time(instant))


def inputs_in_words(inputs: Mapping[str, Any]) -> str:
    """{"made": 3, "cap": 3} → "cap: 3; made: 3", by name, because databases keep no order of their own; "" for none."""
    return "; ".join(f"{name.replace('_', ' ')}: {_in_words(value)}" for name, value in sorted(inputs.items()))


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name.replace('_', ' ')} {_in_words(inner)}" for name, inner in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(_in_words(inner) for inner in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)
