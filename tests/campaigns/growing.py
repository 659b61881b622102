"""More rows behind a row: each relation that points at it gets copies of the row it has, whatever their tables ask to be unique."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, models, transaction
from django.db.models.deletion import get_candidate_relations_to_delete

_numbers = count(1)


def grow(row: Any, n: int) -> set[str]:
    """`n` more rows for each relation that has one; which tables grew. One to one, and what the tables refuse, does not."""
    grown = set()
    relations: Iterable[Any] = get_candidate_relations_to_delete(row._meta)
    for relation in relations:
        first = relation.related_model._base_manager.filter(**{relation.field.name: row}).order_by("pk").first()
        if first is None or relation.one_to_one:
            continue
        try:
            with transaction.atomic():
                for _n in range(n):
                    _copied(first, kept=relation.field)
        except IntegrityError:
            continue
        grown.add(relation.related_model._meta.label_lower)
    return grown


def _copied(row: Any, kept: Any = None) -> Any:
    made = copy(row)
    made._state = copy(row._state)
    made._state.adding, made._state.fields_cache, n = True, {}, next(_numbers)
    made.pk = uuid4() if isinstance(row._meta.pk, models.UUIDField) else None
    for field in row._meta.concrete_fields:
        if field is not kept and not field.primary_key and field.name in _unique(row):
            setattr(made, field.attname, _another(row, field, n))
    made.save(force_insert=True)
    return made


def _unique(row: Any) -> set[str]:
    together = {name for rule in row._meta.constraints if isinstance(rule, models.UniqueConstraint) for name in rule.fields}
    return together | {name for names in row._meta.unique_together for name in names} | {field.name for field in row._meta.fields if field.unique}


def _another(row: Any, field: Any, n: int) -> Any:
    value = getattr(row, field.attname)
    if value is None:
        return None
    if field.is_relation:
        return _copied(getattr(row, field.name)).pk
    if isinstance(value, str):
        other = f"{value[:-3]}{n:03}" if len(value) > 3 else f"{value}{n}"
        return other[-field.max_length :] if field.max_length else other
    return value + n if isinstance(value, int) else value + timedelta(days=n)
