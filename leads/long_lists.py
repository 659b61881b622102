"""Lists that may be a million rows long: counted up to a bound, searched by what an index knows, filtered by values that are looked up one by one.

Reads only. The console's pages use it, those of campaigns too; what a viewer may search by, they say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AllValuesFieldListFilter
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import F, IntegerField, Model, OrderBy, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _

from leads.models import Lead

COUNTED = 10_000  # a list of millions is not counted to its end for a page of a hundred
NEAR_PAGES = 3
MOST_VALUES = 100  # offered by a filter
SAMPLED = 200  # rows of somebody's own that a filter's values are taken from
FEW = 1000  # people whose rows are looked for
NEWEST = 100  # of more than those, about a page: whoever typed a very common name types more of it
_NUMBER = re.compile(r"\+?\d{3,15}")


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts and shows the first rows, up to a bound; whoever looks for others searches or filters."""

    template_name = "admin/bounded_pagination.html"
    counted = COUNTED

    @cached_property
    def _counted(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by().values("pk")[: self.counted + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.counted)

    def page(self, number: int | str) -> Page:  # type: ignore[type-arg]
        """Far down, the keys of the page come first: else everything that is shown beside the rows before it would be fetched, too, and left."""
        number = self.validate_number(number)
        if number <= NEAR_PAGES:
            return super().page(number)
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        bottom = (number - 1) * self.per_page
        keys = list(rows.values_list("pk", flat=True)[bottom : bottom + self.per_page])
        return Page(rows.filter(pk__in=keys), number, self)

    @property
    def has_more(self) -> bool:
        """Than are counted."""
        return self._counted > self.counted


class BoundedList:
    """Stands before a ChangeList: nothing is counted a second time, without the filters, only to be told beside the first figure."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)  # type: ignore[misc]
        here: Any = self
        here.full_result_count = None if here.query or here.has_active_filters else here.result_count


class KnownValues(AllValuesFieldListFilter):
    """The values that a column holds. `SELECT DISTINCT` reads all rows; this goes from value to value by the column's index, which it needs."""

    def __init__(self, field: Any, request: HttpRequest, params: Any, model: type[Model], model_admin: Any, field_path: str) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        rows = model_admin.get_queryset(request)
        self.lookup_choices: Any = values_of(rows, field.column, sampled=_sampled(rows, request))


def _sampled(rows: QuerySet[Any], request: Any) -> Sequence[Any]:
    """Once a request for all filters of a list: whose rows are looked up one by one waits for each."""
    kept: dict[str, Sequence[Any]] = request.__dict__.setdefault("sampled_rows", {})
    label = rows.model._meta.label_lower
    if rows.query.where and label not in kept:
        kept[label] = _sample_of(rows)
    return kept.get(label, ())


def _sample_of(rows: QuerySet[Any]) -> Sequence[Any]:
    """By their ids, which are random. One query."""
    return list(rows.order_by("pk")[:SAMPLED])


class _Counted(Subquery):
    """How many rows the query has."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def counts_of(asked: Mapping[Any, QuerySet[Any]]) -> dict[Any, int]:
    """How many rows each has, up to COUNTED; one more than that: there are more. One query."""
    named = {f"n_{n}": _Counted(rows.order_by().values("pk")[: COUNTED + 1]) for n, rows in enumerate(asked.values())}
    rows: list[Any] = list(Lead._base_manager.order_by().values(**named)[:1]) if named else []
    return {key: rows[0][f"n_{n}"] if rows else 0 for n, key in enumerate(asked)}


def up_to(n: int) -> str:
    """Of such a count, for people."""
    return str(n) if n <= COUNTED else f"{COUNTED}+"


def values_of(rows: QuerySet[Any], column: str, *, most: int = MOST_VALUES, sampled: Sequence[Any] | None = None) -> list[str]:
    """Those that `rows` have, in order, `most` at most. One query, one more where `rows` are not all there are: then of SAMPLED of them, which
    may be handed in. Whether one of very many has a value that none of them may have takes a look at all."""
    table = rows.model._meta.db_table
    quoted_table, quoted = connection.ops.quote_name(table), connection.ops.quote_name(column)
    walk = (
        f"WITH RECURSIVE known(value) AS (SELECT min({quoted}) FROM {quoted_table} UNION ALL "
        f"SELECT (SELECT min({quoted}) FROM {quoted_table} WHERE {quoted} > known.value) FROM known WHERE known.value IS NOT NULL) "
        "SELECT value FROM known WHERE value IS NOT NULL LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(walk, [most])
        values = [value for (value,) in cursor.fetchall()]
    if not rows.query.where:
        return values
    held = {row.__dict__[column] for row in (_sample_of(rows) if sampled is None else sampled)}
    return [value for value in values if value in held]


def rows_of(keys: Sequence[Any], rows: QuerySet[Any]) -> list[Any]:
    """In the order of their keys, as objects or, of `values_list`, as named rows with their `pk`. One query; a row that has gone since is left
    out."""
    found = {row.pk: row for row in rows.filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def page_of(rows: QuerySet[Any], offset: int, limit: int, *, of: int) -> list[Any]:
    """Rows of a list of `of` in order, however deep: their keys first, so that no row before them is fetched, from the end that is nearer."""
    keys = rows.values_list("pk", flat=True)
    if offset <= of // 2:
        return rows_of(list(keys[offset : offset + limit]), rows)
    from_end = keys.reverse()[max(0, of - offset - limit) : max(0, of - offset)]
    return rows_of(list(from_end)[::-1], rows)


def is_id(term: str) -> bool:
    """Of a call or a lead."""
    try:
        UUID(term)
    except ValueError:
        return False
    return True


def asked_for(term: str, fields: Collection[str]) -> Q:
    """Leads that somebody typed `term` for. `fields`: which of name, phone and external_id the reader may search by.

    A number with a plus is its beginning, one without it its end (so 0712 345 678 is found without knowing the country), words are beginnings of
    words of the name; and either may be an external id. What fits no field finds nobody.
    """
    found = Q(pk__in=[])
    digits = re.sub(r"[\s().\-/]", "", term)
    if "external_id" in fields:
        found |= Q(external_id=term.strip())
    if not _NUMBER.fullmatch(digits):
        return found | Q(name__words=term) if "name" in fields else found
    if "phone" not in fields:
        return found
    return found | (Q(phone__startswith=digits) if digits.startswith("+") else Q(phone__ends_in=digits.lstrip("0") or digits))


def found_among(rows: QuerySet[Any], found: Q, *, counted: int) -> QuerySet[Any]:
    """Those of `rows`, which are in order, that were found. Of a list that is counted to a few, because it takes a look at each whether it is one of
    them, the first so many and one more: they are looked for once, and counted and shown by their keys."""
    fitting = rows.filter(found)
    if counted > FEW:
        return fitting
    first = fitting.order_by(*(_put_in_order(str(name)) for name in rows.query.order_by))
    return rows.filter(pk__in=list(first.values_list("pk", flat=True)[: counted + 1]))


def _put_in_order(name: str) -> OrderBy:
    """By a column without nulls. Spelled as no index is: by one, a database that thinks that many fit would look at all rows for them."""
    return F(name[1:]).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_first=True)


def of_whom(page: Any, request: HttpRequest, rows: QuerySet[Any], term: str, *, path: str) -> QuerySet[Any]:
    """The rows whose lead, at `path` from them, `term` was typed for. `page`: the ModelAdmin, which says what may be searched by.

    The people are looked up first: a database that is asked for both at once tends to read all rows. Where they are too many, the newest count,
    and the reader is told.
    """
    fields = [name.removeprefix(f"{path}__") for name in page.get_search_fields(request)]
    fitting = Lead.objects.filter(asked_for(term, fields)).values_list("pk", flat=True)
    people = list(fitting[: FEW + 1])
    if len(people) > FEW:  # in order only now: asked for the newest of hardly any, the database walks through all leads
        people = list(fitting.order_by("-created_at", "id")[:NEWEST])
        said = _("More than %(n)d people fit. Shown is what belongs to the newest %(newest)d of them: type more of the name.")
        messages.warning(request, said % {"n": FEW, "newest": NEWEST})
    theirs = rows.filter(**{f"{path}__in": people}).order_by().values_list("pk", flat=True)
    return rows.filter(
        pk__in=list(theirs)
    )  # found first, for the same reason: a few hundred people's rows, wanted in order, are looked for among all
