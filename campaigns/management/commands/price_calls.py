"""manage.py price_calls: gives calls whose AI voice had no price one, after the table was mended; status 1 while some still have none."""

from __future__ import annotations

import sys
from typing import Any

from campaigns.voice_cost.keeping import price_again
from leads import clock
from leads.management.tables import TableCommand


class Command(TableCommand):
    help = "Price the AI voices of calls that had no price, by the price table as it is now and each at the prices of its day"

    def handle(self, *args: Any, **options: Any) -> None:
        n_priced, in_the_way = price_again(at=clock.now())
        self.stdout.write(f"{n_priced} {'session has' if n_priced == 1 else 'sessions have'} a price now.")
        for sentence in in_the_way:
            self.stdout.write(sentence)
        if in_the_way:
            sys.exit(1)
