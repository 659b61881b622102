"""The voices' price table: what it says of a day, and how it refuses what it cannot read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.checks import run_checks

from bridge.events import UsageUnit
from bridge.voice.catalogue import VOICES as CATALOGUE
from campaigns.checks import check_voice_prices
from campaigns.voice_cost.entries import BadVoicePrices
from campaigns.voice_cost.table import voice_prices
from tests.campaigns.voice_cost.tables import MODELS, RATE, SOURCE, VOICES, table

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 1)


def a_million(unit: UsageUnit, on: date) -> Decimal:
    each = table().usd_each("one", unit, on)
    assert each is not None
    return each * 1_000_000


def test_the_dearest_of_two_sources_counts():
    assert a_million(UsageUnit.TEXT_IN, MAY) == 5


def test_seconds_are_priced_by_the_minute_and_tokens_by_the_million():
    assert table().usd_each("one", UsageUnit.SESSION_S, MAY) == Decimal("0.01")
    assert table().usd_each("one", UsageUnit.AUDIO_OUT, MAY) == Decimal("0.000064")


def test_a_new_price_counts_from_its_first_day_and_the_old_one_for_the_days_before():
    assert a_million(UsageUnit.TEXT_IN, JUNE) == 1
    assert a_million(UsageUnit.TEXT_IN, MAY) == 5


def test_before_the_first_price_the_first_one_counts():
    assert a_million(UsageUnit.TEXT_IN, date(2025, 1, 1)) == 5


def test_what_a_newer_entry_does_not_name_has_no_price_any_more():
    assert table().usd_each("one", UsageUnit.AUDIO_OUT, JUNE) is None


def test_an_unknown_model_has_no_price():
    assert table().usd_each("two", UsageUnit.TEXT_IN, MAY) is None


def test_an_unknown_voice_is_taken_for_the_dearest_one_and_never_for_free():
    assert table().most_usd_a_minute("robot", MAY) == Decimal("0.60")
    assert not table().is_free("robot", MAY)
    assert table().is_free("embedded", MAY)


@pytest.mark.parametrize(
    ("text", "line", "mend"),
    [
        (RATE.replace("100.0", '"100"') + VOICES + MODELS, 2, "rate.kes_per_usd: write a number"),
        (RATE.replace("100.0", "0") + VOICES + MODELS, 2, "rate.kes_per_usd: write how many shillings"),
        (RATE + VOICES.replace('"embedded"', '""') + MODELS, 8, "voice.name: write a text"),
        (RATE + VOICES.replace("0.10", "0.70") + MODELS, 18, "voice.usd_per_minute_likely: is more than"),
        (RATE + VOICES + MODELS.replace("64.00", "-1"), 26, "model.audio_out: write a number from 0"),
        (RATE + VOICES + MODELS.replace("64.00", "true"), 26, "model.audio_out: write a number from 0"),
        (RATE + VOICES + MODELS.replace("64.00", "nan"), 26, "model.audio_out: write a number from 0"),
        (RATE + VOICES + MODELS.replace("audio_out", "audio_outt"), 26, "model.audio_outt: is not a key"),
        (RATE + VOICES + MODELS.replace("2026-06-01", '"June"'), 42, "model.valid_from: write a date"),
        (RATE + VOICES + f'\n[[model]]\nname = "free"\nvalid_from = 2026-01-01\n{SOURCE}', 23, "model: write at least one price"),
        (RATE + VOICES + '\n[[model]]\nname = "free"\ntext_in = 1\n', 23, "model.valid_from: write a date"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_its_mend(text, line, mend):
    with pytest.raises(BadVoicePrices) as bad:
        table(text)
    assert str(bad.value).startswith(f"own.toml, line {line}: {mend}")


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("[[rate]", "own.toml: is not TOML (Expected ']]' at the end of an array declaration (at line 1, column 7))"),
        (RATE + VOICES, "own.toml: write at least one [[model]]"),
        (VOICES + MODELS, "own.toml: write at least one [[rate]]"),
        (RATE + VOICES + MODELS + "\n[[models]]\n", "own.toml: models: is not a table that is known here; write [[rate]], [[voice]] or [[model]]"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(text, mend):
    with pytest.raises(BadVoicePrices) as bad:
        table(text)
    assert str(bad.value) == mend


def test_the_shipped_table_is_read_and_knows_every_voice():
    shipped = voice_prices()
    assert set(shipped.voices) == set(CATALOGUE)
    assert [voice for voice in shipped.voices if shipped.is_free(voice, MAY)] == ["embedded"]
    assert check_voice_prices(None) == []


def test_every_model_that_a_voice_uses_unless_told_otherwise_has_a_price():
    for model, units in {
        "gemini-3.8-live": (UsageUnit.AUDIO_IN, UsageUnit.AUDIO_OUT, UsageUnit.TEXT_IN, UsageUnit.TEXT_OUT, UsageUnit.CACHED_AUDIO_IN),
        "gpt-realtime-2.1": (UsageUnit.AUDIO_IN, UsageUnit.AUDIO_OUT, UsageUnit.TEXT_IN, UsageUnit.TEXT_OUT, UsageUnit.CACHED_AUDIO_IN),
        "gpt-live-transcribe": (UsageUnit.TRANSCRIBED_S,),
        "gpt-live-1": (UsageUnit.SESSION_S,),
        "gpt-6-luna": (UsageUnit.TEXT_IN, UsageUnit.TEXT_OUT, UsageUnit.CACHED_TEXT_IN),
        "whisper-1": (UsageUnit.TRANSCRIBED_S,),
        "gpt-4.1-mini": (UsageUnit.TEXT_IN, UsageUnit.TEXT_OUT, UsageUnit.CACHED_TEXT_IN),
        "tts-1": (UsageUnit.SPOKEN_CHARACTERS,),
    }.items():
        assert all(voice_prices().usd_each(model, unit, date(2026, 11, 26)) for unit in units), model


def test_a_mistake_stops_the_start(own_table):
    own_table(RATE + VOICES + MODELS.replace("64.00", "-1"))
    (error,) = [found for found in run_checks() if found.id == "campaigns.E002"]
    assert error.is_serious()
    assert "own.toml, line 26" in error.msg
    assert "VOICE_PRICES" in str(error.hint)


def test_a_table_that_is_not_there_stops_the_start(settings):
    settings.VOICE_PRICES = "/nowhere/own.toml"
    voice_prices.cache_clear()
    assert [found.id for found in check_voice_prices(None)] == ["campaigns.E002"]
    voice_prices.cache_clear()
