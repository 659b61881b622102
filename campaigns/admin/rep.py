"""Reps: who they are, which phone is rung, who says that it is theirs, and the link that lets them in."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

import logging
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.access.viewer import viewer_on
from campaigns.admin.confirm import asked_for
from campaigns.admin.fields import HoursField, LanguagesField, WordsField
from campaigns.handoff.invitations import invite_link
from campaigns.handoff.presence import why_not_ring
from campaigns.models import Rep
from leads import clock
from leads.entered_lead import entered_phone
from leads.entry_refused import EntryRefused
from leads.models import Lead
from leads.once import once_a_page
from leads.telling import told

logger = logging.getLogger(__name__)

SHOWN = ["verified_at", "verified_by", "may_be_rung", "in_campaigns", "is_available", "away_because", "seen_at"]


class RepForm(forms.ModelForm):  # type: ignore[type-arg]
    number = forms.CharField(
        label=_("Phone"), max_length=64, widget=UnfoldAdminTextInputWidget, help_text=_("Rung for hot leads. With + and country code")
    )

    languages = LanguagesField(
        label=_("Languages"), required=False, help_text=_("Codes with commas between, as in: en, sw. Empty: leads of any language are offered")
    )
    skills = WordsField(label=_("Skills"), required=False, help_text=_("Words of your own with commas between; campaigns may ask for them"))
    hours = HoursField(
        label=_("Working hours"),
        required=False,
        help_text=_("What is promised to leads falls into them. One line a day, for example: mon 08:00-12:00, 13:00-17:00"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].required = False  # left empty: as it comes

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"] or Rep().zone
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, ZoneInfoNotFoundError) as fault:
            raise forms.ValidationError(_("There is no time zone “%(zone)s”. Write for example Africa/Nairobi.") % {"zone": zone}) from fault
        return zone

    def clean_number(self) -> str:
        try:
            number = entered_phone(self.cleaned_data["number"], region="").e164
        except EntryRefused as refused:
            raise forms.ValidationError(told(refused.message)) from refused
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
    actions_detail = ["verify_by_call", "invite"]

    def get_fields(self, request: HttpRequest, obj: Rep | None = None) -> list[Any]:
        entered: list[Any] = ["user", "name", "number", "is_verified", ("languages", "skills"), "hours", "zone"]
        return [*entered, *SHOWN] if obj else entered

    def get_readonly_fields(self, request: HttpRequest, obj: Rep | None = None) -> list[str]:
        return SHOWN if _may_verify(request) else ["is_verified", *SHOWN]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "user":
            field.help_text = _("Who signs in to the queue. For a person without a user: “Invite a rep” in the list of reps makes both.")
        if field is not None and db_field.name == "is_verified":
            field.help_text = _("You know that this number is theirs. Only verified numbers are rung.")
        return field

    def save_model(self, request: HttpRequest, obj: Rep, form: Any, change: bool) -> None:
        # As when an invitation is accepted: another number is not the one that somebody verified, unless they say so of the new one.
        is_vouched_for = _may_verify(request) and "is_verified" in form.changed_data and obj.is_verified
        if is_vouched_for:
            obj.verified_at, obj.verified_by = clock.now(), request.user.get_username()[:150]
            logger.info("the number of rep %s was vouched for by %s", obj.pk or "new", request.user.pk)
        elif not obj.is_verified or "number" in form.changed_data:
            was_verified = obj.is_verified
            obj.is_verified, obj.verified_at, obj.verified_by = False, None, ""
            if was_verified:
                messages.warning(request, _("Another number is not verified: verify it by a call, or tick the box and save again."))
        super().save_model(request, obj, form, change)

    def has_invite_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_change_permission(request))

    def has_invite_new_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))

    def has_verify_by_call_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return _may_verify(request)

    @admin.display(description=_("may be rung"))
    @once_a_page
    def may_be_rung(self, rep: Rep) -> Any:
        return told(why_not_ring(rep)) or _("yes")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        rep = super().get_object(request, object_id, from_field)
        if rep is not None:
            rep.shown_campaigns = list(viewer_on(request).within(rep.campaigns.all()).values_list("name", flat=True))
        return rep

    @admin.display(description=_("takes leads of"))
    def in_campaigns(self, rep: Any) -> Any:
        return ", ".join(rep.shown_campaigns) or _("no campaign yet: add them to one, under “reps for hot leads”")

    @action(description=_("Invite a rep"), permissions=["invite_new"], icon="person_add")
    def invite_new(self, request: HttpRequest) -> HttpResponse:
        return redirect("invite")

    @action(description=_("Verify by a call"), permissions=["verify_by_call"], icon="call")
    def verify_by_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("rep_phone", asked_for(self, request, object_id).pk)

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
