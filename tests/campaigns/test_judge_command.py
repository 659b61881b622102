"""manage.py judge: the real record, a simulated month in a database of its own, and a promise broken on purpose."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from campaigns import dialer, flight
from campaigns.judge.record import EntryKind
from campaigns.judge.ruling import Invariant
from campaigns.models import Call, FlightEntry
from leads.models import Lead
from tests.campaigns.conftest import enrolled
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

SMALL = ("--leads", "12", "--days", "2")


def judged(*arguments: str) -> tuple[int, str]:
    """Exit status and what was printed."""
    out = StringIO()
    try:
        call_command("judge", *arguments, stdout=out, no_color=True)
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue()
    return 0, out.getvalue()


def told(*arguments: str) -> tuple[int, dict[str, Any]]:
    status, text = judged(*arguments, "--json")
    return status, json.loads(text)


@pytest.fixture
def claimed(loopback, campaign, server, asha) -> Call:
    call = enrolled(campaign, asha)
    dialer.claim_next(NOW)
    return call


# ---- the real record --------------------------------------------------------------------------------------------------------------


def test_a_record_in_order_is_clean(claimed):
    status, verdict = told("--since", "2026-11-24", "--until", "2026-11-25")
    assert (status, verdict["is_clean"], verdict["calls"], verdict["decisions"]) == (0, True, 1, 1)
    assert set(verdict["violations_per_invariant"]) == set(Invariant)


def test_a_broken_promise_is_named_with_its_call(claimed):
    flight.record(EntryKind.DISPATCH, at=NOW, call=claimed, phone=claimed.lead.phone)
    status, text = judged("--since", "2026-11-24", "--until", "2026-11-25")
    assert status == 1
    assert "at_most_once: It had been dispatched before" in text and str(claimed.pk) in text


def test_only_the_period_asked_for_is_judged(claimed):
    status, verdict = told("--since", "2026-11-24T11:00+03:00", "--until", "2026-11-25")
    assert (status, verdict["entries"]) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--since", "yesterday"), "is no time"),
        (("--since", "2026-11-25", "--until", "2026-11-24"), "ends before it begins"),
        (("--plant", "gravity"), "no invariant “gravity”"),
    ],
)
def test_what_cannot_be_judged_is_said(arguments, sentence):
    with pytest.raises(CommandError, match=sentence) as problem:
        call_command("judge", *arguments, stdout=StringIO())
    assert problem.value.returncode == 2


def test_the_list_says_what_each_invariant_promises():
    status, text = judged("--list")
    assert status == 0
    for invariant in Invariant:
        assert f"{invariant.value}\n" in text
    assert "No number was dispatched while it stood on the do-not-call list" in text
    assert {one["invariant"] for one in told("--list")[1]["invariants"]} == set(Invariant)


# ---- simulated ----------------------------------------------------------------------------------------------------------------------


def test_a_simulated_month_is_clean_and_leaves_the_operators_database_alone(asha):
    n_entries = FlightEntry.objects.count()
    status, verdict = told("--simulate-month", "--seed", "4", *SMALL)
    assert status == 0 and verdict["seed"] == 4
    assert verdict["calls"] > 0 and not any(verdict["violations_per_invariant"].values())
    assert list(Lead.objects.all()) == [asha] and FlightEntry.objects.count() == n_entries
    assert "sautiqual-month" not in str(connection.settings_dict["NAME"])


def test_a_promise_broken_on_purpose_is_named(month_is_copied):
    status, verdict = told("--plant", "stopped", "--seed", "4", *SMALL)
    assert status == 1 and verdict["planted"] == "stopped"
    assert verdict["violations_per_invariant"]["stopped"] == 1
