"""A correction counts everywhere at once, what stood there before stays readable, and nobody is rung because of it."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from campaigns import interviews
from campaigns.models import Answer, Call, FlightEntry, Handoff, LiveEvent, Question, Rep, Reservation, ReviewAct, Score, WebhookDelivery, WrapUp
from campaigns.reports.progress import progress_of
from campaigns.reports.results import results_csv
from campaigns.review import correcting
from campaigns.review.correcting import Refused, accept, correct_answer, correct_score, undo
from campaigns.tallies.counting import date_of
from campaigns.tallies.reading import figures_of
from leads.models import AuditEntry
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import make_rep
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def corrected(call: Call, value: object, reason: str = "misheard", *, minutes: int = 5) -> ReviewAct | Refused:
    return correct_answer(call.pk, "seats", value, reason=reason, by="mosi", at=NOW + timedelta(minutes=minutes))


def standing(call: Call) -> tuple[object, int, bool, str | None]:
    row = Call.objects.select_related("score").get(pk=call.pk)
    return row.answers.get().value, row.score.points, row.score.is_hot, row.disposition


def test_a_corrected_answer_is_scored_anew_by_the_same_rubric(call):
    assert isinstance(corrected(call, 10), ReviewAct)
    assert standing(call) == (10, 0, False, "not_qualified")
    assert Score.objects.get(call=call).reasons[0]["points"] == 0


def test_what_the_bot_had_understood_stays_readable(call):
    corrected(call, 10)
    act = ReviewAct.objects.get()
    assert (act.before, act.after, act.reason, act.done_by, act.done_at) == (60, 10, "misheard", "mosi", LATER)
    assert Answer.objects.get().quote == "about sixty", "the evidence is not touched"


def test_it_counts_in_the_csv_the_funnel_and_what_reps_found(call, campaign):
    rep = make_rep("Rehema", "+254722000011", campaign)
    talk = Reservation.objects.create(handoff=call.handoff, rep=rep, status="ended", offered_at=NOW)
    WrapUp.objects.create(reservation=talk, disposition="won", was_hot=True, saved_at=NOW)
    assert (progress_of(campaign).n_hot, progress_of(campaign).n_qualified) == (1, 1)
    assert figures_of(date_of(NOW), None, now=NOW).n_judged == 1

    corrected(call, 10)

    header, row = csv.reader(results_csv(campaign))
    shown = dict(zip(header, row, strict=True))
    assert (shown["seats"], shown["score"], shown["is_hot"], shown["disposition"]) == ("10", "0", "False", "not_qualified")
    assert (progress_of(campaign).n_hot, progress_of(campaign).n_qualified) == (0, 0)
    assert figures_of(date_of(NOW), None, now=NOW).n_judged == 0


def test_it_is_in_the_audit_log_which_tells_no_words(call):
    corrected(call, 10, "Asha said ten")
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.act, entry.subject_id, entry.campaign_id) == ("mosi", "override", str(call.pk), call.campaign_id)
    assert entry.detail == {"what": "answer", "review_act": str(ReviewAct.objects.get().pk), "question": "seats"}
    assert "Asha" not in entry.why


@pytest.mark.parametrize("value", ["sixty", True, None, [60], float("nan"), 1e300], ids=str)
def test_what_the_question_would_not_take_on_a_call_it_does_not_take_here(call, value):
    assert corrected(call, value) == Refused("That is no answer this question takes.")
    assert standing(call) == (60, 70, True, "qualified")
    assert not ReviewAct.objects.exists() and not AuditEntry.objects.exists()


def test_one_is_not_yes(call):
    permission = Question.objects.get(key="permission")
    Answer.objects.filter(call=call).update(question=permission, value=1)
    assert isinstance(correct_answer(call.pk, "permission", True, reason="a yes", by="mosi", at=NOW), ReviewAct)


@pytest.mark.parametrize("reason", ["", "   "])
def test_nothing_is_corrected_without_a_reason(call, reason):
    assert corrected(call, 10, reason) == Refused(correcting.NO_REASON)
    assert correct_score(call.pk, 10, is_hot=False, reason=reason, by="mosi", at=NOW) == Refused(correcting.NO_REASON)
    assert standing(call) == (60, 70, True, "qualified")


def test_the_value_that_stands_there_is_no_correction(call):
    assert corrected(call, 60) == Refused(correcting.SAME)


def test_a_question_that_was_not_answered_has_nothing_to_correct(call):
    assert correct_answer(call.pk, "permission", True, reason="so", by="mosi", at=NOW) == Refused(correcting.NO_ANSWER)


def test_undoing_is_a_further_correction(call):
    act = corrected(call, 10)
    assert isinstance(undo(act.pk, reason="it was sixty", by="juma", at=LATER), ReviewAct)
    assert standing(call) == (60, 70, True, "qualified")
    assert [(each.before, each.after, each.done_by) for each in ReviewAct.objects.order_by("done_at", "before")] == [
        (10, 60, "juma"),
        (60, 10, "mosi"),
    ]


def test_only_the_newest_correction_of_an_answer_can_be_undone(call):
    first = corrected(call, 10)
    corrected(call, 20, minutes=6)
    assert undo(first.pk, reason="no", by="mosi", at=LATER) == Refused(correcting.NOT_THE_NEWEST)
    assert standing(call)[0] == 20


def test_a_score_set_by_hand_holds_until_it_is_undone(call):
    by_hand = correct_score(call.pk, 40, is_hot=False, reason="they are a student", by="mosi", at=LATER)
    corrected(call, 80, minutes=6)
    assert standing(call) == (80, 40, False, "not_qualified")

    undo(by_hand.pk, reason="they are not", by="mosi", at=NOW + timedelta(minutes=7))

    assert standing(call) == (80, 70, True, "qualified")
    assert ReviewAct.objects.filter(kind="score").last().after == {"points": 70, "is_hot": True, "by_hand": False}


def test_undoing_the_second_score_by_hand_brings_back_the_first(call):
    correct_score(call.pk, 40, is_hot=False, reason="a", by="mosi", at=LATER)
    second = correct_score(call.pk, 50, is_hot=True, reason="b", by="mosi", at=LATER + timedelta(minutes=1))
    undo(second.pk, reason="c", by="mosi", at=LATER + timedelta(minutes=2))
    assert standing(call) == (60, 40, False, "not_qualified")


@pytest.mark.parametrize(("points", "is_refused"), [(-10_001, True), (-10_000, False), (10_000, False), (10_001, True)])
def test_a_score_has_borders(call, points, is_refused):
    assert isinstance(correct_score(call.pk, points, is_hot=True, reason="so", by="mosi", at=NOW), Refused) is is_refused


def test_a_call_without_a_score_has_none_to_correct(call):
    Score.objects.all().delete()
    assert correct_score(call.pk, 10, is_hot=True, reason="so", by="mosi", at=NOW) == Refused(correcting.NO_SCORE)


def test_a_lead_that_turns_hot_by_correction_is_offered_to_nobody_and_nobody_is_told(cold_call, campaign):
    make_rep("Rehema", "+254722000011", campaign)
    n_entries = FlightEntry.objects.count()
    corrected(cold_call, 60)
    assert standing(cold_call) == (60, 70, True, "qualified")
    assert not Handoff.objects.exists() and not Reservation.objects.exists() and not WebhookDelivery.objects.exists()
    assert set(LiveEvent.objects.values_list("kind", flat=True)) == {"score"}
    assert Call.objects.count() == 1 and FlightEntry.objects.count() == n_entries, "nothing is dialled, nothing decided"


def test_a_later_attempt_on_which_the_answer_counted_is_scored_anew_as_well(call, campaign, asha):
    later = live_call(
        campaign, asha, attempt_number=2, status="completed", disposition="qualified", session_outcome="finished",
        answer_token="a2", stream_token="s2", dialled_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    interviews.score_kept(later.pk, at=NOW)
    assert Score.objects.get(call=later).is_hot

    corrected(call, 10)

    later.refresh_from_db()
    assert (Score.objects.get(call=later).is_hot, later.disposition) == (False, "not_qualified")


def test_the_disposition_of_a_call_that_was_no_full_interview_stays(call):
    Call.objects.update(disposition="opted_out", session_outcome="opted_out")
    corrected(call, 10)
    assert standing(call) == (10, 0, False, "opted_out")


def test_who_was_handed_to_a_rep_stays_qualified(call):
    Call.objects.update(session_outcome="handed_off")
    corrected(call, 10)
    assert standing(call) == (10, 0, False, "qualified")


@pytest.mark.parametrize("fields", [{"status": "in_progress", "disposition": None}, {"stream_opened_at": NOW}], ids=["phone", "session"])
def test_a_call_that_is_not_over_is_not_reviewed(call, fields):
    Call.objects.update(**fields)
    assert corrected(call, 10) == Refused(correcting.NOT_OVER)
    assert accept(call.pk, by="mosi", at=NOW) == Refused(correcting.NOT_OVER)


def test_while_the_lead_is_on_the_phone_again_nothing_changes_under_the_bot(call, campaign, asha):
    live_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2")
    assert corrected(call, 10) == Refused(correcting.ON_THE_PHONE)


def test_accepting_twice_is_accepting_once_until_something_is_corrected(call):
    first = accept(call.pk, by="mosi", at=NOW)
    assert accept(call.pk, by="juma", at=LATER) == first
    corrected(call, 10, minutes=6)
    assert accept(call.pk, by="juma", at=NOW + timedelta(minutes=7)) != first
    assert ReviewAct.objects.filter(kind="accepted").count() == 2


def test_an_acceptance_cannot_be_undone_as_a_correction(call):
    accepted = accept(call.pk, by="mosi", at=NOW)
    assert undo(accepted.pk, reason="no", by="mosi", at=LATER) == Refused("There is no such correction.")


def test_a_rep_is_no_busier_for_it(call, campaign):
    rep = make_rep("Juma", "+254722000012", campaign)
    corrected(call, 10)
    assert Rep.objects.get(pk=rep.pk).is_available
