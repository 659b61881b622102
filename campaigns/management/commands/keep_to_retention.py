"""manage.py keep_to_retention [--dry-run] [--json]: delete now what is past its period. The dialer does the same once a day by itself."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from campaigns import business_clock
from campaigns.management.operator import operator
from campaigns.privacy.keeping import keep_now, past_now
from leads import clock
from leads.management.tables import TableCommand

WORDS = {
    "calls": "calls whose recording and transcript went",
    "recordings": "recordings",
    "turns": "turns of transcripts",
    "quotes": "quotes of answers",
    "live_events": "spoken words told to consoles",
    "consents": "consent records past their period",
    "attempts_of_erased": "attempts of erased people that no cap counts any more",
    "consents_of_erased": "consent records of erased people past their period",
    "files_stuck": "calls whose file cannot be deleted: see the log",
}


class Command(TableCommand):
    help = "Delete what the market packs say is past its period: recordings, transcripts, consent records. Do-not-call entries stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, dry_run: bool, json: bool, **options: Any) -> None:
        business_clock.apply()
        counts = past_now(clock.now()) if dry_run else keep_now(clock.now(), by=operator()).counts
        self._tell({name: n for name, n in counts.items() if n}, is_dry=dry_run, as_json=json)

    def _tell(self, counts: dict[str, int], *, is_dry: bool, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"is_dry_run": is_dry, "counts": counts}))
            return
        if not counts:
            self.stdout.write("Nothing is past its period.")
            return
        self.stdout.write("Would be deleted:" if is_dry else self.style.SUCCESS("Deleted for good:"))
        for name, n in counts.items():
            self.stdout.write(f"  {n} {WORDS.get(name, name)}")
