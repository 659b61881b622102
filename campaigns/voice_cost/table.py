"""The voices' price table of this installation, read once per process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from campaigns.voice_cost.prices import VoicePrices, parse_voice_prices


@cache
def voice_prices() -> VoicePrices:
    """The table in force. Raises BadVoicePrices or OSError; the system check campaigns.E002 says so at the start."""
    path = Path(settings.VOICE_PRICES)
    return parse_voice_prices(path.read_text(encoding="utf-8"), file=path.name)
