"""Which times may be offered for a call back: free, worked, lawful, not too soon, and a real choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff.slots import APART, DAYS, HORIZON, Diary, InTheWay, Moment, Terms, is_free, next_moment, reps_free_at, slots_to_offer, week_of
from campaigns.models.handoff import office_hours

NAIROBI, NEW_YORK, CAIRO, BERLIN = (ZoneInfo(name) for name in ("Africa/Nairobi", "America/New_York", "Africa/Cairo", "Europe/Berlin"))
A_QUARTER = timedelta(minutes=15)
NOTICE = timedelta(minutes=10)
OFFICE = week_of(office_hours())
REHEMA = Diary(1, NAIROBI, OFFICE)
ALWAYS = Terms(A_QUARTER, NOTICE, NAIROBI, may_ring=lambda at: True)
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=NAIROBI)


def offered(now: datetime, *diaries: Diary, terms: Terms = ALWAYS, after: datetime | None = None) -> list[str]:
    return [f"{slot.astimezone(NAIROBI):%a %H:%M}" for slot in slots_to_offer(diaries or (REHEMA,), terms, now=now, after=after)]


def monday_at(hour: int, minute: int = 0) -> datetime:
    return MONDAY.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    ("now", "slots"),
    [
        (monday_at(10), ["Mon 10:15", "Mon 12:15"]),
        (monday_at(10, 5), ["Mon 10:15", "Mon 12:15"]),
        (monday_at(10, 6), ["Mon 10:30", "Mon 12:30"]),
        (monday_at(15, 20), ["Mon 15:30", "Tue 08:00"]),
        (monday_at(16, 35), ["Mon 16:45", "Tue 08:00"]),
        (monday_at(16, 36), ["Tue 08:00", "Tue 12:00"]),
        (monday_at(3), ["Mon 08:00", "Mon 12:00"]),
        (MONDAY + timedelta(days=4, hours=9), ["Mon 08:00", "Mon 12:00"]),
    ],
    ids=["now is none", "ten minutes ahead", "nine are too few", "tomorrow morning", "the last of the day", "the day is over", "at night", "Friday"],
)
def test_the_next_one_and_one_in_the_other_half_of_the_day_are_offered(now: datetime, slots: list[str]):
    assert offered(now) == slots


def test_nobody_has_hours_so_nothing_is_offered():
    assert offered(MONDAY, Diary(1, NAIROBI, week_of({}))) == []
    assert slots_to_offer((), ALWAYS, now=MONDAY) == ()


def test_what_is_booked_is_free_with_another_rep_only():
    taken = replace(REHEMA, booked=frozenset({monday_at(10, 15)}))
    assert offered(MONDAY, taken)[0] == "Mon 10:30"
    assert offered(MONDAY, taken, replace(REHEMA, rep_id=2))[0] == "Mon 10:15"


def test_a_holiday_where_the_rep_works_has_no_slots():
    assert offered(MONDAY, replace(REHEMA, closed_on=frozenset({date(2026, 11, 23)}))) == ["Tue 08:00", "Tue 12:00"]


def test_only_times_at_which_the_lead_may_be_called_are_offered():
    lawful = replace(ALWAYS, may_ring=lambda at: 9 <= at.astimezone(NAIROBI).hour < 11)
    assert offered(MONDAY, terms=lawful) == ["Mon 10:15", "Tue 09:00"]
    assert offered(MONDAY, terms=replace(ALWAYS, may_ring=lambda at: False)) == []


def test_one_that_is_left_alone_is_offered_alone():
    lawful = replace(ALWAYS, may_ring=lambda at: at == monday_at(11))
    assert offered(MONDAY, terms=lawful) == ["Mon 11:00"]


def test_whoever_wants_another_day_is_offered_that_day():
    assert offered(MONDAY, after=MONDAY.replace(day=26, hour=0)) == ["Thu 08:00", "Thu 12:00"]
    assert offered(MONDAY, after=MONDAY - timedelta(days=3)) == offered(MONDAY)


def test_a_rep_far_away_works_on_a_clock_of_their_own():
    abroad = Diary(1, NEW_YORK, week_of({"mon": [["08:00", "09:00"]]}))
    assert offered(MONDAY, abroad) == ["Mon 16:00", "Mon 16:00"]  # today, and in a week


# ---- the grid of one rep -------------------------------------------------------------------------------------------------------------


def at_night(zone: ZoneInfo, day: date, opens: str, closes: str) -> list[str]:
    """The slots of one night's window, an hour each, on the wall and with the distance to UTC."""
    diary = Diary(1, zone, week_of({DAYS[day.weekday()]: [[opens, closes]]}))
    terms = replace(ALWAYS, length=timedelta(hours=1), lead_zone=zone)
    noon_before = datetime(day.year, day.month, day.day, 12, tzinfo=zone) - timedelta(days=1)
    free = [noon_before.astimezone(UTC) + timedelta(minutes=30 * n) for n in range(60)]
    firsts = {slot for at in free for slot in slots_to_offer((diary,), terms, now=noon_before, after=at)[:1]}
    starts = {slot for slot in firsts if slot < noon_before + timedelta(days=1.5)}
    return [f"{slot.astimezone(zone):%H:%M %z}" for slot in sorted(starts)]


def test_an_hour_that_the_clock_leaves_out_is_no_slot():
    assert at_night(BERLIN, date(2027, 3, 28), "01:00", "05:00") == ["01:00 +0100", "03:00 +0200", "04:00 +0200"]
    assert at_night(CAIRO, date(2027, 4, 30), "00:00", "02:00") == ["01:00 +0300"]


def test_an_hour_that_it_shows_twice_is_one_slot():
    assert at_night(BERLIN, date(2026, 10, 25), "01:00", "04:00") == ["01:00 +0200", "02:00 +0200", "03:00 +0100"]


@pytest.mark.parametrize(
    ("hours", "monday"),
    [
        ({"mon": [["08:00", "12:00"], ["13:00", "17:30"]]}, ((480, 720), (780, 1050))),
        ({"mon": [["20:00", "24:00"]]}, ((1200, 1440),)),
        ({"mon": [["17:00", "08:00"]]}, ()),
        ({"mon": [["8", "17:00"], ["08:00"], 7, ["08:60", "09:00"], ["24:30", "25:00"], [8, 17], ["08:00", "09:00"]]}, ((480, 540),)),
        ({"Monday": [["08:00", "17:00"]]}, ()),
        ({"mon": "08:00-17:00"}, ()),
        (None, ()),
    ],
    ids=["two windows", "to midnight", "backwards", "rubbish beside a window", "another name", "text", "nothing"],
)
def test_hours_that_cannot_be_read_are_no_working_time(hours: object, monday: tuple[tuple[int, int], ...]):
    assert week_of(hours)[0] == monday


# ---- whose it is -----------------------------------------------------------------------------------------------------------------------


def test_the_rep_with_the_fewest_bookings_has_it():
    busy = replace(REHEMA, booked=frozenset({monday_at(15)}))
    juma, neema = replace(REHEMA, rep_id=2), replace(REHEMA, rep_id=3, booked=frozenset({monday_at(11)}))
    assert reps_free_at((busy, juma, neema), monday_at(11), ALWAYS, now=MONDAY) == (2, 1)


@pytest.mark.parametrize(
    ("at", "is_possible"),
    [(monday_at(11, 10), True), (monday_at(10, 9), False), (monday_at(16, 45), True), (monday_at(16, 46), False), (MONDAY + 2 * HORIZON, False)],
    ids=["off the grid", "too soon", "the last quarter", "past the end of work", "too far"],
)
def test_a_time_that_was_named_is_free_or_not(at: datetime, is_possible: bool):
    assert bool(reps_free_at((REHEMA,), at, ALWAYS, now=MONDAY)) == is_possible


def test_no_time_is_free_at_which_the_lead_may_not_be_called():
    assert reps_free_at((REHEMA,), monday_at(11), replace(ALWAYS, may_ring=lambda at: False), now=MONDAY) == ()


# ---- whatever comes --------------------------------------------------------------------------------------------------------------------

minutes = st.integers(0, 24 * 4).map(lambda n: f"{n // 4:02}:{n % 4 * 15:02}")
weeks = st.dictionaries(st.sampled_from(DAYS), st.lists(st.tuples(minutes, minutes), max_size=2)).map(week_of)
zones = st.sampled_from([NAIROBI, NEW_YORK, CAIRO, BERLIN, ZoneInfo("Asia/Kathmandu")])
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
bookings = st.lists(st.integers(0, 2000), max_size=8)


teams = st.lists(st.tuples(zones, weeks, bookings), max_size=3)


@given(zones, zones, teams, instants, st.sampled_from([10, 15, 30, 45]), st.integers(0, 23), st.booleans())
def test_whatever_is_offered_can_be_booked(lead_zone, other_zone, reps, now, length_min, opens, is_later):
    diaries = [
        Diary(n, zone, week, frozenset({now.date() + timedelta(days=3)}), frozenset(now + timedelta(minutes=15 * each) for each in taken))
        for n, (zone, week, taken) in enumerate(reps)
    ]
    terms = Terms(timedelta(minutes=length_min), NOTICE, lead_zone, may_ring=lambda at: at.astimezone(other_zone).hour >= opens)
    after = now + timedelta(days=2) if is_later else None
    slots = slots_to_offer(diaries, terms, now=now, after=after)
    assert len(slots) <= 2 and list(slots) == sorted(slots)
    assert all(second - first >= APART for first, second in zip(slots, slots[1:], strict=False))
    for slot in slots:
        assert max(now + NOTICE, after or now) <= slot <= now + HORIZON
        free = reps_free_at(diaries, slot, terms, now=now)
        assert free and all(is_free(diaries[rep_id], slot, terms.length) for rep_id in free)


@given(zones, weeks, instants, st.integers(0, 1000))
def test_no_two_leads_get_one_rep_at_overlapping_times(zone, week, now, n):
    diary = Diary(1, zone, week)
    terms = replace(ALWAYS, lead_zone=zone)
    booked: list[datetime] = []
    for _ in range(4):
        slots = slots_to_offer((replace(diary, booked=frozenset(booked)),), terms, now=now)
        booked += slots[n % 2 :][:1]
    assert all(abs(one - other) >= A_QUARTER for i, one in enumerate(booked) for other in booked[i + 1 :])


MORNINGS = replace(ALWAYS, may_ring=lambda at: 9 <= at.astimezone(NAIROBI).hour < 12)


@pytest.mark.parametrize(
    ("earliest", "terms", "at", "in_the_way"),
    [
        (monday_at(10, 7), ALWAYS, monday_at(10, 7), None),
        (monday_at(16, 45), ALWAYS, monday_at(16, 45), None),
        (monday_at(16, 46), ALWAYS, monday_at(8) + timedelta(days=1), InTheWay.NO_REP),
        (monday_at(7, 59), ALWAYS, monday_at(8), InTheWay.NO_REP),
        (monday_at(8), ALWAYS, monday_at(8), None),
        (monday_at(8), MORNINGS, monday_at(9), InTheWay.NOT_LAWFUL),
        (monday_at(12), MORNINGS, monday_at(9) + timedelta(days=1), InTheWay.NOT_LAWFUL),
        (monday_at(20), MORNINGS, monday_at(9) + timedelta(days=1), InTheWay.BOTH),
        (monday_at(18) + timedelta(days=4), ALWAYS, monday_at(8) + timedelta(days=7), InTheWay.NO_REP),
    ],
    ids=[
        "at work",
        "just to the end",
        "not to the end",
        "before work",
        "as work begins",
        "too early to call",
        "too late to call",
        "both",
        "Friday evening",
    ],
)
def test_a_promise_that_nobody_agreed_on_is_for_the_next_moment_that_suits_reps_and_law(earliest, terms, at, in_the_way):
    assert next_moment([REHEMA], terms, earliest=earliest) == Moment(at.astimezone(UTC), in_the_way)


def test_a_rep_who_is_booked_then_does_not_count():
    booked = replace(REHEMA, booked=frozenset({monday_at(10)}))
    assert next_moment([booked], ALWAYS, earliest=monday_at(10)) == Moment(monday_at(10, 15).astimezone(UTC), InTheWay.NO_REP)
    assert next_moment([booked, replace(REHEMA, rep_id=2)], ALWAYS, earliest=monday_at(10)) == Moment(monday_at(10).astimezone(UTC), None)


def test_where_no_moment_suits_there_is_none():
    assert next_moment([], ALWAYS, earliest=MONDAY) is None
    assert next_moment([REHEMA], replace(ALWAYS, may_ring=lambda at: False), earliest=MONDAY) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from([NAIROBI, NEW_YORK, CAIRO, BERLIN]),
    st.sampled_from([ALWAYS, replace(ALWAYS, may_ring=lambda at: 8 <= at.astimezone(NAIROBI).hour < 19)]),
)
def test_whatever_the_moment_somebody_works_then_and_it_is_lawful(earliest, zone, terms):
    diary = replace(REHEMA, zone=zone)
    found = next_moment([diary], terms, earliest=earliest)
    assert found is not None and found.at >= earliest
    assert is_free(diary, found.at, terms.length) and terms.may_ring(found.at)
    assert (found.in_the_way is None) == (found.at == earliest)
