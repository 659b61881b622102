"""manage.py simulate_handoffs: a thousand hot leads and twenty reps of every manner, through the product's own code; nobody is rung.

Works on a database of its own, on this machine alone. Exit status 1 if a lead is left without an end.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sautiqual.crash_test.database import own_database
from sautiqual.processes import cancelled_by_sigterm, lasting_port
from sautiqual.simulate_handoffs.apart import run_apart
from sautiqual.with_parent import stop_with_parent

APART = "SAUTIQUAL_SIMULATE_HANDOFFS"  # the parent of the process that plays it, whose settings are the simulation's
HOST = "127.0.0.1"
MAX_LEADS, MAX_REPS = 100_000, 1000


class Command(BaseCommand):
    help = (
        "Give many hot leads to a few simulated reps, and count how each lead ends. accepted: bridged with a rep, at once or by a promise kept. "
        "promised: a call back is owed. declined: by the lead, who hung up or wants no more calls. without_end: any other, and the exit status is 1. "
        "The shift is played on a virtual clock. p95_card_ms is measured in real time, with a server process of its own and 50 live calls: from the "
        "answer that makes a lead hot being handed to the database, to its card on the page of each rep who is asked, over the page's own socket and "
        "fetch (without the browser's drawing)."
    )
    requires_system_checks: list[str] = []  # about the operator's settings, which are not used

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leads", type=int, default=1000)
        parser.add_argument("--reps", type=int, default=20)
        parser.add_argument("--seed", type=int, default=1, help="decides what leads and reps are like")
        parser.add_argument("--database", default="", metavar="URL", help="postgres://… makes and drops a database there; without it: SQLite")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["leads"] <= MAX_LEADS or not 1 <= options["reps"] <= MAX_REPS:
            raise CommandError(f"--leads is from 1 to {MAX_LEADS}, --reps from 1 to {MAX_REPS}.")
        if APART in os.environ:
            self._play(options)
        else:
            self._play_apart(options["database"])

    def _play_apart(self, database: str) -> None:
        """Settings are read once, so the database is chosen before they are: in a process of its own, after which it is dropped."""
        try:
            with tempfile.TemporaryDirectory() as folder, own_database(database, Path(folder), prefix="simulate_handoffs") as url:
                environment = {**os.environ, **_environment(Path(folder), url)}
                status = run_apart([sys.executable, *sys.argv], environment)
        except psycopg.Error as problem:
            raise CommandError(f"The database server cannot be used ({type(problem).__name__}). --database is any database on it.") from None
        if status:
            sys.exit(status)

    def _play(self, options: dict[str, Any]) -> None:
        stop_with_parent(int(os.environ[APART]))
        logging.getLogger("campaigns").setLevel(logging.ERROR)  # lines that go dead are no news here
        call_command("migrate", interactive=False, verbosity=0)
        try:
            result = asyncio.run(self._result(options))
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise CommandError("Stopped before it was through.") from None
        self.stdout.write(json.dumps(result) if options["json"] else "\n".join(f"{name}: {value}" for name, value in result.items()))
        if result["without_end"]:
            sys.exit(1)

    async def _result(self, options: dict[str, Any]) -> dict[str, int | float | None]:
        from sautiqual.simulate_handoffs.play import play

        async with cancelled_by_sigterm():
            return await play(options["leads"], options["reps"], Random(options["seed"]), tell=self.stderr.write)


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    return {
        APART: str(os.getpid()),
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "PUBLIC_URL": "",
        "SERVER_URL": f"http://{HOST}:{lasting_port(HOST)}",
        "SAUTIKIT_API_URL": f"http://{HOST}:9",
        "SAUTIKIT_API_KEY": "",
        "SAUTIKIT_SIGNING_SECRETS": "",
        "SECRET_KEY": "simulate-handoffs",
        "MEDIA_ROOT": str(folder / "media"),
        "ORGANISATION_RULES": "",
        "LOG_LEVEL": "WARNING",
    }
