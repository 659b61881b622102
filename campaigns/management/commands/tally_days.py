"""`manage.py tally_days [--rebuild]`: counts what the console's first page reads. The dialer does it all the time; this does it at once."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser

from campaigns import business_clock
from campaigns.tallies.keeping import tally_all
from leads import clock
from leads.management.tables import TableCommand


class Command(TableCommand):
    help = "Count the days that were not counted yet or have changed since. The dialer does so as it goes; this is for a restored database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="count every day anew, from the first call on")

    def handle(self, *args: Any, **options: Any) -> None:
        business_clock.apply()
        started_s = time.monotonic()
        n_dates = tally_all(clock.now(), is_rebuilt=options["rebuild"])
        self.stdout.write(f"Counted {n_dates} {'day' if n_dates == 1 else 'days'} in {time.monotonic() - started_s:.1f} s.")
