"""What people say on the phone, and the instant they mean by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.named_time import LANGUAGES, Precision, in_words, named_time, names_time

NAIROBI = ZoneInfo("Africa/Nairobi")
MONDAY = datetime(2026, 11, 23, 10, 20, tzinfo=NAIROBI)


def meant(text: str, language: str = "en-KE", at: datetime = MONDAY, **fields: bool) -> str | None:
    named = named_time(text, language, now=at, **fields)
    return f"{named.at:%a %d %H:%M}" if named else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call me at four.", "Mon 23 16:00"),
        ("at half past ten", "Mon 23 10:30"),
        ("at half past nine", "Tue 24 09:30"),
        ("4 pm", "Mon 23 16:00"),
        ("4.30 p.m. please", "Mon 23 16:30"),
        ("make it 16:30", "Mon 23 16:30"),
        ("quarter to five", "Mon 23 16:45"),
        ("twenty past three", "Mon 23 15:20"),
        ("at four oh five", "Mon 23 16:05"),
        ("eleven o'clock", "Mon 23 11:00"),
        ("call me at ten", "Tue 24 10:00"),
        ("at noon", "Mon 23 12:00"),
        ("tomorrow at four", "Tue 24 16:00"),
        ("tomorrow at four in the morning", "Tue 24 04:00"),
        ("tomorrow morning", "Tue 24 09:00"),
        ("in an hour", "Mon 23 11:20"),
        ("in about half an hour", "Mon 23 10:50"),
        ("in twenty minutes", "Mon 23 10:40"),
        ("in a minute", "Mon 23 10:25"),
        ("after lunch", "Mon 23 14:00"),
        ("this evening", "Mon 23 18:00"),
        ("this morning", "Mon 23 11:20"),
        ("in the morning", "Tue 24 09:00"),
        ("Friday afternoon", "Fri 27 14:00"),
        ("Monday at eleven", "Mon 23 11:00"),
        ("Monday at nine", "Mon 30 09:00"),
        ("on Monday", "Mon 30 10:00"),
        ("next week", "Mon 30 10:00"),
        ("Wednesday next week at two", "Wed 02 14:00"),
        ("the day after tomorrow", "Wed 25 10:00"),
        ("in two weeks", "Mon 07 10:00"),
        ("not now, call me tomorrow at four", "Tue 24 16:00"),
        ("between four and five", "Mon 23 16:00"),
        ("call me kesho at four", "Tue 24 16:00"),
    ],
)
def test_a_time_in_english(text: str, expected: str):
    assert meant(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nipigie kesho saa nne", "Tue 24 10:00"),
        ("saa nne", "Tue 24 10:00"),
        ("saa sita mchana", "Mon 23 12:00"),
        ("saa kumi", "Mon 23 16:00"),
        ("saa kumi na moja jioni", "Mon 23 17:00"),
        ("saa kumi na mbili jioni", "Mon 23 18:00"),
        ("saa moja usiku", "Mon 23 19:00"),
        ("saa tatu usiku", "Mon 23 21:00"),
        ("keshokutwa saa tatu na nusu", "Wed 25 09:30"),
        ("kesho saa nane na robo", "Tue 24 14:15"),
        ("saa kumi kasoro robo", "Mon 23 15:45"),
        ("kesho saa 4:30", "Tue 24 10:30"),
        ("kesho asubuhi", "Tue 24 09:00"),
        ("leo jioni", "Mon 23 17:00"),
        ("baada ya chakula cha mchana", "Mon 23 14:00"),
        ("baada ya dakika ishirini na tano", "Mon 23 10:45"),
        ("baada ya masaa mawili", "Mon 23 12:20"),
        ("Jumatano saa tano asubuhi", "Wed 25 11:00"),
        ("wiki ijayo", "Mon 30 10:00"),
        ("nipigie kesho at ten", "Tue 24 10:00"),
    ],
)
def test_a_time_in_swahili_is_counted_from_six(text: str, expected: str):
    assert meant(text, "sw-KE") == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Rappelez-moi demain à seize heures", "fr-SN", "Tue 24 16:00"),
        ("à quatre heures et demie", "fr", "Mon 23 16:30"),
        ("ce soir à sept heures moins le quart", "fr", "Mon 23 18:45"),
        ("dans vingt-cinq minutes", "fr", "Mon 23 10:45"),
        ("cet après-midi", "fr", "Mon 23 14:00"),
        ("lundi 16h30", "fr", "Mon 23 16:30"),
        ("la semaine prochaine", "fr", "Mon 30 10:00"),
        ("amanhã às quatro da tarde", "pt-MZ", "Tue 24 16:00"),
        ("às dez e meia", "pt", "Mon 23 10:30"),
        ("daqui a uma hora", "pt", "Mon 23 11:20"),
        ("depois de amanhã", "pt", "Wed 25 10:00"),
        ("na segunda-feira às nove", "pt", "Mon 30 09:00"),
        ("amanhã de manhã", "pt", "Tue 24 09:00"),
    ],
)
def test_a_time_in_french_and_portuguese(text: str, language: str, expected: str):
    assert meant(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("call me back later", "en"),
        ("baadaye", "sw"),
        ("good morning", "en"),
        ("habari ya asubuhi", "sw"),
        ("one minute please", "en"),
        ("I am busy until four", "en"),
        ("we need ten seats", "en"),
        ("before ten", "en"),
        ("on the fifth at four", "en"),
        ("on 5 May at four", "en"),
        ("next month", "en"),
        ("in fifteen days", "en"),
        ("Tuesday or Wednesday", "en"),
        ("at four or five", "en"),
        ("don't call me at four", "en"),
        ("call me at 0712 345 678", "en"),
        ("I can't talk at four", "en"),
        ("I'm busy tomorrow", "en"),
        ("siwezi kuongea kesho", "sw"),
        ("je ne peux pas à seize heures", "fr"),
        ("não posso amanhã", "pt"),
        ("at ten in the afternoon", "en"),
        ("at thirty", "en"),
        ("today", "en"),
        ("four", "en"),
        ("", "en"),
        ("baada ya saa nne", "sw"),
        ("saa nne jioni", "sw"),
        ("le 5 à quatre heures", "fr"),
        ("até às quatro", "pt"),
        ("um vier", "de"),
    ],
)
def test_what_names_no_time_or_more_than_one_is_none(text: str, language: str):
    assert meant(text, language) is None


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("in three days", "en", "Thu 26 10:00"),
        ("ten minutes", "en", None),
        ("15 minutes", "en", None),
        ("10 seats", "en", None),
        ("baada ya siku tatu", "sw", "Thu 26 10:00"),
        ("dakika kumi", "sw", None),
        ("nne", "sw", "Tue 24 10:00"),
        ("dans trois jours", "fr", "Thu 26 10:00"),
        ("quinze minutes", "fr", None),
        ("daqui a três dias", "pt", "Thu 26 10:00"),
    ],
)
def test_a_number_of_something_else_is_no_hour_even_when_a_time_was_asked_for(text: str, language: str, expected: str | None):
    assert meant(text, language, is_asked=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm busy, call tomorrow at four", "Tue 24 16:00"),
        ("I can't talk now, call me at four", "Mon 23 16:00"),
        ("busy today, tomorrow at four", "Tue 24 16:00"),
    ],
)
def test_a_time_that_does_not_suit_does_not_hide_the_one_that_does(text: str, expected: str):
    assert meant(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("four", "Mon 23 16:00"), ("four thirty", "Mon 23 16:30"), ("tomorrow four", "Tue 24 16:00"), ("fifty seats", None)]
)
def test_a_bare_number_is_an_hour_when_a_time_was_asked_for(text: str, expected: str | None):
    assert meant(text, is_asked=True) == expected


@pytest.mark.parametrize(
    ("hour", "minute", "text", "expected"),
    [
        (7, 59, "at eight", "Mon 23 08:00"),
        (8, 0, "at eight", "Mon 23 20:00"),
        (19, 59, "at eight", "Mon 23 20:00"),
        (20, 0, "at eight", "Tue 24 08:00"),
        (16, 0, "at four", "Tue 24 16:00"),
        (15, 59, "at four", "Mon 23 16:00"),
        (2, 0, "at nine", "Mon 23 09:00"),
        (10, 20, "at half past eight", "Tue 24 08:30"),
        (10, 20, "at eleven at night", "Mon 23 23:00"),
        (17, 0, "today at four", "Tue 24 16:00"),
        (19, 30, "this evening", "Mon 23 20:30"),
        (23, 30, "this evening", "Tue 24 18:00"),
        (23, 50, "in twenty minutes", "Tue 24 00:10"),
    ],
)
def test_the_borders_of_the_day(hour: int, minute: int, text: str, expected: str):
    assert meant(text, at=MONDAY.replace(hour=hour, minute=minute)) == expected


def test_the_clock_on_the_callee_s_wall_counts_across_a_change():
    london = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/London"))  # the clock goes back that night
    named = named_time("tomorrow at four", "en", now=london)
    assert named is not None
    assert (named.at.hour, named.at.astimezone(UTC).hour) == (16, 16)
    assert named.at.astimezone(UTC) - london.astimezone(UTC) == timedelta(hours=29)


def test_two_weeks_are_possible_and_a_minute_more_is_not():
    assert meant("in fourteen days", at=MONDAY.replace(hour=10, minute=0)) == "Mon 07 10:00"
    assert meant("in fourteen days", at=MONDAY.replace(hour=9, minute=59)) is None


# ---- for whatever is said, whenever ------------------------------------------------------------------------------------------------------

DAYS = {
    "en": ["", "today", "tomorrow", "the day after tomorrow", "on Monday", "Sunday next week", "next week", "in {} days"],
    "sw": ["", "leo", "kesho", "keshokutwa", "Jumapili", "wiki ijayo", "baada ya siku {}"],
    "fr": ["", "aujourd'hui", "demain", "après-demain", "dimanche", "la semaine prochaine", "dans {} jours"],
    "pt": ["", "hoje", "amanhã", "depois de amanhã", "no domingo", "na próxima semana", "daqui a {} dias"],
}
HOURS = {
    "en": ["", "at {}", "at {} o'clock", "{}:45", "quarter to {}", "half past {}", "after lunch", "in {} hours", "at midday"],
    "sw": ["", "saa {}", "saa {} kasoro robo", "saa {} na nusu", "baada ya dakika {}"],
    "fr": ["", "à {} heures", "à {} heures moins le quart", "à midi", "dans {} heures"],
    "pt": ["", "às {}", "às {} e meia", "daqui a {} minutos"],
}
PARTS = {
    "en": ["", "in the morning", "in the evening", "at night", "pm"],
    "sw": ["", "asubuhi", "mchana", "usiku"],
    "fr": ["", "du matin", "ce soir"],
    "pt": ["", "da tarde", "à noite"],
}
ZONES = ["Africa/Nairobi", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
moments = st.builds(
    lambda moment, zone: moment.astimezone(ZoneInfo(zone)),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
)


@st.composite
def sayings(draw: st.DrawFn) -> tuple[str, str]:
    language = draw(st.sampled_from(sorted(LANGUAGES)))
    words = [draw(st.sampled_from(choices[language])).format(draw(st.integers(0, 40))) for choices in (DAYS, HOURS, PARTS)]
    return language, " ".join(words)


@given(sayings(), moments, st.booleans())
def test_it_is_always_ahead_within_14_days_and_never_at_night_unless_that_was_said(saying: tuple[str, str], now: datetime, is_asked: bool):
    language, text = saying
    named = named_time(text, language, now=now, is_asked=is_asked)
    if named is None:
        return
    assert timedelta() < named.at.astimezone(UTC) - now.astimezone(UTC) <= timedelta(days=14)
    assert 8 <= named.at.hour < 21 or named.is_explicit
    assert names_time(text, language, is_asked=is_asked)
    assert in_words(named, language, now=now)


@given(st.text(max_size=60), st.sampled_from(sorted(LANGUAGES)), moments)
def test_no_text_breaks_it(text: str, language: str, now: datetime):
    named = named_time(text, language, now=now, is_asked=True)
    assert named is None or named.precision in Precision
