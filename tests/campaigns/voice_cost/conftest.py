from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from campaigns.voice_cost.table import voice_prices
from tests.campaigns.voice_cost.tables import MODELS, RATE, VOICES


@pytest.fixture
def own_table(settings, tmp_path) -> Iterator[Callable[[str], None]]:
    """Writes the organisation's own table and makes it the one in force."""

    def write(text: str) -> None:
        (tmp_path / "own.toml").write_text(text)
        settings.VOICE_PRICES = str(tmp_path / "own.toml")
        voice_prices.cache_clear()

    yield write
    voice_prices.cache_clear()


@pytest.fixture
def round_prices(own_table) -> None:
    """KES 100 a dollar; a million text tokens of the model "one" cost USD 1 in November, and its session USD 0.60 a minute."""
    own_table(RATE + VOICES + MODELS.replace("text_in = 1.00", "text_in = 1.00\nsession_s = 0.60"))
