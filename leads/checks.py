"""System checks of the leads app: a market pack that cannot be read stops the start, not the first call; one that is old warns.

So do holidays that are near and still an estimate: `manage.py check --database default`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections

from leads import clock
from leads.holiday_confirmation import SOON, coming_estimates, markets_that_rest
from leads.market_packs import market_packs
from leads.market_rules import packs_to_review
from leads.models import HolidayConfirmation
from leads.rule_table import BadPack


def check_market_packs(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        packs = market_packs()
    except BadPack as bad:
        return [Error(str(bad), hint="Correct the file in leads/markets/, or the one that ORGANISATION_RULES names.", id="leads.E001")]
    return [
        Warning(
            f"Nobody has read these rules of the market {market} again for 180 days: {', '.join(rules)}.",
            hint=f"Read the law again and renew reviewed_on and version in leads/markets/{market}.toml. Until then a start there asks for "
            f"`manage.py acknowledge_pack {market} --by NAME`.",
            id="leads.W001",
        )
        for market, rules in packs_to_review(packs, clock.now().date()).items()
    ]


def check_estimated_holidays(app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Run only when asked about databases. Before the first migration there is no word to read."""
    if not databases or HolidayConfirmation._meta.db_table not in connections[databases[0]].introspection.table_names():
        return []
    try:
        markets = markets_that_rest()
    except BadPack:
        return []  # said by check_market_packs
    return [
        Warning(
            f"{estimate.market}: {estimate.holiday.name}, {estimate.holiday.on}, is near and nobody has confirmed on which day it falls. "
            f"Until then the day before and the day after are closed as well.",
            hint=f"Once it is announced: `manage.py confirm_holiday {estimate.market} {estimate.holiday.on} --by NAME`.",
            id="leads.W002",
        )
        for estimate in coming_estimates(markets, on=clock.now().date(), within=SOON)
        if estimate.word is None
    ]
