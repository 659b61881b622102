"""A database of the month's own: a SQLite file in a temporary folder, whatever the installation uses. The operator's is never touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend

# Nobody needs it after a power cut.
PRAGMAS = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"


@contextmanager
def own_database() -> Iterator[None]:
    """Inside, this thread's default connection is the month's; afterwards it is again what it was, and the file is gone."""
    with tempfile.TemporaryDirectory(prefix="sautiqual-month-") as folder:
        options = {"transaction_mode": "IMMEDIATE", "init_command": PRAGMAS}
        wanted = {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(folder) / "month.sqlite3", "OPTIONS": options}
        settings = connections.configure_settings({DEFAULT_DB_ALIAS: wanted})[DEFAULT_DB_ALIAS]
        month = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, DEFAULT_DB_ALIAS)
        operators = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = month
        try:
            call_command("migrate", verbosity=0, interactive=False)
            yield
        finally:
            month.close()
            connections[DEFAULT_DB_ALIAS] = operators
