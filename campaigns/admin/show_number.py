"""One lead's number made visible to somebody who may, with a reason that stays in the audit log. The page after the POST shows it, this once."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.access.roles import SHOW_NUMBER
from campaigns.access.viewer import viewer_on
from campaigns.admin.confirm import confirm
from leads import audit
from leads.models import Lead

MIN_REASON = 5  # characters: a dot is no reason


class ReasonForm(forms.Form):
    why = forms.CharField(
        label=_("Why"),
        min_length=MIN_REASON,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For example the number of the complaint. Kept for good, with your name"),
    )


def show_number(model_admin: object, request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """A GET asks for the reason, only the POST with one shows the number, once it is logged."""
    viewer = viewer_on(request)
    if not viewer.may(SHOW_NUMBER):
        raise PermissionDenied
    viewer.demand_people()
    lead = get_object_or_404(viewer.within(Lead.objects.all()), pk=lead_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return confirm(
            model_admin,
            request,
            None,
            title=_("Show the number of “%(lead)s”?") % {"lead": lead},
            sentence=_("The number is shown to you once. That you saw it, and why, stands in the audit log."),
            button=_("Show the number"),
            form=form,
            back_url=_page_of(lead),
        )
    audit.record(request.user.get_username(), audit.Act.SHOW, "lead", lead.pk, why=form.cleaned_data["why"])
    request.may_show = lead.phone  # type: ignore[attr-defined]  # this reply alone
    context = {
        **model_admin.admin_site.each_context(request),  # type: ignore[attr-defined]
        "opts": Lead._meta,
        "title": _("Number of “%(lead)s”") % {"lead": lead},
        "lead": lead,
        "back_url": _page_of(lead),
    }
    return TemplateResponse(request, "admin/leads/lead/number.html", context)


def _page_of(lead: Lead) -> str:
    return reverse("admin:leads_lead_change", args=[lead.pk])
