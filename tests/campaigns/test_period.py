"""Which days the first page is asked about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.period import MOST_DAYS, NOT_A_DATE, TOO_LONG, TURNED_ROUND, Asked, Period, asked_period

TODAY = date(2026, 11, 24)
WEEK = Period(date(2026, 11, 18), TODAY)


@pytest.mark.parametrize(
    ("days", "first", "last", "asked"),
    [
        ("", "", "", Asked(WEEK, "7")),
        ("today", "", "", Asked(Period(TODAY, TODAY), "today")),
        ("30", "", "", Asked(Period(date(2026, 10, 26), TODAY), "30")),
        ("31", "", "", Asked(WEEK, "7")),
        ("30", "2026-11-01", "2026-11-03", Asked(Period(date(2026, 11, 1), date(2026, 11, 3)), "")),
        ("", "2026-11-20", "", Asked(Period(date(2026, 11, 20), TODAY), "")),
        ("", "", "2026-11-20", Asked(Period(date(2026, 11, 20), date(2026, 11, 20)), "")),
        ("", "2026-12-01", "", Asked(Period(date(2026, 12, 1), date(2026, 12, 1)), "")),
        ("", "2026-11-03", "2026-11-01", Asked(Period(date(2026, 11, 1), date(2026, 11, 3)), "", TURNED_ROUND)),
        ("", "2020-01-01", "2026-11-24", Asked(Period(date(2025, 11, 24), TODAY), "", TOO_LONG)),
        ("30", "24.11.2026", "", Asked(WEEK, "7", NOT_A_DATE)),
        ("", "2026-11-01", "2026-02-30", Asked(WEEK, "7", NOT_A_DATE)),
        ("", "0001-01-01", "9999-12-31", Asked(WEEK, "7", NOT_A_DATE)),
    ],
)
def test_what_stands_in_the_address_becomes_days(days, first, last, asked):
    assert asked_period(days, first, last, today=TODAY) == asked


@given(st.text(max_size=12), st.dates() | st.text(max_size=12), st.dates() | st.text(max_size=12))
def test_nothing_that_is_typed_breaks_it(days, first, last):
    period = asked_period(days, str(first), str(last), today=TODAY).period
    assert 1 <= period.n_days <= MOST_DAYS
    assert len(period.dates) == period.n_days and period.first in period and period.last in period
