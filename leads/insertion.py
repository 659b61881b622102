"""Inserts many new rows of one model with one prepared statement, where `bulk_create` builds a long one for each few dozen rows.

For lists of tens of thousands of people, where that building is most of the work. What is stored is what Django would store: only values that
its fields hand on as they are go past them. Rows must be complete, primary key included; nothing is read back and no signal is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

from django.db import connection, models
from django.utils import timezone

_Reader: TypeAlias = Callable[[Any], Any]
"""A model instance → the value of one column as the database's driver takes it."""

_PLAIN = (models.CharField, models.TextField, models.BooleanField, models.PositiveIntegerField)


def insert_new(rows: Sequence[models.Model]) -> None:
    """All of one model, inside the caller's transaction. Raises IntegrityError as `bulk_create` does. Rows of one call are created at one instant."""
    if not rows:
        return
    table = type(rows[0])._meta
    readers = {str(field.column): _reader_of(field) for field in table.local_concrete_fields}
    quote = connection.ops.quote_name
    # Only names of our own models and place holders go into the text.
    statement = f"INSERT INTO {quote(table.db_table)} ({', '.join(map(quote, readers))}) VALUES ({', '.join(['%s'] * len(readers))})"
    # By column, because the reading of one column is one loop in C where it can be.
    by_column = [map(read, rows) for read in readers.values()]
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*by_column, strict=True)))


def _reader_of(field: models.Field[Any, Any]) -> _Reader:
    stored = field.target_field if isinstance(field, models.ForeignKey) else field
    read = attrgetter(field.attname)
    if isinstance(stored, _PLAIN):
        return read
    if isinstance(stored, models.UUIDField):
        return read if connection.features.has_native_uuid_field else lambda row: None if (value := read(row)) is None else value.hex
    if isinstance(stored, models.DateTimeField) and (stored.auto_now or stored.auto_now_add):
        now = field.get_db_prep_save(timezone.now(), connection)
        return lambda row: now
    return _prepared_once(field, read) if isinstance(stored, models.DateTimeField | models.AutoField) else _prepared(field, read)


def _prepared(field: models.Field[Any, Any], read: _Reader) -> _Reader:
    return lambda row: field.get_db_prep_save(read(row), connection)


def _prepared_once(field: models.Field[Any, Any], read: _Reader) -> _Reader:
    """A list names few different days and imports."""
    known: dict[Any, Any] = {}

    def prepared(row: Any) -> Any:
        value = read(row)
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return prepared
