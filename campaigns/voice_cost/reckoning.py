"""What usage cost on a day, and what a call may cost at most. Nothing that has no price is taken to be free.

Pure. US dollars are exact decimals; KES cents ("minor") are rounded up, once for a call.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from bridge.events import Usage, UsageUnit
from campaigns.voice_cost.prices import VoicePrices
from leads.said import N_, listed, sentence

MICRO_USD = Decimal("0.000001")
UNREPORTED_AFTER_S = 20.0  # a session that was open for so long has used something, whatever its provider says
CENTS, MINUTE_S = 100, 60
UNIT_WORDS = {
    UsageUnit.TEXT_IN: N_("%(n)s text tokens in"),
    UsageUnit.TEXT_OUT: N_("%(n)s text tokens out"),
    UsageUnit.AUDIO_IN: N_("%(n)s audio tokens in"),
    UsageUnit.AUDIO_OUT: N_("%(n)s audio tokens out"),
    UsageUnit.CACHED_TEXT_IN: N_("%(n)s text tokens from the cache"),
    UsageUnit.CACHED_AUDIO_IN: N_("%(n)s audio tokens from the cache"),
    UsageUnit.SESSION_S: N_("%(n)s seconds of the session"),
    UsageUnit.TRANSCRIBED_S: N_("%(n)s seconds transcribed"),
    UsageUnit.SPOKEN_CHARACTERS: N_("%(n)s characters spoken"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One unit of one model. `usd` None: it has no price."""

    model: str
    unit: UsageUnit
    amount: float
    usd: Decimal | None

    def in_words(self) -> str:
        return listed([self.model, sentence(UNIT_WORDS[self.unit], n=f"{self.amount:,.0f}")], ": ")


@dataclass(frozen=True, slots=True)
class Cost:
    """`usd` None: not known, for the reasons in `unknown`, each with its mend. Otherwise the sum of the parts, rounded up to a millionth."""

    parts: tuple[Part, ...]
    usd: Decimal | None
    unknown: tuple[str, ...] = ()

    @property
    def known_usd(self) -> Decimal:
        """What is certain, whatever else it may have cost."""
        return _rounded(sum((part.usd for part in self.parts if part.usd is not None), Decimal(0)))


def cost_of(usage: Usage, prices: VoicePrices, *, on: date) -> Cost:
    """What this usage cost on that day."""
    parts = tuple(
        Part(model, unit, amount, None if (each := prices.usd_each(model, unit, on)) is None else each * Decimal(str(amount)))
        for model, amounts in sorted(usage.items())
        for unit, amount in sorted(amounts.items())
        if amount
    )
    unknown = tuple(dict.fromkeys(_no_price(part, prices) for part in parts if part.usd is None))
    return Cost(parts, None if unknown else _rounded(sum((part.usd for part in parts if part.usd is not None), Decimal(0))), unknown)


def cost_of_session(voice: str, usage: Usage, *, open_s: float, is_discarded: bool, prices: VoicePrices, on: date) -> Cost:
    """The same, where silence of the provider counts: a session that told nothing has cost nothing only if nobody bills it, or it was short or
    never spoken with."""
    if usage or is_discarded or open_s < UNREPORTED_AFTER_S or prices.is_free(voice, on):
        return cost_of(usage, prices, on=on)
    unreported = sentence(
        "“%(voice)s” was open for %(s)s s and reported no usage. "
        "Look at its bill; if nobody bills it, give the voice “%(voice)s” a usd_per_minute_most of 0 in the price table.",
        voice=voice,
        s=f"{open_s:.0f}",
    )
    return Cost((), None, (unreported,))


def _no_price(part: Part, prices: VoicePrices) -> str:
    if part.model not in prices.models:
        return sentence("“%(model)s” has no price. Add a [[model]] of that name to the price table that VOICE_PRICES names.", model=part.model)
    return sentence(
        "“%(model)s” has no price for %(unit)s. Add it to its [[model]] in the price table that VOICE_PRICES names.",
        model=part.model,
        unit=part.unit.value,
    )


def _rounded(usd: Decimal) -> Decimal:
    return usd.quantize(MICRO_USD, rounding=ROUND_CEILING)


def minor_of(usd: Decimal, prices: VoicePrices, *, on: date) -> int:
    """KES cents, rounded up."""
    return math.ceil(usd * prices.kes_per_usd(on) * CENTS)


def worst_case_minor(voices: Iterable[str], seconds: float, prices: VoicePrices, *, on: date) -> int:
    """A live call of so long, with whichever of its voices is the dearest: they speak one after the other, never at once."""
    usd = max((prices.most_usd_a_minute(voice, on) for voice in voices), default=Decimal(0))
    return minor_of(usd * Decimal(str(seconds)) / MINUTE_S, prices, on=on)


def likely_minor(voice: str, seconds: float, prices: VoicePrices, *, on: date) -> int:
    """What a call of so long with this voice costs as a rule."""
    return minor_of(prices.likely_usd_a_minute(voice, on) * Decimal(str(seconds)) / MINUTE_S, prices, on=on)
