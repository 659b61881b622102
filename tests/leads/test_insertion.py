"""Many new rows at once are stored as Django itself would store them, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from leads.insertion import insert_new
from leads.models import ConsentRecord, Lead, LeadImport

pytestmark = pytest.mark.django_db

NAIROBI = timezone(timedelta(hours=3))
GIVEN_AT = datetime(2026, 10, 1, 14, 30, 0, 123456, tzinfo=NAIROBI)


def lead(n: int, **given: object) -> dict[str, object]:
    return {"phone": f"+25471000000{n}", "name": "Asha Ünal ’; --", "market": "KE", "time_zone": "Africa/Nairobi", **given}


def consent(of: Lead, **given: object) -> dict[str, object]:
    held = {"kind": "given", "purpose": "marketing", "controller": "Acme", "channel": "paper", "given_at": GIVEN_AT, **given}
    return {"lead_id": of.pk, "covers_automated_voice": True, "wording": 'He said "yes" %s', **held}


def stored(model: type[Lead] | type[ConsentRecord], *, without: frozenset[str]) -> list[list[object]]:
    """As the database holds it, past every conversion of Django's."""
    columns = [field.column for field in model._meta.local_concrete_fields if field.name not in without]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {model._meta.db_table}")
        return [list(row) for row in cursor.fetchall()]


def test_it_stores_leads_as_django_stores_them():
    kept = LeadImport.objects.create(file_name="a.csv", sha256="0" * 64, started_at=GIVEN_AT)
    given = {"custom_fields": {"town": "Nakuru", "acres": 3, "é": None}, "external_id": "crm-1", "created_by_import_id": kept.pk}
    Lead.objects.bulk_create([Lead(**lead(1, **given))])
    by_django = stored(Lead, without=frozenset({"id", "created_at", "updated_at"}))
    Lead.objects.all().delete()
    insert_new(Lead, [lead(1, **given)])
    assert stored(Lead, without=frozenset({"id", "created_at", "updated_at"})) == by_django


@pytest.mark.parametrize("expires_at", [None, GIVEN_AT + timedelta(days=30), datetime(2027, 1, 1, tzinfo=UTC)], ids=["never", "elsewhere", "utc"])
def test_it_stores_consent_as_django_stores_it(expires_at):
    person, by = Lead.objects.create(phone="+254710000001"), User.objects.create(username="mosi")
    given = {"evidence": {"import": 1, "row": 7}, "expires_at": expires_at, "recorded_by_id": by.pk}
    ConsentRecord.objects.bulk_create([ConsentRecord(**consent(person, **given))])
    insert_new(ConsentRecord, [consent(person, **given)])
    by_django, by_us = stored(ConsentRecord, without=frozenset({"id", "recorded_at"}))
    assert by_us == by_django


def test_what_was_left_out_is_empty():
    insert_new(Lead, [lead(1), lead(2, external_id="crm-2", language="sw-KE")])
    read = Lead.objects.get(phone="+254710000001")
    assert (read.external_id, read.created_by_import, read.custom_fields, read.language) == (None, None, {}, "en-KE")


def test_rows_of_one_call_are_created_at_one_instant_which_is_now():
    before = datetime.now(UTC)
    insert_new(Lead, [lead(n) for n in range(5)])
    (created_at,) = {each.created_at for each in Lead.objects.all()}
    assert before <= created_at <= datetime.now(UTC)


def test_every_row_keeps_its_own_values():
    leads = [lead(n, id=uuid4(), external_id=f"crm-{n}") for n in range(9)]
    insert_new(Lead, leads)
    read = Lead.objects.values_list("id", "phone", "external_id")
    assert set(read) == {(each["id"], each["phone"], each["external_id"]) for each in leads}


def test_every_row_gets_a_key_of_its_own_if_it_brings_none():
    insert_new(Lead, [lead(n) for n in range(9)])
    assert len({each.pk for each in Lead.objects.all()}) == 9


def test_a_row_that_the_database_refuses_takes_all_others_with_it():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_new(Lead, [lead(1), lead(2), lead(1)])
    assert not Lead.objects.exists()


def test_the_rules_of_the_table_hold():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_new(Lead, [{"phone": "0710000001"}])


def test_nothing_is_asked_of_the_database_for_no_rows(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_new(Lead, [])


def test_any_number_of_rows_is_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        insert_new(Lead, [lead(n) for n in range(9)])
    assert Lead.objects.count() == 9
