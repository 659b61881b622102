"""manage.py preflight CAMPAIGN [--json] [--seed N]: the campaign played through on a virtual clock; nobody is called. The result is kept.

manage.py preflight --synthetic 100000: the same on a made-up list in a temporary database, measured.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.test import override_settings

from campaigns import business_clock
from campaigns.api import preflight_out
from campaigns.management.named import campaign_named
from campaigns.management.operator import operator
from campaigns.models import Campaign, Preflight
from campaigns.preflight.run import begin, carry_out
from campaigns.preflight.synthetic import synthetic_campaign
from campaigns.reports.preflight import lines_of
from leads import clock
from leads.management.tables import TableCommand

MOST_SYNTHETIC = 1_000_000
NOWHERE = "http://127.0.0.1:9"  # made-up lines are simulated, and nothing is ever sent


class Command(TableCommand):
    help = "Play a campaign through on a virtual clock: who would be called, when it ends, for how much. Nobody is called."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", nargs="?", help="its name or number")
        parser.add_argument("--seed", type=int, default=1, help="the same campaign and seed give the same result")
        parser.add_argument("--json", action="store_true", help="the kept result as JSON, and nothing else on standard output")
        parser.add_argument("--synthetic", type=int, metavar="N", help="measure it on N made-up leads in a temporary database")

    def handle(self, *args: Any, campaign: str | None, seed: int, json: bool, synthetic: int | None, **options: Any) -> None:
        if (campaign is None) == (synthetic is None):
            raise CommandError("Name a campaign, or measure with --synthetic N.")
        if not 0 <= seed <= 2**31:
            raise CommandError("A seed is a whole number from 0 to 2147483648.")
        if synthetic is not None:
            self._measure(synthetic, seed=seed, as_json=json)
            return
        business_clock.apply()
        run = self._run(campaign_named(campaign or ""), seed)
        self._say(run, {}, as_json=json)

    def _measure(self, n_leads: int, *, seed: int, as_json: bool) -> None:
        if not 1 <= n_leads <= MOST_SYNTHETIC:
            raise CommandError(f"Make up 1 to {MOST_SYNTHETIC} leads.")
        with _temporary_database(), override_settings(SAUTIKIT_API_URL=NOWHERE):
            self._tell(f"Making up {n_leads} leads …")
            campaign = synthetic_campaign(n_leads, at=clock.now())
            began, cpu = time.perf_counter(), time.process_time()
            run = self._run(campaign, seed)
            measured = {"n_leads": n_leads, "seconds": round(time.perf_counter() - began, 1), "cpu_seconds": round(time.process_time() - cpu, 1)}
            self._say(run, measured, as_json=as_json)

    def _run(self, campaign: Campaign, seed: int) -> Preflight:
        return carry_out(begin(campaign, by=operator(), seed=seed), progress=self._tell)

    def _tell(self, sentence: str) -> None:
        self.stderr.write(sentence)

    def _say(self, run: Preflight, measured: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({**preflight_out(run), **({"measured": measured} if measured else {})}, default=str, indent=2))
            return
        for line in lines_of(run):
            self.stdout.write(line)
        if measured:
            self.stdout.write(f"{measured['n_leads']} leads in {measured['seconds']} s, {measured['cpu_seconds']} s of them on the processor.")


@contextmanager
def _temporary_database() -> Iterator[None]:
    """Empty, of the kind that is configured; gone afterwards. The real one is not opened for writing."""
    real_name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(str(real_name), verbosity=0)
