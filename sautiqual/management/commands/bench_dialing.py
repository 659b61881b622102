"""manage.py bench_dialing: what a decision and a tick of the dialer cost with 1,000, 100,000 and 1,000,000 leads, on SQLite and PostgreSQL.

Each size has a database of its own, made and dropped; nobody is rung. Shows that the cost depends on what is due, not on the list.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sautiqual.crash_test.database import own_database

SIZE = "SAUTIQUAL_BENCH_DIALING"  # set in the process that measures one size, whose settings are the benchmark's
SIZES = "1000,100000,1000000"
GROWS_BY = 3.0  # a query that takes so many times longer with the largest list than with the smallest
COUNTS_FROM_MS = 2.0


class Command(BaseCommand):
    help = "Measure the dialer by the size of the list"
    requires_system_checks: list[str] = []  # about the operator's settings, which are not used

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leads", default=SIZES, help=f"sizes of the list, separated by commas (default {SIZES})")
        parser.add_argument("--database", default="", metavar="URL", help="postgres://…: measure there, too; databases are made and dropped")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if size := os.environ.get(SIZE):
            self.stdout.write(json.dumps(_measure(int(size))))
            return
        sizes = _sizes(options["leads"])
        results = {name: [self._measured_apart(size, url) for size in sizes] for name, url in _databases(options["database"]).items()}
        for found in results.values():
            _tell_growth(found)
        self.stdout.write(json.dumps(results) if options["json"] else "\n\n".join(_table(name, found) for name, found in results.items()))

    def _measured_apart(self, size: int, server_url: str) -> dict[str, Any]:
        """Settings are read once, so the database is chosen before they are."""
        self.stderr.write(f"{size} leads on {server_url.partition(':')[0] or 'sqlite'} …")
        try:
            with tempfile.TemporaryDirectory() as folder, own_database(server_url, Path(folder), prefix="bench_dialing") as url:
                environment = {**os.environ, SIZE: str(size), "DATABASE_URL": url, "PUBLIC_URL": "", "SAUTIKIT_API_URL": "http://127.0.0.1:9"}
                environment |= {"SAUTIKIT_API_KEY": "", "LOG_LEVEL": "ERROR", "ORGANISATION_RULES": ""}
                done = subprocess.run([sys.executable, *sys.argv], env=environment, stdout=subprocess.PIPE, check=False)
        except psycopg.Error as problem:
            raise CommandError(f"The database server cannot be used ({type(problem).__name__}). --database is any database on it.") from None
        if done.returncode:
            raise CommandError(f"The measurement with {size} leads failed; its own words are above.")
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured


def _sizes(text: str) -> list[int]:
    try:
        sizes = sorted({int(size) for size in text.split(",")})
    except ValueError:
        raise CommandError("--leads is a list of whole numbers, for example 1000,100000.") from None
    if sizes[0] < 1000 or sizes[-1] > 1_000_000:
        raise CommandError("--leads: from 1000 to 1000000.")
    return sizes


def _databases(server_url: str) -> dict[str, str]:
    return {"sqlite": ""} | ({"postgresql": server_url} if server_url else {})


def _measure(n_leads: int) -> dict[str, Any]:
    from django.utils import timezone

    from campaigns import business_clock
    from leads import clock
    from sautiqual.bench_dialing.measure import measure
    from sautiqual.bench_dialing.rows import fill
    from sautiqual.demo.cast import next_working_morning

    call_command("migrate", interactive=False, verbosity=0)
    business_clock.start_at(next_working_morning(timezone.now()))
    now = clock.now()
    return measure(fill(n_leads, now=now), n_leads, now=now).as_json()


def _tell_growth(found: list[dict[str, Any]]) -> None:
    """In the result of the largest size: which queries take much longer than with the smallest."""
    small, large = found[0]["query_ms"], found[-1]["query_ms"]
    grown = {sql: ms for sql, ms in large.items() if ms >= COUNTS_FROM_MS and ms > GROWS_BY * small.get(sql, COUNTS_FROM_MS / GROWS_BY)}
    for one in found:
        del one["query_ms"]
    found[-1]["grown_queries_ms"] = dict(sorted(grown.items(), key=lambda entry: -entry[1]))


def _table(name: str, found: list[dict[str, Any]]) -> str:
    rows = [("", *(f"{one['leads']:,}" for one in found))]
    for part, unit in (("decisions_per_s", "decisions/s"), ("tick_ms", "ms")):
        rows += [(f"{what}, {unit}", *(f"{one[part][what]:,}" for one in found)) for what in found[0][part]]
    width = max(len(row[0]) for row in rows)
    lines = [f"{row[0]:<{width}}  " + "  ".join(f"{cell:>12}" for cell in row[1:]) for row in rows]
    grown = [f"  grows: {ms} ms  {sql[:200]}" for sql, ms in found[-1]["grown_queries_ms"].items()]
    return "\n".join([f"{name}: leads", *lines, *grown])
