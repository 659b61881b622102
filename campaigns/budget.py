"""What a call may cost at worst, and whether every cap can still afford one. KES cents ("minor"): 100 = KES 1.00.

Pure: the text of the price list in, prices out. Before a call its worst case is reserved at the dearest reading of the list; afterwards the
CDR's `cost_minor` is what counts. The list itself, with its sources, is campaigns/prices.toml.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class BadPriceList(Exception):
    """The price list cannot be read. The message names the file, the place and what to write there."""


class Component(StrEnum):
    CALL = "call"  # the leg to the callee
    STREAM = "stream"  # its audio to our socket
    REP_LEG = "rep_leg"
    INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class Reading:
    """One source's word on one price: per minute, charged in steps of `increment_s` that are begun."""

    minor_per_minute: int
    increment_s: int
    source: str
    read_on: date

    def minor(self, seconds: float) -> int:
        return math.ceil(math.ceil(seconds / self.increment_s) * self.increment_s * self.minor_per_minute / 60)


@dataclass(frozen=True, slots=True)
class Price:
    """What is charged from `valid_from` on, with every reading of each component."""

    valid_from: date
    readings: Mapping[Component, tuple[Reading, ...]]

    def dearest_minor(self, component: Component, seconds: float) -> int:
        return max(reading.minor(seconds) for reading in self.readings[component])

    def cheapest_minor(self, component: Component, seconds: float) -> int:
        return min(reading.minor(seconds) for reading in self.readings[component])


PriceList = tuple[Price, ...]  # oldest first, never empty

HANG_UP_GRACE_S = 60  # between the longest call and the hang-up by the janitor, should the session not end it


def parse_price_list(text: str, *, file: str) -> PriceList:
    """Raises BadPriceList; nothing has a default, because a price that was forgotten must not be free."""
    try:
        tables = tomllib.loads(text).get("price")
    except tomllib.TOMLDecodeError as broken:
        raise BadPriceList(f"{file}: is not TOML ({broken})") from broken
    if not isinstance(tables, list) or not tables:
        raise BadPriceList(f"{file}: write at least one [[price]] with its valid_from")
    prices = tuple(_price(table, f"{file}: price {number}") for number, table in enumerate(tables, start=1))
    if any(earlier.valid_from >= later.valid_from for earlier, later in zip(prices, prices[1:], strict=False)):
        raise BadPriceList(f"{file}: list the prices by valid_from, oldest first, each with a day of its own")
    return prices


def _price(table: Any, place: str) -> Price:
    left = dict(table) if isinstance(table, dict) else {}
    valid_from = left.pop("valid_from", None)
    if type(valid_from) is not date:
        raise BadPriceList(f"{place}: valid_from: write a date such as 2026-01-01")
    readings = {component: _readings(left.pop(component, None), f"{place}.{component}") for component in Component}
    if left:
        raise BadPriceList(f"{place}: {min(left)}: is not a key that is known here; take it out or correct its spelling")
    return Price(valid_from, readings)


def _readings(tables: Any, place: str) -> tuple[Reading, ...]:
    if not isinstance(tables, list) or not tables:
        raise BadPriceList(f"{place}: write at least one reading")
    return tuple(_reading(table, f"{place}, reading {number}") for number, table in enumerate(tables, start=1))


def _reading(table: Any, place: str) -> Reading:
    wanted = {"minor_per_minute": int, "increment_s": int, "source": str, "read_on": date}
    if not isinstance(table, dict) or set(table) != set(wanted) or any(type(table[key]) is not kind for key, kind in wanted.items()):
        raise BadPriceList(f"{place}: write minor_per_minute and increment_s as whole numbers, source as a text, read_on as a date, and nothing else")
    if table["minor_per_minute"] < 0 or table["increment_s"] < 1 or not table["source"].strip():
        raise BadPriceList(f"{place}: a price is not negative, an increment is 1 second or more, and the source is named")
    return Reading(**table)


def price_on(day: date, prices: PriceList) -> Price:
    """The price in force; before the first one, the first."""
    return next((price for price in reversed(prices) if price.valid_from <= day), prices[0])


def worst_case_minor(max_call_s: int, price: Price) -> int:
    """The longest call with the bot, and the grace until the janitor ends it."""
    seconds = max_call_s + HANG_UP_GRACE_S
    return price.dearest_minor(Component.CALL, seconds) + price.dearest_minor(Component.STREAM, seconds)


def worst_case_inbound_minor(max_call_s: int, price: Price) -> int:
    """The same of a call to us."""
    seconds = max_call_s + HANG_UP_GRACE_S
    return price.dearest_minor(Component.INBOUND, seconds) + price.dearest_minor(Component.STREAM, seconds)


def bridged_minor(seconds: float, price: Price) -> int:
    """A call handed to a rep for so long: two legs, and the stream that was there before."""
    return sum(price.dearest_minor(component, seconds) for component in (Component.CALL, Component.REP_LEG, Component.STREAM))


def rep_leg_minor(seconds: float, price: Price) -> int:
    return price.dearest_minor(Component.REP_LEG, seconds)


# ---- caps ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cap:
    """One limit and what counts against it. `cap_minor` None: no limit. `name` completes "The budget … is used up"."""

    name: str
    cap_minor: int | None
    spent_minor: int
    reserved_minor: int  # of every call whose price is not final, those in flight included

    def may_reserve(self, next_minor: int) -> bool:
        return self.cap_minor is None or self.spent_minor + self.reserved_minor + next_minor <= self.cap_minor

    @property
    def left_minor(self) -> int | None:
        return None if self.cap_minor is None else max(0, self.cap_minor - self.spent_minor - self.reserved_minor)


def cap_in_the_way(caps: Iterable[Cap], next_minor: int) -> Cap | None:
    """The first cap that the next worst case might overshoot; None if all can afford it."""
    return next((cap for cap in caps if not cap.may_reserve(next_minor)), None)


def scopes(campaign_id: int, day: date) -> tuple[str, str, str, str]:
    """The totals that a call of this campaign counts in, dialled on this day of the organisation: campaign, its day, everybody's day and month."""
    return f"campaign:{campaign_id}", f"campaign:{campaign_id}:{day:%Y-%m-%d}", *organisation_scopes(day)


def organisation_scopes(day: date) -> tuple[str, str]:
    """Everybody's day and month."""
    return f"day:{day:%Y-%m-%d}", f"month:{day:%Y-%m}"


STRANGERS = "strangers:"


def stranger_scopes(day: date) -> tuple[str, str, str]:
    """What a call of a stranger counts in: no campaign, but a total of its own, because the row is forgotten and its money is not."""
    return *organisation_scopes(day), f"{STRANGERS}{day:%Y-%m-%d}"


def inbound_minor(seconds: float, price: Price, *, has_stream: bool) -> int:
    """A call to us that lasted so long, at the dearest reading."""
    stream_minor = price.dearest_minor(Component.STREAM, seconds) if has_stream else 0
    return price.dearest_minor(Component.INBOUND, seconds) + stream_minor
