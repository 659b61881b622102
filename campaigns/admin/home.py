"""The figures of the first page, as their template shows them: which days and campaigns, what came of them, and where each figure leads.

Nothing here names a person, so an analyst sees all of it; a figure is a link where its reader may open the list.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from campaigns.access.viewer import Viewer, viewer_on
from campaigns.admin.call_filters import DAYS, REACHED, days_value
from campaigns.admin.home_words import PERIODS, WEEKDAYS, excluded_in_words
from campaigns.charts import WIDTH, bars, heat_map
from campaigns.funnel import MEANINGS, TITLES, Figures, FunnelRow, Step, funnel
from campaigns.models import Campaign
from campaigns.period import Asked, Period, asked_period
from campaigns.reports.hot_agreement import agreement_of
from campaigns.reports.live_now import WAITING, live_now, queued_by_campaign
from campaigns.reports.progress import kes
from campaigns.states import LIVE, CallStatus
from campaigns.tallies.counting import date_of
from campaigns.tallies.reading import Overview, overview
from leads import clock

N_CAMPAIGNS = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for, as far as this viewer may have it."""

    asked: Asked
    campaign: Campaign | None  # None: all that the viewer may see
    campaign_ids: Collection[int] | None  # None: all there are
    choices: tuple[Campaign, ...]

    @property
    def period(self) -> Period:
        return self.asked.period


def wanted_on(request: HttpRequest, viewer: Viewer, *, now: datetime) -> Wanted:
    """A campaign that is not there, or not the viewer's, is no campaign: all of the viewer's are shown. One query."""
    sent = request.GET
    asked = asked_period(sent.get("days", ""), sent.get("from", ""), sent.get("to", ""), today=date_of(now))
    choices = tuple(viewer.campaigns.only("name").order_by("name"))
    campaign = next((each for each in choices if str(each.pk) == sent.get("campaign")), None)
    return Wanted(asked, campaign, viewer.limit if campaign is None else {campaign.pk}, choices)


# ---- links ----------------------------------------------------------------------------------------------------------------


def calls_url(viewer: Viewer, campaign: Campaign | None = None, **filters: str) -> str:
    """ "": the viewer may not open the list."""
    if not viewer.may("campaigns.view_call"):
        return ""
    query = {**filters, **({"campaign__id__exact": str(campaign.pk)} if campaign else {})}
    return f"{reverse('admin:campaigns_call_changelist')}?{urlencode(query)}"


def _waiting_url(viewer: Viewer, campaign: Campaign | None) -> str:
    if not (viewer.may("campaigns.view_handoff") and viewer.sees_people):
        return ""
    query = {"status__in": ",".join(WAITING), **({"call__campaign__id__exact": str(campaign.pk)} if campaign else {})}
    return f"{reverse('admin:campaigns_handoff_changelist')}?{urlencode(query)}"


# ---- today ----------------------------------------------------------------------------------------------------------------


def today_of(viewer: Viewer, wanted: Wanted, *, now: datetime, figures: Figures | None = None) -> dict[str, Any]:
    """The part of the page that fetches itself again."""
    live = live_now(wanted.campaign_ids, now=now, today=figures)
    today, campaign = days_value(Period(date_of(now), date_of(now))), wanted.campaign

    def reached(step: Step) -> str:
        return calls_url(viewer, campaign, **{REACHED: step.value, DAYS: today})

    return {
        "live": live,
        "now": now,
        "live_url": calls_url(viewer, campaign, status__in=",".join(sorted(LIVE))),
        "attempted_url": reached(Step.ATTEMPTED),
        "complete_url": reached(Step.COMPLETE),
        "hot_url": reached(Step.HOT),
        "waiting_url": _waiting_url(viewer, campaign),
        "oldest": in_words(live.hot_queue.oldest_s),
        "median": in_words(live.hot_queue.median_s),
    }


def today_page(request: HttpRequest) -> HttpResponse:
    """The fragment; who may not see campaigns is refused by the caller."""
    now, viewer = clock.now(), viewer_on(request)
    return render(request, "admin/home/today.html", {"today": today_of(viewer, wanted_on(request, viewer, now=now), now=now)})


def in_words(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < 120:
        return gettext("%(n)d s") % {"n": seconds}
    if seconds < 2 * 60 * 60:
        return gettext("%(n)d min") % {"n": seconds // 60}
    hours = seconds // 3600
    return gettext("%(n)d h") % {"n": hours} if hours < 48 else gettext("%(n)d days") % {"n": hours // 24}


# ---- the chosen days ------------------------------------------------------------------------------------------------------


def home_of(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    """Everything that depends on days and campaigns. A bounded number of queries."""
    now = clock.now()
    wanted = wanted_on(request, viewer, now=now)
    found = overview(wanted.period, wanted.campaign_ids, now=now)
    queued = queued_by_campaign(wanted.campaign_ids, now=now)
    n_due = sum(each.n_due for each in queued.values()) if date_of(now) in wanted.period else 0
    return {
        "wanted": wanted,
        "presets": [(key, words, key == wanted.asked.preset) for key, words in PERIODS.items()],
        "remark": gettext(wanted.asked.remark) if wanted.asked.remark else "",
        "today": today_of(viewer, wanted, now=now, figures=found.today),
        "has_calls": any(figures.n_ended or figures.attempted for figures in found.of_campaign.values()),
        "funnel": [_step(row, viewer, wanted, has_due=bool(n_due)) for row in funnel(found.figures, n_due=n_due)],
        "days": _days(found, viewer, wanted),
        "money": _money(found),
        "excluded": _excluded(found, viewer, wanted),
        "timing": found,
        "timing_url": f"{reverse('admin:campaigns_call_timing')}" if viewer.may("campaigns.view_call") else "",
        "weekdays": WEEKDAYS,
        "heat": heat_map({hour: (part.n, part.n_answered) for hour, part in found.hours.items()}),
        "of_campaign": found.of_campaign,
        "agreement": agreement_of(found.of_campaign_lately),
        "queued": queued,
    }


def _step(row: FunnelRow, viewer: Viewer, wanted: Wanted, *, has_due: bool) -> dict[str, Any]:
    """Dialable leads of which some are still due stand in no one list."""
    step = Step.ATTEMPTED if row.step is Step.DIALABLE else row.step
    is_listed = row.step is not Step.DIALABLE or not has_due
    url = calls_url(viewer, wanted.campaign, **{REACHED: step.value, DAYS: days_value(wanted.period)}) if is_listed else ""
    return {"title": gettext(TITLES[row.step]), "meaning": gettext(MEANINGS[row.step]), "row": row, "url": url}


def _days(found: Overview, viewer: Viewer, wanted: Wanted) -> dict[str, Any]:
    drawn = bars(found.by_date)

    def url(on: date) -> str:
        return calls_url(viewer, wanted.campaign, **{DAYS: days_value(Period(on, on))})

    return {"bars": [(bar, url(bar.on)) for bar in drawn], "width": len(drawn) * WIDTH, "is_empty": not any(bar.attempted for bar in drawn)}


def _money(found: Overview) -> dict[str, Any]:
    figures = found.figures
    return {
        "spent": kes(figures.spent_minor),
        "voice": kes(figures.voice_minor),
        "a_hot_lead": kes(figures.minor_a_hot_lead),
        "a_complete": kes(figures.minor_a_complete),
        "n_unpriced": figures.n_unpriced,
    }


def _excluded(found: Overview, viewer: Viewer, wanted: Wanted) -> dict[str, Any]:
    url = calls_url(viewer, wanted.campaign, status__exact=CallStatus.BLOCKED.value, **{DAYS: days_value(wanted.period)})
    most = max(found.reasons.values(), default=1)
    rows = [(excluded_in_words(reason), n, 100 * n // most) for reason, n in found.reasons.items()]
    return {"n": found.figures.n_blocked, "url": url, "rows": rows}
