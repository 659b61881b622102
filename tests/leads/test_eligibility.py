from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from leads.compliance import Purpose, Reason
from leads.consent import record_consent, withdraw_consent
from leads.do_not_call import add_to_do_not_call
from leads.eligibility import Eligibility, decide
from leads.models import DoNotCallEntry, Lead
from tests.conftest import NOW
from tests.leads.conftest import consent_of
from tests.leads.facts import ACME


def decided(lead: Lead, *, at: datetime = NOW, purpose: Purpose = Purpose.MARKETING, attempts: tuple[datetime, ...] = ()) -> Eligibility:
    return decide(lead, purpose=purpose, controller=ACME, attempts=attempts, at=at)


def reasons_of(eligibility: Eligibility) -> list[Reason]:
    return [refusal.reason for refusal in eligibility.refusals]


def test_it_allows_asha_who_consented(asha):
    eligibility = decided(asha)

    assert eligibility.is_allowed
    assert eligibility.refusals == ()
    assert eligibility.pack_version == "KE-2026-11-22"
    assert eligibility.consent_record_id == str(asha.consent_records.get().id)


def test_it_does_not_call_baraka_who_is_on_the_dnc_list(baraka):
    assert reasons_of(decided(baraka)) == [Reason.DO_NOT_CALL]


def test_it_does_not_call_chiku_who_withdrew(chiku):
    eligibility = decided(chiku)

    assert reasons_of(eligibility) == [Reason.CONSENT_WITHDRAWN]
    assert eligibility.consent_record_id == str(chiku.consent_records.get(kind="withdrawn", purpose="marketing").id)


def test_it_does_not_call_daudi_while_it_is_seven_where_he_lives(daudi):
    assert reasons_of(decided(daudi)) == [Reason.OUTSIDE_CALLING_HOURS]
    assert decided(daudi, at=NOW + timedelta(hours=1)).is_allowed


def test_it_counts_the_attempts_it_is_handed(asha):
    assert reasons_of(decided(asha, attempts=(NOW,) * 3)) == [Reason.ATTEMPTS_TODAY]


def test_it_does_not_call_on_a_kenyan_holiday(asha):
    jamhuri_day = datetime(2025, 12, 12, 7, 0, tzinfo=UTC)
    christmas = datetime(2026, 12, 25, 7, 0, tzinfo=UTC)

    assert Reason.PUBLIC_HOLIDAY in reasons_of(decided(asha, at=jamhuri_day))
    assert reasons_of(decided(asha, at=christmas)) == [Reason.PUBLIC_HOLIDAY]


def test_it_does_not_derive_a_zone_at_the_dial_instant(asha):
    asha.time_zone = ""

    assert reasons_of(decided(asha)) == [Reason.ZONE_UNKNOWN]


def test_an_opt_out_and_a_withdrawal_count_at_once(asha):
    add_to_do_not_call(asha.phone, origin=DoNotCallEntry.Origin.API, reason="", at=NOW)
    withdraw_consent(asha, purpose=Purpose.MARKETING, channel="call", at=NOW, now=NOW)

    assert reasons_of(decided(asha)) == [Reason.DO_NOT_CALL, Reason.CONSENT_WITHDRAWN]


def test_it_asks_the_database_four_times_whatever_the_leads_history(asha, django_assert_num_queries):
    for _ in range(20):
        record_consent(consent_of(asha), now=NOW)

    with django_assert_num_queries(4):
        decided(asha)


def test_a_lead_without_a_pack_is_decided_without_a_version(db):
    lead = Lead.objects.create(phone="+260955123456", market="ZM", time_zone="Africa/Lusaka")
    eligibility = decided(lead)

    assert (eligibility.pack_version, eligibility.consent_record_id) == ("", None)
    assert reasons_of(eligibility) == [Reason.MARKET_UNKNOWN, Reason.CONSENT_MISSING]


def test_what_it_decided_can_be_kept_without_the_persons_number_and_name(chiku):
    eligibility = decided(chiku, attempts=(NOW - timedelta(days=1),))
    kept = json.dumps([eligibility.facts, [refusal.as_json() for refusal in eligibility.refusals]])

    assert chiku.phone not in kept
    assert chiku.name not in kept
    assert len(eligibility.facts["consents"]) == 4  # type: ignore[arg-type]
    assert eligibility.facts["attempts"] == ["2026-11-23T07:00:00+00:00"]
