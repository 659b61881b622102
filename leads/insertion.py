"""Inserts many new rows of one model with one prepared statement, where `bulk_create` builds a long one for each few dozen rows.

For lists of tens of thousands of people, where that building, and an instance of the model for each row, is most of the work. What is stored is
what Django would store: only values that its fields hand on as they are go past them. Nothing is read back and no signal is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

_PLAIN = (models.CharField, models.TextField, models.BooleanField, models.PositiveIntegerField)


def insert_new(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Each row by attribute (`lead_id`, not `lead`), inside the caller's transaction; what a row leaves out gets its field's default.

    Raises IntegrityError as `bulk_create` does. Rows of one call are created at one instant.
    """
    if not rows:
        return
    # By column, because the conversion of one column is one loop.
    columns = {str(field.column): _stored(field, rows) for field in model._meta.local_concrete_fields}
    quote = connection.ops.quote_name
    # Only names of our own models and place holders go into the text.
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) VALUES ({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(zip(*columns.values(), strict=True)))


def _stored(field: models.Field[Any, Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """One column of all rows, as the database's driver takes it."""
    stored = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(stored, models.DateTimeField) and (stored.auto_now or stored.auto_now_add):
        return [field.get_db_prep_save(timezone.now(), connection)] * len(rows)
    name = field.attname
    values = [row[name] if name in row else field.get_default() for row in rows]
    if isinstance(stored, _PLAIN):
        return values
    if isinstance(stored, models.UUIDField):
        return values if connection.features.has_native_uuid_field else [None if value is None else value.hex for value in values]
    if isinstance(stored, models.DateTimeField | models.AutoField):  # a list names few different days and imports
        prepared = {value: field.get_db_prep_save(value, connection) for value in set(values)}
        return [prepared[value] for value in values]
    return [field.get_db_prep_save(value, connection) for value in values]
