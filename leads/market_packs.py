"""Reads the market packs that ship with the product and the organisation's own rules, once per process.

The rules themselves are judged in market_rules, organisation_rules and compliance.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from leads.market_rules import MarketPack, parse_pack
from leads.organisation_rules import NO_RULES, OrganisationRules, parse_organisation_rules, tightened_packs
from leads.rule_table import BadPack
from leads.said import N_

# The packs' names, here for the catalog: `telling.told` says them.
COUNTRIES = frozenset(
    {
        N_("Egypt"),
        N_("Ethiopia"),
        N_("France"),
        N_("Germany"),
        N_("Ghana"),
        N_("Kenya"),
        N_("Nigeria"),
        N_("Rwanda"),
        N_("South Africa"),
        N_("Spain"),
        N_("Tanzania"),
        N_("Uganda"),
        N_("United Kingdom"),
        N_("United States"),
    }
)


@cache
def market_packs() -> Mapping[str, MarketPack]:
    """Every pack by its market, under the organisation's rules. Raises BadPack; the system check leads.E001 says so at the start."""
    shipped = [entry for entry in files("leads").joinpath("markets").iterdir() if entry.name.endswith(".toml")]
    packs = (parse_pack(entry.read_text(encoding="utf-8"), file=entry.name) for entry in shipped)
    by_market = {pack.market: pack for pack in sorted(packs, key=lambda pack: pack.market)}
    return MappingProxyType(tightened_packs(by_market, _organisation_rules()))


def may_record(market: str) -> bool:
    """Whether a call to this market may be recorded at all; not where nobody knows its rules."""
    pack = market_packs().get(market)
    return pack is not None and (pack.recording is None or pack.recording.is_allowed)


def _organisation_rules() -> OrganisationRules:
    """A file that was named but cannot be read stops the start: without it more would be allowed."""
    if not settings.ORGANISATION_RULES:
        return NO_RULES
    path = Path(settings.ORGANISATION_RULES)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise BadPack(path.name, "the file", f"cannot be read; set ORGANISATION_RULES to its path ({type(unreadable).__name__})") from unreadable
    return parse_organisation_rules(text, file=path.name)
