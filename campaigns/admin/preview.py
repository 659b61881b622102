"""The preview of a campaign, or of a script alone: what a lead sees and hears, in every language, to read and to play."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import groupby
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bridge.brief import AnswerRules, OnAnswer
from campaigns.access.viewer import Viewer, viewer_on
from campaigns.admin.script_form import OCCASIONS
from campaigns.admin.script_pages import LANGUAGES
from campaigns.inbound_sentences import primary
from campaigns.launch.hours import Place
from campaigns.models import Campaign, Script
from campaigns.preview import showing, sound
from campaigns.preview.telling import Heard, Kind, Part
from campaigns.scripting.flow_picture import flow_in_words
from campaigns.scripting.keeping import text_of
from leads import clock, telling
from leads.models import Lead

N_LEADS_OFFERED = 20
DAY_NAMES = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
PARTS: Mapping[Part, Any] = MappingProxyType(
    {
        Part.OPENING: _("First of all"),
        Part.QUESTIONS: _("The questions"),
        Part.BETWEEN: _("Between questions, now and then"),
        Part.CLOSING: _("How it ends"),
        Part.HANDOFF: _("A hot lead gets a rep"),
        Part.AT_ANY_TIME: _("At any time, when they ask or say nothing"),
        Part.FAULTS: _("When something breaks"),
        Part.CALLS_TO_US: _("When they call back"),
    }
)
KINDS: Mapping[Kind, Any] = MappingProxyType(
    {
        Kind.ASK: _("Asked"),
        Kind.REASK: _("Asked again, when the answer was not understood"),
        Kind.READ_BACK: _("Said back, for example, when it is to be sure"),
        Kind.THANKS: _("After an answer"),
        Kind.LAST_QUESTION: _("When the longest call is nearly over"),
    }
)
ON_ANSWER: Mapping[OnAnswer, Any] = MappingProxyType(
    {
        OnAnswer.HANG_UP: _("the call ends, and no message is left"),
        OnAnswer.SAY_WHO: _("it says once who calls, and waits for a person"),
        OnAnswer.ASK_ONCE: _("it asks whether it is heard, then the call ends"),
        OnAnswer.GO_ON: _("it goes on as with a person"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    heard: Heard
    occasion: Any
    clip_url: str  # "": no clip is played here
    sound_url: str  # "": it cannot be heard here


@dataclass(frozen=True, slots=True)
class QuestionRow:
    number: int
    choices: tuple[str, ...]
    may_be_passed_over: bool
    way: str  # on from here, in words
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Tab:
    language: str
    name: str
    is_own: bool
    questions: list[QuestionRow]
    parts: list[tuple[Any, str, list[Row]]]


def preview_page(model_admin: Any, request: HttpRequest, script: Script, campaign: Campaign | None) -> HttpResponse:
    """`?lead=` of a campaign: as this very lead would meet it, for whoever may see people."""
    _demand_script(request)
    viewer = viewer_on(request)
    leads = _leads_to_choose(viewer, campaign)
    sample = showing.sample_of(campaign, _chosen(request, viewer, campaign))
    language = showing.language_for(sample.lead, script, campaign) if sample.lead and campaign else ""
    tabs = [_tab(script, told, campaign) for told in showing.in_each_language(script, campaign, sample)]
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Preview of “%s”") % (campaign or script),
        "script": script,
        "campaign": campaign,
        "sample": sample,
        "leads": leads,
        "held_in": _language_name(language) if language else "",
        "numbers": showing.numbers_of(campaign, sample.market) if campaign else [],
        "places": [_shown_place(place) for place in showing.places_to_ring(campaign, sample)] if campaign else [],
        "answered_by": _answered_by(showing.machine_rules_of(sample)),
        "tabs": sorted(tabs, key=lambda tab: tab.language != language) if language else tabs,
        "is_demonstration": campaign is not None and campaign.voice == "embedded",
    }
    return TemplateResponse(request, "admin/campaigns/preview.html", context)


def preview_sound(request: HttpRequest, script: Script, campaign: Campaign | None) -> HttpResponse:
    """A line of the preview in the demonstration voice: `?language=…&line=…`. Only what the preview says is ever rendered."""
    _demand_script(request)
    language, key = request.GET.get("language", ""), request.GET.get("line", "")
    if language not in script.languages:
        raise Http404
    told = showing.in_language(script, language, campaign, showing.sample_of(campaign, None))
    heard = next((each for each in told.telling.all() if each.key == key), None)
    if heard is None:
        raise Http404
    try:
        content = sound.demonstration(heard.text, primary(language))
    except sound.NoSound as why:
        return HttpResponse(str(why), status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(content, content_type="audio/wav", headers={"Cache-Control": "private, no-store"})


def _demand_script(request: HttpRequest) -> None:
    if not viewer_on(request).may("campaigns.view_script"):
        raise PermissionDenied


# ---- the sample lead ---------------------------------------------------------------------------------------------------


def _may_choose(viewer: Viewer, campaign: Campaign | None) -> bool:
    return campaign is not None and viewer.sees_people and viewer.may("leads.view_lead")


def _leads_to_choose(viewer: Viewer, campaign: Campaign | None) -> Sequence[Lead]:
    if not _may_choose(viewer, campaign):
        return ()
    enrolled = viewer.within(Lead.objects.filter(calls__campaign=campaign, calls__attempt_number=1))
    return list(enrolled.order_by("calls__created_at")[:N_LEADS_OFFERED])


def _chosen(request: HttpRequest, viewer: Viewer, campaign: Campaign | None) -> Lead | None:
    wanted = request.GET.get("lead", "")
    if not wanted or not _may_choose(viewer, campaign):
        return None
    try:
        lead_id = UUID(wanted)
    except ValueError:
        return None
    found: Lead | None = viewer.within(Lead.objects.filter(calls__campaign=campaign, pk=lead_id)).first()
    return found


# ---- for eyes ----------------------------------------------------------------------------------------------------------


def _language_name(language: str) -> str:
    return LANGUAGES.get(primary(language), language)


def _tab(script: Script, told: showing.InLanguage, campaign: Campaign | None) -> Tab:
    base = _sound_base(script, campaign)

    def row(heard: Heard) -> Row:
        clip = showing.clip_of(heard, told)
        clip_url = reverse("admin:campaigns_preparedclip_sound", args=[clip.pk]) if clip else ""
        sound_url = f"{base}?language={told.language}&line={heard.key}" if told.is_rendered else ""
        return Row(heard, _occasion(heard), clip_url, "" if clip else sound_url)

    ways = flow_in_words(text_of(script).questions, telling.told)
    questions = [
        QuestionRow(asked.number, asked.question.choices, asked.may_be_passed_over, way if asked.question.skips else "", [*map(row, asked.heard)])
        for asked, way in zip(told.telling.asked, ways, strict=True)
    ]
    parts = [(PARTS[part], part.value, [row(heard) for heard in told.telling.of(part)]) for part in Part if part is not Part.QUESTIONS]
    return Tab(told.language, _language_name(told.language), told.language == script.language, questions, [each for each in parts if each[2]])


def _sound_base(script: Script, campaign: Campaign | None) -> str:
    if campaign is None:
        return reverse("admin:campaigns_script_preview_sound", args=[script.pk])
    return reverse("admin:campaigns_campaign_preview_sound", args=[campaign.pk])


def _occasion(heard: Heard) -> Any:
    if heard.kind in KINDS:
        return KINDS[heard.kind]
    return _("The first words of every call") if heard.name == "disclosure" else OCCASIONS[heard.name]


def _answered_by(rules: AnswerRules) -> list[tuple[Any, Any]]:
    who = (
        (_("Voicemail"), rules.voicemail),
        (_("A screening service that asks who calls"), rules.screening),
        (_("A phone menu"), rules.ivr),
        (_("An announcement of the network"), rules.announcement),
        (_("A fax"), rules.fax),
        (_("Nobody says anything"), rules.silence),
    )
    return [(name, ON_ANSWER[rule]) for name, rule in who]


def _shown_place(place: Place) -> dict[str, Any]:
    return {"place": place, "week": list(_week(place)), "is_open": place.opens_at is not None and place.opens_at <= clock.now()}


def _week(place: Place) -> Iterator[tuple[str, str]]:
    """Days of the same hours in a row as one."""
    for windows, days in groupby(enumerate(place.windows or ()), key=lambda day: day[1]):
        names = [DAY_NAMES[number] for number, _windows in days]
        hours = ", ".join(f"{_clock(window.opens)}–{_clock(window.closes)}" for window in windows)
        yield str(names[0]) if len(names) == 1 else f"{names[0]}–{names[-1]}", hours


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
