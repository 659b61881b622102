"""manage.py bench_first_word: how long people wait for the first word once they have picked up, with and without a voice warmed up meanwhile.

Each measurement works on a database of its own, on this machine alone, with the real programs and a faked provider that is far away.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bridge.voice.catalogue import EMBEDDED
from sautiqual.crash_test.database import own_database
from sautiqual.demo.faked import FAKED, KEYS, PLACES
from sautiqual.processes import ProcessDied, free_port

APART = "SAUTIQUAL_BENCH_FIRST_WORD"  # set in the process that measures, whose settings are the benchmark's
HOST = "127.0.0.1"
MODES = ("cold", "warm")


class Command(BaseCommand):
    help = "Measure the wait from picking up to the first word that is heard, by the simulated platform's clock"
    requires_system_checks: list[str] = []  # about the operator's settings, which are not used

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--voice", choices=[EMBEDDED.name, *FAKED], default=EMBEDDED.name, help="its provider is faked on this machine")
        parser.add_argument("--calls", type=int, default=20)
        parser.add_argument("--open-ms", type=int, default=600, help="until the faked provider has begun a session")
        parser.add_argument("--only", choices=MODES, help="one of the two measurements")
        parser.add_argument("--json", action="store_true", help="print one JSON object a measurement")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["calls"] < 2:
            raise CommandError("--calls must be 2 or more.")
        if os.environ.get(APART):
            self._measure(options)
            return
        for mode in [options["only"]] if options["only"] else MODES:
            self._measure_apart(mode)

    def _measure_apart(self, mode: str) -> None:
        """Settings are read once, so the database is chosen before they are: in a process of its own."""
        with tempfile.TemporaryDirectory(prefix="sautiqual-first-word-") as folder, own_database("", Path(folder), prefix="first_word") as url:
            command = [sys.executable, *sys.argv, *(() if "--only" in sys.argv else ("--only", mode))]
            status = subprocess.run(command, env={**os.environ, **_environment(Path(folder), url)}, check=False).returncode
        if status:
            sys.exit(status)

    def _measure(self, options: dict[str, Any]) -> None:
        from sautiqual.bench_first_word.play import play

        playing = play(options["voice"], options["calls"], is_warm=options["only"] == "warm", open_late_s=options["open_ms"] / 1000)
        try:
            figures = asyncio.run(playing).as_json()
        except (ProcessDied, TimeoutError) as problem:
            raise CommandError(f"It could not go on: {problem}") from problem
        self.stdout.write(json.dumps(figures) if options["json"] else _words(figures))


def _words(figures: dict[str, Any]) -> str:
    how = "opened while it rang" if figures["warm"] else "opened at the answer"
    percentiles = f"p50 {figures['p50_ms']} ms, p95 {figures['p95_ms']} ms, longest {figures['max_ms']} ms"
    return f"{figures['voice']}, {how}: {percentiles} of {figures['calls']} calls, {figures['heard_nothing']} heard nothing"


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    port = free_port(HOST, ())
    return {
        APART: "1",
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "PUBLIC_URL": "",
        "SERVER_URL": f"http://{HOST}:{port}",
        "SAUTIKIT_API_URL": f"http://{HOST}:{free_port(HOST, ())}",
        "SAUTIKIT_API_KEY": "simulator-key",
        "SAUTIKIT_SIGNING_SECRETS": secrets.token_urlsafe(24),
        "SECRET_KEY": secrets.token_urlsafe(24),
        "MEDIA_ROOT": str(folder / "media"),
        "ORGANISATION_RULES": "",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "VOICE": "embedded",
        **KEYS,
        **PLACES,
    }
