"""Questions that are asked of all calls again and again are answered by an index that holds all they ask: PostgreSQL's own word for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.access.viewer import ORGANISATION
from campaigns.models import Call
from campaigns.review.blind import LIFTED, unseen_by
from campaigns.tallies.counting import count_figures, count_hours, date_of
from campaigns.watch.board import in_flight
from leads import audit
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(connection.vendor != "postgresql", reason="how PostgreSQL goes about it")]
DAY = "Index Only Scan using call_of_day on campaigns_call"


def plans_of(ask: Callable[[], Any], sign: str, without: str = "seqscan bitmapscan") -> Iterator[str]:
    """Of the queries with this sign in them. A table of few rows would be read whole, were it not forbidden."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    with connection.cursor() as cursor:
        for way in without.split():
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for query in asked.captured_queries:
            if sign in query["sql"]:
                cursor.execute(f"EXPLAIN {query['sql']}")
                yield "\n".join(line for (line,) in cursor.fetchall())


def test_the_figures_of_a_day_are_counted_without_opening_a_call(campaign):
    (money,) = plans_of(lambda: count_figures([date_of(NOW)]), "phone_minor")
    (levels,) = plans_of(lambda: count_figures([date_of(NOW)]), '"level"')
    assert DAY in money and DAY in levels


def test_the_hours_of_a_day_open_neither_calls_nor_leads(campaign):
    (plan,) = plans_of(lambda: list(count_hours([date_of(NOW)])), "time_zone")
    assert DAY in plan and "Index Only Scan using lead_with_zone on leads_lead" in plan


def test_the_live_board_looks_at_no_call_that_is_long_over(campaign):
    (plan,) = plans_of(lambda: in_flight(ORGANISATION, now=NOW), "ended_at", without="seqscan indexscan")
    assert "Bitmap Index Scan on call_just_over" in plan


def test_what_somebody_was_shown_is_found_by_their_name(campaign):
    audit.record("juma", audit.Act.SHOW, "call", campaign.pk, what=LIFTED)
    (plan,) = plans_of(lambda: unseen_by("neema", Call.objects.all()), "leads_auditentry")
    assert "Index Scan using audit_of_calls_shown" in plan
