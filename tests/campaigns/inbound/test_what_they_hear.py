"""A lead calls our number: what they hear, what they are asked, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from bridge.brief import EVERYBODY_IS_A_PERSON
from bridge.events import Outcome
from bridge.reports import SessionReport
from campaigns import inbound
from campaigns.briefs import kept_answers
from campaigns.call_desk import DatabaseCallDesk
from campaigns.models import Answer, AttemptSign, Call, Campaign
from campaigns.priority import Priority
from campaigns.states import CallStatus, Disposition
from leads.compliance import Purpose
from leads.consent import withdraw_consent
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from tests.campaigns.inbound.callers import ASHA, FEW, YES, attempt, talk, theirs, told
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "loopback", "server")]


# ---- what they hear --------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_they_hear_who_called_and_the_whole_disclosure_and_are_asked_from_the_beginning(async_client, missed):
    brief = await talk(await told(async_client))
    assert brief.lines.disclosure == (
        "Thank you for calling back. You missed a call from Acme. I am Zawadi, an AI calling for Acme with two questions. "
        "I record this call and share it with Acme. Say stop to stop."
    )
    assert [question.question_id for question in brief.questions] == ["permission", "seats"]
    assert not brief.is_notice and brief.answers == {} and brief.is_recorded
    assert brief.answer_rules == EVERYBODY_IS_A_PERSON, "who calls us is a person, however long they talk"


@pytest.mark.usefixtures("signed")
async def test_an_interview_that_broke_off_goes_on_with_what_was_answered(async_client, missed, script):
    await Call.objects.filter(pk=missed.pk).aupdate(status="completed", answered_at=NOW, disposition="incomplete")
    question = await script.questions.aget(key="seats")
    await Answer.objects.acreate(call=missed, question=question, value=60, saved_at=NOW)
    brief = await talk(await told(async_client))
    assert brief.lines.disclosure.startswith("Thank you for calling back. We called you on behalf of Acme, and were not finished.")
    assert brief.answers == {"seats": 60} and brief.is_hot, "permission is asked anew, the rest is not"


def finished(missed: Call) -> None:
    Call.objects.filter(pk=missed.pk).update(status="completed", disposition="not_qualified")


def closed(missed: Call) -> None:
    Campaign.objects.update(status="closed")


def withdrawn(missed: Call) -> None:
    withdraw_consent(missed.lead, purpose=Purpose.MARKETING, channel="e-mail", at=NOW, now=NOW)


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("happened", [finished, closed, withdrawn])
async def test_with_nothing_left_to_ask_they_hear_who_called_and_may_opt_out(async_client, missed, happened):
    await sync_to_async(happened)(missed)
    brief = await talk(await told(async_client), outcome=Outcome.INFORMED)
    assert (brief.is_notice, brief.questions, brief.is_recorded) == (True, (), False)
    assert "We called you earlier" in brief.lines.disclosure and "automated AI assistant of Acme" in brief.lines.disclosure
    assert "stop calling me" in brief.offer
    assert (await theirs()).disposition == Disposition.INFORMED


@pytest.mark.usefixtures("signed")
async def test_who_is_on_the_list_hears_that_and_no_question(async_client, missed):
    await sync_to_async(add_to_do_not_call)(ASHA, origin=DoNotCallEntry.Origin.CALLEE, reason="asked", at=NOW)
    brief = await talk(await told(async_client), outcome=Outcome.INFORMED)
    assert (brief.is_notice, brief.questions, brief.offer) == (True, (), "")
    assert "on our do not call list" in brief.lines.disclosure


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("at", [NOW.replace(hour=23), NOW + timedelta(days=5)], ids=["at two in the morning", "on a Sunday"])
async def test_the_clock_has_no_say_for_they_called_us(async_client, missed, at):
    assert missed.campaign.purpose == "marketing"
    await told(async_client)
    brief = await sync_to_async(inbound.brief_of)(await theirs(), at=at)
    assert not brief.is_notice


@pytest.mark.usefixtures("signed")
async def test_a_paused_campaign_stops_our_ringing_and_not_their_calling(async_client, missed):
    await Campaign.objects.aupdate(status="paused", pause_reason="lunch")
    assert not (await talk(await told(async_client))).is_notice


@pytest.mark.usefixtures("signed")
async def test_a_script_says_it_in_its_own_words(async_client, missed, line):
    def in_swahili() -> None:
        script = missed.script.__class__.objects.create(
            name="Kiswahili",
            organisation="Acme",
            language="sw-KE",
            disclosure="Mimi ni AI.",
            lines={"missed_call": "Asante, ni {organisation}."},
        )
        Campaign.objects.update(script=script)

    await sync_to_async(in_swahili)()
    assert (await talk(await told(async_client))).lines.disclosure == "Asante, ni Acme. Mimi ni AI."


# ---- what follows ------------------------------------------------------------------------------------------------------------------------


async def ended(client) -> None:
    await told(client, callSessionState="Completed", durationInSeconds=40)


@pytest.mark.usefixtures("signed")
async def test_who_has_finished_is_not_called_again(async_client, missed):
    await talk(await told(async_client), YES, FEW)
    assert (await attempt(2)).status == CallStatus.QUEUED, "not before the call is over"
    await ended(async_client)
    assert ((await theirs()).disposition, (await theirs()).status) == (Disposition.NOT_QUALIFIED, CallStatus.COMPLETED)
    assert ((await attempt(2)).status, (await attempt(2)).dialled_at) == (CallStatus.CANCELED, None)
    assert not await Call.objects.filter(attempt_number__gt=2).aexists()


@pytest.mark.usefixtures("signed")
async def test_who_breaks_off_is_called_when_the_rules_say(async_client, missed):
    await talk(await told(async_client), YES, FEW, outcome=Outcome.CALLEE_LEFT)
    await ended(async_client)
    queued = await attempt(2)
    assert (queued.status, queued.priority) == (CallStatus.QUEUED, Priority.BROKEN_OFF)
    assert timedelta(minutes=59) < queued.due_at - NOW < timedelta(minutes=61), "an hour after the broken-off interview, not two"


@pytest.mark.usefixtures("signed")
async def test_what_they_said_when_they_called_counts_on_later_attempts_and_on_no_earlier_one(async_client, missed):
    await talk(await told(async_client), YES, FEW, outcome=Outcome.CALLEE_LEFT)
    await ended(async_client)
    later = await attempt(2)
    later.script_id, later.dialled_at = missed.script_id, NOW + timedelta(hours=1)
    assert await sync_to_async(kept_answers)(later) == {"seats": 4}
    assert await sync_to_async(kept_answers)(missed) == {}


@pytest.mark.usefixtures("signed")
async def test_their_call_uses_up_no_attempt_and_wins_none(async_client, missed):
    await Call.objects.filter(attempt_number=2).adelete()
    await Campaign.objects.aupdate(max_attempts=1)
    await talk(await told(async_client), YES, outcome=Outcome.CALLEE_LEFT)
    await ended(async_client)
    assert not await Call.objects.filter(status=CallStatus.QUEUED).aexists()


@pytest.mark.usefixtures("signed")
async def test_who_had_finished_before_and_hangs_up_on_the_notice_is_not_called_again(async_client, missed):
    await sync_to_async(finished)(missed)
    await talk(await told(async_client), outcome=Outcome.CALLEE_LEFT)
    await ended(async_client)
    assert not await Call.objects.filter(status=CallStatus.QUEUED).aexists()


@pytest.mark.usefixtures("signed")
async def test_an_opt_out_is_saved_and_ends_what_was_planned(async_client, missed):
    await told(async_client)
    desk = DatabaseCallDesk()
    brief = await desk.open((await theirs()).stream_token or "")
    await desk.save_opt_out(brief.call_id, "stop calling me")
    assert await DoNotCallEntry.objects.filter(phone=ASHA, origin="callee").aexists()
    await desk.finish(brief.call_id, SessionReport(Outcome.OPTED_OUT, is_disclosure_heard=True))
    desk.close()
    await ended(async_client)
    assert (await attempt(2)).status == CallStatus.CANCELED


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("outcome", "faults"), [(Outcome.VOICE_FAILED, ["voice"]), (Outcome.DESK_FAILED, ["voice"]), (Outcome.CALLEE_LEFT, [])])
async def test_a_voice_that_fails_when_they_call_is_a_sign_about_the_voice(async_client, missed, outcome, faults):
    await talk(await told(async_client), outcome=outcome)
    await ended(async_client)
    await ended(async_client)
    assert [sign.fault async for sign in AttemptSign.objects.all()] == faults
