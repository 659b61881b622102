"""Rows of people with all that would be deleted with them, as plain values. Read table by table: the queries are as many as the tables.

A table that is added later comes along by itself. Left out of the values is what would open a door: the tokens of calls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.fields.files import FieldFile

SECRETS = frozenset({"answer_token", "stream_token", "stream_expires_at"})
PLAIN = frozenset({str, int, bool, float, dict, list})
CHUNK = 500  # values of one query; SQLite takes 999 at least


@dataclass(frozen=True, slots=True)
class Held:
    row: models.Model
    below: Mapping[str, Sequence[Held]]  # by table, the empty ones too


def with_all_below(rows: Sequence[models.Model], *, leave: Collection[str] = ()) -> list[Held]:
    """`rows` of one model, in their order; below each, what its deletion would take along, oldest first. `leave`: names of tables to pass over."""
    if not rows:
        return []
    below: dict[str, Mapping[Any, list[Held]]] = {}
    for relation in type(rows[0])._meta.related_objects:
        name = relation.related_model._meta.model_name or ""
        if getattr(relation, "on_delete", None) is models.CASCADE and name not in leave:
            below[name] = _by_parent(relation, [row.pk for row in rows], leave)
    return [Held(row, {name: found.get(row.pk, []) for name, found in below.items()}) for row in rows]


def _by_parent(relation: Any, keys: Sequence[Any], leave: Collection[str]) -> dict[Any, list[Held]]:
    model, field = relation.related_model, relation.field
    children = [child for at in range(0, len(keys), CHUNK) for child in _children(model, field.name, keys[at : at + CHUNK])]
    found: dict[Any, list[Held]] = defaultdict(list)
    if children:
        for held in with_all_below(children, leave=leave):
            found[field.value_from_object(held.row)].append(held)
    return found


def _children(model: type[models.Model], field: str, keys: Sequence[Any]) -> Sequence[models.Model]:
    return list(model._base_manager.filter(**{f"{field}__in": keys}).order_by("pk"))


def plain_fields(row: models.Model) -> Iterator[tuple[str, Any]]:
    for name, attribute in _columns(type(row)):
        yield name, plain(getattr(row, attribute))


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, field.attname) for field in model._meta.concrete_fields if field.name not in SECRETS)


def plain(value: Any) -> Any:
    """As JSON takes it; JSON fields are plain already."""
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | FieldFile | Decimal):
        return str(value)
    return value
