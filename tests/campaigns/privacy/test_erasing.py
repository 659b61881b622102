"""A person is erased for good; what protects them stays, and whoever is on the phone is told to wait."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import dialer, janitor, recordings
from campaigns.integrations.api_keys import create_api_key
from campaigns.judge.judging import judge_period
from campaigns.models import (
    Answer,
    Call,
    Campaign,
    DialDecision,
    FlightEntry,
    Handoff,
    IdempotentReply,
    LiveEvent,
    PrivacyAct,
    Recording,
    Rep,
    StaffCall,
    Turn,
)
from campaigns.privacy.erasing import ErasureRefused, erase, obstacles_to
from campaigns.states import CallStatus
from leads.compliance import Reason
from leads.consent import record_consent
from leads.do_not_call import entries_of, is_on_do_not_call, take_off_do_not_call
from leads.models import ConsentRecord, DoNotCallEntry, ErasedAttempt, KeptConsent, Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.campaigns.privacy.conftest import DAY, file_of, n_broken, spoken_call, verdict_of
from tests.conftest import NOW
from tests.leads.conftest import consent_of

pytestmark = pytest.mark.django_db

ASHA = "+254712123401"
LATER = NOW + timedelta(hours=1)


def erased(phone: str = ASHA, **how: Any) -> Any:
    return erase(phone, by="mosi", now=LATER, **how)


def come_back() -> Lead:
    lead = Lead.objects.create(phone=ASHA, name="Asha", time_zone="Africa/Nairobi", market="KE")
    record_consent(consent_of(lead), now=LATER)
    return lead


def refused(call: Call) -> list[str]:
    return [reason["reason"] for reason in DialDecision.objects.filter(call=call).latest("pk").reasons]


# ---- what goes --------------------------------------------------------------------------------------------------------------------


def test_lead_calls_words_answers_and_the_file_itself_are_gone(spoken):
    path = file_of(spoken)
    counts = erased().counts
    assert counts == {"leads": 1, "calls": 1, "queued": 0, "recordings": 1, "turns": 1, "answers": 1}
    assert not path.exists()
    for model in (Lead, Call, Turn, Answer, Recording, DialDecision, LiveEvent, ConsentRecord):
        assert not model._base_manager.exists(), model


def test_nowhere_in_the_database_is_their_number_or_their_name(spoken, asha, django_user_model):
    mosi = django_user_model.objects.create_user("mosi")
    LogEntry.objects.create(
        user=mosi, content_type=ContentType.objects.get_for_model(Lead), object_id=asha.pk, object_repr="Asha", action_flag=CHANGE
    )
    api_key, _key = create_api_key("crm")
    IdempotentReply.objects.create(api_key=api_key, key="k1", request_digest="d", status=201, body=json.dumps({"phone": ASHA, "name": "Asha"}))
    IdempotentReply.objects.create(api_key=api_key, key="k2", request_digest="e", status=201, body=json.dumps({"lead_id": str(asha.pk)}))
    erased()
    assert "Asha" not in everything() and ASHA not in everything()
    assert set(IdempotentReply.objects.values_list("status", "body")) == {(201, '{"erased": true}')}


def everything() -> str:
    models = [model for model in apps.get_models() if model is not ContentType]
    return "".join(serializers.serialize("json", model._base_manager.all()) for model in models)


def test_what_is_queued_is_taken_back_and_the_record_says_so(campaign, asha):
    call = enrolled(campaign, asha)
    assert erased().counts["queued"] == 1
    entry = FlightEntry.objects.get(kind="ended")
    assert (entry.call_id, entry.details["status"], Call.objects.exists()) == (call.pk, "canceled", False)


def test_the_dialer_finds_nobody_to_call_afterwards(loopback, campaign, server, asha):
    enrolled(campaign, asha)
    erased()
    assert dialer.claim_next(LATER) is None


def test_others_are_left_alone(spoken, campaign, server, chiku):
    enrolled(campaign, chiku)
    erased()
    assert Lead.objects.get() == chiku and Call.objects.get().lead == chiku and chiku.consent_records.exists()


def test_erasing_twice_does_no_harm(spoken):
    erased()
    assert erased().counts["leads"] == 0 and erased().is_kept_off
    assert PrivacyAct.objects.filter(kind="erasure").count() == 3


def test_who_did_it_stays_on_record_and_names_nobody(spoken):
    erased()
    act = PrivacyAct.objects.get()
    assert (act.done_by, act.began_at, act.counts["recordings"]) == ("mosi", LATER, 1)
    assert act.number == FlightEntry.objects.filter(kind="dispatch").get().number


# ---- what stays -------------------------------------------------------------------------------------------------------------------


def test_the_number_is_on_the_do_not_call_list_as_a_digest(asha):
    assert erased().is_kept_off
    entry = DoNotCallEntry.objects.get()
    assert (entry.phone, entry.origin, entry.lead) == (None, "staff", None) and is_on_do_not_call(ASHA)


def test_somebody_may_decide_otherwise(asha):
    assert not erased(may_be_called_again=True).is_kept_off
    assert not is_on_do_not_call(ASHA)


def test_an_opt_out_outlives_the_person_whatever_is_decided(baraka):
    before = DoNotCallEntry.objects.get()
    assert erased(baraka.phone, may_be_called_again=True).is_kept_off
    entry = entries_of([baraka.phone])[baraka.phone]
    assert (entry.pk, entry.origin, entry.entered_at, entry.phone) == (before.pk, "callee", before.entered_at, None)


def test_so_does_a_withdrawal(chiku):
    assert erased(chiku.phone, may_be_called_again=True).is_kept_off and is_on_do_not_call(chiku.phone)


def test_a_number_that_no_lead_has_can_be_left_alone_too(db):
    assert erased("+254712123499").counts["leads"] == 0
    assert is_on_do_not_call("+254712123499")


def test_who_comes_back_is_refused_by_the_list(loopback, campaign, server, asha):
    erased()
    call = enrolled(campaign, come_back())
    assert isinstance(dialer.claim_next(LATER), dialer.Blocked)
    assert refused(call) == [Reason.DO_NOT_CALL]


@pytest.mark.parametrize(("n_before", "is_dialled"), [(2, True), (3, False)], ids=["two of three today", "three of three"])
def test_who_comes_back_does_not_begin_at_nought(loopback, campaign, server, asha, n_before, is_dialled):
    for n in range(1, n_before + 1):
        live_call(campaign, asha, status="no_answer", attempt_number=n, ended_at=NOW, settled_at=NOW, cost_minor=0, **NO_TOKENS)
    erased(may_be_called_again=True)
    call = enrolled(campaign, come_back())
    claim = dialer.claim_next(LATER)
    assert isinstance(claim, dialer.Claimed if is_dialled else dialer.Postponed)
    assert (refused(call) == []) is is_dialled


def test_attempts_of_every_campaign_count_and_those_of_an_earlier_erasure(spoken, campaign, server, media, settings):
    erased(may_be_called_again=True)
    spoken_call(campaign, come_back(), media, settings, at=LATER)
    erase(ASHA, by="mosi", now=LATER, may_be_called_again=True)
    assert ErasedAttempt.objects.count() == 2
    assert n_broken(verdict_of()) == 0


def test_the_proof_of_consent_outlives_them_for_its_period(spoken):
    erased()
    kept = KeptConsent.objects.get()
    assert kept.keep_until >= NOW + 1095 * DAY and kept.record["wording"].startswith("I agree")


def test_the_judge_stays_content(spoken):
    before = verdict_of()
    erased()
    after = verdict_of()
    assert n_broken(before) == n_broken(after) == 0
    assert (before["consent"]["kept"], after["consent"]["unjudged"]) == (1, 1)
    assert after["attempts_day"]["broken"] == after["do_not_call"]["broken"] == 0


def test_the_judge_sees_somebody_who_was_taken_off_the_list_and_called_too_often(loopback, campaign, server, asha, django_user_model):
    """The record counts by the number, as the dialer does."""
    erased()
    take_off_do_not_call(DoNotCallEntry.objects.get(), by=django_user_model.objects.create_superuser("mosi"), why="asked for it", at=LATER)
    enrolled(campaign, come_back())
    assert isinstance(dialer.claim_next(LATER), dialer.Claimed)
    assert judge_period(NOW - DAY, NOW + DAY).is_clean


# ---- what is in the way -------------------------------------------------------------------------------------------------------------

NO_TOKENS = {"answer_token": None, "stream_token": None}


@pytest.mark.parametrize("status", ["dialing", "ringing", "in_progress"])
def test_a_person_on_the_phone_is_not_erased(campaign, asha, status):
    live_call(campaign, asha, status=status)
    with pytest.raises(ErasureRefused, match="A call with this person is going on"):
        erased()
    assert Lead.objects.get() == asha and not DoNotCallEntry.objects.exists() and not PrivacyAct.objects.exists()


def test_a_session_that_has_not_ended_is_waited_for(campaign, asha):
    live_call(campaign, asha, status="completed", ended_at=NOW, settled_at=NOW, cost_minor=1, stream_opened_at=timezone.now())
    assert "going on" in obstacles_to(asha)[0]


@pytest.mark.parametrize(("status", "is_in_the_way"), [("offered", True), ("accepted", True), ("promised", False), ("bridged", False)])
def test_a_rep_who_is_about_to_talk_with_them_is_waited_for(campaign, asha, status, is_in_the_way):
    call = live_call(campaign, asha, status="completed", ended_at=NOW, settled_at=NOW, cost_minor=1)
    Handoff.objects.create(call=call, strategy="dial", status=status, offered_at=NOW)
    assert bool(obstacles_to(asha)) is is_in_the_way


def test_a_rep_who_is_rung_for_them_is_waited_for(campaign, asha, line, django_user_model):
    rehema = Rep.objects.create(user=django_user_model.objects.create_user("rehema"), name="Rehema", number="+254722000011")
    call = live_call(campaign, asha, status="completed", ended_at=NOW, settled_at=NOW, cost_minor=1)
    handoff = Handoff.objects.create(call=call, strategy="callback", status="promised", offered_at=NOW)
    StaffCall.objects.create(rep=rehema, handoff=handoff, line=line, status=CallStatus.RINGING, answer_token="t")
    assert "A rep" in obstacles_to(asha)[0]


@pytest.mark.parametrize(
    ("ago", "is_in_the_way"), [(timedelta(), True), (janitor.SETTLE_FOR + timedelta(seconds=5), False)], ids=["just now", "two days ago"]
)
def test_the_price_of_a_call_is_waited_for_as_long_as_the_janitor_waits(campaign, asha, ago, is_in_the_way):
    live_call(campaign, asha, status="completed", ended_at=NOW, claimed_at=timezone.now() - ago)
    assert bool(obstacles_to(asha)) is is_in_the_way


def test_a_file_that_cannot_be_deleted_leaves_everything_as_it_was(spoken, asha):
    path = file_of(spoken)
    path.unlink()
    path.mkdir()
    (path / "inside").touch()
    with pytest.raises(ErasureRefused, match="cannot be deleted"):
        erased()
    assert Lead.objects.get() == asha and Recording.objects.exists() and not PrivacyAct.objects.exists()


def test_a_recording_that_comes_after_the_erasure_is_not_kept(spoken, tmp_path, media):
    late = tmp_path / "late.flac"
    late.write_bytes(b"fLaC")
    erased()
    recordings.attach(spoken.pk, late, duration_ms=1000)
    assert not Recording.objects.exists() and not [path for path in media.rglob("*") if path.is_file()]


def test_a_claim_costs_no_query_more_after_an_erasure(loopback, campaign, server, asha, chiku):
    """The attempts of who was erased come with the look at the do-not-call list."""
    queries_of_a_claim(campaign, chiku, at=NOW)  # the first of all also makes rows that stay
    n_plain = queries_of_a_claim(campaign, asha, at=NOW + timedelta(minutes=1))
    erased(may_be_called_again=True)
    assert queries_of_a_claim(campaign, come_back(), at=NOW + timedelta(minutes=2)) == n_plain
    assert len(DialDecision.objects.latest("pk").facts["attempts"]) == 1


def queries_of_a_claim(campaign: Campaign, lead: Lead, *, at: datetime) -> int:
    ConsentRecord.objects.filter(lead=lead, kind="withdrawn").delete()
    enrolled(campaign, lead)
    with CaptureQueriesContext(connection) as asked:
        assert isinstance(dialer.claim_next(at), dialer.Claimed)
    Call.objects.filter(lead=lead).update(status="completed", ended_at=at, settled_at=at, cost_minor=0)
    return len(asked)
