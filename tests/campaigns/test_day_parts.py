"""The parts of a day on the lead's own clock: which one an instant is in, and when the least tried one comes next."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.day_parts import PARTS, CallingTimes, DayPart, next_in_least_tried, open_parts, part_of
from leads.rule_table import Window
from tests.conftest import NOW

NAIROBI, LAGOS, LONDON = ZoneInfo("Africa/Nairobi"), ZoneInfo("Africa/Lagos"), ZoneInfo("Europe/London")
P = DayPart
WORKING_DAYS = [(Window(time(8), time(18)),)] * 5 + [(Window(time(9), time(12)),), ()]
AT_HOME = CallingTimes(NAIROBI, WORKING_DAYS)


def nairobi(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NAIROBI)


@pytest.mark.parametrize(
    ("hour", "minute", "part"),
    [
        (0, 0, P.MORNING),
        (10, 59, P.MORNING),
        (11, 0, P.MIDDAY),
        (13, 59, P.MIDDAY),
        (14, 0, P.AFTERNOON),
        (16, 59, P.AFTERNOON),
        (17, 0, P.EVENING),
        (23, 59, P.EVENING),
    ],
    ids=str,
)
def test_every_hour_belongs_to_a_part_of_the_day(hour, minute, part):
    assert part_of(nairobi(24, hour, minute), NAIROBI) is part


def test_the_part_is_that_of_the_lead_s_own_clock():
    assert part_of(NOW + timedelta(hours=1), NAIROBI) is P.MIDDAY  # 11:00
    assert part_of(NOW + timedelta(hours=1), LAGOS) is P.MORNING  # 09:00


def test_a_part_that_no_day_opens_is_not_tried():
    mornings = [(Window(time(9), time(10)),)] * 7
    assert open_parts(CallingTimes(NAIROBI, mornings)) == {P.MORNING}
    assert open_parts(CallingTimes(NAIROBI, [()] * 7)) == frozenset()
    assert open_parts(CallingTimes(NAIROBI)) == set(P)


@pytest.mark.parametrize(
    ("not_before", "tried", "due"),
    [
        (nairobi(24, 13), [nairobi(24, 10)], nairobi(24, 13)),
        (nairobi(24, 10, 30), [nairobi(24, 10)], nairobi(24, 11)),
        (nairobi(24, 15), [nairobi(24, 10), nairobi(24, 12)], nairobi(24, 15)),
        (nairobi(24, 15), [nairobi(24, 12), nairobi(24, 14), nairobi(24, 17)], nairobi(25, 8)),
        (nairobi(24, 19), [nairobi(24, 12)], nairobi(25, 8)),
        (nairobi(27, 19), [nairobi(27, 9)], nairobi(28, 11)),
        (nairobi(28, 13), [nairobi(28, 9), nairobi(28, 11)], nairobi(30, 14)),
        (nairobi(24, 9), [nairobi(23, hour) for hour in (9, 12, 15, 17)], nairobi(24, 9)),
    ],
    ids=[
        "midday is new",
        "it waits for midday",
        "afternoon is new",
        "morning alone is left, so tomorrow",
        "after hours, so tomorrow",
        "Saturday's short midday",
        "what is left is not open on Saturday or Sunday",
        "all were tried once, so any",
    ],
)
def test_the_next_attempt_falls_into_a_part_that_was_tried_least(not_before, tried, due):
    assert next_in_least_tried(not_before, tried, AT_HOME) == due


def test_a_day_on_which_the_lead_was_rung_as_often_as_allowed_is_left_out():
    once_a_day = CallingTimes(NAIROBI, WORKING_DAYS, max_per_day=1)
    assert next_in_least_tried(nairobi(24, 13), [nairobi(24, 10)], once_a_day) == nairobi(25, 11)


def test_a_market_that_is_never_open_gives_no_time():
    assert next_in_least_tried(NOW, [NOW], CallingTimes(NAIROBI, [()] * 7)) is None


def test_it_holds_on_the_day_the_clocks_change():
    evening = CallingTimes(LONDON, [(Window(time(17), time(18)),)] * 7)
    before = datetime(2026, 10, 24, 19, tzinfo=LONDON)  # summer time ends in the night that follows
    assert next_in_least_tried(before, [], evening) == datetime(2026, 10, 25, 17, tzinfo=UTC)


# ---- for any week and any attempts -----------------------------------------------------------------------------------------------

whole_hours = st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True).map(sorted)
windows = whole_hours.map(lambda hours: Window(time(hours[0]), time(hours[1])))
weeks = st.none() | st.lists(st.just(()) | windows.map(lambda window: (window,)), min_size=7, max_size=7)
instants = st.integers(0, 60 * 24 * 30).map(lambda minutes: NOW + timedelta(minutes=minutes))
zones = st.sampled_from([NAIROBI, LAGOS, LONDON, ZoneInfo("America/New_York")])


@given(instants, st.lists(instants, max_size=8), weeks, zones, st.none() | st.integers(1, 3))
def test_the_next_attempt_is_never_early_always_open_and_in_a_least_tried_part(not_before, tried, week, zone, cap):
    times = CallingTimes(zone, week, cap)
    due = next_in_least_tried(not_before, tried, times)
    possible = open_parts(times)
    if due is None:
        assert not possible or cap is not None
        return
    local = due.astimezone(zone)
    counts = {part: sum(part_of(at, zone) is part for at in tried) for part in possible}
    assert due >= not_before
    assert counts[part_of(due, zone)] == min(counts.values())
    assert week is None or any(window.opens <= local.time() < window.closes for window in week[local.weekday()])
    assert cap is None or sum(at.astimezone(zone).date() == local.date() for at in tried) < cap


@given(weeks, zones, st.integers(1, 8), st.integers(5, 600))
def test_every_open_part_is_tried_before_any_is_tried_again(week, zone, n_attempts, delay_minutes):
    times = CallingTimes(zone, week)
    at: datetime = NOW
    tried: list[datetime] = []
    for _ in range(n_attempts):
        due = next_in_least_tried(at, tried, times)
        if due is None:
            return
        tried.append(due)
        at = due + timedelta(minutes=delay_minutes)
    counts = [sum(part_of(at, zone) is part for at in tried) for part in open_parts(times)]
    assert max(counts) - min(counts) <= 1


def test_the_parts_follow_each_other_without_a_gap():
    borders = [(window.opens, window.closes) for window in PARTS.values()]
    assert all(closes == opens for (_, closes), (opens, _) in zip(borders, borders[1:], strict=False))
