"""Prices that nobody has compared with their sources for half a year: what is reserved, foreseen and shown rests on them.

Pure: price tables and a day in, what is to be looked up again out. Only what is in force on that day counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.budget import PriceList, price_on
from campaigns.voice_cost.prices import VoicePrices, in_force

STALE_AFTER = timedelta(days=180)
PHONE, VOICE = "what the platform charges", "what the AI voices' providers charge"
RATE = "KES for a US dollar"


@dataclass(frozen=True, slots=True)
class OldPrices:
    """Whose prices, each once, and the day on which the oldest of them was read."""

    whose: str
    names: tuple[str, ...]
    read_on: date

    def __str__(self) -> str:
        return f"Nobody has compared {self.whose} with its sources since {self.read_on}: {', '.join(self.names)}."


def old_phone_prices(prices: PriceList, *, on: date) -> OldPrices | None:
    """None: all were read within the last 180 days."""
    of_the_day = price_on(on, prices).readings
    read = ((component.replace("_", " "), reading.read_on) for component, all_of in of_the_day.items() for reading in all_of)
    return _old(read, on, PHONE)


def old_voice_prices(prices: VoicePrices, *, on: date) -> OldPrices | None:
    """The same for the rate, the voices and the models. What nobody bills has no page to read again."""
    return _old(_read(prices, on), on, VOICE)


def _read(prices: VoicePrices, on: date) -> Iterator[tuple[str, date]]:
    yield from ((RATE, rate.read_on) for rate in in_force(prices.rates, on))
    for name, minutes in prices.voices.items():
        if not prices.is_free(name, on):
            yield from ((name, minute.read_on) for minute in in_force(minutes, on))
    for name, models in prices.models.items():
        yield from ((name, model.read_on) for model in in_force(models, on))


def _old(read: Iterable[tuple[str, date]], on: date, whose: str) -> OldPrices | None:
    old = {name: read_on for name, read_on in sorted(read, key=lambda one: one[1], reverse=True) if on - read_on > STALE_AFTER}
    return OldPrices(whose, tuple(sorted(old)), min(old.values())) if old else None
