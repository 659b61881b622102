"""A rep is asked while the lead only warms: what the answers of a call do to its hand-off, and what the bot hears of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bridge.events import Outcome
from bridge.reports import AnswerReport
from campaigns import interviews
from campaigns.handoff import offers, reservations
from campaigns.handoff.offers import Accepted, TakenBy
from campaigns.handoff.tending import tidy
from campaigns.models import Answer, Call, Campaign, Handoff, LiveEvent, Question, Rep, Reservation, Script
from campaigns.scoring import Heat
from campaigns.states import HandoffStatus, ReservationStatus
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import at, make_rep
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

S, R = HandoffStatus, ReservationStatus
YES_RUBRIC = [{"when": {"equals": True}, "points": 35, "why": "yes"}, {"when": {"equals": False}, "points": 0}]


@pytest.fixture
def script(db) -> Script:
    """Three questions of 35 points; 70 make a lead hot."""
    script = Script.objects.create(
        name="Zawadi from Acme", organisation="Acme", disclosure="I am an AI. I record this. Say stop to stop.", hot_threshold=70
    )
    for position, key in enumerate(["decides", "budget", "soon"], start=1):
        Question.objects.create(script=script, key=key, position=position, kind="yes_no", wording=f"{key}?", rubric=YES_RUBRIC)
    return script


@pytest.fixture
def campaign(line, script) -> Campaign:
    return Campaign.objects.create(name="Acme November", line=line, script=script, controller="Acme Ltd", status="running")


@pytest.fixture
def call(campaign, asha, server) -> Call:
    return live_call(campaign, asha, status="in_progress", server=server, answered_at=NOW)


@pytest.fixture
def answers(call):
    """Says what Asha answers, question by question, each at its second; returns the hand-off, if there is one."""

    def answer(key: str, value: bool, second: float = 0) -> Handoff | None:
        interviews.save_answer(call.pk, AnswerReport(key, value, "well", 0, 900, 0.9, is_confirmed=True), at=at(second))
        return Handoff.objects.filter(call=call).first()

    return answer


def ledger(handoff: Handoff) -> dict[str, str]:
    return {row.rep.name: row.status for row in handoff.reservations.select_related("rep").order_by("offered_at")}


def notes() -> list[str]:
    return list(LiveEvent.objects.filter(kind__startswith="note.").order_by("id").values_list("kind", flat=True))


# ---- warming ----------------------------------------------------------------------------------------------------------------------------


def test_a_rep_is_asked_as_soon_as_the_lead_is_likely_to_turn_hot(answers, rehema):
    handoff = answers("decides", True, 3)
    assert (handoff.status, handoff.offered_at, ledger(handoff)) == (S.WARMING, at(3), {"Rehema": R.PENDING})
    assert handoff.reservations.get().expires_at is None


def test_a_lead_who_is_not_likely_to_turn_hot_bothers_nobody(answers, rehema):
    assert answers("decides", False) is None


def test_the_bot_hears_nothing_of_it_whatever_the_reps_do(answers, rehema):
    handoff = answers("decides", True)
    offers.decline(handoff.id, rehema, now=at(1))
    tidy(at(2))
    handoff.refresh_from_db()
    assert (handoff.status, notes()) == (S.WARMING, [])


def test_nobody_is_sent_away_for_a_lead_that_only_warms(answers, rehema):
    handoff = answers("decides", True)
    Rep.objects.update(seen_at=at(300))
    tidy(at(300))
    assert ledger(handoff) == {"Rehema": R.PENDING} and Rep.objects.get().is_available


def test_a_survey_hands_over_nobody(answers, rehema):
    Campaign.objects.update(kind="survey")
    assert answers("decides", True) is None and answers("budget", True) is None


def test_a_campaign_without_reps_leaves_no_rows_before_the_lead_is_hot(answers):
    assert answers("decides", True) is None
    assert answers("budget", True).status == S.NO_ANSWER and notes() == ["note.no_rep"]


def test_a_rep_who_comes_while_it_warms_is_asked(answers, rehema, campaign):
    handoff = answers("decides", True)
    make_rep("Neema", "+254722000013", campaign)
    tidy(at(1))
    assert ledger(handoff) == {"Rehema": R.PENDING, "Neema": R.PENDING}


# ---- hot ---------------------------------------------------------------------------------------------------------------------------------


def test_when_it_turns_hot_the_clock_of_the_offer_starts(answers, rehema):
    answers("decides", True)
    handoff = answers("budget", True, 9)
    assert (handoff.status, handoff.offered_at, handoff.ended_at) == (S.OFFERED, at(9), None)
    assert [row.expires_at for row in handoff.reservations.all()] == [at(24)]


def test_the_bots_own_request_changes_nothing_more(answers, rehema, call):
    answers("decides", True)
    handoff = answers("budget", True, 9)
    assert offers.offer(call, now=at(10)) == handoff
    assert Reservation.objects.count() == 1 and Reservation.objects.get().expires_at == at(24)


def test_who_took_it_early_has_it_the_moment_it_turns_hot_and_only_then_is_the_bot_told(answers, rehema, juma):
    handoff = answers("decides", True)
    assert isinstance(offers.accept(handoff.id, rehema, now=at(1)), Accepted)
    assert offers.accept(handoff.id, juma, now=at(1)) == TakenBy("Rehema")
    assert (ledger(handoff), notes()) == ({"Rehema": R.ACCEPTED, "Juma": R.RESCINDED}, [])
    handoff = answers("budget", True, 9)
    assert (handoff.status, handoff.rep, handoff.accepted_at, notes()) == (S.ACCEPTED, rehema, at(9), ["note.rep_accepted"])


def test_accepting_twice_while_it_warms_is_no_mistake(answers, rehema):
    handoff = answers("decides", True)
    offers.accept(handoff.id, rehema, now=at(1))
    assert isinstance(offers.accept(handoff.id, rehema, now=at(2)), Accepted)
    assert reservations.current(rehema) == Reservation.objects.get()


def test_who_took_it_early_may_still_say_no(answers, rehema, juma):
    handoff = answers("decides", True)
    offers.accept(handoff.id, rehema, now=at(1))
    offers.decline(handoff.id, rehema, now=at(2))
    assert Reservation.objects.get(rep=rehema).status == R.REJECTED
    assert Reservation.objects.filter(rep=juma).latest("offered_at").status == R.PENDING


def test_who_took_it_early_and_has_closed_the_page_does_not_have_it(answers, rehema, juma):
    handoff = answers("decides", True)
    offers.accept(handoff.id, rehema, now=at(1))
    Rep.objects.filter(pk=rehema.pk).update(seen_at=None)
    tidy(at(2))
    assert Reservation.objects.get(rep=rehema).reason == "No longer there when the lead was about to turn hot."
    handoff = answers("budget", True, 9)
    assert handoff.status == S.OFFERED and Reservation.objects.filter(rep=juma).latest("offered_at").status == R.PENDING


def test_what_all_declined_while_it_warmed_is_declined_when_it_turns_hot(answers, rehema):
    handoff = answers("decides", True)
    offers.decline(handoff.id, rehema, now=at(1))
    handoff = answers("budget", True, 9)
    assert (handoff.status, notes()) == (S.DECLINED, ["note.no_rep"])


# ---- cold --------------------------------------------------------------------------------------------------------------------------------


def test_when_it_can_turn_hot_no_more_it_is_taken_back_in_words(answers, rehema):
    answers("decides", True)
    offers.accept(Handoff.objects.get().id, rehema, now=at(1))
    answers("budget", False)
    handoff = answers("soon", False, 9)
    assert (handoff.status, handoff.ended_at, handoff.reason) == (S.COOLED, at(9), "By its answers the lead does not turn hot.")
    row = handoff.reservations.get()
    assert (row.status, row.reason) == (R.RESCINDED, handoff.reason)
    assert (reservations.current(rehema), notes()) == (None, [])


def test_a_corrected_answer_warms_it_again_and_the_same_reps_are_asked(answers, rehema):
    for key, value, second in (("decides", True, 0), ("decides", False, 5), ("decides", True, 8)):
        handoff = answers(key, value, second)
    assert (handoff.status, handoff.ended_at) == (S.WARMING, None)
    assert [row.status for row in handoff.reservations.order_by("offered_at")] == [R.RESCINDED, R.PENDING]


def test_a_corrected_answer_takes_the_heat_away_before_anybody_has_it(answers, rehema):
    answers("decides", True)
    answers("budget", True, 5)
    assert answers("budget", False, 7).status == S.WARMING and Reservation.objects.get().expires_at is None
    assert answers("decides", False, 8).status == S.COOLED


def test_a_rep_who_has_it_keeps_it(answers, rehema):
    answers("decides", True)
    handoff = answers("budget", True, 5)
    offers.accept(handoff.id, rehema, now=at(6))
    assert answers("budget", False, 7).status == S.ACCEPTED


@pytest.mark.parametrize("outcome", [Outcome.FINISHED, Outcome.CALLEE_LEFT, Outcome.OPTED_OUT, Outcome.NO_INPUT, Outcome.MEDIA_LOST], ids=str)
def test_nothing_is_owed_to_a_lead_who_never_was_hot(answers, rehema, call, outcome):
    answers("decides", True)
    offers.on_session_finished(call, outcome, now=at(20))
    handoff = Handoff.objects.get()
    assert (handoff.status, handoff.ended_at, handoff.promised_for, ledger(handoff)) == (S.COOLED, at(20), None, {"Rehema": R.RESCINDED})


@pytest.mark.parametrize("value", [True, False], ids=["warming", "cooled"])
def test_what_the_bot_has_promised_is_owed_whatever_the_score(answers, rehema, call, value):
    answers("decides", True)
    answers("decides", value)
    offers.on_session_finished(call, Outcome.PROMISED, now=at(20))
    assert Handoff.objects.get().status == S.PROMISED


def test_a_call_that_died_with_its_process_leaves_nothing_warm(answers, rehema, call):
    answers("decides", True)
    Call.objects.filter(pk=call.pk).update(status="completed", ended_at=at(5))
    tidy(at(20))
    assert Handoff.objects.get().status == S.WARMING
    tidy(at(21))
    assert Handoff.objects.get().status == S.COOLED


# ---- cost --------------------------------------------------------------------------------------------------------------------------------


def queries_of(act) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])


@pytest.mark.parametrize("n_reps", [1, 20])
def test_asking_costs_a_handful_of_queries_however_many_reps_there_are(call, campaign, script, n_reps):
    for n in range(n_reps):
        make_rep(f"Rep {n}", f"+2547330000{n:02}", campaign)
    Answer.objects.create(call=call, question=script.questions.get(key="decides"), value=True, saved_at=NOW)
    call = Call.objects.select_related("campaign", "line", "script").get(pk=call.pk)
    assert queries_of(lambda: offers.on_score(call, Heat.LIKELY, now=at(0))) <= 9
    assert queries_of(lambda: offers.on_score(call, Heat.HOT, now=at(1))) <= 11  # an integrator who wants to know, a day to be tallied
    assert queries_of(lambda: offers.on_score(call, Heat.HOT, now=at(2))) <= 2
    assert Reservation.objects.count() == n_reps


def test_an_answer_that_changes_nothing_costs_one_query(call, rehema):
    call = Call.objects.select_related("campaign", "line", "script").get(pk=call.pk)
    assert queries_of(lambda: offers.on_score(call, Heat.COLD, now=at(0))) == 1
