"""The console's first page: what to do next on a new installation, and what is going on afterwards. Shows only what its reader may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.dialing_stop import open_stop
from campaigns.models import Call, Campaign, Handoff, Line, Rep, Script
from campaigns.reports.progress import Progress, progress_of
from campaigns.states import LIVE, HandoffStatus
from leads import clock
from leads.holiday_confirmation import Estimate, markets_that_rest, unconfirmed_soon
from leads.models import Lead

N_CAMPAIGNS = 12
WAITING = [HandoffStatus.OFFERED, HandoffStatus.ACCEPTED, HandoffStatus.PROMISED]


@dataclass(frozen=True, slots=True)
class Step:
    title: Any
    help: Any
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Figure:
    label: Any
    n: int
    url: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by unfold with the context of the index page."""
    may_see = request.user.has_perm("campaigns.view_campaign")
    steps = _steps(request)
    campaigns = list(_campaigns()) if may_see else []
    is_set_up = all(step.is_done for step in steps)
    may_stop = request.user.has_perm("campaigns.stop_dialing")
    return {
        **context,
        "steps": [] if is_set_up else steps,
        "campaigns": campaigns,
        "may_see": may_see,
        "figures": _figures(request),
        "unconfirmed": _unconfirmed(request),
        "may_stop": may_stop,
        "stop": open_stop() if may_see or may_stop else None,
    }


def _unconfirmed(request: HttpRequest) -> list[Estimate]:
    """Holidays soon to come that close three days instead of one, as long as nobody says when they fall."""
    if not request.user.has_perm("leads.view_holidayconfirmation"):
        return []
    return unconfirmed_soon(markets_that_rest(), on=clock.now().date())


def _campaigns() -> list[tuple[Campaign, Progress]]:
    """The running ones first; two queries each, so only as many as fit on a page."""
    status = Campaign.Status
    order = {status.RUNNING: 0, status.PAUSED: 1, status.APPROVED: 2, status.DRAFT: 3, status.CLOSED: 4}
    newest = sorted(
        Campaign.objects.select_related("script", "line").order_by("-created_at")[:N_CAMPAIGNS], key=lambda one: order[Campaign.Status(one.status)]
    )
    return [(campaign, progress_of(campaign)) for campaign in newest]


def _steps(request: HttpRequest) -> list[Step]:
    """In the order in which each needs the one before; only those this reader may take."""
    wanted: list[tuple[str, Any, Any, str, Callable[[], bool]]] = [
        ("campaigns.add_line", _("Add a phone line"), _("The number that calls"), "campaigns_line", Line.objects.exists),
        ("campaigns.add_script", _("Write a script"), _("The questions, and what each answer is worth"), "campaigns_script", Script.objects.exists),
        ("leads.add_lead", _("Add leads"), _("Each with the consent they gave"), "leads_lead", Lead.objects.exists),
        ("campaigns.add_rep", _("Add reps"), _("Who takes the hot leads"), "campaigns_rep", Rep.objects.exists),
        (
            "campaigns.add_campaign",
            _("Make a campaign"),
            _("Then enrol, approve, start"),
            "campaigns_campaign",
            Campaign.objects.exists,
        ),
    ]
    return [
        Step(title, help_text, reverse(f"admin:{page}_add"), exists())
        for permission, title, help_text, page, exists in wanted
        if request.user.has_perm(permission)
    ]


def _figures(request: HttpRequest) -> list[Figure]:
    calls, handoffs = reverse("admin:campaigns_call_changelist"), reverse("admin:campaigns_handoff_changelist")
    figures = []
    if request.user.has_perm("campaigns.view_call"):
        figures.append(Figure(_("calls live now"), Call.objects.filter(status__in=LIVE).count(), f"{calls}?status__in={','.join(sorted(LIVE))}"))
        n_hot = Call.objects.filter(score__is_hot=True).values("lead").distinct().count()
        figures.append(Figure(_("hot leads so far"), n_hot, f"{calls}?disposition__exact=qualified"))
    if request.user.has_perm("campaigns.view_handoff"):
        owed = Handoff.objects.filter(status__in=WAITING).count()
        figures.append(Figure(_("waiting for a rep or a call back"), owed, f"{handoffs}?status__in={','.join(WAITING)}"))
    return figures
