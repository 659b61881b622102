"""Hand-offs, read only: which lead was offered to whom, and how it ended; with the calls to our reps."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from campaigns.access.viewer import viewer_on
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.handoff.promises import promise_of
from campaigns.handoff.result import result_in_words
from campaigns.handoff.results import result_of
from campaigns.models import Handoff, Rep, Reservation, StaffCall, WrapUp
from campaigns.promises import late_in_words
from campaigns.reports.progress import kes
from campaigns.review.blind import without_hidden
from campaigns.states import HandoffStatus
from leads import clock
from leads.admin.colours import by_words
from leads.long_lists import of_whom
from leads.once import once_a_page
from leads.retelling import retold
from leads.said import spaced
from leads.telling import told

COLOURS = {
    HandoffStatus.WARMING: "info",
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("rep")
        return rows

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("campaigns.view_handoff")

    @admin.display(description=_("status"))
    def state(self, staff_call: StaffCall) -> str:
        return told(spaced(staff_call.status))

    @admin.display(description=_("cost"))
    def cost(self, staff_call: StaffCall) -> Any:
        return kes(staff_call.cost_minor) or _("not known")


class ReservationInline(TabularInline):  # type: ignore[misc]
    model = Reservation
    verbose_name_plural = _("who was asked")
    fields = readonly_fields = ["rep", "status", "offered_at", "expires_at", "shown_at", "answered_at", "wrap_up_until", "ended_at", "why"]
    ordering = ["offered_at", "pk"]
    can_delete = False
    hide_title = True
    extra = 0

    @admin.display(description=_("reason"))
    def why(self, reservation: Reservation) -> str:
        return retold(reservation.reason)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("rep")
        return rows

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("campaigns.view_handoff")


@admin.register(Handoff)
class HandoffAdmin(ReadOnlyAdmin):
    list_display = ["lead", "campaign", "state", "rep", "strategy", "is_fallback", "offered_at", "bridged_at", "promised_for", "promise"]
    list_filter = ["status", "strategy", "rep"]
    search_fields = ["call__lead__name", "call__lead__phone", "rep__name"]
    sortable_by = ["offered_at"]  # by what an index can put in order
    ordering = ["-offered_at"]
    inlines = [ReservationInline, StaffCallInline]
    fields = ["call", "lead", "campaign", "state", "rep", ("strategy", "is_fallback"), "why", "in_short", "written_up", "promise", *STEPS]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["lead", "campaign", "state", "promise", "in_short", "written_up"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Handoff]:
        """Whose lead was hot: not told to who is to judge their call without it."""
        queryset: QuerySet[Handoff] = super().get_queryset(request).select_related("call__lead", "call__campaign", "rep")
        return without_hidden(queryset, viewer_on(request), "call__")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Handoff], search_term: str) -> tuple[QuerySet[Handoff], bool]:
        if not search_term.strip():
            return queryset, False
        reps = list(Rep.objects.filter(name__icontains=search_term.strip()).values_list("pk", flat=True))
        if reps:
            return queryset.filter(rep__in=reps), False
        return of_whom(self, request, queryset, search_term, path="call__lead"), False

    @admin.display(description=_("lead"), ordering="call__lead__name")
    def lead(self, handoff: Handoff) -> str:
        return str(handoff.call.lead)

    @admin.display(description=_("campaign"), ordering="call__campaign__name")
    def campaign(self, handoff: Handoff) -> str:
        return str(handoff.call.campaign)

    @display(description=_("status"), ordering="status", label=by_words([(each, spaced(each)) for each in HandoffStatus], COLOURS))
    def state(self, handoff: Handoff) -> str:
        return told(spaced(handoff.status))

    @admin.display(description=_("promise"))
    @once_a_page
    def promise(self, handoff: Handoff) -> str:
        found = promise_of(handoff, now=clock.now())
        if found is None:
            return ""
        return f"{told(spaced(found.state))} {told(late_in_words(found.late_s))}".strip()

    @admin.display(description=_("reason"))
    def why(self, handoff: Handoff) -> str:
        return retold(handoff.reason)

    @admin.display(description=_("in short"))
    @once_a_page
    def in_short(self, handoff: Handoff) -> str:
        return told(result_in_words(result_of(handoff)))

    @admin.display(description=_("written up"))
    @once_a_page
    def written_up(self, handoff: Handoff) -> str:
        """By whom, and what; one line each."""
        talks = WrapUp.objects.filter(reservation__handoff=handoff).select_related("reservation__rep").order_by("saved_at")
        return format_html_join(mark_safe("<br>"), "{}", [(line,) for talk in talks for line in _lines_of(talk)])


def _lines_of(talk: WrapUp) -> Iterator[str]:
    hot = "" if talk.was_hot is None else _("really hot") if talk.was_hot else _("not really hot")
    yield f"{talk.reservation.rep.name}: {talk.get_disposition_display()}{f', {hot}' if hot else ''}"
    named = [(_("Next step"), talk.next_step), (_("Follow up on"), talk.follow_up_on), (_("Notes"), talk.notes)]
    yield from (f"{label}: {value}" for label, value in named if value)
