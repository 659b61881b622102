"""The worker lives at business time, as server and dialer do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command, get_commands
from django_tasks_db.management.commands import db_worker

from campaigns import business_clock
from leads import clock
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
A_MOMENT = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def in_a_demo(settings) -> None:
    settings.PUBLIC_URL = ""
    business_clock.start_at(NOW)
    clock.set_offset(timedelta())  # as a new process begins


@pytest.fixture
def begun_at(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """When by the business clock the loop of jobs began. The loop itself would close the database of this test."""
    begun: list[datetime] = []
    monkeypatch.setattr(db_worker.Command, "handle", lambda *args, **options: begun.append(clock.now()))
    return begun


def test_the_worker_that_runs_is_ours():
    assert get_commands()["db_worker"] == "sautiqual"


def test_its_jobs_live_at_business_time(begun_at: list[datetime]):
    call_command("db_worker")
    assert abs(begun_at[0] - NOW) < A_MOMENT


def test_it_refuses_a_demo_database_where_the_outside_can_reach_us(settings, begun_at: list[datetime]):
    settings.PUBLIC_URL = "https://calls.example.com"
    with pytest.raises(CommandError, match="another database"):
        call_command("db_worker")
    assert begun_at == []
