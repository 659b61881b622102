"""Reviewers against the bot: on calls that were found right, by question and language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.models import Answer, Call, Question
from campaigns.review.bot_agreement import bot_agreement
from campaigns.review.correcting import Heard, accept, add_answer, correct_answer, undo, void_answer
from campaigns.review.queues import Filters
from tests.campaigns.console import administrator, shown, sign_in
from tests.campaigns.review.test_queues import many_calls
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
ANY = Filters()


def answered(campaign, key: str, values: list[object]) -> list[Call]:
    """One call for each, found right after what is still to come."""
    calls = many_calls(campaign, len(values))
    question = Question.objects.get(script=campaign.script, key=key)
    Answer.objects.bulk_create(Answer(call=call, question=question, value=value, saved_at=NOW) for call, value in zip(calls, values, strict=True))
    return calls


def test_what_the_bot_understood_is_held_against_what_counts_now(campaign):
    calls = answered(campaign, "permission", [True, False] * 10)
    correct_answer(calls[0].pk, "permission", False, reason="a no", by="mosi", at=NOW)
    for call in calls:
        accept(call.pk, by="mosi", at=NOW)
    (found,) = bot_agreement(ANY)
    assert (found.question, found.language, found.n, found.percent) == ("permission", "en-KE", 20, 95)
    assert found.alpha == pytest.approx(1 - 39 * 2 / (2 * 19 * 21)), "one of twenty, by the formula"
    assert found.alpha and found.interval
    assert found.interval.low < found.alpha <= found.interval.high <= 1
    assert found.means == "reliable"


def test_numbers_that_are_nearly_right_agree_better_than_wild_ones(campaign):
    calls = answered(campaign, "seats", [10, 20, 30, 40])
    correct_answer(calls[0].pk, "seats", 11, reason="eleven", by="mosi", at=NOW)
    for call in calls:
        accept(call.pk, by="mosi", at=NOW)
    (found,) = bot_agreement(ANY)
    assert found.percent == 75 and found.alpha and found.alpha > 0.99 and found.means == "too few to say: 4"


def test_a_correction_that_was_undone_is_no_disagreement(campaign):
    (call,) = answered(campaign, "seats", [10])
    act = correct_answer(call.pk, "seats", 11, reason="eleven", by="mosi", at=NOW)
    undo(act.pk, reason="ten", by="mosi", at=NOW.replace(hour=8))
    accept(call.pk, by="mosi", at=NOW.replace(hour=9))
    assert bot_agreement(ANY)[0].percent == 100


def test_calls_nobody_found_right_say_nothing(campaign):
    answered(campaign, "seats", [10, 20])
    assert bot_agreement(ANY) == []


def test_an_answer_that_the_bot_had_missed_and_one_that_it_made_up_are_disagreements(campaign):
    missed, made_up = many_calls(campaign, 2)
    add_answer(missed.pk, "seats", 10, Heard(), reason="said at the end", by="mosi", at=NOW)
    Answer.objects.create(call=made_up, question=Question.objects.get(script=campaign.script, key="seats"), value=20, saved_at=NOW)
    void_answer(made_up.pk, "seats", reason="nobody said so", by="mosi", at=NOW)
    for call in (missed, made_up):
        accept(call.pk, by="mosi", at=NOW)

    (found,) = bot_agreement(ANY)

    assert (found.question, found.n, found.percent) == ("seats", 2, 0)


def test_of_very_many_the_calls_that_were_found_right_last_count(campaign, monkeypatch):
    monkeypatch.setattr("campaigns.review.bot_agreement.MOST_CALLS", 2)
    for minutes, call in enumerate(answered(campaign, "seats", [10, 20, 30])):
        if minutes == 0:
            correct_answer(call.pk, "seats", 11, reason="eleven", by="mosi", at=NOW)
        accept(call.pk, by="mosi", at=NOW + timedelta(minutes=minutes))

    assert [(found.n, found.percent) for found in bot_agreement(ANY)] == [(2, 100)]


def test_it_asks_four_times_however_many_there_are(campaign, django_assert_num_queries):
    for call in answered(campaign, "seats", [10, 20, 30]):
        accept(call.pk, by="mosi", at=NOW)
    with django_assert_num_queries(4):
        bot_agreement(ANY)


def test_the_page_says_it_and_that_it_is_not_blind(client, campaign):
    administrator(client)
    for call in answered(campaign, "seats", [10, 20]):
        accept(call.pk, by="mosi", at=NOW)
    page = shown(client, "campaigns/call/review/agreement/")
    assert "Seats" in page and "100 %" in page and "too few to say: 2" in page
    assert "see the bot&#x27;s value before they decide" in page or "see the bot's value before they decide" in page


def test_who_may_not_see_calls_sees_no_agreement(client, campaign):
    sign_in(client, "zuri")
    assert client.get("/admin/campaigns/call/review/agreement/").status_code == 403
