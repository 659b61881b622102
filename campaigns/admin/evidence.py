"""Evidence packs from the page of a call or a lead: a choice of PDF or JSON, then the file. Only the POST makes one, and logs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.access.viewer import Viewer, viewer_on
from campaigns.models import Call
from campaigns.reports.evidence.files import FileFormat, reply
from campaigns.reports.evidence.packs import JudgedBlind, Pack, may_export, pack_of_call, pack_of_person
from leads.models import Lead


def call_evidence(model_admin: Any, request: HttpRequest, call_id: UUID) -> HttpResponseBase:
    viewer = _checked(request)
    call = get_object_or_404(viewer.within(Call.objects.select_related("lead")), pk=call_id)
    back = reverse("admin:campaigns_call_change", args=[call.pk])
    if (chosen := _chosen(request)) is not None:
        return _told(request, chosen, back, lambda: pack_of_call(call, viewer, by=_name(request), file_format=chosen))
    return _page(model_admin, request, viewer, title=_("Evidence pack of this call"), back_url=back, is_person=False)


def lead_evidence(model_admin: Any, request: HttpRequest, lead_id: UUID) -> HttpResponseBase:
    viewer = _checked(request)
    lead = get_object_or_404(viewer.within(Lead.objects.all()), pk=lead_id)
    back = reverse("admin:leads_lead_change", args=[lead.pk])
    if (chosen := _chosen(request)) is not None:
        return _told(request, chosen, back, lambda: pack_of_person(lead.phone, viewer, by=_name(request), file_format=chosen))
    return _page(model_admin, request, viewer, title=_("Evidence pack of “%(lead)s”") % {"lead": lead}, back_url=back, is_person=True)


def _told(request: HttpRequest, chosen: FileFormat, back_url: str, made: Callable[[], Pack]) -> HttpResponseBase:
    try:
        pack = made()
    except JudgedBlind:
        messages.error(request, _("A call in this pack waits for your blind judgement. Judge it first, or have it shown to you on its page."))
        return redirect(back_url)
    return reply(request, pack, chosen)


def _checked(request: HttpRequest) -> Viewer:
    viewer = viewer_on(request)
    if not may_export(viewer):
        raise PermissionDenied
    return viewer


def _chosen(request: HttpRequest) -> FileFormat | None:
    """None: nothing was chosen yet, or something that is not there to choose."""
    wanted = request.POST.get("format") if request.method == "POST" else None
    return next((each for each in FileFormat if each == wanted), None)


def _name(request: HttpRequest) -> str:
    return request.user.get_username()


def _page(model_admin: Any, request: HttpRequest, viewer: Viewer, *, title: Any, back_url: str, is_person: bool) -> TemplateResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "back_url": back_url,
        "is_person": is_person,
        "is_masked": not viewer.sees_numbers,
        "is_limited": viewer.limit is not None,
    }
    return TemplateResponse(request, "admin/campaigns/evidence/choose.html", context)
