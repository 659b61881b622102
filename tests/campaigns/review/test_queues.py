"""Which call is in which queue, and which are in none."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from campaigns.models import Answer, Call, Campaign, Handoff, ReviewAct, Score, Turn
from campaigns.review import queues
from campaigns.review.complaints import complaint_pattern
from campaigns.review.correcting import accept, correct_answer
from campaigns.review.queues import Filters, Queue, counts, in_queue, neighbours
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
ANY = Filters()


def is_in(queue: Queue, filters: Filters = ANY) -> bool:
    n = in_queue(filters, queue).count()
    assert counts(filters, shown=queue)[queue] == n, "the number beside it is that of its list"
    return bool(n)


@pytest.mark.parametrize(("confidence", "is_confirmed", "is_unsure"), [(0.59, False, True), (0.6, False, False), (0.1, True, False)])
def test_an_unsure_answer_that_was_not_said_back(call, confidence, is_confirmed, is_unsure):
    Answer.objects.update(confidence=confidence, is_confirmed=is_confirmed)
    assert is_in(Queue.LOW_CONFIDENCE) is is_unsure


@pytest.mark.parametrize(("points", "is_near"), [(59, False), (60, True), (70, True), (80, True), (81, False)])
def test_a_score_near_the_threshold_from_both_sides(call, points, is_near):
    Score.objects.update(points=points)
    assert is_in(Queue.NEAR_THRESHOLD) is is_near


def test_a_call_without_a_score_is_near_nothing(call):
    Score.objects.all().delete()
    assert not is_in(Queue.NEAR_THRESHOLD)


def test_who_opted_out(call):
    assert not is_in(Queue.OPTED_OUT)
    Call.objects.update(disposition="opted_out")
    assert is_in(Queue.OPTED_OUT)


COMPLAINTS = [
    "I will COMPLAIN about you",
    "How did you get my number?",
    "this is a scam",
    "Nitawashtaki kwa polisi",
    "c'est une arnaque",
    "É uma burla.",
]
NO_COMPLAINTS = ["about sixty", "we conform", "yes, that is fine", "courteous people"]


@pytest.mark.parametrize("words", COMPLAINTS)
def test_who_complains(call, words):
    Turn.objects.filter(party="callee").update(text=words)
    assert is_in(Queue.COMPLAINTS)


@pytest.mark.parametrize("words", NO_COMPLAINTS)
def test_who_does_not_complain(call, words):
    Turn.objects.filter(party="callee").update(text=words)
    assert not is_in(Queue.COMPLAINTS)


def test_what_the_bot_says_is_no_complaint(call):
    Turn.objects.filter(party="bot").update(text="Say stop calling if you are fed up.")
    assert not is_in(Queue.COMPLAINTS)


def test_the_words_are_plain_ones_that_both_databases_read_alike():
    assert re.compile(complaint_pattern())
    assert not re.search(r"[\\\[\]{}]", complaint_pattern().replace(r"\W", ""))


@pytest.mark.parametrize(
    "fields", [{"failure": "the voice fell silent"}, {"session_outcome": "media_lost"}, {"session_outcome": "voice_failed"}], ids=str
)
def test_calls_with_faults(call, fields):
    assert not is_in(Queue.FAULTS)
    Call.objects.update(**fields)
    assert is_in(Queue.FAULTS)


def many_calls(campaign: Campaign, n: int) -> list[Call]:
    leads = Lead.objects.bulk_create([Lead(phone=f"+2547330{i:05d}", name=f"Lead {i}", market="KE", time_zone="Africa/Nairobi") for i in range(n)])
    ended = {"campaign": campaign, "script": campaign.script, "attempt_number": 1, "status": "completed", "due_at": NOW}
    made = [Call(lead=lead, answered_at=NOW + timedelta(seconds=i), **ended) for i, lead in enumerate(leads)]
    return Call.objects.bulk_create(made)


def test_the_share_is_drawn_by_a_digest_that_does_not_depend_on_the_database(campaign):
    made = many_calls(campaign, 400)
    drawn = set(in_queue(ANY, Queue.SHARE).values_list("pk", flat=True))
    assert drawn == {call.pk for call in made if hashlib.md5(call.pk.hex.encode()).hexdigest()[:4] < "0ccd"}
    assert 0.01 < len(drawn) / 400 < 0.12, "about one in twenty"


def test_a_lead_that_turned_hot_by_correction_waits_for_a_person(cold_call):
    assert not is_in(Queue.TURNED_HOT)
    correct_answer(cold_call.pk, "seats", 60, reason="sixty", by="mosi", at=NOW)
    assert is_in(Queue.TURNED_HOT)
    Handoff.objects.create(call=cold_call, strategy="callback", status="cooled", offered_at=NOW)
    assert is_in(Queue.TURNED_HOT), "a lead that had only warmed was given to nobody"
    Handoff.objects.update(status="promised")
    assert not is_in(Queue.TURNED_HOT)


def test_a_lead_that_turned_hot_is_not_forgotten_because_their_call_was_found_right(cold_call):
    correct_answer(cold_call.pk, "seats", 60, reason="sixty", by="mosi", at=NOW)
    accept(cold_call.pk, by="mosi", at=NOW)
    assert is_in(Queue.TURNED_HOT) and not is_in(Queue.ALL)


def test_who_was_hot_on_the_call_was_given_to_a_rep_then(call):
    Handoff.objects.all().delete()
    assert not is_in(Queue.TURNED_HOT), "nobody corrected anything"


def test_a_call_that_somebody_found_right_leaves_its_queues(call):
    accept(call.pk, by="mosi", at=NOW)
    assert not is_in(Queue.ALL)
    assert is_in(Queue.ALL, Filters(with_reviewed=True))


def test_a_correction_alone_does_not_end_the_review(call):
    correct_answer(call.pk, "seats", 10, reason="ten", by="mosi", at=NOW)
    assert ReviewAct.objects.exists() and is_in(Queue.ALL)


@pytest.mark.parametrize("fields", [{"status": "in_progress", "disposition": None}, {"answered_at": None}, {"occasion": "promised"}], ids=str)
def test_calls_that_are_not_over_or_had_no_bot_are_in_none(call, fields):
    Call.objects.update(**fields)
    assert not is_in(Queue.ALL)


NAIROBI_DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        (Filters(since=NAIROBI_DAY), True),
        (Filters(since=NAIROBI_DAY + timedelta(days=1)), False),
        (Filters(until=NAIROBI_DAY), True),
        (Filters(until=NAIROBI_DAY - timedelta(days=1)), False),
        (Filters(language="en-KE"), True),
        (Filters(language="sw"), False),
        (Filters(campaign_id=0), False),
        (Filters(script_id=0), False),
    ],
    ids=str,
)
def test_filters(call, filters, is_found):
    assert is_in(Queue.ALL, filters) is is_found


def test_its_own_campaign_and_script_version_find_it(call):
    assert is_in(Queue.ALL, replace(ANY, campaign_id=call.campaign_id, script_id=call.script_id))


def test_each_queue_is_counted_by_one_query(call, django_assert_num_queries):
    with django_assert_num_queries(len(Queue)):
        assert set(counts(ANY, shown=Queue.ALL)) == set(Queue)


def test_a_queue_is_counted_only_so_far(campaign, monkeypatch):
    monkeypatch.setattr(queues, "COUNTED", 2)
    many_calls(campaign, 3)

    assert counts(ANY, shown=Queue.ALL)[Queue.ALL] == 2


def test_neighbours_stand_beside_it_in_the_list_also_once_it_has_left_it(campaign):
    oldest, middle, newest = many_calls(campaign, 3)
    calls = in_queue(ANY, Queue.ALL)
    assert list(calls) == [newest, middle, oldest]
    assert neighbours(calls, middle) == (newest, oldest)
    assert neighbours(calls, newest) == (None, middle)
    accept(middle.pk, by="mosi", at=NOW)
    assert neighbours(calls, middle) == (newest, oldest)
    assert neighbours(calls, newest) == (None, oldest)


def test_calls_of_the_same_instant_have_neighbours_as_well(campaign):
    many_calls(campaign, 3)
    Call.objects.update(answered_at=NOW)
    calls = in_queue(ANY, Queue.ALL)
    first, second, third = calls
    assert neighbours(calls, second) == (first, third)


def test_a_live_call_is_not_reviewable(campaign, asha):
    live_call(campaign, asha, status="in_progress", answered_at=NOW)
    assert not is_in(Queue.ALL)
