"""People against each other, against the bot, and against answers that are known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import CalibrationItem, Call, ReviewPlan
from campaigns.review import calibrating
from campaigns.review.blind import is_blind_for
from campaigns.review.calibrating import pick, retire, standings
from campaigns.review.coder_agreement import coder_agreement
from campaigns.review.correcting import Refused, correct_answer
from campaigns.review.doubling import decide, next_task
from campaigns.review.queues import Filters
from tests.campaigns.console import shown
from tests.campaigns.review.test_doubling import both, judged, reviewer, sent, words
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def plan(campaign) -> ReviewPlan:
    return ReviewPlan.objects.create(campaign=campaign, double_percent=100)


def line(question: str = "seats"):
    return next(each for each in coder_agreement(Filters()) if each.question == question)


# ---- agreement


def test_people_are_compared_with_each_other_and_the_bot_with_both(call, plan):
    both(call, 60, 16)
    assert (line().people.n, line().people.percent) == (1, 0)
    assert (line().bot.n, line().bot.percent) == (2, 50)
    assert line().language == call.script.language


def test_what_was_decided_later_changes_neither(call, plan):
    both(call, 60, 16)
    before = line()
    decide(call.pk, {"seats": 16}, reason="sixteen", by="mosi", at=LATER)
    assert line() == before


def test_while_one_has_judged_only_the_bot_is_compared(call, plan):
    judged(call, "juma", seats=60)
    assert (line().people.n, line().bot.n, line().bot.percent) == (0, 1, 100)


def test_where_nothing_was_judged_there_is_nothing(call):
    assert coder_agreement(Filters()) == []


def test_the_page_shows_both_and_says_when_they_are_too_few(client, call, plan):
    both(call, 60, 16)
    reviewer(client, "amina")
    page = words(shown(client, "campaigns/call/review/agreement/?queue=all&since="))
    assert "Seats en-KE reviewers 1 0 %" in page and "the bot and a reviewer 2 50 %" in page
    assert "cannot be said" in page or "too few to say" in page


# ---- calibration


def test_the_known_answer_is_what_counts_when_it_is_picked(call):
    item = pick(call, by="mosi", at=NOW)
    correct_answer(call.pk, "seats", 10, reason="so", by="mosi", at=LATER)
    assert CalibrationItem.objects.get().gold == item.gold == {"permission": None, "seats": 60}


def test_a_reviewer_is_asked_to_do_the_set_first_and_blind(call, cold_call_of_another, plan):
    pick(call, by="mosi", at=NOW)
    assert is_blind_for(call, "juma") and not is_blind_for(call, "mosi")
    task = next_task("juma", None, now=LATER)
    assert (task.call, task.purpose) == (call, "calibration")
    judged(call, "juma", seats=60)
    assert (next_task("juma", None, now=LATER).purpose, next_task("juma", None, now=LATER).call) == ("double", cold_call_of_another)


@pytest.fixture
def cold_call_of_another(campaign, daudi) -> Call:
    from tests.campaigns.console import finished_call

    return finished_call(campaign, daudi, session_outcome="finished")


def test_everybody_is_told_where_they_are_off(call):
    pick(call, by="mosi", at=NOW)
    judged(call, "juma", seats=16)
    judged(call, "neema", seats=60)
    first, second = standings(None)
    assert (first.coder, first.percent, [(one.question, one.said, one.gold) for one in first.off]) == ("juma", 50, [("seats", 16, 60)])
    assert (second.coder, second.percent, second.off, second.n_open) == ("neema", 100, [], 0)


def test_nobody_is_measured_by_what_they_picked(call):
    pick(call, by="mosi", at=NOW)
    assert next_task("mosi", None, now=LATER) is None


def test_any_number_of_people_judge_a_call_of_the_set(call):
    pick(call, by="mosi", at=NOW)
    for name in ("a", "b", "c", "d"):
        judged(call, name, seats=60)
    assert len(standings(None)) == 4 and standings(frozenset()) == []


def test_what_is_retired_is_not_asked_and_comes_back_as_it_was(call):
    pick(call, by="mosi", at=NOW)
    retire(call, at=LATER)
    assert next_task("juma", None, now=LATER) is None and standings(None) == []
    pick(call, by="amina", at=LATER)
    assert (CalibrationItem.objects.get().picked_by, CalibrationItem.objects.get().retired_at) == ("mosi", None)


@pytest.mark.parametrize(
    ("fields", "why"), [({"script": None}, calibrating.NO_SCRIPT), ({"words_gone_at": NOW}, calibrating.WORDS_GONE)], ids=["no script", "no words"]
)
def test_what_nobody_can_judge_is_no_measure(call, fields, why):
    Call.objects.update(**fields)
    assert pick(Call.objects.get(), by="mosi", at=NOW) == Refused(why)


def test_a_call_that_was_judged_twice_is_none_either(call, plan):
    judged(call, "juma", seats=60)
    assert pick(call, by="mosi", at=NOW) == Refused(calibrating.JUDGED)


def test_a_manager_picks_a_call_and_sees_everybody_a_reviewer_only_themselves(client, call):
    reviewer(client, "mosi", "change_campaign")
    assert "Into the calibration set" in shown(client, f"campaigns/call/{call.pk}/review/?queue=all")
    sent(client, call, "calibration", {})
    judged(call, "juma", seats=16)
    judged(call, "neema", seats=60)
    page = words(shown(client, "campaigns/call/review/calibration/"))
    assert "juma 50 %" in page and "neema 100 %" in page and "Seats : 16" in page and "known: 60" in page
    reviewer(client, "neema")
    page = words(shown(client, "campaigns/call/review/calibration/"))
    assert "neema 100 %" in page and "juma" not in page
    assert sent(client, call, "calibration", {"retire": "1"}).status_code == 403
    reviewer(client, "mosi")
    sent(client, call, "calibration", {"retire": "1"})
    assert CalibrationItem.objects.get().retired_at is not None
