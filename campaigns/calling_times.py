"""When the market's rules let a person be rung, for planning their next attempt.

Pure.
"""

from __future__ import annotations

from datetime import datetime

from campaigns.day_parts import CallingTimes
from leads.market_rules import MarketPack
from leads.rules_in_force import rules_in_force
from leads.zones import zone_named


def times_by(pack: MarketPack | None, purpose: str, *, time_zone: str, phone: str, region: str, at: datetime) -> CallingTimes | None:
    """By the rules in force at `at`. None: nobody knows what the clock on the lead's wall shows."""
    zone = zone_named(time_zone)
    if zone is None:
        return None
    in_force = rules_in_force(pack, phone, region, at=at) if pack else None
    rules = next((rules for each, rules in in_force.purposes.items() if each == purpose), None) if in_force else None
    return CallingTimes(zone, rules.hours.windows, rules.attempts.per_day) if rules else CallingTimes(zone)
