"""How a time is said back, and which times of a voice are believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.named_time import NamedTime, Precision, in_words, named_time, valid_time

MONDAY = datetime(2026, 11, 23, 10, 20, tzinfo=ZoneInfo("Africa/Nairobi"))


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("tomorrow at four", "en", "tomorrow at four in the afternoon"),
        ("at half past ten", "en", "today at half past ten in the morning"),
        ("at four fifteen", "en", "today at four 15 in the afternoon"),
        ("tomorrow at noon", "en", "tomorrow at noon"),
        ("on Friday at nine", "en", "on Friday at nine in the morning"),
        ("next week", "en", "on Monday 30 November"),
        ("tomorrow morning", "en", "tomorrow in the morning"),
        ("in twenty minutes", "en", "in 20 minutes"),
        ("in an hour", "en", "in an hour"),
        ("in three hours", "en", "in 3 hours"),
        ("kesho saa nne", "sw", "kesho saa nne asubuhi"),
        ("leo saa kumi na nusu", "sw", "leo saa kumi na nusu jioni"),
        ("Ijumaa asubuhi", "sw", "siku ya Ijumaa asubuhi"),
        ("baada ya nusu saa", "sw", "baada ya dakika 30"),
        ("demain à seize heures", "fr", "demain à 16 heures"),
        ("lundi à midi", "fr", "aujourd'hui à midi"),
        ("amanhã às dez e meia", "pt", "amanhã às 10 e 30"),
    ],
)
def test_a_time_is_said_back_in_the_callee_s_language(text: str, language: str, said: str):
    named = named_time(text, language, now=MONDAY)
    assert named is not None
    assert in_words(named, language, now=MONDAY) == said


def test_a_language_without_words_says_no_time_back():
    assert in_words(NamedTime(MONDAY + timedelta(hours=1), Precision.CLOCK), "de", now=MONDAY) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T16:00", "Tue 24 16:00"),
        ("2026-11-24T13:00:00Z", "Tue 24 16:00"),
        ("2026-11-24T16:00+03:00", "Tue 24 16:00"),
        ("2026-11-24", "Tue 24 10:00"),
        ("2026-12-07T10:20", "Mon 07 10:20"),
    ],
)
def test_a_voice_may_give_the_time_itself_local_or_with_an_offset(text: str, expected: str):
    given_time = valid_time(text, now=MONDAY)
    assert given_time is not None and f"{given_time.at:%a %d %H:%M}" == expected


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T10:20", "2026-11-22T16:00", "2026-12-07T10:21", "0001-01-01T00:00+03:00", "9999-12-31T23:59-03:00", "four", "", None, 7, True],
    ids=str,
)
def test_a_time_that_is_past_too_far_or_none_is_refused(text: object):
    assert valid_time(text, now=MONDAY) is None


@given(st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31)))
def test_whatever_is_believed_is_ahead_and_within_14_days(at: datetime):
    believed = valid_time(at.isoformat(), now=MONDAY)
    if believed is not None:
        assert timedelta() < believed.at.astimezone(UTC) - MONDAY.astimezone(UTC) <= timedelta(days=14)
