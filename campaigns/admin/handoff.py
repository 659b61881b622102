"""Hand-offs, read only: which lead was offered to whom, and how it ended; with the calls to our reps."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.handoff.promises import promise_of
from campaigns.models import Handoff, StaffCall
from campaigns.promises import late_in_words
from campaigns.reports.progress import kes
from campaigns.states import HandoffStatus
from leads import clock

COLOURS = {
    HandoffStatus.OFFERED: "info",
    HandoffStatus.ACCEPTED: "info",
    HandoffStatus.BRIDGED: "success",
    HandoffStatus.KEPT: "success",
    HandoffStatus.PROMISED: "warning",
    HandoffStatus.BRIDGE_FAILED: "danger",
}
STEPS = ["offered_at", "accepted_at", "released_at", "next_step_at", "bridged_at", "promised_for", "kept_at", "ended_at"]


class StaffCallInline(TabularInline):  # type: ignore[misc]
    model = StaffCall
    verbose_name_plural = _("calls to the rep")
    fields = readonly_fields = ["rep", "state", "placed_at", "answered_at", "ended_at", "is_accepted", "cost"]
    can_delete = False
    hide_title = True
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("campaigns.view_handoff")

    @admin.display(description=_("status"))
    def state(self, staff_call: StaffCall) -> str:
        return staff_call.status.replace("_", " ")

    @admin.display(description=_("cost"))
    def cost(self, staff_call: StaffCall) -> Any:
        return kes(staff_call.cost_minor) or _("not known")


@admin.register(Handoff)
class HandoffAdmin(ReadOnlyAdmin):
    list_display = ["lead", "campaign", "state", "rep", "strategy", "is_fallback", "offered_at", "bridged_at", "promised_for", "promise"]
    list_filter = ["status", "strategy", "rep"]
    search_fields = ["call__lead__name", "call__lead__phone", "rep__name"]
    ordering = ["-offered_at"]
    inlines = [StaffCallInline]
    fields = ["call", "lead", "campaign", "state", "rep", "refused_by", ("strategy", "is_fallback"), "reason", "promise", *STEPS]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["lead", "campaign", "state", "promise", "refused_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Handoff]:
        queryset: QuerySet[Handoff] = super().get_queryset(request).select_related("call__lead", "call__campaign", "rep")
        return queryset

    @admin.display(description=_("lead"), ordering="call__lead__name")
    def lead(self, handoff: Handoff) -> str:
        return str(handoff.call.lead)

    @admin.display(description=_("campaign"), ordering="call__campaign__name")
    def campaign(self, handoff: Handoff) -> str:
        return str(handoff.call.campaign)

    @display(description=_("status"), ordering="status", label={value.replace("_", " "): colour for value, colour in COLOURS.items()})
    def state(self, handoff: Handoff) -> str:
        return handoff.status.replace("_", " ")

    @admin.display(description=_("promise"))
    def promise(self, handoff: Handoff) -> str:
        found = promise_of(handoff, now=clock.now())
        if found is None:
            return ""
        return f"{found.state.replace('_', ' ')} {late_in_words(found.late_s)}".strip()

    @admin.display(description=_("declined by"))
    def refused_by(self, handoff: Handoff) -> Any:
        return ", ".join(str(rep) for rep in handoff.declined_by.all()) or _("nobody")
