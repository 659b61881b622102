"""Preflights in the console, read only: the report, and every excluded lead by its reason."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from campaigns.access.viewer import viewer_on
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.models import Preflight, PreflightExclusion
from campaigns.reports.preflight import page_of
from leads.models import Lead
from leads.said import spaced
from leads.telling import told

SHOWN = 500


@admin.register(Preflight)
class PreflightAdmin(ReadOnlyAdmin):
    change_form_template = "admin/campaigns/preflight/change_form.html"
    list_display = ["__str__", "campaign", "asked_by", "asked_at", "finished_at", "failure"]
    list_filter = ["campaign"]
    list_select_related = ["campaign"]
    fields = ["asked_at"]  # the page has a template of its own

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see a campaign may see what its approval rests on."""
        return request.user.has_perm("campaigns.view_campaign") or bool(super().has_view_permission(request, obj))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.excluded)
        return [path("<int:preflight_id>/excluded/<slug:reason>/<int:page>/", view, name="campaigns_preflight_excluded"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().render_change_form(request, {**context, "page": page_of(obj)}, *args, obj=obj, **kwargs)
        return response

    def excluded(self, request: HttpRequest, preflight_id: int, reason: str, page: int) -> HttpResponse:
        """The leads of one reason, a page of them with links to each."""
        if not (self.has_view_permission(request) and request.user.has_perm("leads.view_lead")):
            raise PermissionDenied
        viewer = viewer_on(request)
        viewer.demand_people()
        pages = viewer.within(PreflightExclusion.objects.all()).filter(preflight=preflight_id, reason=reason)
        found = get_object_or_404(pages.select_related("preflight__campaign"), position=page)
        shown = found.lead_ids[:SHOWN]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": told(spaced(reason)),
            "preflight": found.preflight,
            "reason": reason,
            "leads": viewer.within(Lead.objects.filter(pk__in=shown)).order_by("name"),
            "n_more": len(found.lead_ids) - len(shown),
        }
        return TemplateResponse(request, "admin/campaigns/preflight/excluded.html", context)
