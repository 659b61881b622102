"""A campaign's attempts on one page: by outcome and AAPOR code, by part of the day and weekday, promises, response rates. Reads only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext

from campaigns.aapor import Group
from campaigns.models import Campaign
from campaigns.reports.attempts import CaseRates, attempts_of, coverage_of
from campaigns.reports.promises import promises_of
from leads import clock
from leads.said import N_, spaced
from leads.telling import told

MONDAY = date(2024, 1, 1)  # any
GROUPS = {
    Group.COMPLETE: N_("complete"),
    Group.PARTIAL: N_("partial"),
    Group.REFUSAL: N_("refusal or break-off"),
    Group.OTHER: N_("other, eligible"),
    Group.NON_CONTACT: N_("non-contact"),
    Group.NOT_ELIGIBLE: N_("not eligible"),
    Group.UNKNOWN_PERSON: N_("reached, eligibility unknown"),
    Group.UNKNOWN_NUMBER: N_("never reached, nothing known"),
}


def attempts_page(model_admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    attempts, now = attempts_of(campaign), clock.now()
    response = attempts.cases
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": campaign,
        "title": gettext("Attempts of %(campaign)s") % {"campaign": campaign},
        "outcomes": attempts.outcomes,
        "weekdays": [date_format(MONDAY + timedelta(days=n), "D") for n in range(7)],
        "coverage": coverage_of(campaign, now=now),
        "promises": [(told(spaced(state)), n) for state, n in promises_of(campaign, now=now).items()],
        "cases": [(told(GROUPS[group]), n) for group, n in response.by_group.items() if n],
        "n_cases": response.n_cases,
        "rates": _rates(response),
        "e": "–" if response.rates.e is None else f"{response.rates.e:.3f}",
        "e_is": told(response.rates.e_is),
    }
    return TemplateResponse(request, "admin/campaigns/campaign/attempts.html", context)


def _rates(response: CaseRates) -> list[tuple[str, str]]:
    return [(name, "–" if rate is None else f"{100 * rate:.1f} %") for name, rate in response.rates.rates.items()]
