"""Working hours as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff.entered_hours import DAYS, BadHours, as_lines, read_hours
from campaigns.models.handoff import office_hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("mon 08:00-17:00", {"mon": [["08:00", "17:00"]]}),
        ("Mon: 8:00 – 12:00, 13:00-17:00\n\nsat 9:00-12:00", {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "sat": [["09:00", "12:00"]]}),
        ("sun 10:00-11:00\nmon 00:00-23:59", {"mon": [["00:00", "23:59"]], "sun": [["10:00", "11:00"]]}),
        ("mon 13:00-17:00, 08:00-13:00", {"mon": [["08:00", "13:00"], ["13:00", "17:00"]]}),
        ("", {}),
    ],
    ids=["one day", "as people write", "days in their order", "hours in their order", "none"],
)
def test_it_reads_what_people_write(text, hours):
    assert read_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("monday 08:00-17:00", "“monday” is not a day"),
        ("mon 08:00-17:00\nmon 18:00-19:00", "is there twice"),
        ("mon", "write hours as 08:00-17:00"),
        ("mon 8-17", "write hours as 08:00-17:00"),
        ("mon 08:00-24:00", "The day ends at 23:59"),
        ("mon 08:60-17:00", "there is no such time"),
        ("mon 17:00-17:00", "ends before it begins"),
        ("mon 22:00-06:00", "A shift over midnight goes on two days"),
        ("mon 08:00-12:00, 11:59-17:00", "overlap"),
    ],
)
def test_it_says_how_to_mend_what_it_cannot_read(text, mend):
    with pytest.raises(BadHours, match=mend):
        read_hours(text)


SPANS = st.tuples(st.times(), st.times()).map(sorted).map(lambda pair: [f"{time:%H:%M}" for time in pair]).filter(lambda span: span[0] < span[1])


@given(st.dictionaries(st.sampled_from(DAYS), SPANS.map(lambda span: [span]), max_size=7))
def test_what_is_shown_reads_as_what_was_kept(hours):
    assert read_hours(as_lines(hours)) == hours


def test_office_hours_are_shown_a_day_a_line():
    assert as_lines(office_hours()).splitlines() == [f"{day} 08:00-17:00" for day in ("mon", "tue", "wed", "thu", "fri")]
