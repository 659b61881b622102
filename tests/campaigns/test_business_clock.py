"""The demo's clock: kept as a row, applied at the start of each process, refused where the outside can reach us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campaigns import business_clock
from campaigns.models import BusinessClock
from leads import clock
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
A_MOMENT = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def not_public(settings) -> None:
    settings.PUBLIC_URL = ""


def test_without_a_row_business_time_is_real_time():
    business_clock.apply()
    assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT


def test_it_starts_at_the_instant_it_was_told():
    business_clock.start_at(NOW)
    assert abs(clock.now() - NOW) < A_MOMENT


def test_another_process_finds_the_same_time():
    business_clock.start_at(NOW)
    clock.set_offset(timedelta())  # as a new process begins
    business_clock.apply()
    assert abs(clock.now() - NOW) < A_MOMENT


def test_a_second_start_moves_the_one_clock():
    business_clock.start_at(NOW - timedelta(days=1))
    business_clock.start_at(NOW)
    assert BusinessClock.objects.count() == 1
    assert abs(clock.now() - NOW) < A_MOMENT


def test_a_demo_database_is_refused_where_the_outside_can_reach_us(settings):
    business_clock.start_at(NOW)
    settings.PUBLIC_URL = "https://calls.example.com"
    with pytest.raises(business_clock.DemoDatabaseRefused, match="another database"):
        business_clock.apply()
