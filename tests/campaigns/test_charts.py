"""Sizes and shades of the first page's charts."""

from __future__ import annotations

from datetime import date

import pytest

from campaigns.charts import FIRST_HOUR, HEIGHT, LAST_HOUR, Cell, bars, heat_map
from campaigns.funnel import Figures

MON, TUE = date(2026, 11, 23), date(2026, 11, 24)


def test_the_busiest_day_is_as_high_as_the_picture_and_bars_stand_on_its_bottom():
    first, second = bars({MON: Figures(attempted=10, connected=5, complete=1), TUE: Figures(attempted=5)})
    assert (first.attempted, first.connected, first.complete) == (HEIGHT, 50, 10) and second.attempted == 50
    assert first.top_attempted == 0 and first.top_complete + first.complete == HEIGHT and second.x > first.x


def test_days_without_calls_are_flat():
    assert [bar.attempted for bar in bars({MON: Figures()})] == [0] and bars({}) == ()


@pytest.mark.parametrize(("n", "n_answered", "shade"), [(0, 0, 0), (10, 0, 1), (10, 2, 2), (10, 10, 5), (3, 1, 2)])
def test_the_more_answer_the_darker(n, n_answered, shade):
    assert Cell(n, n_answered).shade == shade


def test_the_heat_map_shows_the_working_day_and_whatever_lies_beyond():
    rows = heat_map({(1, 6): (4, 1), (2, 10): (2, 2)})
    assert [row.hour for row in rows] == list(range(6, LAST_HOUR + 1)) and rows[0].label == "06:00"
    assert rows[0].cells[1] == Cell(4, 1) and rows[0].cells[1].percent == 25 and rows[0].cells[0].percent is None
    assert heat_map({(0, 12): (1, 0)})[0].hour == FIRST_HOUR


def test_without_calls_there_is_no_heat_map():
    assert heat_map({}) == () and heat_map({(0, 9): (0, 0)}) == ()
