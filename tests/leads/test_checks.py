from __future__ import annotations

from pathlib import Path

from django.core.checks.registry import registry

from leads import market_packs as packs
from leads.checks import check_market_packs


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
