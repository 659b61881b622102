"""The clock and the cast that every test shares (see Words in the README)."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, settings

from tests.migrated import migrated_file, migrated_on

# Speed is measured by commands, never asserted. Where a change lands, examples are the same each time; at a desk they are new ones.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ)
settings.load_profile("project")

# What the file of a test names if it is about something that each database does in its own way.
OF_ONE_DATABASE = re.compile(r"\bvendor\b|sqlite|postgres|redis|(?:Database|Integrity|Operational|Data)Error|\.cursor\(|migrat", re.IGNORECASE)
FOLLOW_FROM_MODELS = {"django_content_type", "auth_permission"}
OPENS_A_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="only tests that may come out otherwise on another database")
    parser.addoption(
        "--second-database", action="store_true", help="without the tests that --only-database tells elsewhere and that come out the same"
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collecting makes millions of objects that all stay: to look through them for garbage again and again is a fifth of the work."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def asks_a_database(item: pytest.Item) -> bool:
    """It may open the one of the tests (pytest-django refuses it to all others), or is a journey, whose processes have one of their own,
    be it with a browser."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & OPENS_A_DATABASE) or any(item.get_closest_marker(name) for name in ("django_db", "journey", "browser"))


def comes_out_the_same(item: pytest.Item) -> bool:
    """On every database: it asks one, but commits nothing that another connection could meet, and its file names nothing that is one database's own.
    What a page shows and what a rule decides is such; the database is behind Django's queries there."""
    if not asks_a_database(item) or {"transactional_db", "django_db_reset_sequences"} & set(getattr(item, "fixturenames", ())):
        return False
    if any(item.get_closest_marker(name) for name in ("journey", "browser")):
        return False
    marked = item.get_closest_marker("django_db")
    return not (marked and (marked.args or marked.kwargs)) and not _names_a_database(item.path)


@cache
def _names_a_database(path: Path) -> bool:
    return OF_ONE_DATABASE.search(path.read_text()) is not None


def not_for_a_second_database(items: list[pytest.Item]) -> list[pytest.Item]:
    """The first of each file stays, so that every subject has met the database of a new installation."""
    met: set[Path] = set()
    left_out = []
    for item in items:
        if comes_out_the_same(item) and item.path in met:
            left_out.append(item)
        elif asks_a_database(item):
            met.add(item.path)
    return left_out


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if unnamed := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"Workers cannot agree on a test that is named after a place in memory; give it ids: {unnamed[0]}")
    left_out = [item for item in items if not asks_a_database(item)] if config.getoption("--only-database") else []
    if config.getoption("--second-database"):
        left_out += not_for_a_second_database(items)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        is_left_out = set(left_out)
        items[:] = [item for item in items if item not in is_left_out]
    # Long and mostly waiting: begun first, they end before the rest does.
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Nairobi, no holiday there


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The database of the tests starts as a copy that has been through the migrations; Django finds nothing left to do."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_on(os.environ["DATABASE_URL"])
        return
    creation: Any = connection.creation
    make_room: Callable[..., str] = creation._create_test_db

    def make_room_and_fill_it(*arguments: Any, **how: Any) -> str:
        name = make_room(*arguments, **how)
        shutil.copyfile(migrated_file(), name)
        return name

    creation._create_test_db = make_room_and_fill_it


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        let_tables_be_emptied()


def let_tables_be_emptied() -> None:
    """Between some tests Django empties the tables. On SQLite row by row, which the flight record refuses; that it does, the month's own
    database shows (tests/campaigns/test_flight.py). On PostgreSQL by TRUNCATE, which writes every table's files anew, half a second for a
    handful of rows: there the rows are deleted instead, past triggers and foreign keys, if the user may do so. What follows from the
    models stays: making it again took longer than all the rest. What the migrations put there comes back, for the tests that a worker takes over
    from another after it had emptied its tables."""
    empty: Callable[..., list[str]] = connection.ops.sql_flush
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for table in ("campaigns_flightentry", "campaigns_rulesheet", "leads_auditentry"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
        else:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone() != (True,):
                return  # TRUNCATE takes the permissions with the users, so that they are made again
            empty = rows_away

    def all_but_the_models_own(style: Any, tables: list[str], **how: bool) -> list[str]:
        return empty(style, [table for table in tables if table not in FOLLOW_FROM_MODELS], **how)

    connection.ops.sql_flush = all_but_the_models_own  # type: ignore[method-assign, assignment]
    put_back_afterwards(shipped_rows())
    flush.emit_post_migrate_signal = lambda *_which, **_how: None  # type: ignore[attr-defined]


def shipped_rows() -> dict[str, list[tuple[Any, ...]]]:
    """What a database holds as it is made, by the statement that puts such a row there."""
    rows = {}
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in set(connection.introspection.django_table_names(only_existing=True)) - FOLLOW_FROM_MODELS:
            cursor.execute(f"SELECT * FROM {quoted(table)}")
            columns = [column[0] for column in cursor.description]
            insert = f"INSERT INTO {quoted(table)} ({', '.join(map(quoted, columns))}) VALUES ({', '.join(['%s'] * len(columns))})"
            rows[insert] = cursor.fetchall()
    return {insert: found for insert, found in rows.items() if found}


def put_back_afterwards(rows: dict[str, list[tuple[Any, ...]]]) -> None:
    empty: Callable[[Iterable[str]], None] = connection.ops.execute_sql_flush

    def empty_and_fill(statements: Iterable[str]) -> None:
        with transaction.atomic():
            empty(statements)
            with connection.cursor() as cursor:
                for insert, found in rows.items():
                    cursor.executemany(insert, found)

    connection.ops.execute_sql_flush = empty_and_fill  # type: ignore[method-assign, assignment]


def rows_away(_style: Any, tables: list[str], **_how: bool) -> list[str]:
    """In Django's place, whose caller runs it as one transaction. The guards stand again with its end."""
    if not tables:
        return []
    emptied = "; ".join(f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables)
    return [f"SET LOCAL session_replication_role = replica; {emptied}"]


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """Hashing a password is slow on purpose; no test here is about that."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
