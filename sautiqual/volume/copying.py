"""Puts many rows into a table at once: COPY on PostgreSQL, executemany on SQLite. Rows are tuples, so that no model is made for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

Row = Sequence[Any]


class Sheet:
    """Rows of one table that wait to be written. `names`: the fields whose values each row brings; all others are the same in every row."""

    def __init__(self, model: type[models.Model], names: Sequence[str], **same: Any) -> None:
        self.model = model
        self.rows: list[Row] = []
        self.n_written = 0
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField) or field.attname in names]
        self._brought = [_field(model, name) for name in names]
        self._same = [(field, _kept(field, same)) for field in fields if field not in self._brought]

    def add(self, *row: Any) -> None:
        self.rows.append(row)

    def after_own_ids(self) -> None:
        """Of rows that brought their number: the next one that the database gives comes after them."""
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(no_style(), [self.model]):
                cursor.execute(sql)

    def write(self) -> None:
        if not self.rows:
            return
        columns = ", ".join(f'"{field.column}"' for field in (*self._brought, *(field for field, _value in self._same)))
        same = tuple(value for _field, value in self._same)
        ready = [_ready(field) for field in self._brought]
        made = [(n, make) for n, make in enumerate(ready) if make is not _as_is]
        _write(f'"{self.model._meta.db_table}" ({columns})', [[*_made(row, made), *same] for row in self.rows])
        self.n_written += len(self.rows)
        self.rows.clear()


def _made(row: Row, made: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    """With those values made ready that are not as the driver takes them."""
    if not made:
        return row
    ready = list(row)
    for n, make in made:
        ready[n] = make(ready[n])
    return ready


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if name in (field.name, field.attname))


def _kept(field: models.Field[Any, Any], same: Mapping[str, Any]) -> Any:
    value = next((same[name] for name in (field.attname, field.name) if name in same), None)
    if value is None and field.attname not in same:
        value = field.get_default()
    return _ready(field)(value)


def _ready(field: models.Field[Any, Any]) -> Any:
    """What makes a value of this field one that the driver takes. Texts, numbers and, on PostgreSQL, times and ids go as they are."""
    if isinstance(field, models.JSONField):
        return _as_json
    if connection.vendor == "postgresql" or isinstance(field, (models.CharField, models.TextField, models.IntegerField)):
        return _as_is
    return lambda value: field.get_db_prep_save(value, connection)


def _as_is(value: Any) -> Any:
    return value


def _as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _write(into: str, rows: Sequence[Row]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(f"INSERT INTO {into} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
            return
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
