"""Two questions to a text column that PostgreSQL answers by an index (migration 0010), and SQLite by reading: `name__words`, `phone__ends_in`.

And one to another table that is asked row by row: `has_row`.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Lookup, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

Sql = tuple[str, tuple[str | int, ...]]


def has_row(rows: QuerySet[Any]) -> Q:
    """As `Exists`, for a list of which a page is wanted. PostgreSQL makes a join, or a table of all that could be asked for, of an Exists: of this
    it cannot, and looks up the rows that it comes to, and only those that nothing before it has decided."""
    return Q(IsNull(Subquery(rows.order_by().values("pk")[:1]), False))


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


class Words(Lookup):
    """Each word of what was typed begins a word of the column, in capitals or small letters, in any order. No word: nothing."""

    lookup_name = "words"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        lhs, params = self.process_lhs(compiler, connection)
        words = self._words()
        asked = " AND ".join([f"({lhs} LIKE %s ESCAPE '\\' OR {lhs} LIKE %s ESCAPE '\\')"] * len(words)) or "1 = 0"
        return f"({asked})", tuple(part for word in words for part in (*params, f"{_escaped(word)}%", *params, f"% {_escaped(word)}%"))

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        lhs, params = self.process_lhs(compiler, connection)
        return f"to_tsvector('simple', {lhs}) @@ to_tsquery('simple', %s)", (*params, " & ".join(f"{word}:*" for word in self._words()))

    def _words(self) -> list[str]:
        return re.findall(r"\w+", str(self.rhs))


class EndsIn(Lookup):
    """As `endswith`, by an index on the column written backwards."""

    lookup_name = "ends_in"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Sql:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} LIKE %s ESCAPE '\\'", (*params, f"%{_escaped(str(self.rhs))}")

    def as_postgresql(self, compiler: Any, connection: Any) -> Sql:
        lhs, params = self.process_lhs(compiler, connection)
        return f"reverse({lhs}) LIKE %s", (*params, f"{_escaped(str(self.rhs)[::-1])}%")
