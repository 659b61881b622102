"""All that would be deleted with a row, in as many queries as there are tables."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Call, VoiceSession
from campaigns.privacy.collecting import plain_fields, with_all_below
from tests.campaigns.console import finished_call
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def calls_of(campaign, lead, n_calls):
    for attempt in range(1, n_calls + 1):
        finished_call(campaign, lead, attempt_number=attempt, answer_token=f"a{attempt}", stream_token=f"s{attempt}")
    return list(Call.objects.order_by("attempt_number"))


def test_the_queries_do_not_grow_with_the_rows(campaign, asha):
    calls = calls_of(campaign, asha, 12)
    asked = []
    for some in (calls[:1], calls):
        with CaptureQueriesContext(connection) as queries:
            with_all_below(some)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_each_row_has_its_own_below_it(campaign, asha):
    held = with_all_below(calls_of(campaign, asha, 3))
    assert [[dict(plain_fields(turn.row))["call"] for turn in each.below["turn"]] for each in held] == [[str(each.row.pk)] * 2 for each in held]
    assert [len(each.below["handoff"][0].below["reservation"]) for each in held] == [0, 0, 0]


def test_tables_can_be_passed_over(campaign, asha):
    assert "turn" not in with_all_below(calls_of(campaign, asha, 1), leave={"turn"})[0].below


def test_an_amount_in_dollars_is_plain(campaign, asha):
    [call] = calls_of(campaign, asha, 1)
    session = VoiceSession.objects.create(call=call, key="k", voice="openai", used_on=NOW.date(), cost_usd=Decimal("0.012345"))
    assert dict(plain_fields(session))["cost_usd"] == "0.012345"


def test_no_token_is_among_the_values(campaign, asha):
    [call] = calls_of(campaign, asha, 1)
    assert {"answer_token", "stream_token"} & set(dict(plain_fields(call))) == set()
