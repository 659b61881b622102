"""System checks of the leads app: a market pack that cannot be read stops the start, not the first call; one that is old warns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning

from leads import clock
from leads.market_packs import market_packs
from leads.market_rules import packs_to_review
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
