"""The quick way in which the database is asked what is hidden says the same as the plain rule, call by call."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from campaigns.access.roles import Role
from campaigns.access.viewer import Viewer, viewer_of
from campaigns.models import Adjudication, CalibrationItem, Call, Campaign, Coding, CodingClaim, ReviewAct, ReviewPlan
from campaigns.review.blind import LIFTED, hidden_among, hidden_calls, open_for, without_hidden
from campaigns.review.queues import Filters, Queue, drawn_twice, in_queue, of
from campaigns.states import ENDED
from leads import audit
from leads.models import AuditEntry, Lead
from tests.campaigns.conftest import live_call
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
PERCENTS = {"all": 100, "half": 50, "other half": 50, "none": 0, "seen": 100}


@pytest.fixture
def campaigns(campaign) -> list[Campaign]:
    """All kinds of plans, and one campaign without any."""
    found = [campaign]
    for name, percent in PERCENTS.items():
        each = Campaign.objects.create(name=name, script=campaign.script, line=campaign.line)
        ReviewPlan.objects.create(campaign=each, double_percent=percent, is_blind=name != "seen")
        found.append(each)
    return found


@pytest.fixture
def calls(campaigns) -> list[Call]:
    """Each lead twice in a campaign; some calls unanswered, some whose words are gone, some promised."""
    found = []
    for n, campaign in enumerate(campaigns):
        for m in range(14):
            lead = Lead.objects.create(phone=f"+2547{n:02}{m:06}")
            fields: dict[str, Any] = {
                "answered_at": None if m % 7 == 3 else NOW + timedelta(minutes=m),
                "words_gone_at": NOW if m % 13 == 6 else None,
            }
            fields |= {"occasion": "promised"} if m % 11 == 4 else {}
            for attempt_number in (1, 2):
                tokens = {"answer_token": f"{n}-{m}-{attempt_number}", "stream_token": f"{n}-{m}-{attempt_number}"}
                found.append(live_call(campaign, lead, status="completed", attempt_number=attempt_number, ended_at=NOW, **fields, **tokens))
    return found


@pytest.fixture
def judged(calls) -> None:
    """Whatever takes a call out of the rule, spread over them: by juma, by others, by both."""
    for call, what in zip(calls, cycle(range(9)), strict=False):
        if what == 1:
            ReviewAct.objects.create(call=call, kind="accepted", done_by="juma", done_at=NOW)
        if what in (2, 3):
            Coding.objects.create(call=call, purpose="double", values={}, coder="juma" if what == 2 else "neema", coded_at=NOW)
        if what == 4:
            Coding.objects.bulk_create(Coding(call=call, purpose="double", values={}, coder=name, coded_at=NOW) for name in ("neema", "amina"))
        if what == 5:
            Adjudication.objects.create(call=call, values={}, decided_by="amina", decided_at=NOW)
        if what in (6, 7):
            retired_at = NOW if call.attempt_number == 2 else None
            picked_by = "juma" if what == 6 else "mosi"
            CalibrationItem.objects.create(call=call, gold={}, picked_by=picked_by, picked_at=NOW, retired_at=retired_at)
        if what == 8:
            audit.record("juma", audit.Act.SHOW, "call", call.pk, what=LIFTED)


def reviewer(name: str = "juma", role: Role = Role.REVIEWER) -> Viewer:
    user, _is_new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    user.groups.set(Group.objects.filter(name=role.group_name))
    return viewer_of(User.objects.get(pk=user.pk))


def plainly_open(call: Call, coder: str) -> bool:
    """The rule as `sight` has it, asked of one call."""
    if call.answered_at is None or call.status not in ENDED or call.occasion == Call.Occasion.PROMISED or call.words_gone_at:
        return False
    seen = AuditEntry.objects.filter(subject="call", subject_id=str(call.pk), by=coder, act="show", detail__what=LIFTED).exists()
    if seen or call.review_acts.filter(done_by=coder).exists() or call.codings.filter(coder=coder).exists():
        return False
    known = CalibrationItem.objects.filter(call=call, retired_at=None).first()
    if known is not None:
        return known.picked_by != coder
    plan = ReviewPlan.objects.filter(campaign=call.campaign_id).first()
    is_drawn = plan is not None and plan.is_blind and drawn_twice(Call.objects.filter(pk=call.pk)).exists()
    return is_drawn and call.codings.filter(purpose="double").count() < 2 and not Adjudication.objects.filter(call=call).exists()


def plainly_hidden(calls: list[Call], coder: str) -> set[Call]:
    cases = {(call.campaign_id, call.lead_id) for call in calls if plainly_open(call, coder)}
    return {call for call in calls if (call.campaign_id, call.lead_id) in cases}


@pytest.mark.parametrize("coder", ["juma", "neema", "zuri"])
def test_the_calls_that_are_hidden_are_those_of_the_plain_rule(calls, judged, coder):
    expected = plainly_hidden(calls, coder)
    assert 10 < len(expected) < len(calls) - 40
    assert set(open_for(coder)) == {call for call in calls if plainly_open(call, coder)}
    assert hidden_among(calls, reviewer(coder)) == {call.pk for call in expected}
    assert set(without_hidden(Call.objects.all(), reviewer(coder))) == {*calls} - expected


def test_they_are_hidden_from_the_lists_of_reviews(calls, judged):
    hidden, plainly = hidden_calls(reviewer()), plainly_hidden(calls, "juma")
    expected = [call for call in in_queue(Filters(), Queue.ALL) if call not in plainly]
    assert [call for call in of(Filters()).exclude(hidden).order_by("-answered_at", "-pk") if call in expected] == expected
    assert of(Filters()).exclude(hidden).filter(review_acts=None).count() == len([call for call in expected if not call.review_acts.exists()])


def test_a_calibration_set_alone_hides_its_calls_and_those_of_the_same_interview(calls):
    ReviewPlan.objects.all().delete()
    CalibrationItem.objects.create(call=calls[0], gold={}, picked_by="mosi", picked_at=NOW)
    assert hidden_among(calls, reviewer()) == {call.pk for call in calls if call.lead_id == calls[0].lead_id}
    assert hidden_among(calls, reviewer("mosi")) == set()


def test_a_manager_is_not_told_of_the_call_they_have_taken_and_of_no_other(calls, judged):
    taken = next(call for call in calls if plainly_open(call, "neema"))
    CodingClaim.objects.create(call=taken, coder="neema", claimed_at=NOW, expires_at=NOW + timedelta(minutes=45))
    manager = reviewer("neema", Role.MANAGER)
    assert hidden_among(calls, manager) == {call.pk for call in calls if (call.campaign_id, call.lead_id) == (taken.campaign_id, taken.lead_id)}
    assert hidden_among(calls, reviewer("amina", Role.MANAGER)) == set()


def test_where_nothing_is_judged_blind_no_call_is_asked_about(calls, django_assert_num_queries):
    ReviewPlan.objects.update(is_blind=False)
    viewer = reviewer()
    viewer.may("campaigns.add_reviewact")
    with django_assert_num_queries(2):
        assert hidden_calls(viewer) is None and hidden_among(calls, viewer) == frozenset()


def test_what_is_judged_blind_is_found_out_once_a_request(calls, django_assert_num_queries):
    viewer = reviewer()
    viewer.may("campaigns.add_reviewact")
    with django_assert_num_queries(4):
        hidden_calls(viewer, "call__")
        assert hidden_among(calls, viewer) and hidden_calls(viewer)
