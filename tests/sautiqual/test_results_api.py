"""The rules of retrying, and what came of a campaign's attempts, as an integrator reads them."""

from __future__ import annotations

import pytest

from campaigns.models import RetryRule
from campaigns.outcomes import AttemptOutcome
from tests.sautiqual.conftest import Integrator

pytestmark = pytest.mark.django_db


def test_the_retry_rules_can_be_read(crm: Integrator):
    RetryRule.objects.filter(pk="busy").update(delay_minutes=45)
    rules = {rule["outcome"]: rule for rule in crm.get("/retry-rules").json()}
    assert list(rules) == [outcome.value for outcome in AttemptOutcome]
    assert rules["busy"] == {
        "outcome": "busy",
        "words": "busy",
        "is_final": False,
        "why_final": "",
        "delay_minutes": 45,
        "n_day_parts": 0,
        "max_attempts": 4,
        "aapor_code": "3.12",
        "aapor_words": "always busy",
        "is_shipped": False,
    }
    assert rules["opted_out"]["why_final"].startswith("They asked us to stop.")
