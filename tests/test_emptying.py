"""What tests leave behind is gone before the next one, and what guards the rows has not gone with it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat

from campaigns import flight
from campaigns.judge.record import EntryKind
from campaigns.models import FlightEntry, RetryRule
from campaigns.retries import SHIPPED
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


def test_what_follows_from_the_models_stays_as_it_was(db):
    before = set(Permission.objects.values_list("id", "content_type__model"))
    call_command("flush", interactive=False, verbosity=0)
    assert set(Permission.objects.values_list("id", "content_type__model")) == before != set()


def test_what_migrations_wrote_is_there_again_as_they_wrote_it(db):
    written = (dict(SHIPPED), set(Group.objects.values_list("id", "name", "permissions")), InstallationSecret.objects.get().value)
    RetryRule.objects.all().delete()
    Group.objects.update(name=Concat("name", Value(" of old")))
    call_command("flush", interactive=False, verbosity=0)
    rules = {row.as_rule().outcome: row.as_rule() for row in RetryRule.objects.all()}
    assert (rules, set(Group.objects.values_list("id", "name", "permissions")), InstallationSecret.objects.get().value) == written


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there the guards of two tables are taken down for the run")
def test_the_flight_record_still_refuses_to_be_deleted(emptied):
    flight.record(EntryKind.TICK, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        FlightEntry.objects.all().delete()
    assert FlightEntry.objects.count() == 1


def test_a_row_still_needs_the_row_it_refers_to(emptied):
    with pytest.raises(DatabaseError), transaction.atomic():
        consent_of(Lead(phone="+254712123402")).save()
