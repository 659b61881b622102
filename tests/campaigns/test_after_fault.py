"""When it breaks on our side the callee is told so, and promised another call where we may keep that: at its question, in its turn, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from bridge.commands import SaveAnswer
from bridge.events import CalleeSaid, Outcome, StreamClosed, VoiceFailed
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, interviews
from campaigns.briefs import STANDARD, build_brief
from campaigns.call_desk import finish
from campaigns.dialer import Dialled, dial_next
from campaigns.models import Call, Campaign, Question, RetryRule
from campaigns.outcomes import AttemptOutcome as O
from campaigns.priority import Priority
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry, Lead
from tests.bridge.conversing import Rehearsal
from tests.campaigns.conftest import live_call
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]
Origin = DoNotCallEntry.Origin
ALL_VOICES_LOST = VoiceFailed("no voice is left", can_apologise=True)


def opened(campaign: Campaign, lead: Lead, **fields: object) -> tuple[Call, Rehearsal]:
    """A call that has just begun to speak, by the brief that our desk gives."""
    call = live_call(campaign, lead, **fields)
    calls.open_stream(call.stream_token or "", at=NOW)
    rehearsal = Rehearsal(build_brief(call, at=NOW)).open()
    rehearsal.waits(1)
    return call, rehearsal


def over(call: Call, rehearsal: Rehearsal) -> Call | None:
    """The session is reported and the phone hung up; the attempt that follows."""
    for save in rehearsal.done(SaveAnswer):
        interviews.save_answer(call.pk, save.answer, at=NOW)
    finish(call.pk, rehearsal.until_over())
    calls.on_provider_event(call.pk, ProviderEvent(state=ProviderStatus.COMPLETED), at=NOW + timedelta(seconds=rehearsal.now_s))
    return Call.objects.filter(lead=call.lead_id, status="queued").first()


def broken(campaign: Campaign, lead: Lead) -> tuple[str, Call | None]:
    """What was said last, and the attempt that follows."""
    call, rehearsal = opened(campaign, lead)
    rehearsal.happens(ALL_VOICES_LOST)
    following = over(call, rehearsal)
    return rehearsal.heard[-1], following


def test_the_callee_hears_that_we_call_back_and_the_call_is_owed(campaign, asha):
    said, following = broken(campaign, asha)
    assert said == STANDARD["apology_call_back"]
    assert following is not None
    assert (following.priority, following.promise_due_at) == (Priority.PROMISED, following.due_at)
    assert NOW + timedelta(minutes=10) <= following.due_at <= NOW + timedelta(minutes=30)
    assert Call.objects.get(attempt_number=1).session_outcome == Outcome.VOICE_FAILED


def test_it_resumes_at_its_question(script, asha, request):
    Question.objects.create(script=script, key="budget", position=3, kind="yes_no", wording="Is there a budget?")
    campaign = request.getfixturevalue("campaign")  # with three questions
    call, rehearsal = opened(campaign, asha)
    rehearsal.until_asked("Is now a good time?")
    rehearsal.answers("permission", True)
    rehearsal.until_asked("Thank you. How many seats?")
    rehearsal.answers("seats", 40)
    rehearsal.happens(ALL_VOICES_LOST)
    following = over(call, rehearsal)
    assert following is not None
    following.script, following.line = call.script, call.line
    assert build_brief(following).answers == {"seats": 40}
    assert rehearsal.heard[-1] == STANDARD["apology_call_back"]


async def test_the_dialer_keeps_the_promise(campaign, server, provider, platform, asha):
    _said, following = await sync_to_async(broken)(campaign, asha)
    assert following is not None
    assert await dial_next(following.due_at - timedelta(seconds=1), provider) is None
    assert await dial_next(following.due_at, provider) == Dialled(following.pk)


@pytest.mark.parametrize(
    "forbid",
    [
        pytest.param(lambda campaign, lead: Campaign.objects.update(max_attempts=1), id="last attempt of the campaign"),
        pytest.param(lambda campaign, lead: Campaign.objects.update(status=Campaign.Status.CLOSED), id="closed campaign"),
        pytest.param(lambda campaign, lead: RetryRule.objects.filter(outcome=O.BROKE_OFF).update(is_final=True), id="rule"),
        pytest.param(lambda campaign, lead: add_to_do_not_call(lead.phone, origin=Origin.API, reason="", at=NOW), id="do-not-call list"),
    ],
)
def test_what_may_not_be_kept_is_not_promised(campaign, asha, forbid):
    forbid(campaign, asha)
    campaign.refresh_from_db()
    said, _following = broken(campaign, asha)
    assert said == STANDARD["apology"]
    assert Call.objects.get(attempt_number=1).promised_for is None


def test_a_cap_of_the_market_moves_the_promise_to_the_next_lawful_day(campaign, asha):
    for number in (1, 2):  # and this is the third today, which is all that Kenya's pack allows
        live_call(campaign, asha, attempt_number=number, status="no_answer", answer_token=f"a{number}", stream_token=f"s{number}", ended_at=NOW)
    Campaign.objects.update(max_attempts=9)
    campaign.refresh_from_db()
    call, rehearsal = opened(campaign, asha, attempt_number=3)
    rehearsal.happens(ALL_VOICES_LOST)
    following = over(call, rehearsal)
    assert following is not None
    assert following.promise_due_at == following.due_at
    assert following.due_at.date() == NOW.date() + timedelta(days=1)


def test_who_wants_no_more_calls_is_promised_none(campaign, asha):
    call, rehearsal = opened(campaign, asha)
    rehearsal.happens(CalleeSaid("please stop calling me", 0.2, 0.9, 0.9))
    rehearsal.happens(ALL_VOICES_LOST)
    assert over(call, rehearsal) is None
    assert STANDARD["apology_call_back"] not in rehearsal.spoken


def test_a_promise_that_was_not_heard_is_none(campaign, asha):
    call, rehearsal = opened(campaign, asha)
    rehearsal.happens(ALL_VOICES_LOST)
    rehearsal.waits(0.5)
    rehearsal.happens(StreamClosed())
    following = over(call, rehearsal)
    assert following is not None
    assert (following.priority, following.promise_due_at) == (Priority.ORDINARY, None)
