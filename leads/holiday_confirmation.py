"""What became of holidays that follow the moon: somebody's word, kept with name and time, and what still waits for one.

The only reader and writer of HolidayConfirmation. Which days are closed without a word is decided in holiday_calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser

from leads.entry_refused import EntryRefused
from leads.holiday_calendar import ClosedDays, Holiday, closed_days, estimated_holidays
from leads.market_packs import market_packs
from leads.models import HolidayConfirmation

MOVES_AT_MOST = timedelta(days=14)  # some markets shift the day off to the end of the week; more is another holiday
SOON = timedelta(days=30)
A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimated holiday of a market, with the word that counts about it; None: it waits for one."""

    market: str
    holiday: Holiday
    word: HolidayConfirmation | None


def days_closed_around(market: str, *, at: datetime) -> ClosedDays | None:
    """What public holidays close among the dates it may be anywhere on earth at `at`; None if they are not known. One query."""
    days = [at.date() + timedelta(days=shift) for shift in (-1, 0, 1)]
    return closed_days(market, days, words_about(market, days[0], days[-1], at=at))


def words_about(market: str, first: date, last: date, *, at: datetime) -> Mapping[date, date | None]:
    """What had been said by `at` about estimated dates that may fall from `first` to `last`: see `closed_days`."""
    near = HolidayConfirmation.objects.filter(
        market=market, estimated_on__gte=first - MOVES_AT_MOST, estimated_on__lte=last + MOVES_AT_MOST, confirmed_at__lte=at
    )
    return dict(near.order_by("confirmed_at", "pk").values_list("estimated_on", "confirmed_on"))


def coming_estimates(markets: Iterable[str], *, on: date, within: timedelta) -> list[Estimate]:
    """The estimated dates of these markets from `on` to `within` later, in order of time, each with the word that counts. One query."""
    found = sorted(((holiday, market) for market in markets for holiday in estimated_holidays(market, on, on + within)), key=_in_order)
    kept = HolidayConfirmation.objects.filter(estimated_on__gte=on, estimated_on__lte=on + within).select_related("confirmed_by")
    words = {(word.market, word.estimated_on): word for word in kept.order_by("confirmed_at", "pk")}
    return [Estimate(market, holiday, words.get((market, holiday.on))) for holiday, market in found]


def unconfirmed_soon(markets: Iterable[str], *, on: date) -> list[Estimate]:
    """Those of the next 30 days about which nobody has said anything. One query."""
    return [estimate for estimate in coming_estimates(markets, on=on, within=SOON) if estimate.word is None]


def _in_order(entry: tuple[Holiday, str]) -> tuple[date, str]:
    holiday, market = entry
    return holiday.on, market


def markets_that_rest() -> tuple[str, ...]:
    """The markets in which a holiday closes calls of some purpose, so that a word about its date is needed."""
    return tuple(market for market, pack in market_packs().items() if any(rules.holidays.is_closed for rules in pack.purposes.values()))


def estimate_of(market: str, estimated_on: date) -> Holiday:
    """The estimated holiday meant; raises EntryRefused if there is none, naming those that are near."""
    if market not in market_packs():
        raise EntryRefused("market", f"There is no market pack {market}. Write one of {', '.join(market_packs())}.")
    for holiday in estimated_holidays(market, estimated_on, estimated_on):
        return holiday
    near = estimated_holidays(market, estimated_on - A_YEAR / 2, estimated_on + A_YEAR / 2)
    there_are = ", ".join(f"{one.on} {one.name}" for one in near) or "none within half a year"
    raise EntryRefused("estimated_on", f"No holiday of {market} is estimated for {estimated_on}. There are: {there_are}.")


def confirm_holiday(
    market: str, estimated_on: date, *, confirmed_on: date | None, by: AbstractBaseUser, at: datetime
) -> tuple[HolidayConfirmation, bool]:
    """Keep on which date the holiday falls (None: it is none) and who says so; (row, is it new). Raises EntryRefused.

    A later word takes the place of an earlier one, which stays on record. Saying the same twice keeps the first.
    """
    holiday = estimate_of(market, estimated_on)
    if confirmed_on is not None and abs(confirmed_on - estimated_on) > MOVES_AT_MOST:
        raise EntryRefused("confirmed_on", f"That is more than {MOVES_AT_MOST.days} days from the estimate. Check the date.")
    said = HolidayConfirmation.objects.filter(market=market, estimated_on=estimated_on).order_by("confirmed_at", "pk").last()
    if said is not None and said.confirmed_on == confirmed_on:
        return said, False
    word = HolidayConfirmation(market=market, estimated_on=estimated_on, name=holiday.name[:200], confirmed_on=confirmed_on)
    word.confirmed_by_id, word.confirmed_at = by.pk, at
    word.save(force_insert=True)
    return word, True
