"""An event is written with the fact it tells: both are there, or neither; once, and only for who wants it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from campaigns.integrations.webhooks import outbox
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.models import WebhookDelivery, WebhookEndpoint
from campaigns.privacy.erasing import erase
from leads.models import Lead
from tests.campaigns.webhooks.conftest import make_endpoint
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def tell(key: str = "1", event_type: EventType = EventType.LEAD_HOT, lead: Lead | None = None) -> None:
    outbox.tell(event_type, key, lambda: {"score": 70}, lead_id=lead.pk if lead else None)


@pytest.fixture(autouse=True)
def fresh_sweep(monkeypatch) -> None:
    """A process that has not swept yet."""
    monkeypatch.setattr(outbox, "_swept_at", None)


def test_it_holds_type_time_and_data_and_a_job_is_there_to_send_it(endpoint):
    tell()
    [written] = WebhookDelivery.objects.all()
    assert written.payload["type"] == "lead.hot" and written.payload["data"] == {"score": 70}
    assert re.fullmatch(r"2026-11-24T07:00:\d\d\.\d{6}Z", written.payload["timestamp"])  # business time, UTC
    assert re.fullmatch(r"msg_[0-9a-f]{32}", written.event_id)
    assert WebhookDelivery.objects.filter(next_attempt_at__lte=timezone.now()).exists()
    assert [(job.task_path.rsplit(".", 1)[1], job.queue_name) for job in DBTaskResult.objects.all()] == [("send_webhooks", "webhooks")]


def test_a_fact_that_is_taken_back_is_not_told(endpoint):
    with pytest.raises(RuntimeError), transaction.atomic():
        tell()
        raise RuntimeError
    assert not WebhookDelivery.objects.exists() and not DBTaskResult.objects.exists()


def test_the_same_fact_told_twice_is_one_event(endpoint):
    tell()
    tell()
    assert WebhookDelivery.objects.count() == 1


def test_facts_of_one_instant_keep_their_order(endpoint):
    for key in "abc":
        tell(key)
    times = [row.payload["timestamp"] for row in WebhookDelivery.objects.order_by("id")]
    assert times == sorted(times) and len(set(times)) == 3


def test_every_endpoint_gets_the_same_id(endpoint):
    make_endpoint()
    tell()
    first, second = WebhookDelivery.objects.all()
    assert first.event_id == second.event_id and first.endpoint_id != second.endpoint_id


def test_two_types_of_one_fact_are_two_events(endpoint):
    tell()
    tell(event_type=EventType.CALL_COMPLETED)
    assert len(set(WebhookDelivery.objects.values_list("event_id", flat=True))) == 2


def test_who_did_not_ask_for_it_is_not_told_and_nothing_is_looked_up():
    make_endpoint(event_types=["call.completed"])
    outbox.tell(EventType.LEAD_HOT, "1", lambda: pytest.fail("nobody wants to know"))
    assert not WebhookDelivery.objects.exists() and not DBTaskResult.objects.exists()


def test_an_endpoint_that_is_off_is_not_told(endpoint):
    WebhookEndpoint.objects.update(is_active=False, disabled_at=NOW)
    tell()
    assert not WebhookDelivery.objects.exists()


class TestSweep:
    """What a lost job has left, and what is a month old."""

    def overdue(self, *, seconds: float) -> None:
        tell()
        WebhookDelivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=seconds))
        DBTaskResult.objects.all().delete()

    @pytest.mark.parametrize(("seconds", "n_jobs"), [(20, 0), (40, 1)], ids=["a moment ago", "its worker is gone"])
    def test_what_is_overdue_gets_a_new_job(self, endpoint, seconds, n_jobs):
        self.overdue(seconds=seconds)
        assert outbox.sweep()
        assert DBTaskResult.objects.count() == n_jobs

    def test_a_job_that_nobody_takes_is_told_and_gets_no_second_one(self, endpoint, caplog):
        tell()
        WebhookDelivery.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=5))
        outbox.sweep()
        assert DBTaskResult.objects.count() == 1 and "start db_worker --queue-name webhooks" in caplog.text

    def test_it_looks_every_half_minute(self, endpoint):
        assert outbox.sweep() and not outbox.sweep()

    def test_what_waits_for_an_endpoint_that_is_off_needs_no_job(self, endpoint):
        self.overdue(seconds=300)
        WebhookEndpoint.objects.update(is_active=False, disabled_at=NOW)
        outbox.sweep()
        assert not DBTaskResult.objects.exists()

    @pytest.mark.parametrize(("days", "n_left"), [(29.9, 1), (30.1, 0)])
    def test_after_a_month_a_delivery_is_forgotten(self, endpoint, days, n_left):
        tell()
        WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=days))
        outbox.sweep()
        assert WebhookDelivery.objects.count() == n_left


class TestErasure:
    """Who is erased takes their deliveries with them, but for what the integrator must still hear."""

    @pytest.mark.parametrize(("status", "n_left"), [("delivered", 0), ("dead", 0), ("pending", 1), ("failed", 1)])
    def test_what_was_told_goes_and_what_was_not_is_told_by_ids_alone(self, endpoint, asha, status, n_left):
        tell(lead=asha)
        WebhookDelivery.objects.update(status=status)
        erase(asha.phone, by="mosi", now=NOW)
        assert [row.lead_id for row in WebhookDelivery.objects.all()] == [None] * n_left
