"""A list of before is carried over: everybody on it stays on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leads.do_not_call import entries_of
from tests.conftest import NOW, let_tables_be_emptied

ASHA, BARAKA = "+254712123401", "+254712123402"


@pytest.mark.django_db(transaction=True)
def test_who_was_on_the_list_is_found_by_digest_afterwards():
    executor = MigrationExecutor(connection)
    executor.migrate([("leads", "0003_a_pack_is_acknowledged")])
    old = executor.loader.project_state([("leads", "0003_a_pack_is_acknowledged")]).apps
    asha = old.get_model("leads", "Lead").objects.create(phone=ASHA)
    for phone in (ASHA, BARAKA):
        old.get_model("leads", "DoNotCallEntry").objects.create(phone=phone, origin="callee", entered_at=NOW - timedelta(days=1))

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    let_tables_be_emptied()

    entries = entries_of([ASHA, BARAKA])
    assert [(entries[phone].phone, entries[phone].lead_id, entries[phone].swept_at) for phone in (ASHA, BARAKA)] == [
        (ASHA, asha.pk, None),
        (BARAKA, None, None),
    ]
