"""Two times are offered; which one is meant, or what is wanted instead, in the callee's words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.named_time import Choice, Chosen, chosen_time, is_possible, says_which

MONDAY = datetime(2026, 11, 23, 10, 20, tzinfo=ZoneInfo("Africa/Nairobi"))
TODAY = MONDAY.replace(hour=15, minute=30)
TOMORROW = MONDAY.replace(hour=9, minute=0) + timedelta(days=1)
OFFERED = (TODAY, TOMORROW)
MORNING = (MONDAY.replace(hour=11, minute=0), MONDAY.replace(hour=14, minute=0))


def chosen(text: str, offered: tuple[datetime, ...] = OFFERED, language: str = "en-KE") -> Chosen:
    return chosen_time(text, offered, language, now=MONDAY)


@pytest.mark.parametrize(
    "text",
    ["the first one", "First.", "the first one please", "the earlier one", "today", "today is fine",
     "half past three", "at three thirty", "3:30", "today at 3:30 pm",
     "this afternoon",
     "either is fine", "whichever", "I don't mind", "any of them", "no, the first one", "as soon as possible"],
)  # fmt: skip
def test_the_first_one_is_meant(text: str):
    assert chosen(text) == Chosen(Choice.OFFERED, TODAY)


@pytest.mark.parametrize(
    "text",
    ["the second one", "Second", "the later one", "the last one", "tomorrow", "tomorrow is better", "nine", "at nine o'clock", "tomorrow at nine",
     "in the morning", "yes, tomorrow please", "no, tomorrow", "not the first one, the second", "tomorrow morning"],
)  # fmt: skip
def test_the_second_one_is_meant(text: str):
    assert chosen(text) == Chosen(Choice.OFFERED, TOMORROW)


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("ya kwanza", "sw-KE", 0),
        ("leo", "sw-KE", 0),
        ("saa tisa na nusu", "sw-KE", 0),
        ("yoyote", "sw-KE", 0),
        ("ya pili", "sw-KE", 1),
        ("kesho", "sw-KE", 1),
        ("kesho saa tatu", "sw-KE", 1),
        ("the second one", "sw-KE", 1),
        ("le premier", "fr", 0),
        ("aujourd'hui", "fr", 0),
        ("n'importe lequel", "fr", 0),
        ("la deuxième", "fr", 1),
        ("demain", "fr", 1),
        ("à neuf heures", "fr", 1),
        ("o primeiro", "pt", 0),
        ("hoje", "pt", 0),
        ("tanto faz", "pt", 0),
        ("o segundo", "pt", 1),
        ("amanhã", "pt", 1),
        ("amanhã às nove", "pt", 1),
    ],
)
def test_in_other_languages(text: str, language: str, place: int):
    assert chosen(text, language=language) == Chosen(Choice.OFFERED, OFFERED[place])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("neither", "en"), ("none of them", "en"), ("no", "en"), ("they don't work for me", "en"), ("another time", "en"), ("not possible", "en"),
        ("hapana", "sw"), ("hakuna", "sw"), ("wakati mwingine", "sw"),
        ("aucun", "fr"), ("ça ne me convient pas", "fr"), ("nenhum", "pt"), ("outro dia", "pt"),
    ],
)  # fmt: skip
def test_none_of_them_suits(text: str, language: str):
    assert chosen(text, language=language) == Chosen(Choice.NONE)


@pytest.mark.parametrize(
    ("text", "choice", "at"),
    [
        ("on Friday at ten", Choice.ANOTHER, "Fri 27 10:00"),
        ("neither, tomorrow at eleven", Choice.ANOTHER, "Tue 24 11:00"),
        ("at four", Choice.ANOTHER, "Mon 23 16:00"),
        ("on Friday", Choice.AROUND, "Fri 27 00:00"),
        ("the day after tomorrow in the afternoon", Choice.AROUND, "Wed 25 14:00"),
        ("in an hour", Choice.AROUND, "Mon 23 11:20"),
    ],
)
def test_they_name_a_time_of_their_own(text: str, choice: Choice, at: str):
    found = chosen(text)
    assert found.at is not None
    assert (found.choice, f"{found.at:%a %d %H:%M}") == (choice, at)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "the first or the second",
        "hm",
        "",
        "today at three thirty or nine",
        "that one",
        "one of them",
        "give me a second",
        "who are you?",
        "at half past",
    ],
)
def test_what_may_mean_both_or_nothing_is_unclear(text: str):
    assert chosen(text) == Chosen(Choice.UNCLEAR)


def test_a_day_that_both_are_on_is_unclear_and_a_part_of_it_is_not():
    assert chosen("today", MORNING) == Chosen(Choice.UNCLEAR)
    assert chosen("in the afternoon", MORNING) == Chosen(Choice.OFFERED, MORNING[1])


@pytest.mark.parametrize(("text", "is_taken"), [("yes", True), ("okay", True), ("ndiyo", True), ("no", False), ("the second one", False)])
def test_one_time_alone_is_taken_with_a_yes(text: str, is_taken: bool):
    found = chosen(text, (TODAY,), "sw-KE")
    assert (found == Chosen(Choice.OFFERED, TODAY)) == is_taken


def test_whoever_was_asked_for_a_time_of_their_own_chooses_nothing_else():
    assert chosen("yes", ()) == chosen("the first one", ()) == Chosen(Choice.UNCLEAR)
    assert chosen("tomorrow at nine", ()) == Chosen(Choice.ANOTHER, TOMORROW)


def test_in_a_language_we_have_no_words_of_all_is_unclear():
    assert chosen("ነገ", language="am-ET") == chosen("yes", (TODAY,), "am-ET") == Chosen(Choice.UNCLEAR)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("the second one", True), ("neither", True), ("either", True), ("on Friday", True), ("yes", False), ("hm", False), ("", False)],
)
def test_that_a_choice_is_made_is_known_without_a_clock(text: str, is_one: bool):
    assert says_which(text, OFFERED, "en") is is_one


WORDS = [
    "the",
    "first",
    "second",
    "one",
    "today",
    "tomorrow",
    "at",
    "nine",
    "half",
    "past",
    "three",
    "no",
    "yes",
    "either",
    "not",
    "friday",
    "morning",
    "in",
    "an",
    "hour",
]


@given(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join) | st.text(max_size=40), st.sampled_from([(), (TODAY,), OFFERED, MORNING]))
def test_whatever_is_said_it_is_one_of_the_offered_or_a_time_that_can_be(text: str, offered: tuple[datetime, ...]):
    found = chosen(text, offered)
    match found.choice:
        case Choice.OFFERED:
            assert found.at in offered
        case Choice.ANOTHER:
            assert found.at is not None and found.at not in offered and is_possible(found.at, now=MONDAY)
        case Choice.AROUND:
            assert found.at is not None and found.at.date() >= MONDAY.date()
        case _:
            assert found.at is None
