"""Somebody else gets there first, always at the worst moment: the same race on every run and every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def somebody_else_acts_after_we_looked(table: str, act: Callable[[], object]) -> Iterator[None]:
    """`act` runs once, just after our first look at `table` and before we could write to it."""
    waiting = [act]

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        found = execute(sql, params, many, context)
        if waiting and sql.lstrip("(").startswith("SELECT") and f'FROM "{table}"' in sql:
            waiting.pop()()
        return found

    with connection.execute_wrapper(look):
        yield
    assert not waiting, f"nobody looked at {table}"
