"""System checks of the leads app: a market pack that cannot be read stops the start, not the first call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from leads.market_packs import market_packs
from leads.market_rules import BadPack


def check_market_packs(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        market_packs()
    except BadPack as bad:
        return [Error(str(bad), hint="Correct the file in leads/markets/.", id="leads.E001")]
    return []
