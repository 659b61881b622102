from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from campaigns import servers
from campaigns.models import ServerProcess

pytestmark = pytest.mark.django_db


def ready() -> tuple[int, str]:
    response = Client().get("/readyz")
    return response.status_code, response.json().get("why", "")


def test_a_process_that_answers_is_healthy_whatever_else(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client().get("/healthz")

    assert (response.status_code, response.json()) == (200, {"ok": True})


def test_it_is_not_ready_before_a_server_is_registered():
    status, why = ready()

    assert status == 503 and "No server process" in why


def test_it_is_ready_with_a_living_server():
    servers.register("ws://127.0.0.1:8000", room=20)

    assert ready() == (200, "")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"heartbeat_at": timezone.now() - servers.ALIVE_FOR - timedelta(seconds=1)}, id="silent"),
        pytest.param({"stopped_at": timezone.now()}, id="signed off"),
    ],
)
def test_it_is_not_ready_when_the_only_server_is_gone(change):
    servers.register("ws://127.0.0.1:8000", room=20)
    ServerProcess.objects.update(**change)

    assert ready()[0] == 503


def test_a_database_without_tables_is_not_ready_and_says_what_to_do():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE campaigns_serverprocess RENAME TO campaigns_elsewhere")
    try:
        status, why = ready()
    finally:
        if connection.vendor == "sqlite":  # PostgreSQL's transaction is broken by the error, and rolled back at the end of the test anyway
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE campaigns_elsewhere RENAME TO campaigns_serverprocess")

    assert status == 503 and "manage.py migrate" in why
