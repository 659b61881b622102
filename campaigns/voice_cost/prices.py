"""The price table of the voices: text in, prices of a day out. US dollars as exact decimals; KES only by the table's own rate.

Pure. The table itself, with its sources, is campaigns/voice_cost/prices.toml. What it does not name has no price, which is not a price of 0.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from bridge.events import UsageUnit
from campaigns.voice_cost.entries import BadVoicePrices, Entry, entries_of

MILLION, MINUTE_S = Decimal(1_000_000), Decimal(60)
IN_SECONDS = frozenset({UsageUnit.SESSION_S, UsageUnit.TRANSCRIBED_S})


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """One source's word on one model: US dollars for one token, second or character, from a day on."""

    valid_from: date
    source: str
    read_on: date
    usd_each: Mapping[UsageUnit, Decimal]


@dataclass(frozen=True, slots=True)
class MinutePrice:
    """What a minute of a live call with this voice may cost, at most and likely, in US dollars."""

    valid_from: date
    source: str
    read_on: date
    most_usd: Decimal
    likely_usd: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    valid_from: date
    source: str
    read_on: date
    kes_per_usd: Decimal


@dataclass(frozen=True, slots=True)
class VoicePrices:
    """Each list in any order and never empty; before the first day of a list its first entries count."""

    models: Mapping[str, tuple[ModelPrice, ...]]
    voices: Mapping[str, tuple[MinutePrice, ...]]
    rates: tuple[Rate, ...]

    def usd_each(self, model: str, unit: UsageUnit, on: date) -> Decimal | None:
        """The dearest reading of that day; None: it has no price."""
        prices = (price.usd_each.get(unit) for price in in_force(self.models.get(model, ()), on))
        return max((usd for usd in prices if usd is not None), default=None)

    def kes_per_usd(self, on: date) -> Decimal:
        return max(rate.kes_per_usd for rate in in_force(self.rates, on))

    def most_usd_a_minute(self, voice: str, on: date) -> Decimal:
        return max(price.most_usd for price in self._minute(voice, on))

    def likely_usd_a_minute(self, voice: str, on: date) -> Decimal:
        return max(price.likely_usd for price in self._minute(voice, on))

    def is_free(self, voice: str, on: date) -> bool:
        """Nobody bills it, so that it need not report what it used."""
        return voice in self.voices and self.most_usd_a_minute(voice, on) == 0

    def _minute(self, voice: str, on: date) -> list[MinutePrice]:
        listed = [self.voices[voice]] if voice in self.voices else self.voices.values()
        return [price for prices in listed for price in in_force(prices, on)]


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


_D = TypeVar("_D", bound=_Dated)


def in_force(dated: Iterable[_D], on: date) -> list[_D]:
    """Those of the newest day that is not after `on`, else those of the first day; [] of none."""
    entries = list(dated)
    if not entries:
        return []
    begun = [entry.valid_from for entry in entries if entry.valid_from <= on]
    day = max(begun) if begun else min(entry.valid_from for entry in entries)
    return [entry for entry in entries if entry.valid_from == day]


def parse_voice_prices(text: str, *, file: str) -> VoicePrices:
    """Raises BadVoicePrices with the file, the line and the mend."""
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as broken:
        raise BadVoicePrices(f"{file}: is not TOML ({broken})") from broken
    if others := sorted(set(content) - {"rate", "voice", "model"}):
        raise BadVoicePrices(f"{file}: {others[0]}: is not a table that is known here; write [[rate]], [[voice]] or [[model]]")
    return VoicePrices(
        models=_by_name(entries_of(content, "model", text, file), _model),
        voices=_by_name(entries_of(content, "voice", text, file), _voice),
        rates=tuple(_rate(entry) for entry in entries_of(content, "rate", text, file)),
    )


def _by_name(entries: Iterable[Entry], read: Callable[[Entry], _D]) -> dict[str, tuple[_D, ...]]:
    named: defaultdict[str, list[_D]] = defaultdict(list)
    for entry in entries:
        named[entry.text("name")].append(read(entry))
    return {name: tuple(prices) for name, prices in named.items()}


def _model(entry: Entry) -> ModelPrice:
    dated = _dated(entry)
    usd = {unit: entry.amount(unit.value) / (MINUTE_S if unit in IN_SECONDS else MILLION) for unit in UsageUnit if entry.has(unit.value)}
    if not usd:
        raise entry.bad("", f"write at least one price: {', '.join(UsageUnit)}")
    entry.refuse_others()
    return ModelPrice(**dated, usd_each=usd)


def _voice(entry: Entry) -> MinutePrice:
    dated, most, likely = _dated(entry), entry.amount("usd_per_minute_most"), entry.amount("usd_per_minute_likely")
    if likely > most:
        raise entry.bad("usd_per_minute_likely", "is more than usd_per_minute_most; correct one of them")
    entry.refuse_others()
    return MinutePrice(**dated, most_usd=most, likely_usd=likely)


def _rate(entry: Entry) -> Rate:
    dated, rate = _dated(entry), entry.amount("kes_per_usd")
    if rate == 0:
        raise entry.bad("kes_per_usd", "write how many shillings one US dollar costs")
    entry.refuse_others()
    return Rate(**dated, kes_per_usd=rate)


def _dated(entry: Entry) -> dict[str, Any]:
    return {"valid_from": entry.day("valid_from"), "source": entry.text("source"), "read_on": entry.day("read_on")}
