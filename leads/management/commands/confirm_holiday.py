"""manage.py confirm_holiday KE 2027-03-09 --by mosi: somebody says on which day a holiday falls that follows the moon, or that it is none.

Without arguments it lists what is estimated within a year.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from leads import clock
from leads.entry_refused import EntryRefused
from leads.holiday_confirmation import A_YEAR, coming_estimates, confirm_holiday, markets_that_rest
from leads.management.people import person_who_may
from leads.management.tables import TableCommand


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no date. Write it like 2027-03-09.") from None


class Command(TableCommand):
    help = "Say on which day an estimated holiday falls, or that it is none; without arguments, list what is estimated within a year"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("market", nargs="?", type=str.upper, help="the market's two letters, for example KE")
        parser.add_argument("estimated_on", nargs="?", metavar="date", type=_day, help="the estimated date, for example 2027-03-09")
        word = parser.add_mutually_exclusive_group()
        word.add_argument("--moved-to", type=_day, metavar="DATE", help="the date on which it falls, if not on the estimated one")
        word.add_argument("--not-a-holiday", action="store_true", help="it is no public holiday there")
        parser.add_argument("--by", metavar="NAME", help="login of the person who says so")

    def handle(
        self,
        *args: Any,
        market: str | None,
        estimated_on: date | None,
        moved_to: date | None,
        not_a_holiday: bool,
        by: str | None,
        **options: Any,
    ) -> None:
        if market is None:
            self._list()
            return
        if estimated_on is None or by is None:
            raise CommandError("Write the market, the estimated date, and --by with the login of the person who says so.")
        right = "Can add holiday confirmation"
        user = person_who_may(by, "leads.add_holidayconfirmation", what="confirm holidays", right=right)
        confirmed_on = None if not_a_holiday else moved_to or estimated_on
        try:
            word, is_new = confirm_holiday(market, estimated_on, confirmed_on=confirmed_on, by=user, at=clock.now())
        except EntryRefused as refused:
            raise CommandError(refused.message) from refused
        already = "" if is_new else " already"
        self.stdout.write(f"{market}, {word.name}, {estimated_on}: {word.sentence}, said by {word.confirmed_by.get_username()}{already}.")

    def _list(self) -> None:
        for estimate in coming_estimates(markets_that_rest(), on=clock.now().date(), within=A_YEAR):
            word = estimate.word
            said = f"{word.sentence}, said by {word.confirmed_by.get_username()}" if word else "nobody has confirmed it"
            self.stdout.write(f"{estimate.market} {estimate.holiday.on} {estimate.holiday.name}: {said}")
