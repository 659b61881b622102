"""Deliveries over real HTTP, verified by the library of Standard Webhooks: retries, order, claims, crashes, rotation, and switching off."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from standardwebhooks import Webhook
from standardwebhooks.exceptions import WebhookVerificationError

from campaigns.integrations.webhooks import endpoints, outbox, sending
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.integrations.webhooks.post import Reply
from campaigns.integrations.webhooks.retrying import MAX_ATTEMPTS
from campaigns.models import WebhookDelivery, WebhookEndpoint
from leads.models import Lead
from tests.campaigns.webhooks.conftest import delivery, endpoint_at, send, told
from tests.campaigns.webhooks.receiver import HANG, Answer, Receiver
from tests.leads.races import somebody_else_acts_after_we_looked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]


async def come_due() -> None:
    """The wait is over."""
    await WebhookDelivery.objects.filter(next_attempt_at__isnull=False).aupdate(next_attempt_at=timezone.now() - timedelta(seconds=1))


async def test_it_arrives_signed_and_is_kept_as_delivered(receiver):
    endpoint = await endpoint_at(receiver)
    event_id = await told(score=70)
    assert await send() == 1
    [request] = receiver.received
    payload = request.verified(endpoint.secret)
    assert (request.event_id, payload["type"], payload["data"]) == (event_id, "lead.hot", {"score": 70})
    kept = await delivery(event_id)
    assert (kept.status, kept.n_attempts, kept.last_status, kept.next_attempt_at) == ("delivered", 1, 204, None)
    assert await send() == 0


async def test_another_secret_or_another_body_does_not_verify(receiver):
    endpoint = await endpoint_at(receiver)
    await told()
    await send()
    [request] = receiver.received
    with pytest.raises(WebhookVerificationError):
        request.verified((await endpoint_at(receiver)).secret)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(request.body.replace(b"hot", b"not"), request.headers)


async def test_signs_beyond_ascii_arrive_as_they_are(receiver):
    endpoint = await endpoint_at(receiver)
    await told(campaign="Wanjirũ & “Söhne”")
    await send()
    assert receiver.received[0].verified(endpoint.secret)["data"]["campaign"] == "Wanjirũ & “Söhne”"


@pytest.mark.parametrize("is_wanted", [True, False], ids=["made for it", "by default"])
async def test_name_and_phone_are_sent_only_where_the_endpoint_was_made_for_it(receiver, is_wanted):
    endpoint = await endpoint_at(receiver, include_personal_data=is_wanted)
    asha = await Lead.objects.acreate(phone="+254712123401", name="Asha")
    await sync_to_async(lambda: outbox.tell(EventType.LEAD_HOT, "1", lambda: {"score": 70}, lead_id=asha.pk))()
    await send()
    person = {"lead_name": "Asha", "lead_phone": "+254712123401"} if is_wanted else {}
    assert receiver.received[0].verified(endpoint.secret)["data"] == {"score": 70, **person}
    assert "Asha" not in json.dumps((await WebhookDelivery.objects.aget()).payload)


async def test_events_come_in_the_order_in_which_they_happened(receiver):
    await endpoint_at(receiver)
    ids = [await told(str(n)) for n in range(5)]
    await send()
    assert [request.event_id for request in receiver.received] == ids


async def test_the_workers_job_sends_all_that_is_due(receiver):
    await endpoint_at(receiver)
    event_id = await told()

    def work() -> None:
        try:
            sending.send_webhooks.func()
        finally:
            connections.close_all()

    await asyncio.to_thread(work)  # as the worker does: on a thread without an event loop
    assert (await delivery(event_id)).status == "delivered"


async def test_an_endpoint_with_very_much_to_be_told_goes_on_in_another_job(receiver, monkeypatch):
    await endpoint_at(receiver)
    await told()
    n_jobs = await DBTaskResult.objects.acount()
    monkeypatch.setattr(sending, "ROUND_S", 0.0)
    assert await send() == 0
    assert await DBTaskResult.objects.acount() == n_jobs + 1


class TestFailure:
    async def test_it_is_sent_again_with_the_same_id_and_a_new_signature(self, receiver):
        endpoint = await endpoint_at(receiver)
        receiver.answers = [Answer(500, b"try later")]
        event_id = await told()
        await send()
        kept = await delivery(event_id)
        assert (kept.status, kept.last_status, kept.last_error, kept.response) == ("failed", 500, "It answered 500.", "try later")
        assert kept.next_attempt_at is not None and kept.next_attempt_at <= timezone.now() + timedelta(seconds=10)
        await come_due()
        await send()
        first, second = receiver.received
        assert first.event_id == second.event_id and second.verified(endpoint.secret)
        assert (await delivery(event_id)).status == "delivered"

    async def test_a_job_is_planned_for_the_next_attempt(self, receiver):
        await endpoint_at(receiver)
        receiver.answers = [Answer(503)]
        event_id = await told()
        await send()
        planned = await DBTaskResult.objects.alatest("enqueued_at")
        assert planned.run_after == (await delivery(event_id)).next_attempt_at and planned.queue_name == "webhooks"

    async def test_after_the_last_attempt_it_is_given_up(self, receiver):
        await endpoint_at(receiver)
        receiver.answers = [Answer(500)]
        event_id = await told()
        await WebhookDelivery.objects.aupdate(n_attempts=MAX_ATTEMPTS - 1)
        await send()
        kept = await delivery(event_id)
        assert (kept.status, kept.n_attempts, kept.next_attempt_at) == ("dead", MAX_ATTEMPTS, None)

    async def test_a_server_that_is_down_is_asked_once_for_all_that_waits(self, receiver):
        await endpoint_at(receiver)
        receiver.answers = [Answer(502)]
        ids = [await told(str(n)) for n in range(3)]
        assert await send() == 1
        first, *rest = [await delivery(event_id) for event_id in ids]
        assert [(row.n_attempts, row.next_attempt_at) for row in rest] == [(0, first.next_attempt_at)] * 2
        await come_due()
        await send()
        assert [request.event_id for request in receiver.received] == [ids[0], *ids]

    async def test_an_endpoint_that_hangs_holds_up_no_other(self, receiver):
        async with Receiver() as hanging:
            hanging.answers = [HANG]
            await endpoint_at(hanging)
            await endpoint_at(receiver)
            await told()
            sending_now = asyncio.create_task(send())
            async with asyncio.timeout(60):
                await receiver.arrived.wait()
            assert not sending_now.done()
            hanging._release.set()
            await sending_now

    async def test_neither_address_nor_answer_is_logged(self, receiver, caplog):
        caplog.set_level(logging.DEBUG, logger="campaigns")
        await endpoint_at(receiver)
        receiver.answers = [Answer(500, b"+254712123401")]
        await told()
        await send()
        assert "failed, attempt 1, answer 500" in caplog.text
        assert receiver.url not in caplog.text and "+254" not in caplog.text


class TestTwoWorkers:
    async def test_what_one_has_claimed_the_other_does_not_send(self, receiver):
        await endpoint_at(receiver)
        for n in range(20):
            await told(str(n))
        counts = await asyncio.gather(*(send() for _worker in range(4)))
        assert sum(counts) == 20
        assert len({request.event_id for request in receiver.received}) == len(receiver.received) == 20

    async def test_a_claim_that_comes_second_gets_nothing(self, receiver):
        endpoint = await endpoint_at(receiver)
        await told()
        claims = [await sync_to_async(sending.claim_next)(endpoint.pk) for _worker in range(2)]
        assert claims[0] is not None and claims[1] is None

    def test_who_looked_at_the_same_instant_and_was_slower_gets_nothing(self, endpoint):
        outbox.tell(EventType.LEAD_HOT, "1", lambda: {})
        faster = []
        with somebody_else_acts_after_we_looked("campaigns_webhookdelivery", lambda: faster.append(sending.claim_next(endpoint.pk))):
            assert sending.claim_next(endpoint.pk) is None
        assert faster[0] is not None and WebhookDelivery.objects.get().n_attempts == 1

    async def test_what_a_dead_worker_had_claimed_is_sent_again(self, receiver):
        endpoint = await endpoint_at(receiver)
        event_id = await told()
        await sync_to_async(sending.claim_next)(endpoint.pk)  # and there it dies
        assert await send() == 0
        await WebhookDelivery.objects.aupdate(next_attempt_at=F("next_attempt_at") - sending.LEASE)
        assert await send() == 1
        assert ((await delivery(event_id)).status, (await delivery(event_id)).n_attempts) == ("delivered", 2)

    async def test_a_slow_workers_failure_does_not_undo_what_another_delivered(self, receiver):
        endpoint = await endpoint_at(receiver)
        event_id = await told()
        slow = await sync_to_async(sending.claim_next)(endpoint.pk)
        await WebhookDelivery.objects.aupdate(next_attempt_at=F("next_attempt_at") - sending.LEASE)
        await send()
        await sync_to_async(sending.settle)(slow, Reply(error="It did not answer within 10 s."))
        assert (await delivery(event_id)).status == "delivered"


class TestRotation:
    async def test_for_a_day_either_secret_verifies(self, receiver):
        endpoint = await endpoint_at(receiver)
        old = endpoint.secret
        new = await sync_to_async(endpoints.rotate_secret)(endpoint)
        await told()
        await send()
        assert receiver.received[0].verified(old) == receiver.received[0].verified(new)

    async def test_after_a_day_the_new_one_alone(self, receiver):
        endpoint = await endpoint_at(receiver)
        old = endpoint.secret
        new = await sync_to_async(endpoints.rotate_secret)(endpoint)
        await WebhookEndpoint.objects.aupdate(previous_secret_until=timezone.now() - timedelta(seconds=1))
        await told()
        await send()
        assert receiver.received[0].verified(new)
        with pytest.raises(WebhookVerificationError):
            receiver.received[0].verified(old)


class TestSwitchingOff:
    async def test_410_switches_it_off_and_gives_the_event_up(self, receiver):
        endpoint = await endpoint_at(receiver)
        receiver.answers = [Answer(410)]
        event_id = await told()
        await send()
        await endpoint.arefresh_from_db()
        assert not endpoint.is_active and "410" in endpoint.disabled_because
        assert (await delivery(event_id)).status == "dead"

    @pytest.mark.parametrize(("days", "is_active"), [(4.9, True), (5.1, False)])
    async def test_five_days_of_failures_switch_it_off(self, receiver, days, is_active):
        endpoint = await endpoint_at(receiver)
        await WebhookEndpoint.objects.aupdate(failing_since=timezone.now() - timedelta(days=days))
        receiver.answers = [Answer(500)]
        await told()
        await send()
        await endpoint.arefresh_from_db()
        assert endpoint.is_active is is_active

    async def test_one_success_ends_the_count(self, receiver):
        endpoint = await endpoint_at(receiver)
        receiver.answers = [Answer(500)]
        await told()
        await send()
        await endpoint.arefresh_from_db()
        assert endpoint.failing_since is not None
        await come_due()
        await send()
        await endpoint.arefresh_from_db()
        assert endpoint.failing_since is None

    async def test_what_waited_is_sent_when_it_is_switched_on_again(self, receiver):
        endpoint = await endpoint_at(receiver)
        event_id = await told()
        await sync_to_async(endpoints.pause)(endpoint, by="mosi")
        assert await send() == 0
        await sync_to_async(endpoints.switch_on)(endpoint)
        assert await send() == 1 and (await delivery(event_id)).status == "delivered"


class TestGuard:
    async def test_a_private_address_is_not_asked_unless_the_operator_says_so(self, receiver, settings):
        await endpoint_at(receiver)
        settings.WEBHOOK_PRIVATE_ADDRESSES = False
        event_id = await told()
        await send()
        assert receiver.received == [] and "private" in (await delivery(event_id)).last_error

    @pytest.mark.parametrize(
        ("public_url", "api", "debug", "may_be_http"),
        [
            ("", "http://127.0.0.1:9", False, True),
            ("", "https://api.sautikit.com", False, False),
            ("https://calls.example.com", "http://127.0.0.1:9", False, False),
            ("", "https://api.sautikit.com", True, True),
        ],
        ids=["a rehearsal", "a real platform", "reached from outside", "development"],
    )
    def test_plain_http_only_where_no_real_phone_rings(self, settings, public_url, api, debug, may_be_http):
        settings.PUBLIC_URL, settings.SAUTIKIT_API_URL, settings.DEBUG = public_url, api, debug
        assert sending.guard().may_be_http is may_be_http
