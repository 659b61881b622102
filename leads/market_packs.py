"""Reads the market packs that ship with the product, once per process. The rules themselves are judged in market_rules and compliance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from leads.market_rules import MarketPack, parse_pack


@cache
def market_packs() -> Mapping[str, MarketPack]:
    """Every shipped pack by its market. Raises BadPack; the system check leads.E001 says so at the start."""
    shipped = [entry for entry in files("leads").joinpath("markets").iterdir() if entry.name.endswith(".toml")]
    packs = (parse_pack(entry.read_text(encoding="utf-8"), file=entry.name) for entry in shipped)
    return MappingProxyType({pack.market: pack for pack in sorted(packs, key=lambda pack: pack.market)})
