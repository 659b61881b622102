"""From an imported list to a campaign: which one, and then its own page for enrolling leads, with the list chosen."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from campaigns.models import Campaign
from leads.models import LeadImport


def enrol_list_page(model_admin: Any, request: HttpRequest, import_id: int) -> HttpResponse:
    if not model_admin.has_enrol_permission(request):
        raise PermissionDenied
    kept = get_object_or_404(LeadImport, pk=import_id)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "",
        "kept": kept,
        "n_leads": kept.listed.count(),
        "campaigns": Campaign.objects.exclude(status=Campaign.Status.CLOSED).select_related("script").order_by("-created_at"),
    }
    return TemplateResponse(request, "admin/campaigns/campaign/enrol_list.html", context)
