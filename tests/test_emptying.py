"""What tests leave behind is gone before the next one, and what guards the rows has not gone with it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from campaigns import flight
from campaigns.judge.record import EntryKind
from campaigns.models import FlightEntry, RetryRule
from leads.models import ConsentRecord, DoNotCallEntry, InstallationSecret, Lead
from tests.conftest import NOW
from tests.leads.conftest import consent_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def emptied(db: None) -> None:
    """After rows of every kind: such as others refer to, and such as are never deleted."""
    lead = Lead.objects.create(phone="+254712123401", market="KE")
    consent_of(lead).save()
    DoNotCallEntry.objects.create(phone=lead.phone, phone_digest="0" * 64, lead=lead, origin="api", entered_at=NOW)
    flight.record(EntryKind.TICK, at=NOW)
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)


def test_no_row_is_left(emptied):
    assert not any(model.objects.exists() for model in (Lead, ConsentRecord, DoNotCallEntry, FlightEntry))


def test_what_the_migrations_put_there_is_as_it_was(db):
    """A worker may have emptied its tables before a test of the shipped rows, which it took over from another."""
    before = shipped()
    RetryRule.objects.filter(pk="busy").update(delay_minutes=45)
    Group.objects.all().delete()
    call_command("flush", interactive=False, verbosity=0)
    assert shipped() == before and all(before)


def shipped() -> list[list[object]]:
    of_roles = Group.objects.order_by("pk").values_list("pk", "name", "permissions__codename")
    return [sorted(map(str, rows)) for rows in (RetryRule.objects.values(), of_roles, InstallationSecret.objects.values())]


def test_what_follows_from_the_models_stays_as_it_was(db):
    before = set(Permission.objects.values_list("id", "content_type__model"))
    call_command("flush", interactive=False, verbosity=0)
    assert set(Permission.objects.values_list("id", "content_type__model")) == before != set()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there the guards of two tables are taken down for the run")
def test_the_flight_record_still_refuses_to_be_deleted(emptied):
    flight.record(EntryKind.TICK, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        FlightEntry.objects.all().delete()
    assert FlightEntry.objects.count() == 1


def test_a_row_still_needs_the_row_it_refers_to(emptied):
    with pytest.raises(DatabaseError), transaction.atomic():
        consent_of(Lead(phone="+254712123402")).save()
