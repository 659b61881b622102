"""Which number calls whom, how fast, in which order, and when the reps are the bottleneck."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from campaigns import dialer, pace
from campaigns.dialer import Claimed, Postponed
from campaigns.models import Call, Campaign, Handoff, Line, Organisation, Rep, Reservation, Score, ServerProcess
from campaigns.pacing import Limit
from campaigns.priority import Priority
from leads.models import Lead
from tests.campaigns.conftest import enrolled, live_call
from tests.conftest import NOW
from tests.leads.conftest import consent_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback", "server")]

SECOND = timedelta(seconds=1)


@pytest.fixture
def other_line(campaign: Campaign) -> Line:
    line = Line.objects.create(number="+254711000002", is_simulated=True, label="second")
    campaign.more_lines.add(line)
    return line


def people(n: int) -> list[Lead]:
    """So many who consented, all in Nairobi."""
    leads = [Lead.objects.create(phone=f"+2547121235{n:02d}", time_zone="Africa/Nairobi", market="KE") for n in range(n)]
    for lead in leads:
        consent_of(lead).save()
    return leads


def claimed_line(result: object) -> Line:
    assert isinstance(result, Claimed), result
    return Line.objects.get(calls=result.call_id)


def set_line(line: Line, **fields: object) -> None:
    Line.objects.filter(pk=line.pk).update(**fields)


# ---- in which order ---------------------------------------------------------------------------------------------------------


def test_promises_come_first_then_what_broke_off_then_the_rest(campaign):
    wanted = [Priority.ORDINARY, Priority.PROMISED, Priority.BROKEN_OFF]
    queued = [enrolled(campaign, lead) for lead in people(3)]
    for call, priority, minutes in zip(queued, wanted, (30, 1, 2), strict=True):
        Call.objects.filter(pk=call.pk).update(priority=priority, due_at=NOW - timedelta(minutes=minutes))
    claims = [dialer.claim_next(NOW + SECOND * n) for n in range(3)]
    assert [claim.call_id for claim in claims] == [queued[1].pk, queued[2].pk, queued[0].pk]


def test_a_promise_is_not_rung_before_its_time(campaign):
    [asha, other] = [enrolled(campaign, lead) for lead in people(2)]
    Call.objects.filter(pk=asha.pk).update(priority=Priority.PROMISED, due_at=NOW + SECOND)
    claim = dialer.claim_next(NOW)
    assert claim.call_id == other.pk


# ---- how fast -----------------------------------------------------------------------------------------------------------------


def test_a_line_starts_so_many_calls_a_second(campaign, line):
    set_line(line, calls_per_second=2.0)
    for lead in people(4):
        enrolled(campaign, lead)
    at_once = [dialer.claim_next(NOW) for _ in range(4)]
    assert [isinstance(claim, Claimed) for claim in at_once] == [True, True, False, False]
    assert isinstance(dialer.claim_next(NOW + SECOND / 2), Claimed)
    assert dialer.claim_next(NOW + SECOND / 2) is None


def test_a_number_makes_so_many_calls_a_day_and_goes_on_tomorrow(campaign, line):
    set_line(line, max_calls_a_day=1)
    for lead in people(2):
        enrolled(campaign, lead)
    assert isinstance(dialer.claim_next(NOW), Claimed)
    assert dialer.claim_next(NOW + SECOND) is None
    assert pace.why_slow(campaign, now=NOW + SECOND).endswith("it goes on tomorrow, or with another phone line.")
    assert isinstance(dialer.claim_next(NOW + timedelta(days=1)), Claimed)


def test_the_organisation_s_cap_counts_every_campaign(campaign, script, line, baraka):
    other = Campaign.objects.create(name="Other", line=line, script=script, controller=campaign.controller, status="running")
    live_call(other, baraka)
    Organisation.current()
    Organisation.objects.update(max_calls_in_flight=1)
    enrolled(campaign, people(1)[0])
    assert dialer.claim_next(NOW) is None
    assert "as the organisation allows" in pace.why_slow(campaign, now=NOW)


def test_nothing_is_slow_while_there_is_room(campaign):
    assert pace.why_slow(campaign, now=NOW) == ""


def test_nothing_is_slow_while_nobody_is_due(campaign):
    ServerProcess.objects.update(room=0)
    assert pace.why_slow(campaign, now=NOW) == ""


def test_a_campaign_that_no_server_could_hold_says_so(campaign, asha):
    enrolled(campaign, asha)
    ServerProcess.objects.update(room=0)
    assert "no server" in pace.why_slow(campaign, now=NOW)


# ---- from which number ----------------------------------------------------------------------------------------------------------


def test_calls_are_shared_among_the_numbers(campaign, line, other_line):
    for lead in people(2):
        enrolled(campaign, lead)
    assert {claimed_line(dialer.claim_next(NOW)) for _ in range(2)} == {line, other_line}


def test_a_lead_is_called_again_from_the_number_they_know(campaign, other_line, asha):
    live_call(campaign, asha, line=other_line, status="no_answer")
    again = Call.objects.create(campaign=campaign, lead=asha, attempt_number=2, due_at=NOW)
    result = dialer.claim_next(NOW)
    assert (result.call_id, claimed_line(result)) == (again.pk, other_line)


def test_a_lead_waits_for_their_number_and_others_go_on(campaign, other_line, asha):
    live_call(campaign, asha, line=other_line, status="no_answer")
    set_line(other_line, max_calls_a_day=0)
    again = Call.objects.create(campaign=campaign, lead=asha, attempt_number=2, due_at=NOW - SECOND)
    stranger = enrolled(campaign, people(1)[0])
    assert dialer.claim_next(NOW) == Postponed(again.pk)
    assert dialer.claim_next(NOW).call_id == stranger.pk
    assert dialer.claim_next(NOW + SECOND) is None
    again.refresh_from_db()
    assert (again.status, again.line) == ("queued", other_line)


def test_a_number_we_gave_up_binds_nobody(campaign, line, asha):
    gone = Line.objects.create(number="+254711000003", is_simulated=True)
    live_call(campaign, asha, line=gone, status="no_answer")
    Call.objects.create(campaign=campaign, lead=asha, attempt_number=2, due_at=NOW)
    assert claimed_line(dialer.claim_next(NOW)) == line


def test_one_number_that_may_not_be_dialled_on_does_not_stop_the_others(campaign, line, other_line):
    set_line(line, is_active=False)
    enrolled(campaign, people(1)[0])
    assert claimed_line(dialer.claim_next(NOW)) == other_line
    campaign.refresh_from_db()
    assert campaign.status == "running"


# ---- the reps ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def rehema(campaign: Campaign) -> Rep:
    user = User.objects.create_user("rehema")
    rep = Rep.objects.create(user=user, name="Rehema", number="+254711999001", is_verified=True, is_available=True, seen_at=NOW)
    campaign.reps.add(rep)
    return rep


def talking(campaign: Campaign, lead: Lead, *, is_hot: bool = False) -> Call:
    call = live_call(campaign, lead, status="in_progress", answered_at=NOW)
    Score.objects.create(call=call, points=80 if is_hot else 10, threshold=70, is_hot=is_hot, computed_at=NOW)
    return call


def test_dialing_stops_while_no_rep_is_free(campaign, rehema):
    enrolled(campaign, people(1)[0])
    Rep.objects.update(is_available=False)
    assert dialer.claim_next(NOW) is None
    assert "the reps are the bottleneck" in pace.why_slow(campaign, now=NOW)
    Rep.objects.update(is_available=True)
    assert isinstance(dialer.claim_next(NOW), Claimed)


def test_a_hot_lead_who_waits_is_served_before_anybody_else_is_called(campaign, rehema):
    waiting, queued = people(2)
    talking(campaign, waiting, is_hot=True)
    enrolled(campaign, queued)
    assert dialer.claim_next(NOW) is None


def test_a_lead_whom_a_rep_has_waits_for_nobody(campaign, rehema):
    taken, queued = people(2)
    second = Rep.objects.create(
        user=User.objects.create_user("r2"), name="Juma", number="+254711999002", is_verified=True, is_available=True, seen_at=NOW
    )
    campaign.reps.add(second)
    call = talking(campaign, taken, is_hot=True)
    handoff = Handoff.objects.create(call=call, strategy="dial", status="accepted", rep=second, offered_at=NOW)
    Reservation.objects.create(handoff=handoff, rep=second, status="accepted", offered_at=NOW)
    enrolled(campaign, queued)
    assert isinstance(dialer.claim_next(NOW), Claimed)


def test_campaigns_that_share_their_reps_hold_each_other_back(campaign, script, line, rehema):
    other = Campaign.objects.create(name="Other", line=line, script=script, controller=campaign.controller, status="running")
    other.reps.add(rehema)
    waiting, queued = people(2)
    talking(other, waiting, is_hot=True)
    enrolled(campaign, queued)
    assert dialer.claim_next(NOW) is None


@pytest.mark.parametrize("change", [{"hot_leads_a_rep": None}, {"kind": "survey"}], ids=["the manager says so", "a survey hands over nobody"])
def test_reps_do_not_hold_back_who_needs_none(campaign, rehema, change):
    Rep.objects.update(is_available=False)
    Campaign.objects.update(**change)
    enrolled(campaign, people(1)[0])
    assert isinstance(dialer.claim_next(NOW), Claimed)


def test_rates_are_learned_from_the_latest_calls(campaign):
    for n, lead in enumerate(people(6)):
        call = live_call(campaign, lead, status="completed", answered_at=NOW if n % 2 else None)
        Score.objects.create(call=call, points=1, threshold=1, is_hot=n == 1, computed_at=NOW)
    rates = pace.hot_rates(campaign.pk)
    assert (rates.n_dialled, rates.n_answered, rates.n_hot) == (6, 3, 1)


def test_the_binding_limit_is_the_one_that_is_named(campaign, line):
    set_line(line, max_calls_in_flight=3)
    room = pace.room_of(campaign, Organisation.current(), [line], pace.calls_in_flight(), None, server_room=50, now=NOW)
    assert (room.n_calls, room.limit) == (1, Limit.RATE)
