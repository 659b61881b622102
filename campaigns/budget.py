"""What a call may cost at worst, and whether a campaign can still afford one. KES cents ("minor"): 100 = KES 1.00.

Pure. Before a call its worst case is reserved at the dearest reading of the price list; afterwards the CDR's
`cost_minor` is what counts. Prices: sautikit.com concept, pricing and use-case pages, read 2026-11-22. They disagree:
per second or per whole minute, the stream free or KES 0.50 a minute. Reserved is always the dearer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Price:
    """Per whole minute begun, from `valid_from` on."""

    valid_from: date
    call_minor: int
    stream_minor: int


PRICES = (Price(valid_from=date(2026, 1, 1), call_minor=300, stream_minor=50),)  # oldest first

HANG_UP_GRACE_S = 60  # between the longest call and the hang-up by the janitor, should the session not end it


def price_on(day: date) -> Price:
    """The price list in force; before the first list, the first one."""
    return next((price for price in reversed(PRICES) if price.valid_from <= day), PRICES[0])


def worst_case_minor(max_call_s: int, price: Price) -> int:
    return minutes_begun(max_call_s + HANG_UP_GRACE_S) * (price.call_minor + price.stream_minor)


def bridged_minor(seconds: float, price: Price) -> int:
    """A call handed to a rep for so long: two legs, and the stream that was there before."""
    return minutes_begun(seconds) * (2 * price.call_minor + price.stream_minor)


def minutes_begun(seconds: float) -> int:
    return math.ceil(seconds / 60)


def may_reserve(*, cap_minor: int | None, spent_minor: int, reserved_minor: int, next_minor: int) -> bool:
    """`cap_minor` None: no cap. `spent_minor`: settled calls; `reserved_minor`: all that are not settled."""
    return cap_minor is None or spent_minor + reserved_minor + next_minor <= cap_minor
