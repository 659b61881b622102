"""manage.py stop_all [--why "…"]: no phone rings any more, within a second. manage.py stop_all --resume: dialing goes on."""

from __future__ import annotations

import contextlib
from typing import Any

from django.core.management.base import CommandParser

from campaigns import business_clock, stop_all
from campaigns.management.operator import operator
from campaigns.models import Call
from campaigns.states import LIVE
from leads.management.tables import TableCommand


class Command(TableCommand):
    help = "Stop all dialing of every campaign and process, or let it go on with --resume. Calls that are live go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--why", default="", help="shown in the console and in the reps' queue")
        parser.add_argument("--resume", action="store_true", help="let dialing go on")

    def handle(self, *args: Any, why: str, resume: bool, **options: Any) -> None:
        with contextlib.suppress(business_clock.DemoDatabaseRefused):  # a stop is never refused; at worst its time is not the demo's
            business_clock.apply()
        by = operator()
        if resume:
            self._resume(by)
            return
        stop = stop_all.stop_all(by=by, reason=why)
        n_live = Call.objects.filter(status__in=LIVE).count()
        self.stdout.write(self.style.WARNING(f"{stop.sentence} Since {stop.stopped_at:%Y-%m-%d %H:%M:%S} UTC."))
        self.stdout.write(f"Calls that are live and go on to their end: {n_live}. Go on with: manage.py stop_all --resume")

    def _resume(self, by: str) -> None:
        stop = stop_all.resume_all(by=by)
        if stop is None:
            self.stdout.write("Nothing was stopped: dialing goes on.")
            return
        self.stdout.write(self.style.SUCCESS(f"Dialing goes on. It was stopped since {stop.stopped_at:%Y-%m-%d %H:%M:%S} UTC by {stop.stopped_by}."))
