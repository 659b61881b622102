"""REST for the rules of retrying, and for what came of a campaign's attempts; mounted under /api/v1 by the project, which also checks the key."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from campaigns import money
from campaigns.aapor import CODES, Group
from campaigns.access.viewer import viewer_on
from campaigns.day_parts import DayPart
from campaigns.outcomes import NEVER_AGAIN, WORDS, AttemptOutcome
from campaigns.period import LATELY
from campaigns.promises import PromiseFigures, PromiseState
from campaigns.reports.attempts import attempts_of, coverage_of
from campaigns.reports.promises import kept_lately, promises_of
from campaigns.reports.voice_cost import cost_of_campaign
from campaigns.retries import SHIPPED
from campaigns.retry_rules import retry_table
from leads import clock

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


class OutcomeCountOut(Schema):
    outcome: AttemptOutcome
    words: str
    aapor_code: str
    aapor_words: str
    n: int


class CoverageOut(Schema):
    day_part: DayPart
    n_by_weekday: list[int] = Field(description="Monday first, on the leads' own clocks")
    n: int


class RatesOut(Schema):
    n_cases: int = Field(description="Leads of the campaign that are not on the phone now; each counts as what its most telling attempt says")
    by_group: dict[Group, int] = Field(description="AAPOR: I complete, P partial, R refusal, O other, NC non-contact, UO and UH unknown")
    e: float | None = Field(description="Share of unknown cases taken to be eligible; null: nothing is known of anybody")
    e_is: str = Field(description="How e was computed")
    rates: dict[str, float | None] = Field(description="RR1 to RR6, COOP1, REF1, CON1; null: divided by nobody")


class KeptOut(Schema):
    n_kept: int = Field(description="In time: within ten minutes of it")
    n_kept_late: int
    n_missed: int = Field(description="Nobody will call any more")
    n_overdue: int = Field(description="Still owed, and late already")
    n_open: int = Field(description="Their time has not come, or has only just")
    kept_percent: int | None = Field(description="Kept in time, of those whose time has come; rounded down; null: none has come")


class AttemptsOut(Schema):
    outcomes: list[OutcomeCountOut]
    coverage: list[CoverageOut]
    promises: dict[PromiseState, int]
    kept_lately: KeptOut = Field(description=f"Of promises for a time in the last {LATELY.days} days, or to come")
    response: RatesOut


@router.get("/campaigns/{campaign_id}/attempts", response=AttemptsOut)
def get_attempts(request: HttpRequest, campaign_id: int) -> dict[str, Any]:
    """What came of a campaign's attempts: by outcome and AAPOR code, when they were made, promises kept or not, and the response rates."""
    campaign = get_object_or_404(viewer_on(request).campaigns, id=campaign_id)
    attempts, now = attempts_of(campaign), clock.now()
    response = attempts.cases
    return {
        "outcomes": attempts.outcomes,
        "coverage": coverage_of(campaign, now=now),
        "promises": promises_of(campaign, now=now),
        "kept_lately": kept_lately(campaign, now=now).get(campaign.pk, PromiseFigures()),
        "response": {
            "n_cases": response.n_cases,
            "by_group": response.by_group,
            "e": response.rates.e,
            "e_is": response.rates.e_is,
            "rates": dict(response.rates.rates),
        },
    }


class EachOut(Schema):
    minor: int
    phone_minor: int
    voice_minor: int


class VoiceShareOut(Schema):
    voice: str
    n_sessions: int
    n_discarded: int = Field(description="Made ready for calls that did not need them; in the cost all the same")
    n_unpriced: int = Field(description="Without a price, and so not in the cost")
    usd: float


class CostOut(Schema):
    spent_minor: int = Field(description="KES cents: telephone and AI voice of all calls whose price is final")
    phone_minor: int
    voice_minor: int
    reserved_minor: int = Field(description="Set aside for calls whose price is not final")
    n_unpriced_calls: int = Field(description="Calls whose AI voice has no price: they are in none of the figures, and stay reserved")
    a_complete: EachOut | None = Field(description="What a completed interview cost; null: there is none")
    a_qualified_lead: EachOut | None
    a_hot_lead: EachOut | None
    voices: list[VoiceShareOut]
    old_prices: list[str] = Field(description="In words, the price tables that nobody has compared with their sources for half a year")


@router.get("/campaigns/{campaign_id}/cost", response=CostOut)
def get_cost(request: HttpRequest, campaign_id: int) -> dict[str, Any]:
    """What a campaign has cost so far, by telephone and AI voice, and what each interview and each qualified or hot lead cost."""
    cost = cost_of_campaign(get_object_or_404(viewer_on(request).campaigns, id=campaign_id))
    now = cost.progress
    return {
        "spent_minor": now.spent_minor,
        "phone_minor": now.spent_minor - now.voice_minor,
        "voice_minor": now.voice_minor,
        "reserved_minor": now.reserved_minor,
        "n_unpriced_calls": now.n_unpriced,
        "a_complete": now.a_complete,
        "a_qualified_lead": now.a_qualified_lead,
        "a_hot_lead": now.a_hot_lead,
        "voices": [asdict(share) for share in cost.voices],
        "old_prices": money.old_prices(on=clock.now().date()),
    }
