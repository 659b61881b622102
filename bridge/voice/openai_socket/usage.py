"""Figures of usage as OpenAI's protocols tell them.

Pure. Figures that are missing, or no figures, count as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.events import UsageUnit, VoiceUsage

_LARGEST = 1e12  # an integer may have more digits than a float holds


def count(usage: Mapping[str, Any], name: str) -> float:
    figure = usage.get(name)
    is_figure = isinstance(figure, int | float) and not isinstance(figure, bool) and 0 <= figure < _LARGEST
    return figure if is_figure and figure is not None else 0


def part(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Empty when it is missing, or none."""
    inner = usage.get(name)
    return inner if isinstance(inner, Mapping) else {}


def used(model: str, amounts: Mapping[UsageUnit, float]) -> VoiceUsage | None:
    """What is not zero; None when all of it is."""
    told = {unit: amount for unit, amount in amounts.items() if amount}
    return VoiceUsage(model, told) if told else None
