"""A campaign's attempts on one page: by outcome and AAPOR code, by part of the day and weekday, promises, response rates. Reads only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from campaigns.aapor import Group
from campaigns.models import Campaign
from campaigns.reports.attempts import WEEKDAYS, CaseRates, coverage_of, outcomes_of, rates_of
from campaigns.reports.promises import promises_of
from leads import clock

GROUPS = {
    Group.COMPLETE: "complete",
    Group.PARTIAL: "partial",
    Group.REFUSAL: "refusal or break-off",
    Group.OTHER: "other, eligible",
    Group.NON_CONTACT: "non-contact",
    Group.NOT_ELIGIBLE: "not eligible",
    Group.UNKNOWN_PERSON: "reached, eligibility unknown",
    Group.UNKNOWN_NUMBER: "never reached, nothing known",
}


def attempts_page(model_admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    response, now = rates_of(campaign), clock.now()
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": campaign,
        "title": f"Attempts of {campaign}",
        "outcomes": outcomes_of(campaign),
        "weekdays": WEEKDAYS,
        "coverage": coverage_of(campaign, now=now),
        "promises": [(state.value.replace("_", " "), n) for state, n in promises_of(campaign, now=now).items()],
        "cases": [(GROUPS[group], n) for group, n in response.by_group.items() if n],
        "n_cases": response.n_cases,
        "rates": _rates(response),
        "e": "–" if response.rates.e is None else f"{response.rates.e:.3f}",
        "e_is": response.rates.e_is,
    }
    return TemplateResponse(request, "admin/campaigns/campaign/attempts.html", context)


def _rates(response: CaseRates) -> list[tuple[str, str]]:
    return [(name, "–" if rate is None else f"{100 * rate:.1f} %") for name, rate in response.rates.rates.items()]
