"""manage.py crash_test: kill -9 of dialers, servers and the worker at every step, against a simulated platform; then the books are balanced.

Works on a database of its own, on this machine alone. Exit status 1 if anybody was rung twice, an answer lost, or a lead forgotten.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sautiqual.crash_test.database import own_database
from sautiqual.processes import lasting_port

FOLDER = "SAUTIQUAL_CRASH_TEST"  # set in the process that runs it, whose settings are the crash test's
HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Kill every program at every step and show that nobody is rung twice and no answer is lost"
    requires_system_checks: list[str] = []  # about the operator's settings, which are not used

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kills", type=int, default=50)
        parser.add_argument("--seed", type=int, default=1, help="decides who is killed where, and what the platform does wrong")
        parser.add_argument("--database", default="", metavar="URL", help="postgres://… makes and drops a database there; without it: SQLite")
        parser.add_argument("--at", action="append", default=[], metavar="POINT", help="kill at this step only (may be repeated)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--list", action="store_true", help="print the steps, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        from sautiqual.crash_test.points import BY_NAME, POINTS

        if options["list"]:
            self.stdout.write("\n".join(f"{point.kind.value:8} {point.name}" for point in POINTS))
            return
        if options["kills"] < 1:
            raise CommandError("--kills must be 1 or more.")
        if unknown := [name for name in options["at"] if name not in BY_NAME]:
            raise CommandError(f"There is no step {unknown[0]!r}. `manage.py crash_test --list` prints them.")
        if folder := os.environ.get(FOLDER):
            self._run(Path(folder), options)
            return
        self._run_apart(options["database"])

    def _run_apart(self, database: str) -> None:
        """Settings are read once, so the database is chosen before they are: in a process of its own, after which it is dropped."""
        folder = Path(tempfile.mkdtemp(prefix="sautiqual-crash-test-"))
        try:
            with own_database(database, folder, prefix="crash_test") as url:
                status = subprocess.run([sys.executable, *sys.argv], env={**os.environ, **_environment(folder, url)}, check=False).returncode
        except psycopg.Error as problem:
            raise CommandError(
                f"The database server cannot be used: {type(problem).__name__}. --database is the URL of any database on it."
            ) from None
        if status:
            self.stderr.write(f"What the programs wrote is kept in {folder}")
            sys.exit(status)
        shutil.rmtree(folder)

    def _run(self, folder: Path, options: dict[str, Any]) -> None:
        from sautiqual.crash_test.killing import VictimLeft
        from sautiqual.crash_test.play import CrashTest
        from sautiqual.crash_test.points import BY_NAME

        logging.getLogger("bridge.telephony.simulator").setLevel(logging.ERROR)  # that a server is away is no news here
        chosen = tuple(BY_NAME[name] for name in options["at"])
        test = CrashTest(options["kills"], options["seed"], folder, points=chosen, tell=self.stderr.write)
        try:
            result = asyncio.run(test.run())
        except* (VictimLeft, TimeoutError) as problems:
            raise CommandError(f"The crash test could not go on: {problems.exceptions[0]}") from problems
        words = json.dumps(result.as_json()) if options["json"] else "\n".join(f"{name}: {value}" for name, value in result.as_json().items())
        self.stdout.write(words)
        if not result.is_good:
            sys.exit(1)


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    return {
        FOLDER: str(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "PUBLIC_URL": "",
        "SERVER_URL": f"http://{HOST}",
        "SAUTIKIT_API_URL": f"http://{HOST}:{lasting_port(HOST)}",
        "SAUTIKIT_API_KEY": "simulator-key",
        "SAUTIKIT_SIGNING_SECRETS": secrets.token_urlsafe(24),
        "SECRET_KEY": secrets.token_urlsafe(24),
        "MEDIA_ROOT": str(folder / "media"),
        "ORGANISATION_RULES": "",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }
