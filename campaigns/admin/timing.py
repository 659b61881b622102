"""The page of timing at the callee's ear: p50 and p95 by voice, campaign and day. Reads only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from campaigns.access.viewer import viewer_on
from campaigns.reports.timing import timing_report
from leads import clock

PERIODS = (1, 7, 30, 90)
DEFAULT_DAYS = 7


def timing_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """`?days=` one of PERIODS; `?campaign=` its id, empty for all."""
    viewer = viewer_on(request)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else DEFAULT_DAYS
    wanted = request.GET.get("campaign", "")
    campaign = get_object_or_404(viewer.campaigns, pk=wanted) if wanted.isdecimal() else None
    report = timing_report(now=clock.now(), days=days, campaign_ids=viewer.limit if campaign is None else {campaign.pk})
    tables = [(_("By voice"), _("Voice"), report.by_voice), (_("By day"), _("Day"), report.by_day)]
    if campaign is None:
        tables.insert(1, (_("By campaign"), _("Campaign"), report.by_campaign))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("What callees wait for a voice"),
        "campaign": campaign,
        "days": days,
        "periods": PERIODS,
        "report": report,
        "tables": tables,
    }
    return TemplateResponse(request, "admin/campaigns/call/timing.html", context)
