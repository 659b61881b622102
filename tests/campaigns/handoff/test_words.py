"""A hot lead in sentences, and what the platform says of a Dial."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from bridge.brief import QuestionKind
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns.handoff.dial_result import DialResult, dial_result
from campaigns.handoff.words import Given, label_of, spoken_brief, timeline_in_words, value_in_words, why_not_put_through
from campaigns.states import HandoffStatus

P, K, R = ProviderStatus, QuestionKind, DialResult


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Given("Decides", K.YES_NO, True), "yes"),
        (Given("Decides", K.YES_NO, False), "no"),
        (Given("Seats", K.NUMBER, 60, "seats"), "60 seats"),
        (Given("Seats", K.NUMBER, 2.5), "2.5"),
        (Given("Start", K.TIMELINE, 0), "now"),
        (Given("Plan", K.ONE_OF, "gold"), "gold"),
        (Given("Plans", K.ONE_OF, ["gold", "silver"]), "gold, silver"),
        (Given("Tools", K.MANY_OF, ["SMS", "phone"]), "SMS, phone"),
        (Given("Rating", K.SCALE, 7), "7"),
        (Given("Budget", K.MONEY, 1_250_000, "USD"), "USD 1,250,000"),
        (Given("Spending", K.MONEY, 500), "KES 500"),
        (Given("Why", K.OPEN, "our old one broke"), "our old one broke"),
    ],
    ids=lambda value: value.label if isinstance(value, Given) else value,
)
def test_an_answer_is_said_as_people_say_it(given, words):
    assert value_in_words(given) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "now"),
        (1, "tomorrow"),
        (2, "in 2 days"),
        (13, "in 13 days"),
        (14, "in 2 weeks"),
        (56, "in 8 weeks"),
        (57, "in 2 months"),
        (365, "in 12 months"),
    ],
)
def test_a_timeline_is_said_in_the_unit_people_use(days, words):
    assert timeline_in_words(days) == words


def test_a_questions_id_becomes_a_heading():
    assert label_of("team_size") == "Team size"


def test_the_brief_leaves_out_what_is_not_known():
    assert spoken_brief(rep_name="Rehema", lead_name="Asha", campaign_name="Acme", points=None, answers=[]) == (
        "Hello Rehema. Asha, a hot lead of Acme, is waiting to talk to you.",
        "Press 1 to be connected.",
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [(HandoffStatus.LEAD_HUNG_UP, "Asha has hung up"), (HandoffStatus.PROMISED, "stays in your queue"), (HandoffStatus.BRIDGED, "")],
)
def test_a_rep_who_is_not_put_through_is_told_why(status, words):
    assert words in why_not_put_through(status, "Asha")
    assert bool(why_not_put_through(status, "Asha")) is bool(words)


@pytest.mark.parametrize(
    ("event", "since_s", "result"),
    [
        (ProviderEvent(dial_status=P.COMPLETED), 30, R.BRIDGED),
        (ProviderEvent(dial_status=P.ANSWERED), 30, R.BRIDGED),
        (ProviderEvent(dial_status=P.NO_ANSWER, dial_duration_s=9.0), 90, R.NOT_BRIDGED),
        (ProviderEvent(dial_duration_s=0.0), 90, R.NOT_BRIDGED),
        (ProviderEvent(dial_duration_s=1.0), 5, R.BRIDGED),
        (ProviderEvent(state=P.RINGING), 10, R.UNCHANGED),
        (ProviderEvent(state=P.STREAM_STARTED), 100, R.UNCHANGED),
        (ProviderEvent(state=P.ANSWERED), 1.9, R.ASKED_AGAIN),
        (ProviderEvent(state=P.ANSWERED), 2, R.NOT_BRIDGED),
        (ProviderEvent(state=P.DIAL_COMPLETED), 1, R.NOT_BRIDGED),
        (ProviderEvent(state=P.COMPLETED), 1, R.NOT_BRIDGED),
        (ProviderEvent(state=P.ANSWERED), 30, R.NOT_BRIDGED),
        (ProviderEvent(state=P.ANSWERED), 30.1, R.BRIDGED),
    ],
    ids=[
        "it-says-completed", "it-says-answered", "its-word-outranks-its-seconds", "no-seconds", "one-second", "old-edge", "older-edge",
        "lost-reply", "no-lost-reply-any-more", "over-at-once", "hung-up-at-once", "at-the-end-of-the-ringing", "after-it",
    ],
)  # fmt: skip
def test_a_dial_is_judged_by_the_platforms_word_else_by_the_clock(event, since_s, result):
    assert dial_result(event, since_dial=timedelta(seconds=since_s), ring_timeout_s=25) is result


@given_that(st.sampled_from(list(P)), st.none() | st.sampled_from(list(P)), st.none() | st.floats(0, 3600), st.floats(0, 7200))
def test_every_event_has_a_meaning(state, dial_status, dial_duration_s, since_s):
    event = ProviderEvent(state=state, dial_status=dial_status, dial_duration_s=dial_duration_s)
    assert dial_result(event, since_dial=timedelta(seconds=since_s), ring_timeout_s=25) in R
