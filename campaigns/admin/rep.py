"""Reps: who they are, which phone is rung, who says that it is theirs, and the link that lets them in."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.confirm import asked_for
from campaigns.handoff.invitations import invite_link
from campaigns.handoff.presence import why_not_ring
from campaigns.models import Rep
from leads.entered_lead import entered_phone
from leads.entry_refused import EntryRefused
from leads.models import Lead


class RepForm(forms.ModelForm):  # type: ignore[type-arg]
    number = forms.CharField(
        label=_("Phone"), max_length=64, widget=UnfoldAdminTextInputWidget, help_text=_("Rung for hot leads. With + and country code")
    )

    def clean_number(self) -> str:
        try:
            number = entered_phone(self.cleaned_data["number"], region="").e164
        except EntryRefused as refused:
            raise forms.ValidationError(refused.message) from refused
        if Lead.objects.filter(phone=number).exists():
            raise forms.ValidationError(_("This is a lead's number, so it cannot be a rep's."))
        return number


@admin.register(Rep)
class RepAdmin(ModelAdmin):  # type: ignore[misc]
    form = RepForm
    list_display = ["name", "user", "number", "is_verified", "is_available", "seen_at"]
    list_filter = ["is_verified", "is_available"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "number"]
    ordering = ["name"]
    autocomplete_fields = ["user"]
    actions_list = ["invite_new"]
    actions_detail = ["invite"]

    def get_fields(self, request: HttpRequest, obj: Rep | None = None) -> list[str]:
        entered = ["user", "name", "number", "is_verified"]
        return [*entered, "may_be_rung", "in_campaigns", "is_available", "seen_at"] if obj else entered

    def get_readonly_fields(self, request: HttpRequest, obj: Rep | None = None) -> list[str]:
        shown = ["may_be_rung", "in_campaigns", "is_available", "seen_at"]
        return shown if _may_verify(request) else ["is_verified", *shown]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "user":
            field.help_text = _("Who signs in to the queue. For a person without a user: “Invite a rep” in the list of reps makes both.")
        if field is not None and db_field.name == "is_verified":
            field.help_text = _("You know that this number is theirs. Only verified numbers are rung.")
        return field

    def save_model(self, request: HttpRequest, obj: Rep, form: Any, change: bool) -> None:
        # As when an invitation is accepted: another number is not the one that somebody verified.
        if "number" in form.changed_data and not _may_verify(request):
            obj.is_verified = False
        super().save_model(request, obj, form, change)

    def has_invite_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_change_permission(request))

    def has_invite_new_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))

    @admin.display(description=_("may be rung"))
    def may_be_rung(self, rep: Rep) -> Any:
        return why_not_ring(rep) or _("yes")

    @admin.display(description=_("takes leads of"))
    def in_campaigns(self, rep: Rep) -> Any:
        return ", ".join(rep.campaigns.values_list("name", flat=True)) or _("no campaign yet: add them to one, under “reps for hot leads”")

    @action(description=_("Invite a rep"), permissions=["invite_new"], icon="person_add")
    def invite_new(self, request: HttpRequest) -> HttpResponse:
        return redirect("invite")

    @action(description=_("Link to come in"), permissions=["invite"], icon="link")
    def invite(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The link sets a new password, so whoever holds it becomes this user: for staff only an administrator may have it."""
        rep = asked_for(self, request, object_id)
        if (rep.user.is_staff or rep.user.is_superuser) and not request.user.is_superuser:
            messages.error(request, _("This rep is also staff: only an administrator can give them a new link."))
            return redirect("admin:campaigns_rep_change", rep.pk)
        return render(request, "account/invited.html", {"rep": rep, "link": request.build_absolute_uri(invite_link(rep.user))})


def _may_verify(request: HttpRequest) -> bool:
    return request.user.has_perm("campaigns.verify_rep")
