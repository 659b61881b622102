"""The limits over all campaigns together: one row, so the list leads straight to its form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from campaigns.admin.fields import ShillingField
from campaigns.models import Organisation
from campaigns.money import organisation_caps
from campaigns.pace import calls_in_flight
from campaigns.reports.progress import kes
from leads import clock
from leads.once import once_a_page


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    day_budget_minor = ShillingField(label=_("Budget a day, KES"), required=False, help_text=_("Over all campaigns. Empty: no cap."))
    month_budget_minor = ShillingField(label=_("Budget a month, KES"), required=False, help_text=_("Over all campaigns. Empty: no cap."))


@admin.register(Organisation)
class OrganisationAdmin(ModelAdmin):  # type: ignore[misc]
    form = OrganisationForm
    fields = ["now", "max_calls_in_flight", "day_budget_minor", "month_budget_minor"]
    readonly_fields = ["now"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's own check of who may see it comes first."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        return redirect("admin:campaigns_organisation_change", Organisation.current().pk) if response.status_code == 200 else response

    @admin.display(description=_("right now"))
    @once_a_page
    def now(self, organisation: Organisation) -> SafeString:
        day, month = organisation_caps(organisation, now=clock.now())
        figures = [
            (_("calls in flight"), str(calls_in_flight().n_all), ""),
            (_("today, %(day)s") % {"day": date_format(timezone.localdate(clock.now()), "j M")}, kes(day.spent_minor), kes(day.reserved_minor)),
            (_("this month"), kes(month.spent_minor), kes(month.reserved_minor)),
        ]
        return render_to_string("admin/campaigns/organisation/now.html", {"figures": figures})
