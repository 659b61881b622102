"""A database that has been through every migration, made once and copied from then on: going through them takes seconds of a core each time.

Kept between runs, for as long as no migration changes; so are the newest of other checkouts.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend

from sautiqual.crash_test.database import own_database
from sautiqual.settings import BASE_DIR

PREFIX = "sautiqual_migrated_"
N_KEPT = 4  # of other checkouts on this machine, whose tests may run at this moment


def _digest() -> str:
    """Of all that a migrated database follows from: the migrations, and the models, after which Django names permissions."""
    files = sorted(path for app in ("leads", "campaigns", "bridge") for path in (BASE_DIR / app).rglob("*.py"))
    made_by = hashlib.sha256(f"{django.VERSION} {sys.version_info[:2]}".encode())
    for path in files:
        if "migrations" in path.parts or "models" in path.parts or path.name == "models.py":
            made_by.update(path.read_bytes())
    return made_by.hexdigest()[:16]


def _migrate(url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url}
    subprocess.run((sys.executable, str(BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"), env=environment, check=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Over all workers of a run."""
    with open(Path(tempfile.gettempdir()) / f"{PREFIX}{os.getuid()}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrated_file() -> Path:
    made = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getuid()}_{_digest()}.sqlite3"
    with _one_at_a_time():
        if not made.exists():
            others = made.parent.glob(f"{PREFIX}{os.getuid()}_*.sqlite3")
            for old in sorted(others, key=lambda each: each.stat().st_mtime, reverse=True)[N_KEPT - 1 :]:
                old.unlink()
            making = made.with_suffix(".making")
            making.unlink(missing_ok=True)
            _migrate(f"sqlite:///{making}")
            with closing(sqlite3.connect(making)) as connection:  # what is still in the log of writes belongs into the copy
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            making.rename(made)
        os.utime(made)
    return made


def migrated_on(server_url: str) -> str:
    """Its name on this PostgreSQL server. `server_url`: any database there. Raises psycopg.Error."""
    server, _, _ = server_url.rpartition("/")
    name = f"{PREFIX}{_digest()}"
    with _one_at_a_time(), psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        newest_first = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC"
        found = [name for (name,) in connection.execute(newest_first, (PREFIX,))]
        if name not in found:
            half_made = [other for other in found if other.endswith("_making")]  # by a run that was killed: one at a time makes them
            for old in half_made + [other for other in found if other not in half_made][N_KEPT - 1 :]:
                connection.execute(f"DROP DATABASE {old}")
            connection.execute(f"CREATE DATABASE {name}_making")
            _migrate(f"{server}/{name}_making")
            connection.execute(f"ALTER DATABASE {name}_making RENAME TO {name}")
    return name


def copy_to(url: str) -> None:
    """Fills a database that was made empty (see `sautiqual.crash_test.database`)."""
    if url.startswith("sqlite:///"):
        shutil.copyfile(migrated_file(), url.removeprefix("sqlite:///"))
        return
    server, _, name = url.rpartition("/")
    template = migrated_on(url)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


@contextmanager
def empty_database(folder: Path) -> Iterator[None]:
    """Of the kind that the tests run on. Inside, this thread's default connection is to it: no table is there."""
    of_the_tests = connections[DEFAULT_DB_ALIAS]
    with own_database(os.environ.get("DATABASE_URL", ""), folder, prefix="empty") as url:
        name = url.removeprefix("sqlite:///") if of_the_tests.vendor == "sqlite" else url.rpartition("/")[2]
        settings = {**of_the_tests.settings_dict, "NAME": name}
        empty = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, DEFAULT_DB_ALIAS)
        connections[DEFAULT_DB_ALIAS] = empty
        try:
            yield
        finally:
            empty.close()
            connections[DEFAULT_DB_ALIAS] = of_the_tests
