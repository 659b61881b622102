"""What nobody closed is closed: by the provider's word where there is one, by patience where there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from campaigns import calls, interviews, janitor, look_ups
from campaigns.models import Call, Campaign, Handoff, ServerProcess
from campaigns.priority import Priority
from campaigns.states import CallStatus, Disposition
from tests.campaigns.conftest import live_call
from tests.campaigns.platform import record
from tests.campaigns.test_interviews import seats
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

LONG_AGO = timedelta(minutes=10)
HOUR = timedelta(hours=1)


@pytest.fixture
def call(campaign, asha, server) -> Call:
    return live_call(campaign, asha, server=server)


async def fresh(call: Call) -> Call:
    return await Call.objects.aget(pk=call.pk)


async def change(call: Call, **fields: object) -> None:
    await Call.objects.filter(pk=call.pk).aupdate(**fields)


async def n_attempts(call: Call) -> int:
    return await Call.objects.filter(lead_id=call.lead_id).acount()


# ---- claims and unknown outcomes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "is_lost"), [(timedelta(seconds=40), False), (timedelta(seconds=50), True)], ids=["may still be asked", "its dialer is gone"]
)
async def test_a_claim_nobody_finished_is_an_unknown_outcome(call, provider, age, is_lost):
    await change(call, claimed_at=timezone.now() - age)
    await janitor.tick(NOW, provider)
    after = await fresh(call)
    assert (after.unknown_at is not None) is is_lost
    assert after.status == CallStatus.DIALING


@pytest.mark.parametrize("label", ["ours", ""], ids=["with our label", "by number and time"])
async def test_an_unknown_outcome_adopts_the_one_call_it_can_be(call, provider, platform, label):
    await change(call, unknown_at=timezone.now())
    platform.calls = [record(client_request_id=call.pk.hex if label else "", status="answered")]
    await janitor.tick(NOW, provider)
    after = await fresh(call)
    assert (after.provider_call_id, after.status) == ("call-1", CallStatus.IN_PROGRESS)
    assert platform.placed == []


@pytest.mark.parametrize(
    "records",
    [
        [],
        [record(id="a", session_id="HD_a"), record(id="b", session_id="HD_b")],
        [record(remote_e164="+254712123402")],
        [record(direction="inbound")],
        [record(client_request_id="another")],
        [record(local_e164="+254711000009")],
        [record(created_at="2020-01-01T00:00:00Z")],
    ],
    ids=["none", "two", "another callee", "inbound", "somebody else's label", "another line", "another day"],
)
async def test_an_unknown_outcome_adopts_nothing_on_a_guess(call, provider, platform, records):
    await change(call, unknown_at=timezone.now())
    platform.calls = records
    await janitor.tick(NOW, provider)
    after = await fresh(call)
    assert (after.provider_call_id, after.status) == ("", CallStatus.DIALING)


async def test_a_call_that_is_another_row_s_is_not_adopted_twice(call, campaign, baraka, provider, platform):
    await sync_to_async(live_call)(campaign, baraka, provider_call_id="call-1", status="completed")
    await change(call, unknown_at=timezone.now())
    platform.calls = [record()]
    await janitor.tick(NOW, provider)
    assert (await fresh(call)).provider_call_id == ""


async def test_an_unknown_outcome_that_stays_unknown_is_closed_and_never_dialled_again(call, provider, platform):
    await change(call, unknown_at=timezone.now() - janitor.UNKNOWN_FOR_AT_MOST - timedelta(seconds=1))
    await janitor.tick(NOW, provider)
    after = await fresh(call)
    assert (after.status, after.reserved_minor, after.dialled_at) == (CallStatus.OUTCOME_UNKNOWN, 2100, NOW)
    assert await n_attempts(call) == 1
    assert platform.placed == []


async def test_the_provider_is_not_asked_at_every_tick(call, provider, platform):
    await change(call, unknown_at=timezone.now())
    for _ in range(3):
        await janitor.tick(NOW, provider)
    assert len(platform.asked) == 1


async def test_a_call_a_rep_makes_back_is_left_alone(call, provider, platform):
    await change(call, occasion="promised", claimed_at=timezone.now() - HOUR)
    await janitor.tick(NOW, provider)
    assert (await fresh(call)).unknown_at is None
    assert platform.asked == []


# ---- sessions ---------------------------------------------------------------------------------------------------------------------


async def test_a_session_whose_process_died_ends_with_its_answers_kept(call, server, provider, platform):
    await sync_to_async(calls.open_stream)(call.stream_token, at=NOW)
    await sync_to_async(interviews.save_answer)(call.pk, seats(60), at=NOW)
    await change(call, provider_call_id="call-1")
    await ServerProcess.objects.filter(pk=server.pk).aupdate(heartbeat_at=timezone.now() - timedelta(seconds=11))
    await janitor.tick(NOW, provider)
    after = await fresh(call)
    assert after.disposition == Disposition.INCOMPLETE and after.session_ended_at is not None
    assert await call.answers.acount() == 1
    await change(call, session_ended_at=timezone.now() - LONG_AGO)
    platform.calls = [record(status="completed", cost_minor=300)]
    await janitor.tick(NOW, provider)
    assert platform.hung_up == ["call-1"]
    assert (await fresh(call)).status == CallStatus.COMPLETED
    assert await n_attempts(call) == 2


async def test_a_session_of_a_living_process_is_left_alone(call, provider, platform):
    await sync_to_async(calls.open_stream)(call.stream_token, at=NOW)
    await janitor.tick(NOW + timedelta(minutes=2), provider)
    assert (await fresh(call)).session_ended_at is None
    assert platform.hung_up == []


async def test_a_session_that_outlives_its_call_is_ended(call, provider):
    await sync_to_async(calls.open_stream)(call.stream_token, at=NOW)
    await change(call, status="completed", ended_at=NOW)
    await janitor.tick(NOW + timedelta(seconds=9), provider)
    assert (await fresh(call)).session_ended_at is None
    await janitor.tick(NOW + timedelta(seconds=11), provider)
    assert (await fresh(call)).disposition == Disposition.INCOMPLETE


# ---- calls that do not end ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def talking(call: Call) -> Call:
    await sync_to_async(calls.open_stream)(call.stream_token or "", at=NOW)
    await change(call, provider_call_id="call-1")
    return call


@pytest.mark.parametrize(("after_s", "is_ended"), [(359, False), (361, True)], ids=["within the grace", "beyond it"])
async def test_a_call_past_its_longest_time_is_hung_up(talking, provider, platform, after_s, is_ended):
    platform.calls = [record(status="completed" if is_ended else "answered")]
    await janitor.tick(NOW + timedelta(seconds=after_s), provider)
    assert platform.hung_up == (["call-1"] if is_ended else [])
    assert (await fresh(talking)).status == (CallStatus.COMPLETED if is_ended else CallStatus.IN_PROGRESS)


@pytest.mark.parametrize(("after", "n_hung_up"), [(timedelta(minutes=20), 0), (timedelta(minutes=61), 1)], ids=["twenty minutes", "an hour"])
async def test_a_lead_who_talks_with_a_rep_is_not_cut_off(talking, provider, platform, after, n_hung_up):
    platform.calls = [record(status="answered")]
    await Handoff.objects.acreate(call=talking, strategy="dial", status="accepted", offered_at=NOW, released_at=NOW)
    await change(talking, session_ended_at=timezone.now() - LONG_AGO)
    await janitor.tick(NOW + after, provider)
    assert len(platform.hung_up) == n_hung_up


@pytest.mark.parametrize(("status", "n_hung_up"), [("accepted", 1), ("bridged", 0)], ids=["alone in the room", "with the rep"])
async def test_a_lead_in_a_room_is_released_only_to_a_rep_who_has_come(talking, provider, platform, status, n_hung_up):
    platform.calls = [record(status="answered")]
    await Handoff.objects.acreate(call=talking, strategy="conference", status=status, offered_at=NOW, released_at=NOW)
    await change(talking, session_ended_at=timezone.now() - LONG_AGO)
    await janitor.tick(NOW + timedelta(minutes=1), provider)
    assert len(platform.hung_up) == n_hung_up


async def test_a_talk_with_a_rep_keeps_reserving_what_it_costs(talking, provider, platform):
    await Handoff.objects.acreate(call=talking, strategy="dial", status="bridged", offered_at=NOW, released_at=NOW)
    await janitor.tick(NOW + timedelta(minutes=20), provider)
    assert (await fresh(talking)).reserved_minor == 21 * 650


async def test_a_call_the_provider_does_not_answer_for_is_closed_at_last(talking, provider, platform):
    too_late = NOW + timedelta(seconds=361) + janitor.GIVEN_UP_AFTER
    await janitor.tick(too_late, provider)
    after = await fresh(talking)
    assert (after.status, after.settled_at) == (CallStatus.COMPLETED, None)
    assert "did not report" in after.failure


@pytest.mark.parametrize("status", ["dialing", "ringing"])
async def test_a_phone_that_rang_out_is_asked_about(call, provider, platform, status):
    await change(call, status=status, provider_call_id="call-1", claimed_at=timezone.now() - timedelta(minutes=3))
    platform.calls = [record(status="no_answer")]
    await janitor.tick(NOW, provider)
    assert (await fresh(call)).status == CallStatus.NO_ANSWER


# ---- money and plans ---------------------------------------------------------------------------------------------------------------------


async def test_a_price_that_came_late_is_fetched(call, provider, platform):
    await change(call, status="completed", ended_at=NOW, disposition="not_qualified", provider_call_id="call-1", claimed_at=timezone.now() - HOUR)
    platform.calls = [record(status="completed", cost_minor=459)]
    await janitor.tick(NOW, provider)
    after = await fresh(call)
    assert (after.cost_minor, after.disposition) == (459, "not_qualified")


@pytest.mark.django_db
def test_overdue_retries_are_planned_anew_and_first_calls_are_not(campaign, asha, baraka, chiku, daudi):
    leads = [asha, baraka, chiku]
    for lead in leads:
        live_call(campaign, lead, status="queued", attempt_number=2, due_at=NOW - 2 * HOUR, answer_token=None, stream_token=None, dialled_at=None)
    first = live_call(campaign, daudi, status="queued", due_at=NOW - 2 * HOUR)
    assert janitor.plan_anew(NOW) == 3
    due = Call.objects.filter(lead__in=leads).order_by("due_at").values_list("due_at", flat=True)
    assert list(due) == [NOW, NOW + HOUR / 3, NOW + 2 * HOUR / 3]
    first.refresh_from_db()
    assert first.due_at == NOW - 2 * HOUR


def test_a_promise_keeps_its_turn_after_an_outage(campaign, asha):
    late = NOW - 2 * HOUR
    promised = {"attempt_number": 2, "priority": Priority.PROMISED, "due_at": late}
    call = live_call(campaign, asha, status="queued", answer_token=None, stream_token=None, dialled_at=None, **promised)
    assert janitor.plan_anew(NOW) == 0
    call.refresh_from_db()
    assert call.due_at == late


async def test_a_look_up_that_fails_changes_nothing(call, provider, settings, platform):
    await change(call, provider_call_id="call-9")
    assert not await look_ups.look_up(await Call.objects.select_related("line", "lead").aget(pk=call.pk), provider)
    assert (await fresh(call)).status == CallStatus.DIALING


async def test_a_paused_campaign_s_calls_are_closed_as_well(call, campaign, provider, platform):
    await Campaign.objects.filter(pk=campaign.pk).aupdate(status="paused")
    await change(call, unknown_at=timezone.now() - HOUR)
    await janitor.tick(NOW, provider)
    assert (await fresh(call)).status == CallStatus.OUTCOME_UNKNOWN
