"""REST for the rules of retrying, and for what came of a campaign's attempts; mounted under /api/v1 by the project, which also checks the key."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from campaigns.aapor import CODES
from campaigns.outcomes import NEVER_AGAIN, WORDS, AttemptOutcome
from campaigns.retries import SHIPPED
from campaigns.retry_rules import retry_table

router = Router(tags=["campaigns"])


class RetryRuleOut(Schema):
    outcome: AttemptOutcome
    words: str
    is_final: bool = Field(description="Nobody is called again after it; the fields of the next attempt then mean nothing")
    why_final: str = Field(description="Why it can never be made to call again; empty: it can")
    delay_minutes: int = Field(description="From the end of the attempt")
    n_day_parts: int = Field(description="Spread over at least so many parts of the lead's day; 0: the delay alone counts")
    max_attempts: int = Field(description="Dialled attempts that end so; the campaign's own limit holds as well")
    aapor_code: str
    aapor_words: str
    is_shipped: bool


@router.get("/retry-rules", response=list[RetryRuleOut])
def list_retry_rules(request: HttpRequest) -> list[dict[str, Any]]:
    """What follows on each outcome of an attempt. It is edited in the console."""
    return [
        {
            **asdict(rule),
            "words": WORDS[outcome],
            "why_final": NEVER_AGAIN.get(outcome, ""),
            "aapor_words": CODES[rule.aapor_code],
            "is_shipped": rule == SHIPPED[outcome],
        }
        for outcome, rule in retry_table().items()
    ]
