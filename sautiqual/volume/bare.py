"""Fills tables without their indexes and foreign keys, and puts these back: PostgreSQL then makes each at once instead of a row at a time.

In one transaction, so that what is broken off leaves an empty database as it was. Keys and constraints that keep rows apart stay where they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection, models

# Each row: what takes it away, and what puts it back.
FOREIGN_KEYS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY conname
"""
INDEXES = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND indexrelid NOT IN (SELECT conindid FROM pg_constraint) ORDER BY indexrelid
"""
ROOM = "SET LOCAL maintenance_work_mem = '512MB'"


@contextmanager
def bare(tables: Collection[type[models.Model]]) -> Iterator[None]:
    """Inside a transaction, which alone sees the tables until it ends."""
    if connection.vendor != "postgresql":
        yield
        return
    names = [model._meta.db_table for model in tables]
    taken = []
    _run(["SET CONSTRAINTS ALL IMMEDIATE"])  # nothing that waits to be checked may hold a table
    for question in (FOREIGN_KEYS, INDEXES):
        with connection.cursor() as cursor:
            cursor.execute(question, [names])
            taken += cursor.fetchall()
    _run(away for away, _back in taken)
    yield
    _run([ROOM, *(back for _away, back in reversed(taken)), "SET CONSTRAINTS ALL DEFERRED"])


def _run(statements: Collection[str] | Iterator[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
