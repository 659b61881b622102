"""The live board: the calls in flight, what may be done to them and to their campaigns, and listening in. Checks who may; decides nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.access.roles import LISTEN_IN
from campaigns.access.viewer import Viewer, viewer_on
from campaigns.admin.confirm import asked_for
from campaigns.dialing_stop import open_stop
from campaigns.handoff.cards import milliseconds
from campaigns.listening import desk
from campaigns.listening.rules import NotHeard
from campaigns.models import Call, Campaign
from campaigns.watch.board import Card, cards_of, in_flight, newest_id
from campaigns.watch.drawing import Eyes, draw
from campaigns.watch.still import why_still
from leads import clock

Status = Campaign.Status
WHY_NOT_HEARD: Mapping[NotHeard, Any] = {
    NotHeard.NOT_TALKING: _("The bot does not talk to anybody on this call now, so there is nothing to hear."),
    NotHeard.NO_PACK: _("The rules of this lead's market are not known, so nobody listens in."),
    NotHeard.MARKET: _("The rules of this market forbid recording, so nobody listens in either."),
    NotHeard.CALLEE: _("This person wants no recording, so nobody listens in either."),
    NotHeard.NOT_TOLD: _(
        "Callees of this market must be told who else hears what they say, and the script's disclosure does not say it in this call's language. "
        "Add it to the script, or answer for its text on the script's page."
    ),
}


@dataclass(frozen=True, slots=True)
class CampaignRow:
    campaign: Campaign
    act: Any  # "": nothing can be done, or they may not
    url: str


def live_urls(model_admin: Any) -> list[URLPattern]:
    """Below those of calls. Every one of them asks for the right to view calls."""

    def page(view: Any) -> Any:
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not model_admin.has_view_permission(request):
                raise PermissionDenied
            found: HttpResponse = view(model_admin, request, *args, **kwargs)
            return found

        return model_admin.admin_site.admin_view(checked)

    return [
        path("live/", page(board_page), name="campaigns_call_live"),
        path("live/cards/", page(board_cards), name="campaigns_call_live_cards"),
        path("<uuid:call_id>/listen/", page(ask_to_listen), name="campaigns_call_listen"),
    ]


def board_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    context = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "title": _("Live calls"), **_board(request)}
    return TemplateResponse(request, "admin/campaigns/live/board.html", context)


def board_cards(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The board alone, for the page's script; with what was just done, in words."""
    return TemplateResponse(request, "admin/campaigns/live/cards.html", _board(request))


def ask_to_listen(model_admin: Any, request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The token of one socket, or why not, in words."""
    viewer = viewer_on(request)
    viewer.demand_people()
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not viewer.may(LISTEN_IN) or viewer.user is None:
        raise PermissionDenied
    call: Call = asked_for(model_admin, request, str(call_id))
    match desk.ask(call, viewer.user):
        case NotHeard() as why:
            return JsonResponse({"why": str(WHY_NOT_HEARD[why])}, status=409)
        case token:
            return JsonResponse({"token": token})


def _board(request: HttpRequest) -> dict[str, Any]:
    viewer, now = viewer_on(request), clock.now()
    event_id = newest_id()  # before anything else is read
    asked = request.GET.get("campaign", "")
    campaign_id = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    cards = cards_of(in_flight(viewer, now=now, campaign_id=campaign_id))
    eyes = Eyes.of(viewer, get_language() or "en")
    return {
        "event_id": event_id,
        "now_ms": milliseconds(now),
        "cards": [_drawn(card, eyes) for card in cards],
        "still": [] if cards else why_still(viewer, now=now, campaign_id=campaign_id),
        "campaign_id": campaign_id,
        "language": eyes.language,
        "may_listen": eyes.may_listen,
        "choices": list(viewer.campaigns.exclude(status__in=(Status.DRAFT, Status.CLOSED)).order_by("name").values_list("pk", "name")),
        "campaigns": _campaigns(request, viewer, campaign_id),
        "stop": open_stop(),
        "may_stop": viewer.may("campaigns.stop_dialing") and viewer.limit is None,
    }


def _drawn(card: Card, eyes: Eyes) -> SafeString:
    return mark_safe(draw(card, eyes))  # noqa: S308 - a template's own output


def _campaigns(request: HttpRequest, viewer: Viewer, campaign_id: int | None) -> list[CampaignRow]:
    rows = viewer.campaigns.filter(status__in=(Status.RUNNING, Status.PAUSED)).order_by("name")
    if campaign_id is not None:
        rows = rows.filter(pk=campaign_id)
    may_change = viewer.may("campaigns.change_campaign")
    return [_campaign_row(campaign, may_change=may_change) for campaign in rows]


def _campaign_row(campaign: Campaign, *, may_change: bool) -> CampaignRow:
    is_running = campaign.status == Status.RUNNING
    url = reverse(f"admin:campaigns_campaign_{'pause' if is_running else 'resume'}", args=[campaign.pk]) if may_change else ""
    return CampaignRow(campaign, (_("Pause") if is_running else _("Resume")) if may_change else "", url)
