"""The money of virtual calls: the same caps, worst cases and price list as the dialer's, on totals that nobody but this run sees.

Pure. All amounts are KES cents ("minor").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from campaigns.budget import HANG_UP_GRACE_S, Cap, Component, Price, PriceList, bridged_minor, cap_in_the_way, price_on, scopes, worst_case_minor
from campaigns.preflight.chances import Reading
from campaigns.voice_cost.prices import VoicePrices
from campaigns.voice_cost.reckoning import likely_minor
from campaigns.voice_cost.reckoning import worst_case_minor as worst_case_voice_minor


@dataclass(slots=True)
class Purse:
    """`caps`: as `money.caps_of` reads them on the day `opened_on`: campaign, its day, everybody's day and month."""

    campaign_id: int
    caps: Sequence[Cap]
    opened_on: date
    prices: PriceList
    max_call_s: int
    voices: tuple[str, ...]  # in the order in which they are tried
    voice_prices: VoicePrices
    _spent: dict[str, int] = field(default_factory=lambda: defaultdict(int), init=False)
    _reserved: dict[str, int] = field(default_factory=lambda: defaultdict(int), init=False)
    _of_day: dict[date, tuple[tuple[str, ...], Price, int]] = field(default_factory=dict, init=False)  # scopes, price, worst case

    def __post_init__(self) -> None:
        for scope, cap in zip(scopes(self.campaign_id, self.opened_on), self.caps, strict=True):
            self._spent[scope], self._reserved[scope] = cap.spent_minor, cap.reserved_minor

    def in_the_way(self, day: date) -> Cap | None:
        """The cap that one more call on this day might overshoot."""
        names, _price, worst = self._day(day)
        limited = ((cap, scope) for cap, scope in zip(self.caps, names, strict=True) if cap.cap_minor is not None)
        return cap_in_the_way((Cap(cap.name, cap.cap_minor, self._spent[scope], self._reserved[scope]) for cap, scope in limited), worst)

    def reserve(self, day: date) -> int:
        names, _price, worst = self._day(day)
        for scope in names:
            self._reserved[scope] += worst
        return worst

    def grow(self, day: date, reserved_minor: int, seconds: float) -> int:
        """A lead who talks with a rep for so long costs two legs: the reservation follows, as the janitor has it. It never shrinks."""
        names, price, _worst = self._day(day)
        needed = max(reserved_minor, bridged_minor(seconds + HANG_UP_GRACE_S, price))
        for scope in names:
            self._reserved[scope] += needed - reserved_minor
        return needed

    def settle(self, day: date, reserved_minor: int, cost_minor: int) -> None:
        """`day`: of the reservation."""
        for scope in self._day(day)[0]:
            self._reserved[scope] -= reserved_minor
            self._spent[scope] += cost_minor

    def cost_minor(self, day: date, reading: Reading, *, bot_s: float, rep_s: float = 0.0) -> int:
        """Of an answered call: the lead's leg and its audio all along, the rep's for its part, the AI voice for the bot's. Mid is half way
        between the readings of the list; low and mid take the voice's likely price, high its dearest."""
        return self._phone_minor(day, reading, bot_s=bot_s, rep_s=rep_s) + self._voice_minor(day, reading, bot_s)

    def _voice_minor(self, day: date, reading: Reading, bot_s: float) -> int:
        if reading is Reading.HIGH:
            return worst_case_voice_minor(self.voices, bot_s, self.voice_prices, on=day)
        return likely_minor(self.voices[0], bot_s, self.voice_prices, on=day)

    def _phone_minor(self, day: date, reading: Reading, *, bot_s: float, rep_s: float) -> int:
        price = self._day(day)[1]
        parts = ((Component.CALL, bot_s + rep_s), (Component.STREAM, bot_s + rep_s), (Component.REP_LEG, rep_s))
        low = sum(price.cheapest_minor(component, seconds) for component, seconds in parts)
        if reading is Reading.LOW:
            return low
        high = sum(price.dearest_minor(component, seconds) for component, seconds in parts)
        return high if reading is Reading.HIGH else (low + high + 1) // 2

    def _day(self, day: date) -> tuple[tuple[str, ...], Price, int]:
        if day not in self._of_day:
            price = price_on(day, self.prices)
            voice_minor = worst_case_voice_minor(self.voices, self.max_call_s + HANG_UP_GRACE_S, self.voice_prices, on=day)
            self._of_day[day] = (scopes(self.campaign_id, day), price, worst_case_minor(self.max_call_s, price) + voice_minor)
        return self._of_day[day]
