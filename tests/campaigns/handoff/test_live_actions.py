"""Who may lead a live call, what they are told when they may not, what is noted to the call, and what comes of it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from bridge.brief import HandoffStrategy
from bridge.commands import Whispered
from bridge.events import (
    Outcome,
)
from bridge.notes import EndPolitely, RepAccepted, TakeOver, Whisper
from campaigns import live, stop_all
from campaigns.handoff import live_actions, offers, reservations
from campaigns.handoff.live_actions import Leader, Led, Refused
from campaigns.models import Call, Campaign, Handoff, LiveAction, LiveEvent, Rep, Reservation
from campaigns.scoring import Heat
from leads.models import Lead
from tests.campaigns.handoff.conftest import at, make_rep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
SENTENCE = "Delivery is free this month."
MOSI = Leader("mosi")


@pytest.fixture
def offered(hot_call, rehema) -> Handoff:
    return offers.offer(hot_call, now=at(0))


@pytest.fixture
def accepted(offered, rehema) -> Handoff:
    offers.accept(offered.pk, rehema, now=at(1))
    return Handoff.objects.get()


@pytest.fixture
def warming(hot_call, rehema) -> Handoff:
    offers.on_score(hot_call, Heat.LIKELY, now=at(0))
    return Handoff.objects.get()


def whisper(call: Call, leader: Leader, text: str = SENTENCE) -> Led | Refused:
    return live_actions.whisper(call.pk, leader, text, now=at(2))


def take_over(call: Call, leader: Leader, rep: Rep | None = None) -> Led | Refused:
    return live_actions.take_over(call.pk, leader, now=at(2), rep=rep)


def end(call: Call, leader: Leader) -> Led | Refused:
    return live_actions.end_politely(call.pk, leader, now=at(2))


def notes() -> list[object]:
    return [live.as_note(event) for event in LiveEvent.objects.filter(kind__startswith="note.").order_by("id")]


def outcome() -> str:
    return LiveAction.objects.get().outcome


ACTS = [pytest.param(whisper, id="whisper"), pytest.param(take_over, id="take over"), pytest.param(end, id="end politely")]


# ---- what is done ------------------------------------------------------------------------------------------------------------------------


def test_the_sentence_of_a_rep_reaches_the_call_with_their_name(accepted, hot_call, rehema):
    result = whisper(hot_call, Leader.of(rehema), f" {SENTENCE}\n")
    action = LiveAction.objects.get()
    assert result == Led(f"The bot says it as soon as it is its turn: “{SENTENCE}”")
    assert notes()[-1] == Whisper(str(action.pk), SENTENCE, "Rehema")
    assert (action.kind, action.text, action.done_by, action.done_at, action.outcome) == ("whisper", SENTENCE, "Rehema", at(2), "")


def test_its_live_event_does_not_hold_the_words(accepted, hot_call, rehema):
    whisper(hot_call, Leader.of(rehema))
    assert LiveEvent.objects.get(kind=live.Kind.LED).payload == {"action": "whisper", "outcome": ""}


def test_a_rep_who_has_accepted_takes_over(accepted, hot_call, rehema):
    assert isinstance(take_over(hot_call, Leader.of(rehema)), Led)
    assert notes()[-2:] == [RepAccepted("Rehema"), TakeOver("Rehema")]
    assert LiveAction.objects.get().rep_name == "Rehema"


def test_a_rep_who_is_asked_accepts_by_taking_over(offered, hot_call, rehema):
    assert isinstance(take_over(hot_call, Leader.of(rehema)), Led)
    offered.refresh_from_db()
    assert (offered.status, offered.rep) == ("accepted", rehema)
    assert notes() == [RepAccepted("Rehema"), TakeOver("Rehema")]


@pytest.mark.parametrize("is_accepted", [True, False], ids=["accepted early", "only asked"])
def test_a_lead_that_only_warms_is_the_reps_who_takes_it_over(warming, hot_call, rehema, is_accepted):
    if is_accepted:
        offers.accept(warming.pk, rehema, now=at(1))
    assert isinstance(take_over(hot_call, Leader.of(rehema)), Led)
    warming.refresh_from_db()
    assert (warming.status, warming.rep, warming.offered_at) == ("accepted", rehema, at(2))
    assert notes() == [RepAccepted("Rehema"), TakeOver("Rehema")]


def test_taken_over_twice_it_is_noted_once(accepted, hot_call, rehema):
    assert take_over(hot_call, Leader.of(rehema)) == take_over(hot_call, Leader.of(rehema))
    assert notes().count(TakeOver("Rehema")) == LiveAction.objects.count() == 1


def test_a_rep_ends_the_call_of_their_own_lead_once(accepted, hot_call, rehema):
    assert end(hot_call, Leader.of(rehema)) == end(hot_call, Leader.of(rehema)) == Led("The bot says goodbye and ends the call.")
    assert notes().count(EndPolitely()) == LiveAction.objects.count() == 1


def test_a_manager_leads_any_live_call(hot_call):
    assert isinstance(whisper(hot_call, MOSI), Led)
    assert isinstance(end(hot_call, MOSI), Led)
    assert {action.done_by for action in LiveAction.objects.all()} == {"mosi"}


@pytest.mark.parametrize("heat", [None, Heat.LIKELY, Heat.COLD], ids=["nobody asked", "warming", "cooled"])
def test_a_manager_gives_a_lead_that_is_not_hot_to_a_rep(hot_call, rehema, heat):
    if heat is not None:
        offers.on_score(hot_call, Heat.LIKELY, now=at(0))
        offers.on_score(hot_call, heat, now=at(1))
    assert take_over(hot_call, MOSI, rehema) == Led("The lead is Rehema’s: the bot says so and ends its part, then the phone rings.")
    handoff = Handoff.objects.get()
    assert (handoff.status, handoff.rep, handoff.ended_at) == ("accepted", rehema, None)
    assert notes() == [RepAccepted("Rehema"), TakeOver("Rehema")]


def test_a_manager_gives_it_past_those_who_are_asked(offered, hot_call, rehema, juma):
    assert isinstance(take_over(hot_call, MOSI, juma), Led)
    assert Reservation.objects.get(rep=rehema).status == "rescinded"
    assert reservations.holder_of(offered) == juma


def test_a_manager_need_not_name_the_rep_who_has_the_lead(accepted, hot_call):
    assert isinstance(take_over(hot_call, MOSI), Led)
    assert (notes()[-1], LiveAction.objects.get().done_by) == (TakeOver("Rehema"), "mosi")


# ---- who may not -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_a_rep_of_another_campaign_is_told_that_it_is_not_theirs(accepted, hot_call, act):
    stranger = make_rep("Neema", "+254722000013")
    assert act(hot_call, Leader.of(stranger)) == Refused("This lead is not in your queue.")
    assert not LiveAction.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_another_rep_is_told_who_has_the_lead(accepted, hot_call, juma, act):
    assert act(hot_call, Leader.of(juma)) == Refused("Rehema has this lead.")


@pytest.mark.parametrize("act", ACTS)
def test_nobody_leads_a_lead_that_no_rep_was_asked_to_take(hot_call, rehema, act):
    assert act(hot_call, Leader.of(rehema)) == Refused("This lead is not in your queue.")


@pytest.mark.parametrize(("act", "why"), [(whisper, "Accept the lead first."), (end, "Accept the lead first.")])
def test_to_be_asked_is_not_enough_to_speak_or_to_end(offered, hot_call, rehema, act, why):
    assert act(hot_call, Leader.of(rehema)) == Refused(why)


def test_who_declined_cannot_take_it_over(offered, hot_call, rehema, juma):
    offers.decline(offered.pk, rehema, now=at(1))
    assert take_over(hot_call, Leader.of(rehema)) == Refused("This lead is not offered to you any more.")


def test_a_rep_who_is_away_cannot_take_over(offered, hot_call, rehema):
    Rep.objects.update(is_available=False)
    rehema.refresh_from_db()
    assert "You are away" in str(take_over(hot_call, Leader.of(rehema)))
    assert notes() == []


OVER = [
    pytest.param({"status": "completed", "ended_at": timezone.now()}, "The call is over.", id="ended"),
    pytest.param({"session_ended_at": timezone.now()}, "The call is over.", id="bot's part over"),
    pytest.param({"stream_opened_at": None}, "The bot does not talk yet.", id="before the stream"),
    pytest.param({"status": "ringing", "answered_at": None}, "Nobody has picked up.", id="ringing"),
]


@pytest.mark.parametrize(("fields", "why"), OVER)
@pytest.mark.parametrize("act", ACTS)
def test_nobody_leads_a_call_in_which_the_bot_does_not_talk(accepted, hot_call, rehema, act, fields, why):
    Call.objects.filter(pk=hot_call.pk).update(**fields)
    assert act(hot_call, Leader.of(rehema)) == act(hot_call, MOSI) == Refused(why)
    assert not LiveAction.objects.exists()


@pytest.mark.parametrize("fields", [{"released_at": at(1)}, {"status": "bridged"}], ids=["released", "bridged"])
@pytest.mark.parametrize("act", ACTS)
def test_nobody_leads_a_lead_who_is_with_a_rep_already(accepted, hot_call, rehema, act, fields):
    Handoff.objects.update(**fields)
    assert act(hot_call, Leader.of(rehema)) == act(hot_call, MOSI) == Refused("The lead is already with Rehema.")


def test_a_manager_must_say_who_gets_the_lead(hot_call, rehema):
    assert take_over(hot_call, MOSI) == Refused("Choose the rep who gets the lead.")


def test_a_manager_cannot_take_a_lead_away_from_a_rep(accepted, hot_call, juma):
    assert take_over(hot_call, MOSI, juma) == Refused("Rehema has this lead.")


@pytest.mark.parametrize("fields", [{"is_verified": False}, {"number": "+254712345678"}], ids=["not verified", "a lead's number"])
def test_no_rep_gets_a_lead_whose_phone_may_not_be_rung(hot_call, rehema, asha, fields):
    Lead.objects.filter(pk=asha.pk).update(phone="+254712345678")
    Rep.objects.update(**fields)
    rehema.refresh_from_db()
    assert isinstance(take_over(hot_call, MOSI, rehema), Refused)
    assert (notes(), Handoff.objects.count()) == ([], 0)


def test_no_rep_of_another_campaign_gets_the_lead_and_nothing_is_opened(hot_call):
    result = take_over(hot_call, MOSI, make_rep("Neema", "+254722000013"))
    assert "takes no leads of this campaign" in str(result)
    assert (Handoff.objects.count(), notes()) == (0, [])


def test_no_rep_gets_a_second_lead(hot_call, rehema, campaign, daudi):
    other = Handoff.objects.create(call=_other_call(campaign, daudi), strategy=HandoffStrategy.DIAL, offered_at=at(0), status="accepted", rep=rehema)
    Reservation.objects.create(handoff=other, rep=rehema, status="accepted", offered_at=at(0))
    assert "busy with another one" in str(take_over(hot_call, MOSI, rehema))


def _other_call(campaign: Campaign, lead: Lead) -> Call:
    return Call.objects.create(campaign=campaign, lead=lead, attempt_number=1, due_at=at(0), status="completed")


def test_the_callees_of_a_survey_are_given_to_nobody(hot_call, rehema):
    Campaign.objects.update(kind=Campaign.Kind.SURVEY)
    assert take_over(hot_call, MOSI, rehema) == Refused("This is a survey: its callees are given to nobody.")


def test_nobody_is_rung_for_it_while_all_dialing_is_stopped(accepted, hot_call, rehema):
    stop_all.stop_all(by="mosi", reason="fire drill")
    assert "fire drill" in str(take_over(hot_call, Leader.of(rehema)))
    assert TakeOver("Rehema") not in notes()


def test_a_sentence_that_cannot_be_said_is_not_sent(accepted, hot_call, rehema):
    assert whisper(hot_call, Leader.of(rehema), "https://acme.example") == Refused(
        "Write what the bot is to say. Links are left out: nobody can hear them."
    )
    assert not LiveAction.objects.exists()


# ---- what comes of it --------------------------------------------------------------------------------------------------------------------


def test_one_sentence_waits_at_a_time(accepted, hot_call, rehema):
    whisper(hot_call, Leader.of(rehema))
    assert whisper(hot_call, MOSI) == Refused("A sentence is waiting to be said already. Send the next one when it was said.")
    live_actions.told(hot_call.pk, Whispered.SAID, str(LiveAction.objects.get().pk))
    assert isinstance(whisper(hot_call, MOSI), Led)


@pytest.mark.parametrize(("whispered", "kept"), [(Whispered.SAID, "said"), (Whispered.CUT, "cut"), (Whispered.DROPPED, "dropped")])
def test_what_became_of_a_sentence_is_kept_and_told_once(accepted, hot_call, rehema, whispered, kept):
    whisper(hot_call, Leader.of(rehema))
    whisper_id = str(LiveAction.objects.get().pk)
    live_actions.told(hot_call.pk, whispered, whisper_id)
    live_actions.told(hot_call.pk, Whispered.SAID, whisper_id)
    assert outcome() == kept
    assert [event.payload["outcome"] for event in LiveEvent.objects.filter(kind=live.Kind.LED).order_by("id")] == ["", kept]


def test_news_of_a_sentence_counts_for_its_own_call_alone(accepted, hot_call, rehema, campaign, daudi):
    whisper(hot_call, Leader.of(rehema))
    live_actions.told(_other_call(campaign, daudi).pk, Whispered.SAID, str(LiveAction.objects.get().pk))
    assert outcome() == ""


@pytest.mark.parametrize(
    ("act", "ended", "kept"),
    [
        (whisper, Outcome.CALLEE_LEFT, "dropped"),
        (take_over, Outcome.HANDED_OFF, "done"),
        (take_over, Outcome.CALLING_BACK, "done"),
        (take_over, Outcome.OPTED_OUT, "not_done"),
        (end, Outcome.STOPPED, "done"),
        (end, Outcome.OPTED_OUT, "not_done"),
    ],
)
def test_the_end_of_the_session_decides_what_still_waited(accepted, hot_call, rehema, act, ended, kept):
    act(hot_call, Leader.of(rehema))
    for _ in range(2):
        live_actions.session_ended(hot_call.pk, ended)
    assert outcome() == kept


def test_nothing_is_owed_to_a_lead_whose_call_a_person_ended(accepted, hot_call):
    offers.on_session_finished(hot_call, Outcome.STOPPED, now=at(5))
    accepted.refresh_from_db()
    assert (accepted.status, accepted.promised_for, accepted.reason) == ("bridge_failed", None, "A person of ours let the bot end the call.")
    assert reservations.holder_of(accepted) is None, "the rep is free again"


def test_a_rep_who_took_over_is_rung_by_the_strategy_of_the_line(strategy_callback, hot_call, rehema):
    offers.offer(hot_call, now=at(0))
    take_over(hot_call, Leader.of(rehema))
    offers.on_session_finished(hot_call, Outcome.CALLING_BACK, now=at(9))
    handoff = Handoff.objects.get()
    assert (handoff.status, handoff.rep, handoff.strategy, handoff.released_at) == ("accepted", rehema, "callback", at(9))
