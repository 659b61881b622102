"""The one writer of calls: events in any order, sessions and their ends, the next attempt, the money."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bridge.events import Outcome
from bridge.reports import Proof, SessionReport
from bridge.telephony.dialect import ProviderStatus as P
from bridge.telephony.replies import PlacedCall, read_cdr
from bridge.telephony.webhooks import ProviderEvent
from bridge.timing import Timing
from campaigns import calls, servers
from campaigns.models import Answer, Call, Campaign, LiveEvent, Question, RetryRule, Score
from campaigns.outcomes import AttemptOutcome
from campaigns.priority import Priority
from campaigns.retries import SHIPPED
from campaigns.retry_plan import next_attempt
from campaigns.states import CallStatus, Disposition
from tests.campaigns.conftest import live_call
from tests.campaigns.platform import record
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=2)
BUSY_AFTER = timedelta(minutes=SHIPPED[AttemptOutcome.BUSY].delay_minutes)
HUNG_UP_AFTER = timedelta(minutes=SHIPPED[AttemptOutcome.HUNG_UP].delay_minutes)


@pytest.fixture
def call(campaign, asha) -> Call:
    return live_call(campaign, asha)


def said(call: Call, *states: P, **fields) -> Call:
    for state in states:
        calls.on_provider_event(call.pk, ProviderEvent(state=state, **fields), at=LATER)
    call.refresh_from_db()
    return call


def report(outcome: Outcome, **fields) -> SessionReport:
    return SessionReport(outcome, **{"timing": Timing(310, (700, 650), 80, 2100), "is_disclosure_heard": True, **fields})


def opened(call: Call) -> Call:
    found = calls.open_stream(call.stream_token or "", at=NOW)
    assert found is not None
    return found


def attempts(call: Call) -> list[Call]:
    return list(Call.objects.filter(lead=call.lead).order_by("attempt_number"))


# ---- provider events --------------------------------------------------------------------------------------------------------


def test_an_answered_call_that_completes(call):
    said(call, P.RINGING)
    assert call.status == CallStatus.RINGING
    said(call, P.ANSWERED)
    assert (call.status, call.answered_at) == (CallStatus.IN_PROGRESS, LATER)
    said(call, P.COMPLETED, duration_s=92.4, hangup_cause="NORMAL_CLEARING")
    assert (call.status, call.talk_s, call.hangup_cause, call.ended_at) == (CallStatus.COMPLETED, 92, "NORMAL_CLEARING", LATER)


@pytest.mark.parametrize("order", list(permutations([P.RINGING, P.ANSWERED, P.COMPLETED])), ids=str)
def test_events_in_any_order_end_the_call_once(call, order):
    said(call, *order, *order)
    assert call.status == CallStatus.COMPLETED
    assert LiveEvent.objects.filter(call=call, kind="ended").count() == 1
    assert len(attempts(call)) == 2


def test_ids_are_filled_in_and_never_replaced(call):
    said(call, P.RINGING, call_id="call-1")
    said(call, P.ANSWERED, call_id="call-9", session_id="HD_1")
    assert (call.provider_call_id, call.provider_session_id) == ("call-1", "HD_1")
    calls.adopt(call.pk, PlacedCall("call-7", "HD_7", P.RINGING, None))
    call.refresh_from_db()
    assert (call.provider_call_id, call.provider_session_id) == ("call-1", "HD_1")


def test_an_end_that_came_before_the_provider_named_the_call_is_still_settled(call):
    said(call, P.NO_ANSWER)
    assert DBTaskResult.objects.count() == 0
    calls.adopt(call.pk, PlacedCall("call-1", None, P.RINGING, None))
    assert DBTaskResult.objects.count() == 1


def test_a_stream_error_is_kept_as_what_went_wrong(call):
    said(call, P.STREAM_ERROR)
    assert call.status == CallStatus.DIALING and "stream" in call.failure


def test_the_end_is_told_to_the_session_that_still_speaks(call):
    opened(call)
    said(call, P.COMPLETED)
    assert LiveEvent.objects.filter(call=call, kind="note.provider_ended").count() == 1


def test_an_end_after_the_session_s_needs_no_note(call):
    opened(call)
    calls.finish_session(call.pk, report(Outcome.FINISHED), at=NOW)
    said(call, P.COMPLETED)
    assert not LiveEvent.objects.filter(call=call, kind__startswith="note.").exists()


# ---- the next attempt ---------------------------------------------------------------------------------------------------------


def test_busy_is_called_again_as_a_new_row(call):
    said(call, P.BUSY)
    _, second = attempts(call)
    assert (second.status, second.attempt_number, second.due_at) == (CallStatus.QUEUED, 2, LATER + BUSY_AFTER)
    assert call.disposition is None


def test_the_last_attempt_has_no_next_one(call, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(max_attempts=1)
    said(call, P.BUSY)
    assert len(attempts(call)) == 1


def test_a_closed_campaign_plans_nothing(call, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(status="closed")
    said(call, P.BUSY)
    assert len(attempts(call)) == 1


@pytest.mark.parametrize("first", ["phone", "session"])
def test_the_next_attempt_waits_for_phone_and_session(call, first):
    opened(call)
    steps = [lambda: said(call, P.COMPLETED), lambda: calls.finish_session(call.pk, report(Outcome.CALLEE_LEFT), at=LATER)]
    if first == "session":
        steps.reverse()
    steps[0]()
    assert len(attempts(call)) == 1
    steps[1]()
    _, second = attempts(call)
    assert second.due_at == LATER + HUNG_UP_AFTER


def test_a_callee_who_was_gone_before_a_word_is_incomplete(call):
    said(call, P.ANSWERED, P.COMPLETED)
    assert call.disposition == Disposition.INCOMPLETE
    assert len(attempts(call)) == 2


def test_a_time_that_was_asked_for_is_kept(call):
    opened(call)
    calls.finish_session(call.pk, report(Outcome.CALLBACK_REQUESTED, promised_for=NOW + timedelta(hours=4)), at=LATER)
    said(call, P.COMPLETED)
    second = attempts(call)[1]
    assert (second.due_at, second.promise_due_at, second.priority) == (NOW + timedelta(hours=4), NOW + timedelta(hours=4), Priority.PROMISED)


def test_another_time_without_a_name_is_no_promise(call):
    opened(call)
    calls.finish_session(call.pk, report(Outcome.CALLBACK_REQUESTED), at=LATER)
    said(call, P.COMPLETED)
    second = attempts(call)[1]
    assert (second.due_at, second.promise_due_at, second.priority) == (LATER + timedelta(days=1), None, Priority.ORDINARY)


def test_a_rule_that_was_edited_counts_from_the_next_end_on(call):
    RetryRule.objects.filter(pk="busy").update(delay_minutes=45)
    said(call, P.BUSY)
    assert attempts(call)[1].due_at == LATER + timedelta(minutes=45)


def test_a_number_that_is_not_in_service_is_not_dialled_again(call):
    said(call, P.FAILED, hangup_cause="UNALLOCATED_NUMBER")
    assert len(attempts(call)) == 1


def test_a_phone_that_is_switched_off_is_tried_in_another_part_of_the_day(call):
    said(call, P.FAILED, hangup_cause="SUBSCRIBER_ABSENT")
    assert attempts(call)[1].due_at == LATER + timedelta(hours=4)  # 14:02 in Nairobi


def answered(call: Call, key: str) -> None:
    question = Question.objects.get(script=call.script, key=key)
    Answer.objects.create(call=call, question=question, value=True, saved_at=NOW)


@pytest.mark.parametrize(
    ("key", "after", "priority"),
    [("seats", timedelta(hours=1), Priority.BROKEN_OFF), ("permission", HUNG_UP_AFTER, Priority.ORDINARY)],
    ids=["after an answer", "after the permission alone"],
)
def test_an_interview_that_broke_off_goes_on_soon_and_before_new_ones(call, key, after, priority):
    opened(call)
    answered(call, key)
    calls.finish_session(call.pk, report(Outcome.CALLEE_LEFT), at=LATER)
    said(call, P.COMPLETED)
    second = attempts(call)[1]
    assert (second.due_at, second.priority) == (LATER + after, priority)


def test_a_broken_off_interview_stays_one_when_nobody_picks_up_the_next_time(call, campaign, asha):
    answered(call, "seats")
    Call.objects.filter(pk=call.pk).update(status="completed", disposition="incomplete", ended_at=NOW)
    second = live_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2")
    said(second, P.NO_ANSWER)
    assert attempts(call)[2].priority == Priority.BROKEN_OFF


def test_planning_the_next_attempt_costs_few_queries_however_long_the_case(call, django_assert_max_num_queries):
    Call.objects.filter(pk=call.pk).update(status="no_answer", ended_at=LATER)
    call.refresh_from_db()
    with django_assert_max_num_queries(4):
        assert next_attempt(Call.objects.select_related("campaign").get(pk=call.pk), at=LATER)


def test_a_call_back_made_by_a_rep_is_not_the_dialer_s_to_repeat(campaign, asha):
    call = live_call(campaign, asha, occasion="promised")
    said(call, P.NO_ANSWER)
    assert len(attempts(call)) == 1


def test_a_call_back_with_a_rep_counts_as_qualified(campaign, asha):
    call = live_call(campaign, asha, occasion="promised")
    said(call, P.ANSWERED, P.COMPLETED)
    assert call.disposition == Disposition.QUALIFIED


# ---- the session ------------------------------------------------------------------------------------------------------------------


def test_the_stream_s_token_works_once(call):
    found = opened(call)
    assert (found.status, found.answered_at) == (CallStatus.IN_PROGRESS, NOW)
    assert calls.open_stream(call.stream_token, at=NOW) is None


def test_the_process_that_holds_the_session_is_the_one_whose_death_ends_it(call):
    successor = servers.register("ws://127.0.0.1:8000", room=5)  # at the address of the one that was named by the claim, and died
    found = calls.open_stream(call.stream_token, at=NOW, server_id=successor.pk)
    assert found is not None and found.server == successor


@pytest.mark.parametrize(
    "change",
    [
        {"stream_expires_at": timezone.now() - timedelta(seconds=1)},
        {"stream_expires_at": None},
        {"status": "completed"},
        {"status": "outcome_unknown"},
    ],
    ids=["expired", "never handed out", "the call is over", "given up"],
)
def test_a_token_that_is_not_good_opens_nothing(call, change):
    Call.objects.filter(pk=call.pk).update(**change)
    assert calls.open_stream(call.stream_token, at=NOW) is None
    assert Call.objects.get(pk=call.pk).stream_opened_at is None


@pytest.mark.parametrize("token", ["", "guess"], ids=["none", "unknown"])
def test_a_token_that_is_none_opens_nothing(call, token):
    assert calls.open_stream(token, at=NOW) is None


def test_the_session_s_end_is_kept_once(call):
    opened(call)
    assert calls.finish_session(call.pk, report(Outcome.VOICEMAIL), at=NOW)
    assert not calls.finish_session(call.pk, report(Outcome.FINISHED), at=NOW)
    call.refresh_from_db()
    assert (call.disposition, call.first_word_ms, call.voice_to_voice_ms) == (Disposition.VOICEMAIL, 310, [700, 650])
    assert (call.overlap_ms, call.longest_silence_ms) == (80, 2100)
    assert call.status == CallStatus.IN_PROGRESS  # the phone ends by the provider's word


@pytest.mark.parametrize("proof", [*Proof, None])
def test_it_is_kept_how_it_is_known_that_the_disclosure_was_heard(call, proof):
    opened(call)
    calls.finish_session(call.pk, report(Outcome.FINISHED, is_disclosure_heard=proof is not None, disclosure_proof=proof), at=NOW)
    call.refresh_from_db()
    assert (call.is_disclosure_heard, call.disclosure_proof) == (proof is not None, proof or "")


@pytest.mark.parametrize(("is_hot", "disposition"), [(True, Disposition.QUALIFIED), (False, Disposition.NOT_QUALIFIED)], ids=["hot", "cold"])
def test_a_finished_script_is_qualified_by_its_score(call, is_hot, disposition):
    opened(call)
    Score.objects.create(call=call, points=70, threshold=70, is_hot=is_hot, computed_at=NOW)
    calls.finish_session(call.pk, report(Outcome.FINISHED), at=NOW)
    assert Call.objects.get(pk=call.pk).disposition == disposition


def test_an_opt_out_stands_however_the_call_ends(call):
    opened(call)
    calls.mark_opted_out(call.pk)
    calls.finish_session(call.pk, report(Outcome.CALLEE_LEFT), at=NOW)
    said(call, P.COMPLETED)
    assert call.disposition == Disposition.OPTED_OUT
    assert len(attempts(call)) == 1


def test_a_session_that_never_opened_cannot_finish(call):
    with pytest.raises(AssertionError):
        calls.finish_session(call.pk, report(Outcome.FINISHED), at=NOW)


# ---- placing, and not knowing ---------------------------------------------------------------------------------------------------------


def test_a_claim_is_not_undone_when_a_webhook_was_faster(call):
    said(call, P.RINGING, call_id="call-1")
    calls.requeue(call.pk, due_at=LATER)
    calls.refuse(call.pk, words="no", at=LATER)
    call.refresh_from_db()
    assert (call.status, call.failure) == (CallStatus.RINGING, "")


def test_an_unknown_outcome_is_not_given_back_to_the_queue(call):
    calls.mark_unknown(call.pk)
    calls.requeue(call.pk, due_at=LATER)
    assert Call.objects.get(pk=call.pk).status == CallStatus.DIALING


def test_an_unknown_outcome_closes_as_an_attempt_with_its_money_reserved(call):
    calls.mark_unknown(call.pk)
    calls.close_unknown(call.pk, at=LATER)
    call.refresh_from_db()
    assert (call.status, call.dialled_at, call.reserved_minor, call.settled_at) == (CallStatus.OUTCOME_UNKNOWN, NOW, 2100, None)
    assert len(attempts(call)) == 1


def test_a_call_that_turned_up_is_not_closed_as_unknown(call):
    calls.mark_unknown(call.pk)
    said(call, P.ANSWERED, call_id="call-1")
    calls.close_unknown(call.pk, at=LATER)
    assert Call.objects.get(pk=call.pk).status == CallStatus.IN_PROGRESS


# ---- the record --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "status", "cost_minor"),
    [
        ({"status": "completed", "cost_minor": 459, "duration_seconds": 91}, CallStatus.COMPLETED, 459),
        ({"status": "no_answer"}, CallStatus.NO_ANSWER, 0),
        ({"status": "busy", "cost_minor": 0}, CallStatus.BUSY, 0),
    ],
    ids=["completed", "unanswered without a price", "unanswered with one"],
)
def test_the_record_ends_the_call_and_settles_its_money(call, fields, status, cost_minor):
    calls.on_cdr(call.pk, read_cdr(record(**fields)), at=LATER)
    call.refresh_from_db()
    assert (call.status, call.cost_minor, call.settled_at) == (status, cost_minor, LATER)
    assert call.cdr["id"] == "call-1"


def test_a_completed_call_without_a_price_keeps_its_reservation(call):
    calls.on_cdr(call.pk, read_cdr(record(status="completed", duration_seconds=91)), at=LATER)
    call.refresh_from_db()
    assert (call.cost_minor, call.settled_at, call.talk_s) == (None, None, 91)


def test_a_call_given_up_as_unknown_is_settled_when_its_record_comes(call):
    calls.close_unknown(call.pk, at=NOW)
    calls.on_cdr(call.pk, read_cdr(record(status="completed", cost_minor=300)), at=LATER)
    call.refresh_from_db()
    assert (call.status, call.cost_minor) == (CallStatus.OUTCOME_UNKNOWN, 300)


def test_settling_twice_keeps_the_first_price(call):
    calls.on_cdr(call.pk, read_cdr(record(status="completed", cost_minor=300)), at=NOW)
    calls.on_cdr(call.pk, read_cdr(record(status="completed", cost_minor=900)), at=LATER)
    call.refresh_from_db()
    assert (call.cost_minor, call.settled_at) == (300, NOW)


@pytest.mark.parametrize(("answered_at", "status"), [(NOW, CallStatus.COMPLETED), (None, CallStatus.FAILED)], ids=["answered", "never answered"])
def test_a_call_the_provider_lost_is_closed_and_stays_reserved(call, answered_at, status):
    Call.objects.filter(pk=call.pk).update(answered_at=answered_at)
    calls.close_lost(call.pk, words="no end was reported", at=LATER)
    call.refresh_from_db()
    assert (call.status, call.failure, call.settled_at) == (status, "no end was reported", None)
