"""An interview that broke off goes on at its question: what was answered before counts, is not asked again, and says where it came from."""

from __future__ import annotations

import csv
import re

import pytest

from bridge.events import Outcome
from bridge.reports import AnswerReport, SessionReport
from campaigns import interviews
from campaigns.briefs import build_brief, counted_answers, counted_answers_of, kept_answers
from campaigns.call_desk import finish
from campaigns.campaign_life import copy_to_new_version
from campaigns.handoff.cards import whole_card
from campaigns.models import Answer, Call, Campaign, Handoff, Question, Rep, Score
from campaigns.reports.results import results_csv
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, shown
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

PERMISSION = AnswerReport("permission", True, "yes", 0, 500, 0.9, False)
FINISHED = SessionReport(Outcome.FINISHED, is_disclosure_heard=True)


@pytest.fixture
def first(campaign, asha) -> Call:
    """Asked and answered about the seats, then the line dropped."""
    call = live_call(campaign, asha, status="in_progress", stream_opened_at=NOW)
    interviews.save_answer(call.pk, PERMISSION, at=NOW)
    interviews.save_answer(call.pk, AnswerReport("seats", 60, "about sixty", 30_100, 31_700, 0.9, True), at=NOW)
    Call.objects.filter(pk=call.pk).update(status="completed", disposition="incomplete")
    return call


@pytest.fixture
def second(first, campaign, asha) -> Call:
    return live_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2", status="in_progress", stream_opened_at=NOW)


def test_the_brief_of_the_next_attempt_knows_the_answers_and_that_they_are_hot(second):
    brief = build_brief(second)
    assert (brief.answers, brief.is_hot) == ({"seats": 60}, True)


def test_the_first_attempt_starts_with_nothing(campaign, asha):
    brief = build_brief(live_call(campaign, asha))
    assert (brief.answers, brief.is_hot) == ({}, False)


def test_the_score_of_the_second_call_counts_the_answers_of_the_first(second):
    assert interviews.save_answer(second.pk, PERMISSION, at=NOW).is_hot
    assert Score.objects.get(call=second).reasons[0]["why"] == "a large team"


def test_an_answer_given_again_replaces_the_earlier_one(first, second):
    interviews.save_answer(second.pk, AnswerReport("seats", 5, "five", 0, 900, 0.9, True), at=NOW)
    assert kept_answers(second) == {"seats": 5}
    assert kept_answers(first) == {"permission": True, "seats": 60}  # what counted on the first call is still what counted then


def test_each_answer_says_on_which_call_it_was_given(first, second):
    interviews.save_answer(second.pk, PERMISSION, at=NOW)
    assert [(answer.question.key, answer.call_id) for answer in counted_answers(second)] == [("permission", second.pk), ("seats", first.pk)]


def test_answers_to_another_version_of_the_script_do_not_count(first, campaign, asha):
    campaign.script = copy_to_new_version(campaign.script)
    campaign.save(update_fields=["script"])
    second = live_call(campaign, asha, attempt_number=2, answer_token="a2", stream_token="s2")
    assert (kept_answers(second), build_brief(second).is_hot) == ({}, False)


def test_answers_in_another_campaign_do_not_count(first, line, script, asha):
    other = Campaign.objects.create(name="December", line=line, script=script, controller="Acme")
    assert kept_answers(live_call(other, asha, answer_token="a2", stream_token="s2")) == {}


def test_a_call_that_had_nothing_left_to_ask_is_worth_what_was_answered_before(second):
    finish(second.pk, FINISHED)
    assert Score.objects.get(call=second).points == 70
    assert Call.objects.get(pk=second.pk).disposition == "qualified"


def test_a_call_on_which_nobody_spoke_is_not_scored(second):
    finish(second.pk, SessionReport(Outcome.VOICEMAIL, is_disclosure_heard=False))
    assert not Score.objects.filter(call=second).exists()


def test_the_call_s_page_links_to_the_attempt_and_does_not_play_its_span_here(client, first, second):
    administrator(client)
    page = shown(client, f"campaigns/call/{second.pk}/change/")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "60 seats about sixty 0:30.1 – 0:31.7 of attempt 1" in words
    assert f"/admin/campaigns/call/{first.pk}/change/" in page and 'data-seek-ms="30100"' not in page


def test_the_rep_sees_the_answers_of_both_calls(second, campaign, django_user_model):
    rep = Rep.objects.create(user=django_user_model.objects.create_user("rehema"), name="Rehema", number="+254711000201", is_verified=True)
    campaign.reps.add(rep)
    handoff = Handoff.objects.create(call=second, strategy="dial", status="promised", offered_at=NOW, promised_for=NOW)
    card = whole_card(rep, handoff.id, now=NOW)
    assert [(line.label, line.text) for line in card.answers] == [("Seats", "60 seats")]


def test_the_row_that_ends_the_interview_has_all_of_it(first, second, campaign):
    interviews.save_answer(second.pk, PERMISSION, at=NOW)
    rows = list(csv.DictReader(results_csv(campaign)))
    assert [(row["attempt"], row["permission"], row["seats"]) for row in rows] == [("1", "True", "60"), ("2", "True", "60")]
    assert Answer.objects.filter(call=second).count() == 1


def test_answers_of_many_calls_cost_three_queries_and_share_their_questions(campaign, first, second, chiku, django_assert_num_queries):
    seats = Question.objects.get(key="seats", script=campaign.script)
    others = [
        live_call(campaign, chiku, status="failed", attempt_number=n, stream_token=f"stream-{n}", answer_token=f"answer-{n}") for n in (1, 2, 3)
    ]
    Answer.objects.bulk_create(Answer(call=call, question=seats, value=7, saved_at=NOW) for call in others)
    with django_assert_num_queries(3):
        found = counted_answers_of([second, *others])
        named = [(answer.question.script.organisation, answer.call.attempt_number) for answers in found.values() for answer in answers]

    assert len(named) > 3
    assert {pk: [answer.pk for answer in answers] for pk, answers in found.items()} == {
        call.pk: [answer.pk for answer in counted_answers(call)] for call in (second, *others)
    }
    assert len({id(answer.question) for answers in found.values() for answer in answers if answer.question_id == seats.pk}) == 1
