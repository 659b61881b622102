"""Which pages are asked for: every list and the newest row of every kind, found in the console's registry, and what people do with lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.db.models import Count, Model
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import reverse

from campaigns.access.viewer import viewer_of
from campaigns.admin.call_filters import days_value
from campaigns.funnel import COUNTED
from campaigns.models import Call, Campaign, Handoff, Rep, Script
from campaigns.period import last_days
from campaigns.review.queues import Queue
from campaigns.tallies.counting import date_of
from leads import clock
from leads.models import Lead, LeadImport

N_CHOICES = 2  # of each filter: the first that is not "all", and the last
# What hardly any rows are, or very many, and neither the first nor the last choice of its filter.
FILTERED = (
    ("campaigns_call", "disposition__exact=qualified"),
    ("campaigns_call", "occasion__exact=promised"),
    ("leads_lead", "market=KE"),
    ("leads_lead", "time_zone=Africa%2FNairobi"),
    ("leads_lead", "language=sw"),
    ("leads_consentrecord", "covers_automated_voice__exact=0"),
    ("leads_consentrecord", "kind__exact=withdrawn"),
)
API_LISTS = ("leads", "do-not-call", "campaigns", "calls", "hot-leads", "scripts", "retry-rules", "webhook-endpoints")


@dataclass(frozen=True, slots=True)
class Page:
    name: str  # which page, for people: "campaigns.call list, page 100"
    path: str
    may_be_denied: bool = False


def console_pages(user: User) -> Iterator[Page]:
    """Of this user: what they may not open is passed over when it is asked for."""
    yield from _of_home()
    for model, page in sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label_lower):
        request = _request(user, "")
        if page.has_view_permission(request):
            yield from _of_model(model, page, user)
    yield from _of_campaigns(user)
    yield from _of_review(user)


def _of_model(model: type[Model], page: Any, user: User) -> Iterator[Page]:
    label, opts = model._meta.label_lower, model._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    request = _request(user, address)
    yield Page(f"{label} list", address)
    shown = page.get_changelist_instance(request)
    yield from (Page(f"{label} {name}", f"{address}{query}") for name, query in _uses(shown, page, request))
    newest = page.get_queryset(request).order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None:
        yield Page(f"{label} page", reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[quote(str(newest), safe="")]))
    if page.has_add_permission(request):
        yield Page(f"{label} new", reverse(f"admin:{opts.app_label}_{opts.model_name}_add"), may_be_denied=True)


def _uses(shown: ChangeList, page: Any, request: HttpRequest) -> Iterator[tuple[str, str]]:
    """What somebody does with a list: another page, a search, each filter, another order, a month."""
    if shown.paginator.num_pages > 2:
        yield "list, page 2", "?p=2"
        yield "list, last page", f"?p={shown.paginator.num_pages}"
    if page.get_search_fields(request):
        yield from (("search for a name", "?q=Achieng"), ("search for nothing there is", "?q=zzyzx"), ("search for a number", "?q=%2B254712345678"))
        yield "search for the last digits", "?q=345678"
        yield "search for an id", f"?q={Call.objects.values_list('pk', flat=True).first()}"
    for each in shown.filter_specs:
        found = [choice for choice in each.choices(shown) if choice.get("query_string") and not choice["selected"]]
        for choice in dict.fromkeys((*(one["query_string"] for one in found[:1]), *(one["query_string"] for one in found[-1:]))):
            yield f"filter by {each.title}", str(choice)
    sortable = [n for n, name in enumerate(shown.list_display) if name in (shown.sortable_by or ()) and shown.get_ordering_field(name)]
    for n in (n for n in sortable if shown.list_display[n] != "action_checkbox"):
        yield from ((f"by {shown.list_display[n]}", f"?o={n}"), (f"by {shown.list_display[n]}, backwards", f"?o=-{n}"))
    if shown.date_hierarchy:
        newest = shown.root_queryset.order_by(f"-{shown.date_hierarchy}").values_list(shown.date_hierarchy, flat=True).first()
        if newest:
            yield "one month", f"?{shown.date_hierarchy}__year={newest.year}&{shown.date_hierarchy}__month={newest.month}"


def _of_home() -> Iterator[Page]:
    """With other days, of one campaign, the part that fetches itself, and the lists that its figures lead to."""
    home, calls = reverse("admin:index"), reverse("admin:campaigns_call_changelist")
    yield Page("home", home)
    yield Page("home, 30 days", f"{home}?days=30", may_be_denied=True)
    yield Page("home: the part that fetches itself", reverse("admin:campaigns_call_today"), may_be_denied=True)
    week = days_value(last_days(7, today=date_of(clock.now())))
    for step in COUNTED:
        yield Page(f"call list: {step.value}", f"{calls}?reached={step.value}", may_be_denied=True)
        yield Page(f"call list: {step.value}, 7 days", f"{calls}?reached={step.value}&days={week}", may_be_denied=True)
    for name, query in FILTERED:
        yield Page(f"{name} list, filtered", f"{reverse(f'admin:{name}_changelist')}?{query}", may_be_denied=True)
    yield Page("live board", reverse("admin:campaigns_call_live"), may_be_denied=True)


def _of_campaigns(user: User) -> Iterator[Page]:
    campaign = _busiest(user)
    if campaign is None:
        return
    yield Page("home of one campaign", f"{reverse('admin:index')}?campaign={campaign.pk}", may_be_denied=True)
    for action in ("attempts", "clips", "enrol_leads", "preflight", "launch"):
        yield Page(f"campaign: {action}", reverse(f"admin:campaigns_campaign_{action}", args=[campaign.pk]), may_be_denied=True)
    yield Page("campaign page (the busiest)", reverse("admin:campaigns_campaign_change", args=[campaign.pk]), may_be_denied=True)
    yield Page("call list of one campaign", f"{reverse('admin:campaigns_call_changelist')}?campaign__id__exact={campaign.pk}", may_be_denied=True)
    for days in (1, 7, 30, 90):
        yield Page(f"timing, {days} days", f"{reverse('admin:campaigns_call_timing')}?days={days}", may_be_denied=True)
    kept = LeadImport.objects.order_by("-pk").first()
    if kept is not None:
        yield Page("enrol a list", reverse("admin:campaigns_campaign_enrol_list", args=[kept.pk]), may_be_denied=True)


def _of_review(user: User) -> Iterator[Page]:
    address = reverse("admin:campaigns_call_reviews")
    yield Page("review", address, may_be_denied=True)
    for queue in Queue:
        yield Page(f"review: {queue.value}", f"{address}?queue={queue.value}", may_be_denied=True)
        yield Page(f"review: {queue.value}, page 20", f"{address}?queue={queue.value}&page=20", may_be_denied=True)
    yield Page("review: double", reverse("admin:campaigns_call_double"), may_be_denied=True)
    yield Page("review: calibration", reverse("admin:campaigns_call_calibration"), may_be_denied=True)
    campaign = _busiest(user)
    if campaign is not None:
        yield Page("review: of one campaign", f"{address}?campaign={campaign.pk}", may_be_denied=True)
    yield Page("review: agreement", reverse("admin:campaigns_call_agreement"), may_be_denied=True)
    calls = viewer_of(user).within(Call.objects.filter(score__isnull=False, answered_at__isnull=False, turns__isnull=False))
    call = calls.order_by("-answered_at").first()
    if call is None:
        return
    for queue in Queue:
        yield Page(
            f"review a call: {queue.value}", f"{reverse('admin:campaigns_call_review', args=[call.pk])}?queue={queue.value}", may_be_denied=True
        )
    yield Page("call page (an interview)", reverse("admin:campaigns_call_change", args=[call.pk]), may_be_denied=True)
    yield Page("why of a lead", f"{reverse('admin:campaigns_call_why')}?lead={call.lead_id}", may_be_denied=True)
    yield Page("lead page (who was called)", reverse("admin:leads_lead_change", args=[call.lead_id]), may_be_denied=True)


def rep_pages() -> Iterator[Page]:
    yield Page("reps' queue", reverse("queue"))


def api_pages() -> Iterator[Page]:
    for name in API_LISTS:
        yield Page(f"REST {name}", f"/api/v1/{name}")
    call, lead, campaign = Call.objects.filter(score__isnull=False).order_by("-created_at").first(), Lead.objects.first(), _busiest()
    yield Page("REST leads, deep", "/api/v1/leads?offset=100000")
    yield Page("REST calls, qualified", "/api/v1/calls?disposition=qualified&limit=200")
    if call is not None:
        yield Page("REST call", f"/api/v1/calls/{call.pk}")
        yield Page("REST calls of a lead", f"/api/v1/calls?lead_id={call.lead_id}")
    if lead is not None:
        yield Page("REST lead", f"/api/v1/leads/{lead.pk}")
        yield Page("REST leads by phone", f"/api/v1/leads?phone={quote(lead.phone)}")
        yield Page("REST why", f"/api/v1/why?phone={quote(lead.phone)}")
    if campaign is not None:
        yield Page("REST campaign", f"/api/v1/campaigns/{campaign.pk}")
        yield from (Page(f"REST campaign {what}", f"/api/v1/campaigns/{campaign.pk}/{what}") for what in ("attempts", "cost", "changes"))


def a_rep() -> Rep | None:
    """One who has had leads."""
    handoff = Handoff.objects.filter(rep__isnull=False).select_related("rep__user").first()
    return handoff.rep if handoff else Rep.objects.select_related("user").first()


def is_worth_it() -> bool:
    return Call.objects.exists() and Script.objects.exists()


def _busiest(user: User | None = None) -> Campaign | None:
    """Of those that this user sees; None: of all."""
    campaigns = Campaign.objects.all() if user is None else viewer_of(user).campaigns
    return campaigns.annotate(n=Count("calls")).order_by("-n").first()


def _request(user: User, address: str) -> HttpRequest:
    request = RequestFactory().get(address)
    request.user = user
    return request
