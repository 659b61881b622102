"""What stays of a person who was erased: attempts that still count, proofs of consent, and nothing that names them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import serializers
from django.db import transaction

from leads.compliance import Reason
from leads.consent import record_consent
from leads.do_not_call import add_to_do_not_call, take_off_do_not_call
from leads.eligibility import decide
from leads.erasure import (
    ATTEMPTS_COUNT_FOR,
    attempts_before_erasure,
    drop_outdated,
    forget_lead,
    forget_number,
    n_outdated,
    standing_of,
)
from leads.models import ConsentRecord, DoNotCallEntry, DoNotCallRemoval, ErasedAttempt, InstallationSecret, KeptConsent, Lead
from leads.phone_digest import DigestKeyLost, digests_of
from tests.conftest import NOW
from tests.leads.conftest import consent_of
from tests.leads.facts import ACME

HOUR = timedelta(hours=1)
UNTIL = NOW + timedelta(days=1095)
ASHA = "+254712123401"


def forgotten(lead: Lead, *dialled: timedelta) -> None:
    """`dialled`: so long before NOW."""
    with transaction.atomic():
        forget_lead(lead, dialled=[NOW - ago for ago in dialled], keep_consent_until=UNTIL, at=NOW)


def come_back() -> Lead:
    lead = Lead.objects.create(phone=ASHA, time_zone="Africa/Nairobi", market="KE")
    record_consent(consent_of(lead), now=NOW)
    return lead


def reasons(lead: Lead) -> list[Reason]:
    return [one.reason for one in decide(lead, purpose="marketing", controller=ACME, attempts=(), at=NOW).refusals]


def test_the_lead_goes_with_its_consent_records(asha):
    forgotten(asha)
    assert not Lead.objects.exists() and not ConsentRecord.objects.exists()


def test_the_proof_of_consent_stays_without_number_and_name(asha):
    record = asha.consent_records.get()
    forgotten(asha)
    kept = KeptConsent.objects.get()
    assert (kept.evidence_hash, kept.keep_until, kept.market) == (record.evidence_hash, UNTIL, "KE")
    assert kept.record["wording"] == record.wording and kept.phone_digest == digests_of([ASHA])[ASHA]
    held = serializers.serialize("json", [kept])
    assert ASHA[1:] not in held and '"Asha' not in held


@pytest.mark.parametrize(
    ("dialled", "reason"),
    [
        ((HOUR, 2 * HOUR, 3 * HOUR), [Reason.ATTEMPTS_TODAY]),
        ((HOUR, 2 * HOUR), []),
        ((30 * HOUR,) * 8, [Reason.ATTEMPTS_WEEK]),
        ((timedelta(days=20),) * 20, [Reason.ATTEMPTS_MONTH]),
        ((timedelta(days=31),) * 20, []),
    ],
    ids=["three today", "two today", "eight this week", "twenty this month", "too long ago"],
)
def test_who_comes_back_does_not_begin_at_nought(asha, dialled, reason):
    forgotten(asha, *dialled)
    assert reasons(come_back()) == reason


def test_looking_ahead_counts_them_too(asha):
    forgotten(asha, HOUR, 2 * HOUR)
    assert attempts_before_erasure([ASHA, "+254712123402"]) == {ASHA: (NOW - 2 * HOUR, NOW - HOUR)}


def test_a_number_that_nobody_erased_has_none_and_costs_one_query(asha, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert attempts_before_erasure([ASHA]) == {}


def test_a_dial_instant_costs_no_query_more(asha, baraka, django_assert_num_queries):
    forgotten(asha, *[n * HOUR for n in range(1, 20)])
    for phone in (ASHA, baraka.phone):
        with django_assert_num_queries(2):
            is_listed, attempts = standing_of(phone)
        assert (is_listed, len(attempts)) == ((False, 19) if phone == ASHA else (True, 0))


def test_where_nothing_was_ever_kept_by_digest_nobody_stands_out(db):
    InstallationSecret.objects.all().delete()
    assert standing_of(ASHA) == (False, ())


def test_a_lost_key_is_noticed_even_if_only_attempts_hang_on_it(asha):
    forgotten(asha, HOUR)
    InstallationSecret.objects.all().delete()
    with pytest.raises(DigestKeyLost):
        standing_of(ASHA)


def test_the_lists_forget_the_number_and_keep_what_they_say(baraka, django_user_model):
    mosi = django_user_model.objects.create_superuser("mosi")
    take_off_do_not_call(DoNotCallEntry.objects.get(), by=mosi, why="asked for it", at=NOW)
    add_to_do_not_call(baraka.phone, origin=DoNotCallEntry.Origin.API, reason="again", at=NOW)
    forget_number(baraka.phone)
    entry, removal = DoNotCallEntry.objects.get(), DoNotCallRemoval.objects.get()
    assert (entry.phone, entry.reason) == (None, "again") and (removal.phone, removal.why) == (None, "asked for it")
    assert standing_of(baraka.phone)[0]


def test_attempts_go_when_no_cap_counts_them_and_proofs_when_their_period_is_over(asha):
    forgotten(asha, HOUR, 2 * HOUR)
    assert drop_outdated(at=NOW, at_most=9) == (0, 0)
    later = NOW - 2 * HOUR + ATTEMPTS_COUNT_FOR
    assert n_outdated(at=later) == (1, 0) == drop_outdated(at=later, at_most=9)
    assert drop_outdated(at=UNTIL, at_most=9) == (1, 1)
    assert not ErasedAttempt.objects.exists() and not KeptConsent.objects.exists()


def test_no_more_go_at_once_than_is_said(asha):
    forgotten(asha, *[n * HOUR for n in range(5)])
    assert drop_outdated(at=NOW + ATTEMPTS_COUNT_FOR, at_most=3) == (3, 0)
    assert ErasedAttempt.objects.count() == 2
