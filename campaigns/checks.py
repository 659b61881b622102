"""System checks of the campaigns app: a price list that cannot be read stops the start, because nobody could say what a call may cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from campaigns.budget import BadPriceList
from campaigns.money import price_list
from campaigns.voice_cost.entries import BadVoicePrices
from campaigns.voice_cost.table import voice_prices


def check_price_list(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return _check(price_list, "PRICE_LIST", "campaigns/prices.toml", "campaigns.E001")


def check_voice_prices(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return _check(voice_prices, "VOICE_PRICES", "campaigns/voice_cost/prices.toml", "campaigns.E002")


def _check(read: Callable[[], object], setting: str, example: str, check_id: str) -> list[CheckMessage]:
    hint = f"Correct the file that {setting} names; {example} shows how it is written."
    try:
        read()
    except (BadPriceList, BadVoicePrices) as bad:
        return [Error(str(bad), hint=hint, id=check_id)]
    except (OSError, UnicodeDecodeError) as unreadable:
        return [Error(f"The price list cannot be read ({type(unreadable).__name__}).", hint=hint, id=check_id)]
    return []
