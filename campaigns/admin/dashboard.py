"""The console's first page: what to do next on a new installation, and what is going on afterwards. Shows only what its reader may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.access.viewer import Viewer, viewer_on
from campaigns.admin.home import N_CAMPAIGNS, home_of
from campaigns.dialing_stop import open_stop
from campaigns.funnel import Figures
from campaigns.models import Call, Campaign, Line, Rep, Script, WebhookEndpoint
from campaigns.period import LATELY
from campaigns.promises import PromiseFigures
from campaigns.reports.hot_agreement import HotAgreement, together
from campaigns.reports.live_now import Queued
from campaigns.reports.progress import kes
from campaigns.reports.promises import kept_lately
from campaigns.states import LIVE
from leads import clock
from leads.holiday_confirmation import Estimate, markets_that_rest, unconfirmed_soon
from leads.models import Lead


@dataclass(frozen=True, slots=True)
class Step:
    title: Any
    help: Any
    url: str
    is_done: bool


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by unfold with the context of the index page."""
    viewer = viewer_on(request)
    may_see = request.user.has_perm("campaigns.view_campaign")
    steps = _steps(request)
    home = home_of(request, viewer) if may_see else {}
    is_set_up = all(step.is_done for step in steps)
    may_stop = request.user.has_perm("campaigns.stop_dialing")
    agreement: Mapping[int, HotAgreement] = home.get("agreement", {})
    return {
        **context,
        **home,
        "steps": [] if is_set_up else steps,
        "campaigns": _campaigns(viewer, home) if may_see else [],
        "promises": _promises(viewer) if may_see else [],
        "promises_days": LATELY.days,
        "agreement": _by_campaign(agreement),
        "agreement_of_all": together(agreement.values()),
        "may_see": may_see,
        "unconfirmed": _unconfirmed(request),
        "endpoints_off": _endpoints_off(request),
        "may_stop": may_stop,
        "stop": open_stop() if may_see or may_stop else None,
    }


def _unconfirmed(request: HttpRequest) -> list[Estimate]:
    """Holidays soon to come that close three days instead of one, as long as nobody says when they fall."""
    if not request.user.has_perm("leads.view_holidayconfirmation"):
        return []
    return unconfirmed_soon(markets_that_rest(), on=clock.now().date())


def _endpoints_off(request: HttpRequest) -> list[WebhookEndpoint]:
    """An integrator who is told nothing may not know it."""
    if not request.user.has_perm("campaigns.view_webhookendpoint"):
        return []
    return list(viewer_on(request).within(WebhookEndpoint.objects.filter(is_active=False)).order_by("-disabled_at"))


def _campaigns(viewer: Viewer, home: dict[str, Any]) -> list[dict[str, Any]]:
    """The running ones first. How far each is, from the counts that the page has already."""
    status = Campaign.Status
    order = {status.RUNNING: 0, status.PAUSED: 1, status.APPROVED: 2, status.DRAFT: 3, status.CLOSED: 4}
    chosen = home["wanted"].campaign
    rows = viewer.campaigns if chosen is None else viewer.campaigns.filter(pk=chosen.pk)
    newest = sorted(rows.select_related("script").order_by("-created_at")[:N_CAMPAIGNS], key=lambda one: order[Campaign.Status(one.status)])
    n_live = dict(Call.objects.filter(campaign__in=newest, status__in=sorted(LIVE)).order_by().values_list("campaign_id").annotate(Count("pk")))
    return [_progress(campaign, home, n_live.get(campaign.pk, 0)) for campaign in newest]


def _progress(campaign: Campaign, home: dict[str, Any], n_live: int) -> dict[str, Any]:
    figures, queued = home["of_campaign"].get(campaign.pk, Figures()), home["queued"].get(campaign.pk, Queued())
    n_calls = queued.n + n_live + figures.n_ended
    return {
        "campaign": campaign,
        "n_queued": queued.n,
        "n_live": n_live,
        "n_ended": figures.n_ended,
        "n_hot": figures.hot,
        "n_calls": n_calls,
        "ended_percent": round(100 * figures.n_ended / n_calls) if n_calls else 0,
        "a_hot_lead": kes(figures.minor_a_hot_lead),
    }


def _promises(viewer: Viewer) -> list[tuple[Campaign, PromiseFigures]]:
    """Of every campaign that promised a call lately, the worst kept first. Three queries."""
    kept = kept_lately(now=clock.now())
    found = [(campaign, kept[campaign.pk]) for campaign in viewer.campaigns.filter(pk__in=kept).order_by("name")]
    return sorted(found, key=lambda row: 101 if row[1].kept_percent is None else row[1].kept_percent)[:N_CAMPAIGNS]


def _by_campaign(agreement: Mapping[int, HotAgreement]) -> list[tuple[Campaign, HotAgreement]]:
    """In the order given, as many as fit."""
    campaigns = Campaign.objects.in_bulk(list(agreement)[:N_CAMPAIGNS])
    return [(campaigns[campaign_id], agreement[campaign_id]) for campaign_id in agreement if campaign_id in campaigns]


def _steps(request: HttpRequest) -> list[Step]:
    """In the order in which each needs the one before; only those this reader may take."""
    wanted: list[tuple[str, Any, Any, str, Callable[[], bool]]] = [
        ("campaigns.add_line", _("Add a phone line"), _("The number that calls"), "campaigns_line", Line.objects.exists),
        ("campaigns.add_script", _("Write a script"), _("The questions, and what each answer is worth"), "campaigns_script", Script.objects.exists),
        ("leads.add_lead", _("Import a list of leads"), _("Each with the consent they gave"), "leads_leadimport", Lead.objects.exists),
        ("campaigns.add_rep", _("Add reps"), _("Who takes the hot leads"), "campaigns_rep", Rep.objects.exists),
        (
            "campaigns.add_campaign",
            _("Make a campaign"),
            _("Then enrol, rehearse, approve, start"),
            "campaigns_campaign",
            Campaign.objects.exists,
        ),
    ]
    return [
        Step(title, help_text, reverse(f"admin:{page}_add"), exists())
        for permission, title, help_text, page, exists in wanted
        if request.user.has_perm(permission)
    ]
