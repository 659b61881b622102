"""A lead calls our number: who is believed to call, what is opened for them, what they hear, and what follows."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bridge.events import AnswerReport, Outcome, SessionReport
from bridge.telephony.signatures import sign
from campaigns import calls, dialer, inbound, money, servers, stop_all
from campaigns.briefs import kept_answers
from campaigns.call_desk import DatabaseCallDesk
from campaigns.handoff import offers
from campaigns.look_ups import look_up
from campaigns.models import Answer, Call, Campaign, Handoff, LiveEvent, ServerProcess, StrangerCall
from campaigns.priority import Priority
from campaigns.states import CallStatus, Disposition
from leads.compliance import Purpose
from leads.consent import withdraw_consent
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from tests.campaigns.conftest import LINE_NUMBER, live_call
from tests.campaigns.platform import record
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections", "loopback", "server")]

ASHA = "+254712123401"
EMPTY = b"<Response></Response>"
SECRET = "one"
RINGING = {"sessionId": "HD_in", "callerNumber": ASHA, "destinationNumber": LINE_NUMBER, "direction": "inbound", "callSessionState": "Ringing"}


@pytest.fixture
def signed(loopback, settings) -> None:
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]


@pytest.fixture
def missed(campaign, asha) -> Call:
    """Asha did not pick up an hour ago; the next attempt is planned."""
    call = live_call(
        campaign, asha, dialled_at=NOW - timedelta(hours=1), status="no_answer", ended_at=NOW - timedelta(hours=1), cost_minor=0, settled_at=NOW
    )
    Call.objects.create(campaign=campaign, lead=asha, attempt_number=2, due_at=NOW + timedelta(hours=2))
    return call


async def told(client, path: str = "/voice/answer", *, secret: str = SECRET, **fields) -> bytes:
    body = json.dumps({**RINGING, **fields}).encode()
    headers = {"X-Sautikit-Signature": sign(body, secret, at=datetime.now(UTC))}
    reply = await client.post(path, body, content_type="application/json", headers=headers)
    assert reply.status_code in (200, 204)
    return bytes(reply.content)


async def posted(client, **fields) -> bytes:
    """Not signed."""
    reply = await client.post("/voice/answer", urlencode(fields), content_type="application/x-www-form-urlencoded")
    return bytes(reply.content)


async def theirs() -> Call:
    related = ("campaign", "lead", "line", "script", "server")
    return await Call.objects.select_related(*related).aget(occasion=Call.Occasion.INBOUND)


async def attempt(n: int) -> Call:
    return await Call.objects.aget(attempt_number=n)


def verbs(xml: bytes) -> list[str]:
    return [verb.tag for verb in ET.fromstring(xml)]


def words(xml: bytes) -> str:
    return " ".join(verb.text or "" for verb in ET.fromstring(xml).iter("Say"))


async def talk(document: bytes, *answers: AnswerReport, outcome: Outcome = Outcome.FINISHED):
    """The socket is opened, the answers are saved, the session and the call end. Returns the brief."""
    call, desk = await theirs(), DatabaseCallDesk()
    assert (call.stream_token or "").encode() in document
    brief = await desk.open(call.stream_token or "")
    for answer in answers:
        await desk.save_answer(brief.call_id, answer)
    await desk.finish(brief.call_id, SessionReport(outcome, 300, (), True))
    desk.close()
    return brief


YES = AnswerReport("permission", True, "yes", 0, 1, 0.9, False)
FEW = AnswerReport("seats", 4, "four", 0, 1, 0.9, False)
MANY = replace(FEW, value=60)


# ---- who is believed to call --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_a_signed_callback_opens_a_call_that_is_no_attempt_and_gets_the_stream(async_client, missed, server):
    document = await told(async_client)
    call = await theirs()
    assert verbs(document) == ["Stream", "Redirect"]
    assert f"ws://127.0.0.1:8000/audio/{call.stream_token}".encode() in document
    assert (call.campaign_id, call.lead_id, call.line.number, call.script_id) == (missed.campaign_id, missed.lead_id, LINE_NUMBER, missed.script_id)
    assert (call.attempt_number, call.dialled_at, call.status, call.provider_session_id) == (0, None, CallStatus.RINGING, "HD_in")
    assert (call.server_id, call.voice) == (server.pk, "embedded")
    assert 0 < call.reserved_minor < missed.reserved_minor, "the stream costs, the call itself does not"
    assert [event.kind async for event in LiveEvent.objects.filter(call=call)] == ["called_us"]


@pytest.mark.parametrize("dialect", ["sdk", "pages"])
async def test_unsigned_the_platform_s_record_says_who_calls(async_client, missed, line, platform, dialect):
    await sync_to_async(lambda: type(line).objects.filter(pk=line.pk).update(dialect=dialect))()
    platform.calls = [record(id="in-1", session_id="HD_in", direction="inbound", local_e164=LINE_NUMBER, remote_e164=ASHA)]
    document = await posted(async_client, CallId="HD_in", From="+254712123402", To=LINE_NUMBER, direction="inbound")
    call = await theirs()
    assert b"<Stream" in document
    assert (call.lead_id, call.provider_call_id, call.provider_session_id) == (missed.lead_id, "in-1", "HD_in")


@pytest.mark.parametrize(
    "found",
    [[], [record(session_id="HD_in", direction="outbound")], [record(session_id="HD_in", direction="inbound", local_e164="+254711000009")]],
    ids=["no record", "an outbound call", "a number that is not ours"],
)
async def test_an_unsigned_body_alone_opens_nothing(async_client, missed, platform, found):
    platform.calls = found
    assert await posted(async_client, **RINGING) == EMPTY
    assert not await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists()
    assert not await StrangerCall.objects.aexists()


async def test_a_bad_signature_opens_nothing(async_client, missed, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = ["another"]
    body = json.dumps(RINGING).encode()
    headers = {"X-Sautikit-Signature": sign(body, SECRET, at=datetime.now(UTC))}
    assert (await async_client.post("/voice/answer", body, content_type="application/json", headers=headers)).status_code == 403
    assert not await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists()


async def test_an_inbound_record_is_never_taken_for_our_own_nameless_call_between_the_same_numbers(async_client, campaign, asha, platform, server):
    ours = await sync_to_async(live_call)(campaign, asha, server=server)
    platform.calls = [record(id="in-1", session_id="HD_in", direction="inbound")]
    assert "calling you at this very moment" in words(await posted(async_client, CallId="HD_in"))
    await ours.arefresh_from_db()
    assert (ours.provider_call_id, ours.provider_session_id, ours.status) == ("", "", CallStatus.DIALING)


@pytest.mark.usefixtures("signed")
async def test_the_call_they_return_is_the_last_one_from_the_number_they_ring(async_client, missed, line, asha, script):
    def called_from_elsewhere_since() -> None:
        other_line = type(line).objects.create(number="+254711000002", is_simulated=True)
        other = Campaign.objects.create(name="Later", line=other_line, script=script, controller="Acme Ltd", status="running")
        live_call(other, asha, line=other_line, status="busy", dialled_at=NOW, answer_token="other", stream_token="other2")

    await sync_to_async(called_from_elsewhere_since)()
    await told(async_client)
    assert (await theirs()).campaign_id == missed.campaign_id


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("days", "is_known"), [(29, True), (31, False)], ids=["29 days ago", "31 days ago"])
async def test_a_call_of_long_ago_is_not_what_they_return(async_client, missed, days, is_known):
    await Call.objects.filter(pk=missed.pk).aupdate(dialled_at=NOW - timedelta(days=days))
    await told(async_client)
    assert await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists() is is_known
    assert await StrangerCall.objects.aexists() is not is_known


# ---- repeated, late and odd callbacks -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_repeated_callbacks_get_the_same_stream_until_it_is_open_and_then_nothing(async_client, missed):
    documents = {await told(async_client) for _ in range(3)}
    assert len(documents) == 1
    await sync_to_async(calls.open_stream)((await theirs()).stream_token, at=NOW)
    assert await told(async_client, callSessionState="StreamStarted") == EMPTY
    assert await told(async_client) == EMPTY
    assert (await theirs()).status == CallStatus.IN_PROGRESS


@pytest.mark.usefixtures("signed")
async def test_its_end_is_learnt_from_the_voice_url_and_from_the_events_url_alike(async_client, missed):
    await told(async_client)
    await sync_to_async(calls.open_stream)((await theirs()).stream_token, at=NOW)
    await told(async_client, "/voice/events", callSessionState="Completed", durationInSeconds=40)
    assert ((await theirs()).status, (await theirs()).talk_s) == (CallStatus.COMPLETED, 40)
    assert await told(async_client, callSessionState="Completed") == EMPTY


@pytest.mark.usefixtures("signed")
async def test_the_tokened_address_after_the_stream_is_its_own(async_client, missed):
    document = await told(async_client)
    redirect = ET.fromstring(document)[1].text or ""
    await sync_to_async(calls.open_stream)((await theirs()).stream_token, at=NOW)
    assert redirect.endswith(f"/voice/answer/{(await theirs()).answer_token}")
    assert await told(async_client, redirect.removeprefix("http://127.0.0.1:8000"), callSessionState="StreamStopped") == EMPTY


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("status", "is_opened"), [("ringing", True), ("completed", False)], ids=["it still rings", "it is over"])
async def test_a_first_callback_that_says_completed_is_looked_up(async_client, missed, platform, status, is_opened, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    platform.calls = [record(id="in-1", session_id="HD_in", direction="inbound", status=status)]
    document = await told(async_client, callSessionState="Completed")
    assert (b"<Stream" in document) is is_opened
    assert await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists() is is_opened


@pytest.mark.usefixtures("signed")
async def test_a_plus_sign_that_nobody_escaped_is_no_reason_to_know_nobody(async_client, missed):
    await told(async_client, callerNumber=ASHA.removeprefix("+"), destinationNumber=LINE_NUMBER.removeprefix("+"))
    assert (await theirs()).lead_id == missed.lead_id


# ---- our own attempt at the same moment ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_an_attempt_that_rings_at_this_moment_is_taken_back_and_they_are_answered(async_client, campaign, asha, platform, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    ours = await sync_to_async(live_call)(campaign, asha, status="ringing", provider_call_id="call-1", provider_session_id="HD_out")
    platform.calls = [record(id="call-1", session_id="HD_out", status="ringing")]
    assert b"<Stream" in await told(async_client)
    await ours.arefresh_from_db()
    assert (ours.status, ours.dialled_at is not None) == (CallStatus.CANCELED, True)
    assert "same moment" in ours.failure
    assert "campaigns.tasks.hang_up_call" in [job.task_path async for job in DBTaskResult.objects.all()]
    assert not await Call.objects.filter(status=CallStatus.QUEUED).aexists()


@pytest.mark.usefixtures("signed")
async def test_one_call_at_a_time_holds_when_they_talk_with_us_already(async_client, campaign, asha, platform, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    await sync_to_async(live_call)(campaign, asha, status="in_progress", provider_call_id="call-1", provider_session_id="HD_out")
    platform.calls = [record(id="call-1", session_id="HD_out", status="answered")]
    document = await told(async_client)
    assert (verbs(document), "already" in words(document)) == (["Say", "Hangup"], True)
    assert not await Call.objects.filter(occasion=Call.Occasion.INBOUND).aexists()


@pytest.mark.usefixtures("signed")
async def test_a_line_that_dropped_a_moment_ago_is_looked_up_and_is_in_nobody_s_way(async_client, campaign, asha, platform, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    ours = await sync_to_async(live_call)(campaign, asha, status="in_progress", provider_call_id="call-1", provider_session_id="HD_out")
    platform.calls = [record(id="call-1", session_id="HD_out", status="completed", duration_seconds=12)]
    assert b"<Stream" in await told(async_client)
    await ours.arefresh_from_db()
    assert ours.status == CallStatus.COMPLETED


@pytest.mark.usefixtures("signed")
async def test_whom_a_rep_is_about_to_call_back_is_told_to_take_that_call(async_client, missed):
    await Handoff.objects.acreate(call=missed, strategy="callback", status="accepted", offered_at=NOW, released_at=NOW)
    assert "calling you at this very moment" in words(await told(async_client))


@pytest.mark.usefixtures("signed")
async def test_the_dialer_leaves_alone_who_is_on_the_phone_with_us(async_client, missed, campaign):
    await told(async_client)
    await Call.objects.filter(status=CallStatus.QUEUED).aupdate(due_at=NOW)
    assert isinstance(await sync_to_async(dialer.claim_next)(NOW), dialer.Postponed)


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
    assert brief.limits.voicemail_after_s == brief.limits.max_call_s, "who calls us is a person, however long they talk"


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
    await desk.finish(brief.call_id, SessionReport(Outcome.OPTED_OUT, 300, (), True))
    desk.close()
    await ended(async_client)
    assert (await attempt(2)).status == CallStatus.CANCELED


# ---- hot ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_a_promise_made_before_is_kept_when_they_call_and_a_rep_is_found(async_client, missed):
    await Call.objects.filter(pk=missed.pk).aupdate(status="completed", disposition="qualified", answered_at=NOW)
    await Handoff.objects.acreate(call=missed, strategy="dial", status="promised", offered_at=NOW, promised_for=NOW + timedelta(minutes=20))
    document = await told(async_client)
    call, desk = await theirs(), DatabaseCallDesk()
    brief = await desk.open(call.stream_token or "")
    assert not brief.is_notice
    await desk.request_handoff(brief.call_id)
    await desk.finish(brief.call_id, SessionReport(Outcome.PROMISED, 300, (), True))
    desk.close()
    assert document and {handoff.status async for handoff in Handoff.objects.filter(call=missed)} == {"kept"}
    assert await Handoff.objects.filter(call=call, status="promised").aexists()


@pytest.mark.usefixtures("signed")
async def test_the_kill_switch_leaves_them_answered_and_the_rep_s_phone_silent(async_client, missed, django_user_model):
    await sync_to_async(stop_all.stop_all)(by="Mosi", reason="a mistake in the script")
    document = await told(async_client)
    assert b"<Stream" in document
    brief = await talk(document, YES, MANY, outcome=Outcome.HANDED_OFF)
    call = await theirs()

    def accepted() -> None:
        rehema = django_user_model.objects.create(username="rehema")
        rep = missed.campaign.reps.model.objects.create(user=rehema, name="Rehema", number="+254711000777", is_verified=True)
        Handoff.objects.create(call=call, strategy="dial", status="accepted", rep=rep, offered_at=NOW, accepted_at=NOW, released_at=NOW)

    await sync_to_async(accepted)()
    next_step = await told(async_client, f"/voice/answer/{call.answer_token}", callSessionState="StreamStopped")
    assert "Dial" not in verbs(next_step) and verbs(next_step) == ["Say", "Hangup"]
    assert brief.call_id and "call you back" in words(next_step)


# ---- nobody can hold it --------------------------------------------------------------------------------------------------------------------


async def no_server(campaign: Campaign) -> None:
    await ServerProcess.objects.aupdate(stopped_at=timezone.now())


async def no_budget(campaign: Campaign) -> None:
    await Campaign.objects.filter(pk=campaign.pk).aupdate(budget_minor=0)


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("happened", [no_server, no_budget])
async def test_without_a_bot_they_hear_who_we_are_and_can_press_a_key_to_be_left_alone(async_client, missed, campaign, happened):
    await happened(campaign)
    document = await told(async_client)
    assert verbs(document) == ["GetDigits", "Say", "Hangup"]
    assert "automated line of Acme" in words(document) and "press 9" in words(document)
    assert (await theirs()).failure

    assert "not call you again" in words(await told(async_client, callSessionState="Answered", Digits="9"))
    assert await DoNotCallEntry.objects.filter(phone=ASHA).aexists()
    assert (await theirs()).disposition == Disposition.OPTED_OUT


@pytest.mark.usefixtures("signed")
async def test_another_key_is_no_opt_out(async_client, missed):
    await no_server(missed.campaign)
    await told(async_client)
    await told(async_client, callSessionState="Answered", Digits="1")
    assert not await DoNotCallEntry.objects.aexists()


@pytest.mark.usefixtures("signed")
async def test_a_key_while_the_bot_talks_means_nothing(async_client, missed):
    await told(async_client)
    await sync_to_async(calls.open_stream)((await theirs()).stream_token, at=NOW)
    assert await told(async_client, callSessionState="Answered", Digits="9") == EMPTY
    assert not await DoNotCallEntry.objects.aexists()


@pytest.mark.usefixtures("signed")
async def test_one_place_is_kept_for_people_who_call(async_client, missed, server):
    await ServerProcess.objects.aupdate(room=0)
    assert await sync_to_async(servers.roomiest)() is None, "the dialer has none"
    assert b"<Stream" in await told(async_client)
    await ServerProcess.objects.filter(pk=server.pk).aupdate(room=0)
    assert await sync_to_async(servers.roomiest)(beyond=servers.KEPT_FOR_CALLERS) is None, "and now it is taken"


@pytest.mark.usefixtures("signed")
async def test_a_voice_that_may_not_talk_to_people_does_not_talk_to_callers(async_client, missed, line):
    await type(line).objects.filter(pk=line.pk).aupdate(is_simulated=False)
    assert verbs(await told(async_client)) == ["GetDigits", "Say", "Hangup"]


@pytest.mark.usefixtures("signed")
async def test_a_call_without_any_id_is_held_by_nobody_and_still_hears_something(async_client, missed):
    document = await told(async_client, sessionId="")
    assert (verbs(document), "Acme" in words(document)) == (["Say", "Hangup"], True)


# ---- closing what nobody closed --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("signed")
async def test_their_calls_are_looked_up_and_settled_like_ours(async_client, missed, platform, provider, settings):
    settings.SAUTIKIT_SIGNING_SECRETS = [SECRET]
    await told(async_client)
    platform.calls = [record(session_id="HD_in", direction="inbound", status="completed", duration_seconds=30, cost_minor=25)]
    assert await look_up(await theirs(), provider)
    call = await theirs()
    assert (call.status, call.cost_minor, call.settled_at is not None) == (CallStatus.COMPLETED, 25, True)
    assert await sync_to_async(money.totals_that_are_off)() == ()
    assert (await sync_to_async(money.spending_of)(missed.campaign)).spent_minor == 25


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("minutes", "status"), [(9, CallStatus.RINGING), (11, CallStatus.FAILED)], ids=["9 minutes", "11 minutes"])
async def test_a_call_that_everybody_has_forgotten_does_not_keep_its_lead_busy(async_client, missed, minutes, status):
    await told(async_client)
    await Call.objects.filter(pk=(await theirs()).pk).aupdate(claimed_at=timezone.now() - timedelta(minutes=minutes))
    await sync_to_async(inbound.close_forgotten)(now=NOW)
    assert (await theirs()).status == status


async def test_offers_are_made_for_their_calls_as_for_ours(campaign, asha, server):
    call = await sync_to_async(live_call)(campaign, asha, status="in_progress", occasion="inbound", attempt_number=0, dialled_at=None)
    handoff = await sync_to_async(offers.offer)(call, now=NOW)
    assert handoff.call_id == call.pk
