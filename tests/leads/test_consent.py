from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from leads.compliance import ConsentGrade, ConsentKind, Purpose
from leads.consent import hash_of, record_consent, withdraw_consent
from leads.entry_refused import EntryRefused
from leads.models import ConsentRecord
from tests.conftest import NOW
from tests.leads.conftest import consent_of


def test_it_keeps_who_entered_it_under_which_rules_and_a_hash(asha, django_user_model):
    mosi = django_user_model.objects.create_user("mosi")

    record = record_consent(consent_of(asha), now=NOW, by=mosi)

    assert record.recorded_by == mosi
    assert record.pack_version == "KE-2026-11-22"
    assert len(record.evidence_hash) == 64


def test_the_hash_is_the_same_when_the_record_is_read_again(asha):
    record = consent_of(asha)
    record.given_at = record.given_at.astimezone(timezone(timedelta(hours=3)))
    record_consent(record, now=NOW)

    assert hash_of(ConsentRecord.objects.get(id=record.id)) == record.evidence_hash


def test_the_hash_is_another_when_the_wording_is(asha):
    other = consent_of(asha)
    other.wording += " Any time."

    assert hash_of(other) != hash_of(consent_of(asha))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("controller", " ", id="no organisation named"),
        pytest.param("channel", "", id="not said how"),
        pytest.param("lawful_basis", "because", id="no lawful basis"),
        pytest.param("wording", "", id="written, but no words"),
        pytest.param("evidence", {}, id="written, but no proof"),
        pytest.param("given_at", NOW + timedelta(minutes=5, seconds=1), id="in the future"),
        pytest.param("given_at", NOW.replace(tzinfo=None), id="no time zone"),
        pytest.param("expires_at", NOW - timedelta(days=30), id="expired when given"),
        pytest.param("expires_at", (NOW + timedelta(days=1)).replace(tzinfo=None), id="expiry without a zone"),
    ],
)
def test_it_refuses_a_record_that_would_prove_nothing(asha, field, value):
    record = consent_of(asha)
    setattr(record, field, value)

    with pytest.raises(EntryRefused) as refused:
        record_consent(record, now=NOW)

    assert refused.value.field == field
    assert refused.value.message.endswith(".")
    assert asha.consent_records.count() == 1


def test_a_clock_that_is_a_little_ahead_is_no_lie(asha):
    record = consent_of(asha)
    record.given_at = NOW + timedelta(minutes=5)

    record_consent(record, now=NOW)

    assert asha.consent_records.count() == 2


def test_a_mere_attestation_needs_no_proof(asha):
    record = consent_of(asha)
    record.grade, record.wording, record.evidence = ConsentGrade.ATTESTED, "", {}

    assert record_consent(record, now=NOW).pk


def test_withdrawing_everything_writes_one_record_for_each_purpose(asha):
    records = withdraw_consent(asha, purpose=None, channel="call", at=NOW, now=NOW, evidence={"call": "1f"})

    assert [(record.kind, record.purpose) for record in records] == [(ConsentKind.WITHDRAWN, purpose) for purpose in Purpose]
    assert records[0].evidence == {"call": "1f"}


def test_withdrawing_one_purpose_leaves_the_others(asha):
    withdraw_consent(asha, purpose=Purpose.RESEARCH, channel="call", at=NOW, now=NOW)

    assert list(asha.consent_records.values_list("kind", "purpose")) == [("withdrawn", "research"), ("given", "marketing")]


def test_a_withdrawal_is_kept_even_if_it_is_dated_ahead(asha):
    withdraw_consent(asha, purpose=Purpose.MARKETING, channel="call", at=NOW + timedelta(days=1), now=NOW)

    assert asha.consent_records.filter(kind=ConsentKind.WITHDRAWN).count() == 1


def test_a_withdrawal_is_written_for_every_purpose_or_for_none(asha):
    with pytest.raises(EntryRefused):
        withdraw_consent(asha, purpose=None, channel="", at=NOW, now=NOW)

    assert asha.consent_records.filter(kind=ConsentKind.WITHDRAWN).count() == 0


# The database itself keeps the evidence

CHANGES = {
    "kind": "withdrawn",
    "purpose": "service",
    "covers_automated_voice": False,
    "controller": "Beta Ltd",
    "wording": "anything goes",
    "evidence": {"scan": "B-1"},
    "grade": "attested",
    "given_at": NOW,
    "expires_at": NOW,
    "evidence_hash": "0" * 64,
    "recorded_at": NOW,
    "channel": "web form",
    "language": "sw",
    "wording_version": "4",
    "lawful_basis": "contract",
    "source": "elsewhere",
    "pack_version": "KE-1",
}


@pytest.mark.parametrize("column", CHANGES)
def test_the_database_refuses_to_change_a_record(asha, column):
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        ConsentRecord.objects.filter(lead=asha).update(**{column: CHANGES[column]})


def test_the_database_refuses_to_move_a_record_to_another_lead(asha, baraka):
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        ConsentRecord.objects.filter(lead=asha).update(lead=baraka)


def test_the_database_refuses_to_name_somebody_else_as_the_one_who_entered_it(asha, django_user_model):
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        ConsentRecord.objects.filter(lead=asha).update(recorded_by=django_user_model.objects.create_user("zuri"))


def test_a_record_outlives_the_account_that_entered_it(asha):
    mosi = User.objects.create_user("mosi")
    record = record_consent(consent_of(asha), now=NOW, by=mosi)

    mosi.delete()

    record.refresh_from_db()
    assert record.recorded_by is None


def test_records_go_when_the_person_is_erased(asha):
    asha.delete()

    assert ConsentRecord.objects.count() == 0
