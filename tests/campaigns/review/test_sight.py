"""Who may see what was made of a call while it waits for a blind judgement: at each door that would tell it, and for whom it tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from campaigns.access.roles import Role
from campaigns.access.viewer import ORGANISATION, viewer_of
from campaigns.admin.call import CallAdmin
from campaigns.funnel import LEVEL, Step
from campaigns.integrations.api_keys import create_api_key
from campaigns.models import Answer, Call, ReviewPlan, Score
from campaigns.replay.running import Asked, replay
from campaigns.review import correcting, doubling
from campaigns.review.blind import hidden_among, hidden_calls, is_blind_for
from campaigns.review.calibrating import pick
from campaigns.review.queues import Filters, Queue, in_queue
from campaigns.review.sight import FROM_ANSWERS, Hidden, hidden_from, shown_disposition
from campaigns.states import Disposition
from leads.models import AuditEntry
from tests.campaigns.access.planted import somebody
from tests.campaigns.console import finished_call
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
POINTS, SEATS = 6873, 4391  # nothing else on any page is these


@pytest.fixture
def plan(campaign) -> ReviewPlan:
    return ReviewPlan.objects.create(campaign=campaign, double_percent=100)


@pytest.fixture
def blind_call(call: Call, plan: ReviewPlan) -> Call:
    Score.objects.filter(call=call).update(points=POINTS, threshold=POINTS)
    Answer.objects.filter(call=call).update(value=SEATS, confidence=0.1, is_confirmed=False)
    return call


# ---- the rule


@pytest.mark.parametrize(
    ("may_judge", "may_plan", "hidden"),
    [(False, False, Hidden.NONE), (False, True, Hidden.NONE), (True, False, Hidden.ALL), (True, True, Hidden.TAKEN)],
    ids=["neither", "plans", "judges", "plans and judges"],
)
def test_what_is_hidden_follows_from_what_somebody_does_with_reviews(may_judge, may_plan, hidden):
    assert hidden_from(may_judge=may_judge, may_plan=may_plan) is hidden


def test_only_dispositions_that_follow_from_answers_are_hidden():
    assert {each for each in Disposition if shown_disposition(each, is_hidden=True) is None} == FROM_ANSWERS
    assert all(shown_disposition(each, is_hidden=False) == each for each in Disposition)
    assert Disposition.OPTED_OUT not in FROM_ANSWERS and shown_disposition(None, is_hidden=True) is None


@pytest.mark.parametrize("role", Role)
def test_of_the_roles_only_a_reviewer_is_limited(blind_call, role):
    user = User.objects.create_user("juma", is_staff=True)
    user.groups.add(Group.objects.get(name=role.group_name))
    assert bool(hidden_among([blind_call], viewer_of(user))) is (role is Role.REVIEWER)
    assert not hidden_among([blind_call], ORGANISATION)


# ---- the doors

Door = Callable[[Client, dict[str, str], Call], str]


def page(path: str) -> Door:
    """Its text, and its words one after the other."""

    def asked(client: Client, key: dict[str, str], call: Call) -> str:
        html = said(client.get(f"/admin/campaigns/{path.format(call=call)}"))
        return html + re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))

    return asked


def rest(path: str) -> Door:
    return lambda client, key, call: said(client.get(f"/api/v1/{path.format(call=call)}", headers=key))


def sent(path: str, **form: str) -> Door:
    return lambda client, key, call: said(client.post(f"/admin/campaigns/{path.format(call=call)}", form))


def said(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode("utf-8", errors="replace"))


def replayed(client: Client, key: dict[str, str], call: Call) -> str:
    rubrics = {each.key: each.rubric for each in call.script.questions.all()}
    asked = Asked(call.script_id, [call.campaign_id], NOW.date(), NOW.date(), threshold=POINTS + 1, rubrics=rubrics)
    kept = replay(call.script, asked, by="mosi")
    assert kept.n_calls == 1
    return sent(f"script/{call.script_id}/replay/{kept.pk}/leads.csv")(client, key, call)


# What a door says only where it tells what was made of the call.
DOORS: Mapping[str, tuple[Door, str]] = {
    "the list of calls": (page("call/"), str(POINTS)),
    "the list of calls, what came of it": (page("call/"), "1 qualified "),
    "the list of calls, filtered by disposition": (page("call/?disposition=qualified"), "{call.pk}"),
    "the list of calls, filtered by a part of it": (page("call/?disposition__startswith=qual"), "{call.pk}"),
    "the list of calls, filtered by how far it got": (page("call/?reached=hot"), "{call.pk}"),
    "the list of calls, filtered by the note of it": (page("call/?reached_level__gte=5"), "{call.pk}"),
    "the page of a call": (page("call/{call.pk}/change/"), str(SEATS)),
    "the review of a call": (page("call/{call.pk}/review/"), str(SEATS)),
    "the review's list": (page("call/review/?queue=all"), str(POINTS)),
    "the review's list, what came of it": (page("call/review/?queue=all"), " qualified "),
    "the review's list, who corrected it": (page("call/review/?queue=all"), "amina, corrected"),
    "the queue near the threshold": (page("call/review/?queue=near_threshold"), "{call.pk}"),
    "the queue of unsure answers": (page("call/review/?queue=low_confidence"), "{call.pk}"),
    "agreement with the bot and each other": (page("call/review/agreement/?since="), "en-KE"),
    "hand-offs": (page("handoff/"), "/handoff/{call.handoff.pk}/change/"),
    "a hand-off": (page("handoff/{call.handoff.pk}/change/"), "bridged"),
    "why": (page("call/why/?lead={call.lead_id}"), "It ended: qualified"),
    "a replay with other points": (replayed, "{call.pk}"),
    "results in the console": (page("campaign/{call.campaign_id}/download_results/"), str(POINTS)),
    "answers in the results": (page("campaign/{call.campaign_id}/download_results/"), str(SEATS)),
    "what came of it in the results": (page("campaign/{call.campaign_id}/download_results/"), "qualified"),
    "an evidence pack": (sent("call/{call.pk}/evidence/", format="json"), str(SEATS)),
    "the evidence pack of a person": (sent("call/evidence/{call.lead_id}/", format="json"), str(SEATS)),
    "REST: calls": (rest("calls"), '"qualified"'),
    "REST: calls of a disposition": (rest("calls?disposition=qualified"), "{call.pk}"),
    "REST: a call's score": (rest("calls/{call.pk}"), str(POINTS)),
    "REST: a call's answers": (rest("calls/{call.pk}"), str(SEATS)),
    "REST: a call's disposition": (rest("calls/{call.pk}"), '"qualified"'),
    "REST: a call's hand-off": (rest("calls/{call.pk}"), '"bridged"'),
    "REST: hot leads": (rest("hot-leads?status=bridged"), "{call.pk}"),
    "REST: results": (rest("campaigns/{call.campaign_id}/results.csv"), str(POINTS)),
    "REST: an evidence pack": (rest("calls/{call.pk}/evidence"), str(SEATS)),
    "REST: the evidence pack of a person": (rest("leads/{call.lead_id}/evidence"), str(SEATS)),
}


def tells(door: str, client: Client, user: User, call: Call) -> bool:
    asked, sign = DOORS[door]
    key = {"Authorization": f"Bearer {create_api_key('CRM', user)[1]}"}
    return sign.format(call=call) in asked(client, key, call)


@pytest.fixture
def corrected(blind_call) -> Call:
    """And judged by one of two, so that there is something at every door."""
    doubling.next_task("neema", None, now=LATER)
    doubling.give(blind_call.pk, "neema", {"permission": None, "seats": 16}, at=LATER)
    correcting.correct_answer(blind_call.pk, "seats", SEATS - 1, reason="so", by="amina", at=NOW)
    correcting.correct_answer(blind_call.pk, "seats", SEATS, reason="or not", by="amina", at=NOW + timedelta(seconds=1))
    Score.objects.update(points=POINTS, threshold=POINTS)
    Call.objects.filter(pk=blind_call.pk).update(reached_level=LEVEL[Step.ACCEPTED])
    return Call.objects.get(pk=blind_call.pk)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_tells_a_manager_and_not_who_may_be_asked_to_judge_the_call(client, corrected, door):
    assert not tells(door, client, somebody(client, without=("change_campaign",)), corrected)
    User.objects.update(username="a-reviewer")
    assert tells(door, client, somebody(client), corrected)


@pytest.mark.parametrize("door", DOORS)
def test_nor_a_manager_who_has_taken_it_until_they_have_judged_it(client, corrected, door):
    manager = somebody(client)
    assert doubling.next_task(manager.username, None, now=LATER)
    assert not tells(door, client, manager, corrected)
    doubling.give(corrected.pk, manager.username, {"permission": None, "seats": SEATS}, at=LATER)
    assert tells(door, client, manager, corrected)


# ---- when


def hidden(call: Call, name: str = "juma") -> bool:
    user, is_new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    if is_new:
        user.groups.add(Group.objects.get(name=Role.REVIEWER.group_name))
    return bool(hidden_among([call], viewer_of(User.objects.get(pk=user.pk))))


def judged(call: Call, coder: str) -> None:
    doubling.next_task(coder, None, now=LATER)
    doubling.give(call.pk, coder, {"permission": None, "seats": SEATS}, at=LATER)


def test_who_has_judged_it_sees_it_and_when_two_have_everybody_does(blind_call):
    judged(blind_call, "juma")
    assert (hidden(blind_call, "juma"), hidden(blind_call, "neema")) == (False, True)
    judged(blind_call, "amina")
    assert not hidden(blind_call, "neema")


def test_who_had_it_shown_sees_it_at_every_door(client, blind_call):
    user = somebody(client, without=("change_campaign",))
    client.post(f"/admin/campaigns/call/{blind_call.pk}/judge/show/")
    assert AuditEntry.objects.get().detail == {"what": "blind lifted"}
    assert tells("REST: a call's score", client, user, blind_call) and tells("the queue near the threshold", client, user, blind_call)


def test_nothing_is_hidden_where_the_plan_is_not_blind_or_draws_no_call(blind_call):
    ReviewPlan.objects.update(is_blind=False)
    assert not hidden(blind_call)
    ReviewPlan.objects.update(is_blind=True, double_percent=0)
    assert not hidden(blind_call)


def test_nor_where_nobody_can_judge_it_any_more(blind_call):
    Call.objects.update(words_gone_at=NOW)
    assert not hidden(blind_call)


def test_a_call_of_a_calibration_set_is_hidden_but_from_who_picked_it(call):
    pick(call, by="mosi", at=NOW)
    assert (hidden(call, "juma"), hidden(call, "mosi")) == (True, False)


def test_other_attempts_at_the_same_interview_are_hidden_with_it(client, blind_call):
    """The second is not answered, so it is not drawn; its page shows what was said on the first."""
    second = finished_call(blind_call.campaign, blind_call.lead, attempt_number=2, answered_at=None, answer_token="b", stream_token="b")
    Answer.objects.filter(call=second).delete()
    assert hidden(second) and not is_blind_for(second, "juma")
    user = somebody(client, without=("change_campaign",))
    assert not tells("the page of a call", client, user, second)
    client.post(f"/admin/campaigns/call/{blind_call.pk}/judge/show/")
    assert tells("the page of a call", client, user, second)


def test_a_manager_who_opens_a_call_is_not_asked_to_judge_it(client, blind_call):
    manager = somebody(client)
    assert tells("the page of a call", client, manager, blind_call) and tells("the review of a call", client, manager, blind_call)
    assert AuditEntry.objects.get().detail == {"what": "blind lifted"}
    assert doubling.next_task(manager.username, None, now=LATER) is None


def test_rest_says_that_something_is_left_out(client, blind_call):
    user = somebody(client, without=("change_campaign",))
    key = {"Authorization": f"Bearer {create_api_key('CRM', user)[1]}"}
    found = json.loads(said(client.get(f"/api/v1/calls/{blind_call.pk}", headers=key)))
    left_out = [found[name] for name in ("disposition", "outcome", "aapor_code", "score", "handoff")]
    assert found["is_hidden"] and found["answers"] == [] and left_out == [None] * 5 and found["transcript"]
    assert client.get(f"/api/v1/calls/{blind_call.pk}/evidence", headers=key).status_code == 403


def test_the_list_of_calls_cannot_be_put_in_order_by_what_is_hidden(client, blind_call, cold_call_of_another):
    somebody(client, without=("change_campaign",))
    column = CallAdmin.list_display.index("points")
    for place in (column, column + 1):  # behind boxes to tick, or not
        lists = [said(client.get(f"/admin/campaigns/call/?o={sign}{place}")) for sign in ("", "-")]
        first = [page.find(f"{blind_call.pk}/change") < page.find(f"{cold_call_of_another.pk}/change") for page in lists]
        assert first[0] == first[1]


@pytest.fixture
def cold_call_of_another(campaign, daudi) -> Call:
    call = finished_call(campaign, daudi, session_outcome="finished")
    Score.objects.filter(call=call).update(points=1)
    return call


def test_who_judges_nothing_costs_no_query(blind_call, django_assert_num_queries):
    viewer = viewer_of(User.objects.create_user("auditor"))
    assert not viewer.may("campaigns.add_reviewact")
    with django_assert_num_queries(0):
        assert not hidden_among([blind_call], viewer)


def test_a_lead_who_turned_hot_is_in_the_queue_of_who_may_be_told_of_it(cold_call, plan):
    correcting.correct_answer(cold_call.pk, "seats", 60, reason="sixty", by="mosi", at=NOW)
    assert hidden(cold_call, "juma")

    juma = User.objects.get(username="juma")
    assert not in_queue(Filters(hidden=hidden_calls(viewer_of(juma))), Queue.TURNED_HOT).exists()
    plan.delete()
    assert list(in_queue(Filters(hidden=hidden_calls(viewer_of(juma))), Queue.TURNED_HOT)) == [cold_call]
