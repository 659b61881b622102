"""Strategy conference: the lead stays with the bot until the rep has pressed 1, and comes back to it when nobody does."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from bridge.brief import HandoffStrategy
from bridge.events import Outcome
from bridge.telephony.answer_xml import Conference, GetDigits, Hangup, Redirect, Say
from bridge.telephony.dialect import ProviderStatus
from campaigns.handoff.result import HandoffResult
from campaigns.handoff.results import result_of
from campaigns.models import Call, Handoff, LiveEvent, Rep, StaffCall
from campaigns.states import CallStatus, HandoffStatus
from tests.campaigns.handoff.conftest import at
from tests.campaigns.platform import record

pytestmark = pytest.mark.django_db(transaction=True)
P, S = ProviderStatus, HandoffStatus


@pytest.fixture
async def rung(story, strategy_conference, rehema):
    """Rehema accepted, the bot was done at second 5, her phone rings; Asha is still with the bot."""
    await story.offer()
    await story.accept(rehema)
    await story.release(5)
    await story.tend(6)
    return story


@pytest.fixture
async def joined(rung):
    """…she picked up at second 15 and pressed 1 at second 30."""
    await rung.rep_leg(15)
    await rung.rep_leg(30, digits="1")
    return rung


@pytest.fixture
async def bridged(joined):
    """…and the bot left at second 34."""
    await joined.finish(Outcome.HANDED_OFF, 34)
    return joined


@pytest.fixture
async def second_rep(juma):
    """Juma's page stays open."""
    await Rep.objects.filter(pk=juma.pk).aupdate(seen_at=at(60))
    return juma


async def statuses() -> list[str]:
    return [event.payload["status"] async for event in LiveEvent.objects.filter(kind="handoff").order_by("id") if "event" in event.payload]


# ---- the rep comes


async def test_nobody_is_rung_while_the_bot_still_asks(story, strategy_conference, rehema, platform):
    await story.offer()
    await story.accept(rehema)
    await story.tend(4)
    assert platform.placed == []


async def test_the_rep_is_rung_once_and_the_lead_s_call_goes_on(rung, platform):
    await rung.tend(7)
    [asked] = platform.placed
    assert asked.body["to"] == ["+254722000011"]
    assert platform.hung_up == []


async def test_a_release_in_the_middle_of_a_round_rings_the_rep_once(story, strategy_conference, rehema, platform):
    await story.offer()
    await story.accept(rehema)
    await story.release(5)
    for second in (4.9, 5.9, 6.9, 30):
        await story.tend(second)
    assert len(platform.placed) == 1
    assert (await story.handoff()).status == S.ACCEPTED


async def test_the_rep_hears_who_is_waiting_before_pressing_1(rung):
    [brief, again] = await rung.rep_leg(15)
    spoken = " ".join(say.text for say in brief.prompt)
    assert isinstance(brief, GetDigits) and isinstance(again, Redirect)
    for part in ("Rehema", "Asha", "Acme November", "Score 70", "Seats: 60 seats", "Press 1"):
        assert part in spoken
    assert "+254" not in spoken


async def test_pressing_1_puts_the_rep_into_the_lead_s_room_which_ends_with_them(rung, hot_call):
    await rung.rep_leg(15)
    [said, room] = await rung.rep_leg(30, digits="1")
    assert isinstance(said, Say)
    assert isinstance(room, Conference) and room.ends_on_exit and room.starts_on_enter
    assert hot_call.answer_token not in room.name and len(room.name) > 30
    assert (await StaffCall.objects.aget()).is_accepted


async def test_the_bot_is_told_only_when_the_rep_has_pressed_1(rung):
    await rung.rep_leg(15)
    assert await rung.notes() == ["note.rep_accepted"]
    await rung.rep_leg(30, digits="1")
    assert await rung.notes() == ["note.rep_accepted", "note.rep_ready"]


async def test_a_lost_reply_is_given_again_and_tells_the_bot_once(joined):
    again = await joined.rep_leg(31, digits="1")
    assert isinstance(again[-1], Conference)
    assert (await joined.notes()).count("note.rep_ready") == 1


async def test_they_are_together_when_the_bot_has_left(joined):
    assert (await joined.handoff()).status == S.ACCEPTED
    await joined.finish(Outcome.HANDED_OFF, 34)
    handoff = await joined.handoff()
    assert (handoff.status, handoff.bridged_at, handoff.ended_at, handoff.is_fallback) == (S.BRIDGED, at(34), None, False)


async def test_nothing_is_hung_up_while_they_talk(bridged, platform):
    await Call.objects.all().aupdate(session_ended_at=at(-60))
    for second in (40, 60, 100):
        await bridged.tend(second)
    assert platform.hung_up == []
    assert (await bridged.handoff()).ended_at is None


async def test_a_talk_that_the_rep_ends_is_over(bridged):
    await bridged.rep_leg(90, P.COMPLETED)
    handoff = await bridged.handoff()
    assert (handoff.status, handoff.ended_at) == (S.BRIDGED, at(90))


async def test_a_talk_that_the_lead_ends_is_over(bridged):
    assert await bridged.fetch(90, P.COMPLETED) is None
    assert (await bridged.handoff()).ended_at == at(90)


@pytest.mark.parametrize("who", ["lead", "rep"])
async def test_an_end_that_nobody_told_the_hand_off_is_found(bridged, who):
    if who == "lead":
        await bridged.lead_hangs_up(90)
    else:
        await StaffCall.objects.all().aupdate(status="completed", ended_at=at(90))
    await bridged.tend(92)
    assert (await bridged.handoff()).ended_at == at(90)


async def test_its_times_are_told(bridged):
    await bridged.rep_leg(90, P.COMPLETED)
    result = await sync_to_async(lambda: result_of(Handoff.objects.get()))()
    assert result == HandoffResult(S.BRIDGED, is_over=True, to_accept_s=1, to_bridge_s=34, waited_s=29, rang_s=9, talked_s=56)


async def test_the_rep_s_leg_is_paid_for(rung):
    assert (await StaffCall.objects.aget()).reserved_minor > 0


# ---- nobody takes it


async def test_a_rep_who_does_not_answer_brings_the_bot_back(rung):
    await rung.rep_leg(31, P.NO_ANSWER)
    handoff = await rung.handoff()
    assert (handoff.status, handoff.reason, handoff.ended_at) == (S.RETURNED_TO_BOT, "The rep did not answer.", None)
    assert (await rung.notes())[-1] == "note.no_rep"
    assert await statuses() == ["offered", "accepted", "no_answer", "returned_to_bot"]


async def test_the_bot_s_promise_is_owed(rung):
    await rung.rep_leg(31, P.NO_ANSWER)
    await rung.finish(Outcome.PROMISED, 40)
    handoff = await rung.handoff()
    assert (handoff.status, handoff.reason) == (S.PROMISED, "The rep did not answer.")
    assert handoff.promised_for is not None


async def test_a_mailbox_presses_no_key(rung):
    await rung.rep_leg(15)
    assert await rung.rep_leg(40) == (Hangup(),)
    assert (await rung.handoff()).status == S.RETURNED_TO_BOT
    assert "rep_voicemail" in await statuses()


async def test_a_lost_brief_is_read_again_and_is_no_mailbox(rung):
    assert await rung.rep_leg(15) == await rung.rep_leg(16)
    assert (await rung.handoff()).status == S.ACCEPTED


async def test_a_rep_who_hangs_up_without_a_key_is_taken_for_a_mailbox(rung):
    await rung.rep_leg(15)
    await rung.rep_leg(20, P.COMPLETED)
    assert (await rung.handoff()).status == S.RETURNED_TO_BOT


@pytest.mark.parametrize("how", ["no answer", "mailbox"])
async def test_the_next_rep_is_rung_while_the_lead_waits(rung, second_rep, platform, how):
    if how == "no answer":
        await rung.rep_leg(31, P.NO_ANSWER)
    else:
        await rung.rep_leg(15)
        await rung.rep_leg(31)
    handoff = await rung.handoff()
    assert (handoff.status, handoff.rep, handoff.released_at) == (S.ACCEPTED, second_rep, at(31))
    await rung.tend(32)
    assert [asked.body["to"] for asked in platform.placed] == [["+254722000011"], [second_rep.number]]
    assert (await rung.notes()).count("note.no_rep") == 0


async def test_the_first_rep_s_late_key_does_not_reach_the_lead_of_the_second(rung, second_rep):
    first = await StaffCall.objects.aget()
    await rung.rep_leg(15)
    await rung.rep_leg(31)
    await rung.tend(32)
    assert await rung.rep_leg_of(first, 33, digits="1") == (Hangup(),)
    await rung.rep_leg(40)
    assert isinstance((await rung.rep_leg(50, digits="1"))[-1], Conference)
    await rung.rep_leg_of(first, 55, P.COMPLETED)
    assert (await rung.handoff()).status == S.ACCEPTED


async def test_nobody_is_asked_twice(rung, second_rep, platform):
    await rung.rep_leg(31, P.NO_ANSWER)
    await rung.tend(32)
    await rung.rep_leg(60, P.NO_ANSWER)
    await rung.tend(61)
    assert len(platform.placed) == 2
    assert (await rung.handoff()).status == S.RETURNED_TO_BOT


async def test_a_rep_who_hangs_up_before_the_bot_has_left_leaves_a_promise(joined, second_rep, platform):
    await joined.rep_leg(31, P.COMPLETED)
    await joined.finish(Outcome.HANDED_OFF, 34)
    handoff = await joined.handoff()
    assert (handoff.status, handoff.reason) == (S.PROMISED, "The rep hung up before the lead was connected.")
    await joined.tend(35)
    assert len(platform.placed) == 1


async def test_a_rep_who_may_not_be_rung_brings_the_bot_back(story, strategy_conference, rehema, platform):
    await story.offer()
    await story.accept(rehema)
    rehema.is_verified = False
    await rehema.asave()
    await story.release(5)
    await story.tend(6)
    assert platform.placed == []
    assert (await story.handoff()).status == S.RETURNED_TO_BOT


# ---- the lead leaves


@pytest.fixture
async def lead_gone(rung):
    """Asha hung up at second 20 while Rehema heard the brief."""
    await rung.rep_leg(15)
    await rung.lead_hangs_up(20)
    await rung.finish(Outcome.CALLEE_LEFT, 20)
    return rung


async def test_a_lead_who_hangs_up_while_waiting_has_left(lead_gone):
    handoff = await lead_gone.handoff()
    assert (handoff.status, handoff.ended_at) == (S.LEAD_HUNG_UP, at(20))


@pytest.mark.parametrize("keys", [{"digits": "1"}, {}], ids=["pressing 1", "pressing nothing"])
async def test_the_rep_is_told_and_released(lead_gone, keys):
    [said, end] = await lead_gone.rep_leg(30, **keys)
    assert said.text == "Asha has hung up. Goodbye." and end == Hangup()
    assert "note.rep_ready" not in await lead_gone.notes()


async def test_a_lead_whose_end_the_platform_told_first_is_not_joined(rung):
    await rung.rep_leg(15)
    await rung.lead_hangs_up(20)
    assert not any(isinstance(verb, Conference) for verb in await rung.rep_leg(21, digits="1"))
    await rung.finish(Outcome.CALLEE_LEFT, 22)
    assert (await rung.handoff()).status == S.LEAD_HUNG_UP


async def test_a_phone_that_rings_for_nothing_is_hung_up(rung, platform):
    await rung.lead_hangs_up(10)
    await rung.finish(Outcome.CALLEE_LEFT, 10)
    await rung.tend(11)
    await rung.tend(12)
    assert platform.hung_up == ["call-1"]


async def test_a_rep_in_an_empty_room_is_hung_up(joined, platform):
    await joined.lead_hangs_up(31)
    await joined.finish(Outcome.CALLEE_LEFT, 31)
    await joined.tend(32)
    assert platform.hung_up == []
    await joined.tend(34)
    assert platform.hung_up == ["call-1"]


async def test_a_lead_who_left_in_the_instant_of_the_introduction_was_not_bridged(joined):
    await joined.lead_hangs_up(33)
    await joined.finish(Outcome.HANDED_OFF, 34)
    assert (await joined.handoff()).status == S.LEAD_HUNG_UP


async def test_a_lead_who_wants_no_more_calls_is_owed_nothing(rung):
    await rung.finish(Outcome.OPTED_OUT, 20)
    assert (await rung.handoff()).status == S.BRIDGE_FAILED
    assert await rung.rep_leg(25) == (Hangup(),)


# ---- what breaks


@pytest.mark.parametrize("outcome", [Outcome.PROMISED, Outcome.MEDIA_LOST, Outcome.VOICE_FAILED], ids=str)
async def test_a_bot_that_goes_while_the_phone_rings_leaves_a_call_back_from_that_phone(rung, platform, outcome):
    await rung.finish(outcome, 20)
    await rung.lead_hangs_up(20.5)
    await rung.tend(21)
    handoff = await rung.handoff()
    assert (handoff.strategy, handoff.is_fallback, handoff.status) == (HandoffStrategy.CALLBACK, True, S.ACCEPTED)
    assert len(platform.placed) == 1, "the rep is not rung a second time"
    await rung.rep_leg(25)
    await rung.rep_leg(30, digits="1")
    await rung.rep_leg(90, P.DIAL_COMPLETED, dial_status=P.COMPLETED, dial_duration_s=50.0)
    assert (await rung.handoff()).status == S.BRIDGED


async def test_a_bot_that_breaks_after_the_key_leaves_them_together(joined, platform):
    await joined.finish(Outcome.MEDIA_LOST, 32)
    await joined.tend(40)
    assert (await joined.handoff()).status == S.BRIDGED
    assert platform.hung_up == []


async def test_a_lead_whom_the_bot_has_left_is_not_left_on_the_line(rung, platform):
    """Its process died; the janitor said so, and the room holds the call."""
    await rung.finish(Outcome.MEDIA_LOST, 20)
    await Call.objects.filter(occasion=Call.Occasion.CAMPAIGN).aupdate(session_ended_at=at(-60))
    await rung.tend(21)
    assert platform.hung_up == ["lead-1"]


async def test_a_lead_whose_rep_left_is_not_left_on_the_line(bridged, platform):
    await Call.objects.all().aupdate(session_ended_at=at(-60))
    await bridged.rep_leg(90, P.COMPLETED)
    await bridged.tend(91)
    assert platform.hung_up == ["lead-1"]


async def test_a_rep_s_leg_whose_end_nobody_told_is_looked_up(rung, platform):
    platform.calls = [record(id="call-1", status="no_answer")]
    await rung.tend(51.1)
    assert (await rung.handoff()).status == S.RETURNED_TO_BOT


async def test_a_rep_leg_whose_end_was_told_to_a_dying_process_is_settled(rung):
    await StaffCall.objects.all().aupdate(status="no_answer", ended_at=at(31))
    await rung.tend(46)
    assert (await rung.handoff()).status == S.RETURNED_TO_BOT


async def test_an_accepted_lead_whose_session_never_reported_is_owed_a_call_back(rung):
    await rung.rep_leg(15)
    await rung.lead_hangs_up(20)
    await rung.tend(36)
    assert (await rung.handoff()).status == S.PROMISED


async def test_a_long_talk_is_asked_about_and_goes_on(bridged, platform):
    platform.calls = [record(id="call-1", status="answered")]
    assert (await StaffCall.objects.aget()).status == CallStatus.IN_PROGRESS
    await bridged.tend(600)
    assert (await bridged.handoff()).ended_at is None
