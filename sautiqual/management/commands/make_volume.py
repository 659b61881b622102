"""manage.py make_volume: a large organisation in the configured database, for measuring pages (`bench_pages`). Nobody can be rung by it.

Refuses a database with leads (unless --add), with a phone line that is not simulated, or in which a campaign runs.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser

from leads import clock
from leads.management.tables import TableCommand
from sautiqual.volume.filling import Size, Unsafe, fill


class Command(TableCommand):
    help = "Fill the configured database with a large, made-up organisation. Nobody can be rung by it"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leads", type=int, default=1_000_000)
        parser.add_argument("--calls", type=int, default=500_000, help="at most as many as leads")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same people and calls")
        parser.add_argument("--add", action="store_true", help="to the leads that the database holds already")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        size = Size(options["leads"], options["calls"])

        def tell(n_leads: int, n_calls: int) -> None:
            percent = 100 * n_leads // size.n_leads
            self.stderr.write(f"\r{percent:3d} %  {n_leads:,} leads, {n_calls:,} calls, {time.monotonic() - began:.0f} s ", ending="")
            self.stderr.flush()

        try:
            counts = fill(size, seed=options["seed"], now=clock.now(), is_added=options["add"], tell=tell)
        except Unsafe as why:
            raise CommandError(str(why)) from None
        self.stderr.write("")
        for table, n_rows in sorted(counts.items()):
            self.stdout.write(f"{n_rows:>12,}  {table}")
        call_command("tally_days", "--rebuild", stdout=self.stdout)  # for the home page, which no dialer counts for here
        self.stdout.write(f"Done in {time.monotonic() - began:.0f} s. Next: manage.py bench_pages")
