from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.reports.why_words import both_clocks, inputs_in_words, local_time
from tests.conftest import NOW


def test_an_instant_stands_on_the_leads_wall_and_in_utc():
    assert both_clocks(NOW, "Africa/Nairobi") == "Tue 24 Nov 2026 10:00:00 Africa/Nairobi (2026-11-24 07:00:00 UTC)"


def test_the_leads_day_may_be_another():
    assert local_time(NOW + timedelta(hours=16), "Africa/Nairobi").startswith("Wed 25 Nov 2026 02:00:00")


@pytest.mark.parametrize("time_zone", ["", "UTC", "Nowhere/At_All"])
def test_an_unknown_zone_leaves_utc_alone(time_zone):
    assert both_clocks(NOW, time_zone) == "2026-11-24 07:00:00 UTC (the lead's time zone is not known)"


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, ""),
        ({"made": 3, "cap": 3}, "cap: 3; made: 3"),
        ({"made": 1, "cap": 0}, "cap: 0; made: 1"),
        ({"is_on_dnc": True, "is_known": False}, "is known: no; is on dnc: yes"),
        ({"market": "", "expires_at": None, "holidays": []}, "expires at: nothing; holidays: nothing; market: nothing"),
        ({"closed_in": [{"time_zone": "Africa/Accra", "allowed": ["08:00–18:00"]}]}, "closed in: allowed 08:00–18:00; time zone Africa/Accra"),
    ],
    ids=["none", "numbers", "one and zero are no yes and no", "yes and no", "nothing", "nested"],
)
def test_inputs_read_as_words(inputs, words):
    assert inputs_in_words(inputs) == words
