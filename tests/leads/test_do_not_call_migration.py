"""A list of before is carried over: everybody on it stays on it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leads.do_not_call import entries_of
from tests.conftest import NOW
from tests.migrated import empty_database

ASHA, BARAKA = "+254712123401", "+254712123402"
BEFORE = ("leads", "0003_a_pack_is_acknowledged")


@pytest.mark.django_db
def test_who_was_on_the_list_is_found_by_digest_afterwards(tmp_path: Path):
    """In a database where nothing but this app is made: to take back all that has been built on it since, and to build it again, is long work."""
    with empty_database(tmp_path):
        asha_id = migrated_from_before()
        entries = entries_of([ASHA, BARAKA])
        assert [(entries[phone].phone, entries[phone].lead_id, entries[phone].swept_at) for phone in (ASHA, BARAKA)] == [
            (ASHA, asha_id, None),
            (BARAKA, None, None),
        ]


def migrated_from_before() -> object:
    """The id of Asha's lead."""
    executor = MigrationExecutor(connection)
    executor.migrate([BEFORE])
    old = executor.loader.project_state([BEFORE]).apps
    asha = old.get_model("leads", "Lead").objects.create(phone=ASHA)
    for phone in (ASHA, BARAKA):
        old.get_model("leads", "DoNotCallEntry").objects.create(phone=phone, origin="callee", entered_at=NOW - timedelta(days=1))
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("leads"))
    return asha.pk
