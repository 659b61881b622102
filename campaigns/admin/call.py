"""Calls, read only: what came of each, the transcript with its sound, answers with evidence, score, decisions, money."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bridge.sealing import SealingProblem
from campaigns.access.noting import note_play
from campaigns.access.viewer import viewer_on
from campaigns.admin.byte_range import ranged_response
from campaigns.admin.call_filters import REACHED, DaysFilter, ReachedFilter
from campaigns.admin.call_page import call_page, nameless, without_people
from campaigns.admin.double_review import blind_notice, is_kept_from
from campaigns.admin.evidence import call_evidence, lead_evidence
from campaigns.admin.home import today_page
from campaigns.admin.live_actions import lead_buttons, lead_page, led_lines
from campaigns.admin.live_board import live_urls
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.admin.review import review_urls
from campaigns.admin.timing import timing_page
from campaigns.admin.why import why_page
from campaigns.models import Call, Recording
from campaigns.recordings import opened
from campaigns.reports.evidence.packs import may_export
from campaigns.reports.progress import in_words, kes
from campaigns.reports.voice_cost import total_minor
from campaigns.review.blind import hidden_among, without_hidden
from campaigns.review.sight import shown_disposition
from campaigns.states import LIVE, CallStatus, Disposition
from leads.admin.colours import by_words
from leads.list_filters import When
from leads.long_lists import is_id, of_whom
from leads.telling import told

SEARCH_HELP = _("A name, the beginning of a number with +, the last digits of one, or the id of a call")
TELLING_FILTERS = frozenset({"disposition", REACHED, "reached_level"})
COLOURS: dict[str, str] = {
    **{in_words(status, None): "success" for status in LIVE},
    in_words(CallStatus.QUEUED, None): "info",
    in_words(CallStatus.BLOCKED, None): "warning",
    in_words(CallStatus.FAILED, None): "danger",
    in_words(CallStatus.OUTCOME_UNKNOWN, None): "danger",
    in_words(CallStatus.COMPLETED, Disposition.QUALIFIED): "primary",
    in_words(CallStatus.COMPLETED, Disposition.OPTED_OUT): "warning",
}


class BlindList:
    """Stands before a ChangeList: its rows know from whom what was made of them is hidden."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)  # type: ignore[misc]
        hidden = hidden_among(self.result_list, viewer_on(request))
        for call in self.result_list:
            call.is_hidden = call.pk in hidden


def _is_hidden(call: Any) -> bool:
    """Of a row of the list; the page of a call that is hidden is not shown at all."""
    return getattr(call, "is_hidden", False)


def _is_asked_what_was_made_of_calls(request: HttpRequest) -> bool:
    """Whether being on the list would tell it."""
    return any(name.split("__")[0] in TELLING_FILTERS for name in request.GET)


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_before_template = "admin/campaigns/call/why_link.html"
    change_form_template = "admin/campaigns/call/change_form.html"
    list_display = ["lead", "campaign", "attempt", "state", "points", "talked", "cost", "dialled_at"]
    list_filter = [ReachedFilter, DaysFilter, "status", "disposition", "occasion", "campaign", ("created_at", When)]
    list_filter_submit = True
    search_fields = ["lead__name", "lead__phone", "lead__external_id"]
    search_help_text = SEARCH_HELP
    sortable_by = ["dialled_at"]  # by what an index can put in order
    list_select_related = ["lead", "campaign", "score"]
    fields = ["status"]  # the page has a template of its own

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        queryset: QuerySet[Call] = super().get_queryset(request).defer("cdr")
        return without_hidden(queryset, viewer_on(request)) if _is_asked_what_was_made_of_calls(request) else queryset

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        shown = super().get_changelist(request, **kwargs)
        return type(shown.__name__, (BlindList, shown), {})

    def opened(self, request: HttpRequest) -> QuerySet[Call]:
        """With what a call's own pages show; planning so many joins takes longer than finding the rows of a list."""
        return self.get_queryset(request).select_related("lead", "campaign", "script", "line", "score", "handoff__rep", "recording")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Call | None:
        return self.opened(request).filter(pk=object_id).first() if is_id(object_id) else None

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Call], search_term: str) -> tuple[QuerySet[Call], bool]:
        asked = search_term.strip()
        if not asked:
            return queryset, False
        if is_id(asked):
            return queryset.filter(pk=asked), False
        if queryset.filter(provider_call_id=asked).exists():
            return queryset.filter(provider_call_id=asked), False
        return of_whom(self, request, queryset, asked, path="lead"), False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self.list_display if viewer_on(request).sees_people else ["nameless_lead", *self.list_display[1:]]

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<uuid:call_id>/recording/", self.admin_site.admin_view(self.play), name="campaigns_call_recording"),
            path("<uuid:call_id>/lead/<str:kind>/", self.admin_site.admin_view(self.lead), name="campaigns_call_lead"),
            path("<uuid:call_id>/evidence/", self.admin_site.admin_view(self.evidence), name="campaigns_call_evidence"),
            path("evidence/<uuid:lead_id>/", self.admin_site.admin_view(self.person_evidence), name="campaigns_call_person_evidence"),
            path("today/", self.admin_site.admin_view(self.today), name="campaigns_call_today"),
            path("timing/", self.admin_site.admin_view(self.timing), name="campaigns_call_timing"),
            path("why/", self.admin_site.admin_view(self.why), name="campaigns_call_why"),
            *review_urls(self),
            *live_urls(self),
            *super().get_urls(),
        ]

    def lead(self, request: HttpRequest, call_id: UUID, kind: str) -> HttpResponse:
        return lead_page(self, request, call_id, kind)

    def evidence(self, request: HttpRequest, call_id: UUID) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return call_evidence(self, request, call_id)

    def person_evidence(self, request: HttpRequest, lead_id: UUID) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return lead_evidence(self, request, lead_id)

    def today(self, request: HttpRequest) -> HttpResponse:
        """A piece of the first page."""
        if not request.user.has_perm("campaigns.view_campaign"):
            raise PermissionDenied
        return today_page(request)

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
        viewer = viewer_on(request)
        viewer.demand_people()
        recording = get_object_or_404(viewer.within(Recording.objects.select_related("call")), call_id=call_id)
        try:
            with opened(recording) as (sound, size_bytes):
                note_play(recording, by=request.user.get_username())
                return ranged_response(request, sound, size_bytes, content_type="audio/flac")
        except SealingProblem as problem:
            return HttpResponse(str(problem), content_type="text/plain; charset=utf-8", status=503)
        except FileNotFoundError:
            raise Http404("The file of this recording is gone.") from None

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What was made of it is hidden from who is to judge the call without it."""
        call = self.get_object(request, object_id)
        if call is not None and self.has_view_permission(request, call) and is_kept_from(request, call):
            return blind_notice(self, request, call)
        response: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        return response

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        sees_people = viewer_on(request).sees_people
        led = {
            "led": led_lines(obj) if sees_people else (),
            "lead_buttons": lead_buttons(request, obj),
            "may_export_evidence": may_export(viewer_on(request)),
        }
        state = in_words(obj.status, obj.disposition)
        shown = call_page(obj) if sees_people else without_people(call_page(obj))
        page = {"page": shown, **led, "state": told(state), "state_colour": COLOURS.get(state, "")}
        response: HttpResponse = super().render_change_form(request, {**context, **page}, *args, obj=obj, **kwargs)
        return response

    @display(description=_("what came of it"), ordering="status", label=by_words(((words, words) for words in COLOURS), COLOURS))
    def state(self, call: Call) -> str:
        return told(in_words(call.status, shown_disposition(call.disposition, is_hidden=_is_hidden(call))))

    @admin.display(description=_("lead"))
    def nameless_lead(self, call: Call) -> str:
        return nameless(call)

    @admin.display(description=_("attempt"), ordering="attempt_number")
    def attempt(self, call: Call) -> str:
        return str(call.get_occasion_display()) if call.is_theirs else str(call.attempt_number)

    @admin.display(description=_("score"))  # in no order: that would tell the score where it is hidden
    def points(self, call: Call) -> Any:
        if _is_hidden(call):
            return _("blind")
        score = getattr(call, "score", None)
        if score is None:
            return "–"
        return f"{score.points} · {_('hot')}" if score.is_hot else str(score.points)

    @admin.display(description=_("talked"), ordering="talk_s")
    def talked(self, call: Call) -> str:
        return "–" if call.talk_s is None else gettext("%(s)s s") % {"s": call.talk_s}

    @admin.display(description=_("cost"), ordering="cost_minor")
    def cost(self, call: Call) -> str:
        """Of both, once both are known; calls from before voices were counted show the telephone's."""
        minor = call.cost_minor if call.voice_cost_minor is None and call.voice_settled_at else total_minor(call)
        return kes(minor, call.cost_currency) or "–"
