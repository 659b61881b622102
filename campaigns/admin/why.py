"""The "Why?" page: why a number was, or was not, called. A number is sent by POST, so that it stands in no address and no server's log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.access.viewer import Viewer, viewer_on
from campaigns.reports.why import Event, Why, why, why_lead
from campaigns.reports.why_words import inputs_in_words, local_time, utc_time
from leads.models import Lead
from leads.phone import PhoneProblem
from leads.telling import told


class NumberForm(forms.Form):
    phone = forms.CharField(label=_("Number"), max_length=64, widget=UnfoldAdminTextInputWidget, help_text=_("With + and country code"))


@dataclass(frozen=True, slots=True)
class EventLine:
    event: Event
    local: str
    utc: str
    grounds: tuple[tuple[str, str], ...]  # sentence, inputs


def why_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """`?lead=<id>` for the page of one lead; a POST for a number. The caller has checked the permission."""
    viewer = viewer_on(request)
    viewer.demand_people()
    form = NumberForm(request.POST if request.method == "POST" else None)
    answer = _asked_lead(request, viewer)
    if request.method == "POST" and form.is_valid():
        found = why(form.cleaned_data["phone"], viewer)
        if isinstance(found, PhoneProblem):
            form.add_error("phone", told(found.mend))
        else:
            answer = found
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Why was, or wasn't, this number called?"),
        "form": form,
        "answer": answer,
        "lines": [_line(event, answer.time_zone) for event in answer.events] if answer else [],
    }
    return TemplateResponse(request, "admin/campaigns/call/why.html", context)


def _asked_lead(request: HttpRequest, viewer: Viewer) -> Why | None:
    asked = request.GET.get("lead")
    if asked is None:
        return None
    try:
        lead_id = UUID(asked)
    except ValueError:
        raise Http404 from None
    return why_lead(get_object_or_404(viewer.within(Lead.objects.all()), pk=lead_id), viewer)


def _line(event: Event, time_zone: str) -> EventLine:
    grounds = tuple((ground.sentence, inputs_in_words(ground.inputs)) for ground in event.grounds)
    return EventLine(event, local_time(event.at, time_zone), utc_time(event.at), grounds)
