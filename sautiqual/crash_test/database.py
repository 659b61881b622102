"""A database of a run's own: a file in its folder, or one made and dropped on a PostgreSQL server."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg


@contextlib.contextmanager
def own_database(server_url: str, folder: Path, *, prefix: str) -> Iterator[str]:
    """Its URL. `server_url`: any database of the PostgreSQL server, which is not touched; everything else means SQLite. Raises psycopg.Error."""
    if not server_url.startswith("postgres"):
        yield f"sqlite:///{folder / prefix}.sqlite3"
        return
    server, _, _ = server_url.rpartition("/")
    name = f"{prefix}_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
