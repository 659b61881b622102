from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.checks.registry import registry

from leads import clock
from leads import market_packs as packs
from leads.checks import check_market_packs
from leads.market_packs import market_packs


@pytest.mark.usefixtures("clock_at_now")
def test_the_shipped_packs_pass_the_system_check():
    assert check_market_packs in list[object](registry.get_checks())
    assert check_market_packs(None) == []


def test_a_broken_pack_stops_the_start(tmp_path: Path, monkeypatch):
    (tmp_path / "markets").mkdir()
    (tmp_path / "markets" / "KE.toml").write_text('market = "KE"')
    monkeypatch.setattr(packs, "files", lambda _package: tmp_path)
    packs.market_packs.cache_clear()
    try:
        (error,) = check_market_packs(None)
    finally:
        packs.market_packs.cache_clear()

    assert error.id == "leads.E001"
    assert error.msg.startswith("KE.toml: ")


@pytest.mark.usefixtures("clock_at_now")
@pytest.mark.parametrize(("day", "n_warnings"), [("2027-05-21", 0), ("2027-05-22", 14)], ids=["half a year", "a day more"])
def test_packs_that_nobody_read_for_half_a_year_warn_and_do_not_stop_the_start(day, n_warnings):
    clock.set_offset(datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC) - datetime.now(UTC))
    found = check_market_packs(None)

    assert len(found) == n_warnings
    assert {(message.id, message.is_serious()) for message in found} <= {("leads.W001", False)}
    assert all(f"acknowledge_pack {market} --by" in str(message.hint) for market, message in zip(market_packs(), found, strict=False))
