"""Which days public holidays close: those that are certain, and those on which an estimated one may fall."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.holiday_calendar import ClosedDays, closed_days, estimated_holidays, holidays_of
from leads.market_packs import market_packs

EID = date(2027, 3, 9)  # Eid al-Fitr in Kenya, estimated
DAY = timedelta(days=1)


def closed(market: str, day: date, words: dict[date, date | None] | None = None) -> ClosedDays:
    found = closed_days(market, [day], words or {})
    assert found is not None
    return found


def is_closed(market: str, day: date, words: dict[date, date | None] | None = None) -> bool:
    return day in closed(market, day, words).days


@pytest.mark.parametrize(
    ("market", "day", "expected"),
    [
        pytest.param("KE", date(2026, 11, 24), False, id="an ordinary day"),
        pytest.param("KE", date(2026, 12, 24), False, id="the day before one that is certain"),
        pytest.param("KE", date(2026, 12, 25), True, id="one that is certain"),
        pytest.param("KE", EID - 2 * DAY, False, id="two days before an estimate"),
        pytest.param("KE", EID - DAY, True, id="the day before an estimate"),
        pytest.param("KE", EID, True, id="an estimate"),
        pytest.param("KE", EID + DAY, True, id="the day after an estimate"),
        pytest.param("KE", EID + 2 * DAY, False, id="two days after"),
        pytest.param("NG", date(2027, 3, 9), True, id="the day before the first of two estimated days"),
        pytest.param("NG", date(2027, 3, 12), True, id="the day after the second"),
        pytest.param("US", date(2027, 1, 1), True, id="over the year's end"),
    ],
)
def test_it_closes_holidays_and_the_days_on_which_an_estimate_may_fall(market, day, expected):
    assert is_closed(market, day) is expected


def test_an_estimate_of_next_year_closes_the_last_day_of_this_one():
    """Egypt's Islamic New Year wanders through the whole calendar: the library puts it on 1 January 2041 or next to it at some time."""
    for year in range(2027, 2090):
        for holiday in holidays_of("EG", year) or ():
            if holiday.is_estimated and holiday.on == date(year, 1, 1):
                assert is_closed("EG", date(year - 1, 12, 31))
                return
    raise AssertionError("no estimated date on a 1 January was found to try it with")


@pytest.mark.parametrize(
    ("word", "closed_on"),
    [
        pytest.param(EID, [EID], id="as estimated"),
        pytest.param(EID + DAY, [EID + DAY], id="a day later"),
        pytest.param(EID + 5 * DAY, [EID + 5 * DAY], id="moved to the end of the week"),
        pytest.param(None, [], id="no holiday"),
    ],
)
def test_a_word_closes_the_day_it_names_and_opens_the_others(word, closed_on):
    week = [EID + n * DAY for n in range(-3, 8)]

    assert [day for day in week if is_closed("KE", day, {EID: word})] == closed_on


def test_a_word_about_one_date_does_not_speak_of_the_next_day_of_the_same_feast():
    first, second = date(2027, 3, 10), date(2027, 3, 11)  # two days of Eid in Nigeria
    found = closed("NG", second + DAY, {first: first})

    assert [(day.on, day.estimated_on) for day in found.doubtful] == [(second + DAY, second)]


def test_a_date_that_somebody_named_stays_closed_when_the_library_knows_no_such_estimate():
    assert is_closed("KE", date(2027, 8, 18), {date(2027, 8, 17): date(2027, 8, 18)})


def test_a_certain_holiday_next_to_an_estimate_is_not_called_doubtful():
    boxing_day = date(2026, 12, 26)
    found = closed("KE", boxing_day, {boxing_day + DAY: boxing_day})

    assert (found.days, found.doubtful) == (frozenset({boxing_day}), ())


def test_it_tells_which_estimate_keeps_a_day_closed():
    (doubtful,) = closed("KE", EID - DAY).doubtful

    assert (doubtful.on, doubtful.estimated_on, doubtful.name) == (EID - DAY, EID, "Eid al-Fitr (estimated)")


@pytest.mark.parametrize("market", ["", "XX"])
def test_a_market_without_a_calendar_is_not_a_market_without_holidays(market):
    assert closed_days(market, [EID], {}) is None


def test_the_language_of_the_process_does_not_hide_an_estimate():
    """With LANGUAGE=sw the library says "makisio" in Tanzania unless it is told which language to speak."""
    program = "from leads.holiday_calendar import holidays_of; print(sum(one.is_estimated for one in holidays_of('TZ', 2027)))"
    said = subprocess.run([sys.executable, "-c", program], env={"LANGUAGE": "sw", "PYTHONPATH": "."}, capture_output=True, check=True, text=True)

    assert int(said.stdout) == 4


def test_it_lists_one_entry_a_date():
    found = estimated_holidays("EG", date(2027, 1, 1), date(2027, 12, 31))

    assert [holiday.on for holiday in found] == sorted({holiday.on for holiday in found})
    assert len(found) == 8 and all(holiday.is_estimated for holiday in found)
    assert estimated_holidays("KE", EID, EID) == estimated_holidays("KE", date(2027, 1, 1), date(2027, 12, 31))
    assert estimated_holidays("KE", EID + DAY, EID + DAY) == ()


days = st.dates(min_value=date(2024, 1, 1), max_value=date(2035, 12, 31))


@given(st.sampled_from(sorted(market_packs())), days)
def test_without_a_word_no_day_is_open_on_which_the_library_sees_a_holiday(market, day):
    listed = {holiday.on for year in (day.year - 1, day.year, day.year + 1) for holiday in holidays_of(market, year) or () if holiday.is_estimated}
    certain = any(holiday.on == day for holiday in holidays_of(market, day.year) or ())

    assert is_closed(market, day) == (certain or bool({day - DAY, day + DAY} & listed))
