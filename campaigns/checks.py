"""System checks of the campaigns app: a price list that cannot be read stops the start, because nobody could say what a call may cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from campaigns.budget import BadPriceList
from campaigns.money import price_list


def check_price_list(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    hint = "Correct the file that PRICE_LIST names; campaigns/prices.toml shows how it is written."
    try:
        price_list()
    except BadPriceList as bad:
        return [Error(str(bad), hint=hint, id="campaigns.E001")]
    except (OSError, UnicodeDecodeError) as unreadable:
        return [Error(f"The price list cannot be read ({type(unreadable).__name__}).", hint=hint, id="campaigns.E001")]
    return []
