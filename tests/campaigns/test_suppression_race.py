"""A dialer and the sweep of the do-not-call list reach for the same queued call, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection, connections, transaction

from campaigns import dialer, suppression
from campaigns.models import Call, DialDecision
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry
from tests.campaigns.conftest import enrolled
from tests.conftest import NOW
from tests.leads.races import somebody_else_acts_after_we_looked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loopback", "server")]

GIVES_WAY_S = 0.3  # long enough for a sweep that waits for nobody
DEADLINE_S = 60.0


@pytest.fixture(autouse=True)
def own_connections():
    """SQLite lets one transaction write at a time, so that nobody can come between."""
    if connection.vendor != "postgresql":
        pytest.skip("needs a database that two connections write to at once")


def elsewhere(act: Callable[[], Any], done: Event | None = None) -> Any:
    """On a thread and a connection of its own."""
    try:
        return act()
    finally:
        connections.close_all()
        if done is not None:
            done.set()


def opt_out(lead):
    return add_to_do_not_call(lead.phone, origin=DoNotCallEntry.Origin.API, reason="wrote to us", at=NOW)


def test_a_call_that_is_being_decided_on_is_swept_after_its_claim(campaign, asha):
    call = enrolled(campaign, asha)
    swept = Event()

    def opt_out_and_sweep():
        opt_out(asha)
        return suppression.sweep(NOW)

    with ThreadPoolExecutor(1) as pool:
        sweeps = []

        def they_opt_out():
            sweeps.append(pool.submit(elsewhere, opt_out_and_sweep, swept))
            assert not swept.wait(GIVES_WAY_S), "it waits for the claim"

        with somebody_else_acts_after_we_looked("leads_donotcallentry", they_opt_out):
            claim = dialer.claim_next(NOW)
        assert sweeps[0].result(DEADLINE_S) == 0, "a call that may ring is looked at again in the next round"

    assert isinstance(claim, dialer.Claimed)
    assert Call.objects.get(pk=call.pk).status == "dialing"
    assert DialDecision.objects.get(call=call).is_allowed


def test_a_dialer_passes_over_what_is_being_swept_and_takes_the_next(campaign, asha, daudi):
    call, other = enrolled(campaign, asha), enrolled(campaign, daudi)
    Call.objects.filter(pk=call.pk).update(due_at=NOW - timedelta(minutes=1))
    opt_out(asha)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert suppression.sweep(NOW) == 1
        passed = pool.submit(elsewhere, lambda: dialer.claim_next(NOW)).result(DEADLINE_S)

    assert passed is not None and passed.call_id == other.pk
    assert Call.objects.get(pk=call.pk).status == "blocked"
    assert DialDecision.objects.filter(call=call).count() == 1
