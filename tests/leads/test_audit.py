"""The audit log says who did what, and cannot be made to say anything else."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from leads import audit
from leads.models import AuditEntry
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def entry() -> AuditEntry:
    audit.record("wanjiru", audit.Act.OVERRIDE, "call", "17", campaign_id=3, why="the caller said forty", before=14, after=40)
    return AuditEntry.objects.get()


@pytest.fixture
def every_guard() -> None:
    """The tests' own SQLite database lets rows be deleted (see tests/conftest.py); this puts the migration's guards back until the test ends."""
    if connection.vendor == "sqlite":
        migration = import_module("leads.migrations.0008_what_people_did_is_logged")
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER leads_auditentry_no_update")
            migration.refuse_changes(None, SimpleNamespace(connection=connection, execute=lambda sql, params: cursor.execute(sql)))


@pytest.mark.usefixtures("clock_at_now")
def test_an_entry_says_who_did_what_when_why_and_what_it_was_before():
    kept = entry()
    assert timedelta(0) <= kept.at - NOW < timedelta(minutes=1)
    assert (kept.by, kept.act, kept.subject, kept.subject_id, kept.campaign_id) == ("wanjiru", "override", "call", "17", 3)
    assert (kept.why, kept.detail) == ("the caller said forty", {"before": 14, "after": 40})


@pytest.mark.usefixtures("every_guard")
@pytest.mark.parametrize("act", [lambda rows: rows.update(by="somebody else"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_or_delete_an_entry(act):
    entry()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act(AuditEntry.objects.all())
    assert AuditEntry.objects.get().by == "wanjiru"


@pytest.mark.parametrize("nobody", ["", "  "])
def test_what_nobody_did_is_not_logged(nobody):
    with pytest.raises(ValueError, match="who did it"):
        audit.record(nobody, audit.Act.EXPORT, "campaign", 3)


def test_an_act_that_is_undone_leaves_no_entry():
    with pytest.raises(RuntimeError), transaction.atomic():
        entry()
        raise RuntimeError
    assert not AuditEntry.objects.exists()
