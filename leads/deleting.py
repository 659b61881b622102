"""What would go with a row that is deleted, and what stands in its way: counted by table, so that a confirmation names no million rows.

Where there are few, the admin names each, as ever. Reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CASCADE, PROTECT, Model, QuerySet
from django.db.models.deletion import get_candidate_relations_to_delete
from django.http import HttpRequest
from django.utils.translation import gettext

from leads.long_lists import COUNTED, up_to

LISTED = 100  # rows: up to here each is named
Table = type[Model]


@dataclass(slots=True)
class Related:
    """How many rows of each table, up to COUNTED; one more than that: there are more."""

    going: Counter[Table] = field(default_factory=Counter)
    standing: Counter[Table] = field(default_factory=Counter)  # in the way
    samples: dict[Table, QuerySet[Any]] = field(default_factory=dict)  # of those that would go

    @property
    def are_few(self) -> bool:
        return self.going.total() + self.standing.total() <= LISTED


def related_to(rows: QuerySet[Any]) -> Related:
    """One query a relation that has a part in it."""
    found = Related()
    _follow(rows, found, ())
    return found


def _follow(rows: QuerySet[Any], found: Related, passed: tuple[Any, ...]) -> None:
    relations: Iterable[Any] = get_candidate_relations_to_delete(rows.model._meta)
    for relation in relations:
        if relation.on_delete not in (CASCADE, PROTECT) or relation in passed:  # a table that points at itself is followed once
            continue
        table: Table = relation.related_model
        theirs = table._base_manager.filter(**{f"{relation.field.name}__in": rows.order_by().values("pk")})
        n = theirs.order_by().values("pk")[: COUNTED + 1].count()
        if not n:
            continue
        (found.going if relation.on_delete is CASCADE else found.standing)[table] += n
        if relation.on_delete is CASCADE:
            found.samples[table] = theirs
            _follow(theirs, found, (*passed, relation))


def told_in_figures(objs: Sequence[Any], found: Related, site: Any, request: HttpRequest) -> tuple[list[Any], dict[str, str], set[str], list[str]]:
    """As the admin asks for it: what goes, how many of each, what the reader may not delete, what stands in the way."""
    tables = sorted(found.going, key=lambda table: table._meta.label)
    lines = [_line(table, found.going[table]) for table in tables]
    counts = {
        str(objs[0]._meta.verbose_name_plural): str(len(objs)),
        **{str(table._meta.verbose_name_plural): up_to(found.going[table]) for table in tables},
    }
    protected = [_line(table, n) for table, n in sorted(found.standing.items(), key=lambda each: each[0]._meta.label)]
    return [*map(str, objs[:LISTED]), *([lines] if lines else [])], counts, {*_forbidden(objs, found, site, request)}, protected


def _forbidden(objs: Sequence[Any], found: Related, site: Any, request: HttpRequest) -> Iterator[str]:
    theirs: list[tuple[Table, Any]] = [(type(objs[0]), objs), *((table, found.samples[table]) for table in found.going)]
    for table, rows in theirs:
        page = site._registry.get(table)
        if page is not None and not all(page.has_delete_permission(request, row) for row in (None, *rows[:LISTED])):
            yield str(table._meta.verbose_name)


def _line(table: Table, n: int) -> str:
    return gettext("%(n)s %(what)s") % {"n": up_to(n), "what": table._meta.verbose_name_plural if n != 1 else table._meta.verbose_name}
