from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leads import clock
from tests.conftest import NOW


def test_it_tells_real_time_when_nobody_moved_it():
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_it_runs_ahead_by_the_offset(clock_at_now):
    assert timedelta() <= clock.now() - NOW < timedelta(minutes=1)


def test_it_is_aware():
    assert clock.now().utcoffset() == timedelta()
