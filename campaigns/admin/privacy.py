"""Erasing a person from their lead's page: what goes is said first, only the POST does it. And the history of all that was deleted or handed out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanWidget

from campaigns.access.viewer import viewer_on
from campaigns.admin.confirm import confirm
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.admin.show_number import show_number
from campaigns.models import PrivacyAct
from campaigns.privacy.erasing import ErasureRefused, erase, obstacles_to, what_goes
from campaigns.privacy.keeping import JANITOR
from campaigns.privacy.telling import SURE, counted, kept_off
from leads import clock
from leads.models import Lead
from leads.telling import told


class EraseForm(forms.Form):
    may_be_called_again = forms.BooleanField(
        label=_("The number may be called again"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Else it is put on the do-not-call list, as a digest. Whoever opted out or withdrew stays on it all the same"),
    )


@admin.register(PrivacyAct)
class PrivacyActAdmin(ReadOnlyAdmin):
    list_display = ["began_at", "kind", "by_whom", "how_many", "ended_at"]
    list_filter = ["kind"]
    fields = ["kind", "began_at", "ended_at", "by_whom", "how_many", "number"]
    readonly_fields = ["by_whom", "how_many"]
    date_hierarchy = "began_at"

    def get_urls(self) -> list[URLPattern]:
        erasing = path("erase/<uuid:lead_id>/", self.admin_site.admin_view(self.erase), name="campaigns_privacyact_erase")
        showing = path("number/<uuid:lead_id>/", self.admin_site.admin_view(self.show_number), name="campaigns_privacyact_number")
        return [erasing, showing, *super().get_urls()]

    def show_number(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        response: HttpResponse = show_number(self, request, lead_id)
        return response

    @admin.display(description=_("by"), ordering="done_by")
    def by_whom(self, act: PrivacyAct) -> str:
        """A name, or the program itself."""
        return told(act.done_by) if act.done_by == JANITOR else act.done_by

    @admin.display(description=_("how many"))
    def how_many(self, act: PrivacyAct) -> str:
        return ", ".join(f"{name.replace('_', ' ')}: {n}" for name, n in act.counts.items() if n)

    def erase(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        if not (request.user.has_perm("campaigns.erase_person") and request.user.has_perm("leads.view_lead")):
            raise PermissionDenied
        viewer_on(request).demand_people()
        viewer_on(request).demand_whole_organisation()  # other campaigns may have called them, too
        lead = get_object_or_404(Lead, pk=lead_id)
        form = EraseForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return self._erase(request, lead, form.cleaned_data["may_be_called_again"])
        return confirm(
            self,
            request,
            None,
            title=_("Erase “%(lead)s” for good?") % {"lead": lead},
            sentence=f"{_('These go:')} {told(counted(what_goes(lead)))}. {told(SURE)}",
            button=_("Erase for good"),
            obstacles=obstacles_to(lead),
            form=form,
            is_dangerous=True,
            back_url=_page_of(lead),
        )

    def _erase(self, request: HttpRequest, lead: Lead, may_be_called_again: bool) -> HttpResponse:
        by: Any = request.user
        try:
            erased = erase(lead.phone, by=by.get_username(), now=clock.now(), may_be_called_again=may_be_called_again, user=by)
        except ErasureRefused as refused:
            for obstacle in refused.obstacles:
                messages.error(request, told(obstacle))
            return redirect(_page_of(lead))
        messages.success(request, f"{_('Erased:')} {told(counted(erased.counts))}. {told(kept_off(erased.is_kept_off))}")
        return redirect("admin:leads_lead_changelist")


def _page_of(lead: Lead) -> str:
    return reverse("admin:leads_lead_change", args=[lead.pk])
