"""Calls, read only: what came of each, the transcript with its sound, answers with evidence, score, decisions, money."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bridge.sealing import SealingProblem
from campaigns.admin.byte_range import ranged_response
from campaigns.admin.call_page import call_page
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.admin.timing import timing_page
from campaigns.admin.why import why_page
from campaigns.models import Call, Recording
from campaigns.recordings import opened
from campaigns.reports.progress import in_words, kes
from campaigns.reports.voice_cost import total_minor
from campaigns.states import LIVE, CallStatus, Disposition

COLOURS: dict[str, str] = {
    **{in_words(status, None): "success" for status in LIVE},
    in_words(CallStatus.QUEUED, None): "info",
    in_words(CallStatus.BLOCKED, None): "warning",
    in_words(CallStatus.FAILED, None): "danger",
    in_words(CallStatus.OUTCOME_UNKNOWN, None): "danger",
    in_words(CallStatus.COMPLETED, Disposition.QUALIFIED): "primary",
    in_words(CallStatus.COMPLETED, Disposition.OPTED_OUT): "warning",
}


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_before_template = "admin/campaigns/call/why_link.html"
    change_form_template = "admin/campaigns/call/change_form.html"
    list_display = ["lead", "campaign", "attempt", "state", "points", "talked", "cost", "dialled_at"]
    list_filter = ["status", "disposition", "occasion", "campaign"]
    search_fields = ["lead__name", "lead__phone", "provider_call_id"]
    list_select_related = ["lead", "campaign", "score"]
    date_hierarchy = "created_at"
    fields = ["status"]  # the page has a template of its own

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        queryset: QuerySet[Call] = (
            super().get_queryset(request).select_related("lead", "campaign", "script", "line", "score", "handoff__rep", "recording")
        )
        return queryset.defer("cdr")

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<uuid:call_id>/recording/", self.admin_site.admin_view(self.play), name="campaigns_call_recording"),
            path("timing/", self.admin_site.admin_view(self.timing), name="campaigns_call_timing"),
            path("why/", self.admin_site.admin_view(self.why), name="campaigns_call_why"),
            *super().get_urls(),
        ]

    def why(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return why_page(self, request)

    def timing(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return timing_page(self, request)

    def play(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        recording = get_object_or_404(Recording, call_id=call_id)
        try:
            with opened(recording) as (sound, size_bytes):
                return ranged_response(request, sound, size_bytes, content_type="audio/flac")
        except SealingProblem as problem:
            return HttpResponse(str(problem), content_type="text/plain; charset=utf-8", status=503)
        except FileNotFoundError:
            raise Http404("The file of this recording is gone.") from None

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        page = {"page": call_page(obj), "state": self.state(obj), "state_colour": COLOURS.get(self.state(obj), "")}
        response: HttpResponse = super().render_change_form(request, {**context, **page}, *args, obj=obj, **kwargs)
        return response

    @display(description=_("what came of it"), ordering="status", label=COLOURS)
    def state(self, call: Call) -> str:
        return in_words(call.status, call.disposition)

    @admin.display(description=_("attempt"), ordering="attempt_number")
    def attempt(self, call: Call) -> str:
        return str(call.get_occasion_display()) if call.is_theirs else str(call.attempt_number)

    @admin.display(description=_("score"), ordering="score__points")
    def points(self, call: Call) -> str:
        score = getattr(call, "score", None)
        if score is None:
            return "–"
        return f"{score.points} · {_('hot')}" if score.is_hot else str(score.points)

    @admin.display(description=_("talked"), ordering="talk_s")
    def talked(self, call: Call) -> str:
        return "–" if call.talk_s is None else f"{call.talk_s} s"

    @admin.display(description=_("cost"), ordering="cost_minor")
    def cost(self, call: Call) -> str:
        """Of both, once both are known; calls from before voices were counted show the telephone's."""
        minor = call.cost_minor if call.voice_cost_minor is None and call.voice_settled_at else total_minor(call)
        return kes(minor, call.cost_currency) or "–"
