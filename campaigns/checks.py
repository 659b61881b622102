"""System checks of the campaigns app: a price list that cannot be read stops the start, because nobody could say what a call may cost; one
that nobody has compared with its sources for half a year warns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning

from campaigns.budget import BadPriceList
from campaigns.money import price_list
from campaigns.old_prices import OldPrices, old_phone_prices, old_voice_prices
from campaigns.voice_cost.entries import BadVoicePrices
from campaigns.voice_cost.table import voice_prices
from leads import clock


def check_price_list(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    def old() -> OldPrices | None:
        return old_phone_prices(price_list(), on=clock.now().date())

    return _check(old, "PRICE_LIST", "campaigns/prices.toml", 1)


def check_voice_prices(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    def old() -> OldPrices | None:
        return old_voice_prices(voice_prices(), on=clock.now().date())

    return _check(old, "VOICE_PRICES", "campaigns/voice_cost/prices.toml", 2)


def _check(old_prices: Callable[[], OldPrices | None], setting: str, example: str, number: int) -> list[CheckMessage]:
    error_id, hint = f"campaigns.E{number:03}", f"Correct the file that {setting} names; {example} shows how it is written."
    try:
        old = old_prices()
    except (BadPriceList, BadVoicePrices) as bad:
        return [Error(str(bad), hint=hint, id=error_id)]
    except (OSError, UnicodeDecodeError) as unreadable:
        return [Error(f"The price list cannot be read ({type(unreadable).__name__}).", hint=hint, id=error_id)]
    if old is None:
        return []
    mend = f"Read the sources that {example} names again, and renew its read_on or add what has changed; {setting} names a table of your own."
    return [Warning(str(old), hint=mend, id=f"campaigns.W{number:03}")]
