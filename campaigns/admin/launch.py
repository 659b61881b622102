"""The launch page of a campaign: all that would stop or hurt it with the mend, and the way on: preflight, approval, start, and what comes then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.access.viewer import Viewer, viewer_on
from campaigns.launch.checklist import checklist
from campaigns.launch.collecting import facts_of
from campaigns.launch.facts import Facts
from campaigns.launch.hours import first_ring, is_open_now
from campaigns.launch.items import Item, Mend, Page, State
from campaigns.launch.words import STATES, TITLES, in_words
from campaigns.models import Campaign
from campaigns.obstacles import Topic
from campaigns.pace import why_slow

FROM_HERE = "?from=launch"
COLOURS: Mapping[State, str] = MappingProxyType({State.STOPS: "danger", State.HURTS: "warning", State.UNKNOWN: "info", State.FINE: "success"})
LATER = frozenset({State.FINE})  # folded away: there is nothing to do about them


@dataclass(frozen=True, slots=True)
class Where:
    """A page of the console: its name, what its address is about, and the right that opens it."""

    name: str
    about: str  # "campaign", "script", "row"; "": nothing
    permission: str
    query: str = ""


WHERE: Mapping[Page, Where] = MappingProxyType(
    {
        Page.CAMPAIGN: Where("campaigns_campaign_change", "campaign", "campaigns.change_campaign"),
        Page.CAMPAIGNS: Where("campaigns_campaign_changelist", "", "campaigns.view_campaign"),
        Page.ENROL: Where("campaigns_campaign_enrol_leads", "campaign", "leads.view_lead"),
        Page.APPROVE: Where("campaigns_campaign_approve", "campaign", "campaigns.approve_campaign", FROM_HERE),
        Page.RUN_PREFLIGHT: Where("campaigns_campaign_preflight", "campaign", "campaigns.change_campaign", FROM_HERE),
        Page.REVISE: Where("campaigns_campaign_revise", "campaign", "campaigns.change_campaign", FROM_HERE),
        Page.CLIPS: Where("campaigns_campaign_clips", "campaign", "campaigns.view_campaign"),
        Page.PREFLIGHT: Where("campaigns_preflight_change", "row", "campaigns.view_campaign"),
        Page.SCRIPT: Where("campaigns_script_change", "script", "campaigns.view_script"),
        Page.LINE: Where("campaigns_line_change", "row", "campaigns.view_line"),
        Page.CHECK_LINE: Where("campaigns_line_check_line", "row", "campaigns.change_line"),
        Page.LEADS: Where("leads_lead_changelist", "", "leads.view_lead"),
        Page.DO_NOT_CALL: Where("leads_donotcallentry_changelist", "", "leads.view_donotcallentry"),
        Page.PACKS: Where("leads_packacknowledgement_changelist", "", "leads.view_packacknowledgement"),
        Page.REPS: Where("campaigns_rep_changelist", "", "campaigns.view_rep"),
        Page.ORGANISATION: Where("campaigns_organisation_changelist", "", "campaigns.view_organisation"),
        Page.WEBHOOKS: Where("campaigns_webhookendpoint_changelist", "", "campaigns.view_webhookendpoint"),
        Page.JOBS: Where("django_tasks_database_dbtaskresult_changelist", "", "django_tasks_database.view_dbtaskresult"),
        Page.HOME: Where("index", "", "campaigns.stop_dialing"),
    }
)
OF_PEOPLE = frozenset({Page.ENROL, Page.LEADS, Page.DO_NOT_CALL})  # closed to whoever may not see people
OF_ALL = frozenset({Page.DO_NOT_CALL, Page.ORGANISATION, Page.WEBHOOKS, Page.JOBS})  # closed to whoever is limited to campaigns


@dataclass(frozen=True, slots=True)
class ShownMend:
    words: str
    url: str  # "": not theirs to mend, or it is a command
    command: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    item: Item
    title: Any
    state: Any
    colour: str
    found: list[str]
    mends: list[ShownMend]


def launch_page(model_admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    facts, viewer = facts_of(campaign), viewer_on(request)
    shown = [shown_item(item, campaign, viewer) for item in checklist(facts)]
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Launch “%s”") % campaign.name,
        "campaign": campaign,
        "groups": _groups(shown),
        "n_stops": sum(each.item.state is State.STOPS for each in shown),
        "n_hurts": sum(each.item.state is State.HURTS for each in shown),
        "next": _next_steps(campaign, facts, viewer),
        "is_preflight_at_work": facts.is_preflight_at_work,
        "is_running": campaign.status == Campaign.Status.RUNNING,
        "n_queued": facts.n_queued,
        "first_ring_at": first_ring(facts.places),
        "n_looked_at": facts.n_looked_at if facts.n_looked_at < facts.n_enrolled else None,
        "n_open": sum(place.n_leads for place in facts.places if is_open_now(place, facts.now)),
        "calls_url": f"{reverse('admin:campaigns_call_changelist')}?campaign__id__exact={campaign.pk}" if viewer.may("campaigns.view_call") else "",
        "live_url": f"{reverse('admin:campaigns_call_live')}?campaign={campaign.pk}",
        "slow": why_slow(campaign, now=facts.now) if campaign.status == Campaign.Status.RUNNING else "",
    }
    return TemplateResponse(request, "admin/campaigns/campaign/launch.html", context)


def shown_item(item: Item, campaign: Campaign, viewer: Viewer) -> ShownItem:
    mends = [ShownMend(in_words(mend.words), _url_of(mend, campaign, viewer), mend.command) for mend in item.mends]
    return ShownItem(item, TITLES[item.key], STATES[item.state], COLOURS[item.state], [in_words(said) for said in item.found], mends)


def _groups(shown: list[ShownItem]) -> list[tuple[Any, str, bool, list[ShownItem]]]:
    """What is worst first; what is fine is folded away."""
    titles = {
        State.STOPS: _("This stops it"),
        State.HURTS: _("This hurts"),
        State.UNKNOWN: _("This cannot be known here"),
        State.FINE: _("This is fine"),
    }
    groups = [(titles[state], state.value, state in LATER, [each for each in shown if each.item.state is state]) for state in State]
    return [group for group in groups if group[3]]


def _url_of(mend: Mend, campaign: Campaign, viewer: Viewer) -> str:
    """Only a page that would open to them."""
    if mend.page is None or not viewer.may(WHERE[mend.page].permission):
        return ""
    if (mend.page in OF_PEOPLE and not viewer.sees_people) or (mend.page in OF_ALL and viewer.limit is not None):
        return ""
    where = WHERE[mend.page]
    about = {"campaign": campaign.pk, "script": campaign.script_id, "row": mend.row}
    return reverse(f"admin:{where.name}", args=[about[where.about]] if where.about else []) + where.query


# ---- the way on --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NextStep:
    title: Any
    url: str  # "": not theirs, or not yet
    why_not: str
    is_main: bool


def _next_steps(campaign: Campaign, facts: Facts, viewer: Viewer) -> list[NextStep]:
    """Preflight, approval and start, each with its button where it can be pressed now."""
    Status = Campaign.Status
    if campaign.status in {Status.CLOSED, Status.RUNNING}:
        return []
    may_change, may_approve = viewer.may("campaigns.change_campaign"), viewer.may("campaigns.approve_campaign")
    preflight = _step(campaign, _("Run the preflight"), "preflight", may_change, [], is_main=facts.preflight is None)
    if campaign.status == Status.DRAFT:
        in_the_way = [
            each.sentence for each in facts.obstacles if each.topic is not Topic.REHEARSAL
        ]  # which a start asks for, and an approval does not
        return [
            preflight,
            _step(campaign, _("Approve"), "approve", may_approve, in_the_way, is_main=not in_the_way),
            NextStep(_("Start"), "", str(_("Somebody has to approve it first.")), is_main=False),
        ]
    obstacles = [obstacle.sentence for obstacle in facts.obstacles]
    action, title = ("start", _("Start")) if campaign.status == Status.APPROVED else ("resume", _("Resume"))
    return [preflight, _step(campaign, title, action, may_change, obstacles, is_main=True)]


def _step(campaign: Campaign, title: Any, action: str, may: bool, obstacles: list[str], *, is_main: bool) -> NextStep:
    if not may:
        return NextStep(title, "", str(_("You may not do this. Ask somebody who may.")), is_main=False)
    if obstacles:
        return NextStep(title, "", str(_("First mend what stops it.")), is_main=False)
    return NextStep(title, reverse(f"admin:campaigns_campaign_{action}", args=[campaign.pk]) + FROM_HERE, "", is_main)


def came_from_launch(request: HttpRequest) -> bool:
    return request.GET.get("from") == "launch"


def page_after(request: HttpRequest, campaign: Campaign) -> str:
    """Where a button of the campaign leads back to: the page that it was pressed on."""
    name = "launch" if came_from_launch(request) else "change"
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])
