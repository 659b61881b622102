"""The made-up list has every trouble in known shares, so that a measurement is about something."""

from __future__ import annotations

import pytest

from campaigns.models import Call
from campaigns.preflight.run import begin, carry_out
from campaigns.preflight.synthetic import N_REPS, synthetic_campaign
from leads.models import Lead
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


def test_it_makes_up_leads_of_several_markets_and_plays_them_to_the_end():
    campaign = synthetic_campaign(200, at=NOW)
    result = carry_out(begin(campaign, by="mosi")).result or {}
    assert Lead.objects.count() == Call.objects.count() == result["n_queued"] == 200
    assert {row["reason"]: row["n"] for row in result["excluded"]} == {
        "do_not_call": 4,
        "consent_missing": 4,
        "consent_withdrawn": 4,
        "zone_unknown": 2,
    }
    assert Lead.objects.filter(market="KE").count() == 140 and set(result["packs"]) == {"KE", "UG", "TZ", "NG", "GH"}
    assert result["ends_at"] and result["reps"]["n_reps"] == N_REPS
    assert sum(day["n_first"] for day in result["days"]) == 186
