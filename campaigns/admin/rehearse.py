"""Rehearse a script: talk to the bot from the browser, run the simulated people, or waive it. One address: a GET shows, a POST begins.

The sound goes over the socket of calls (/audio/…), with a token that this page is given; what was understood comes with each look at a rehearsal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.voice.catalogue import EMBEDDED, VOICES
from campaigns import rehearsals
from campaigns.access.viewer import viewer_on
from campaigns.admin.script_pages import LANGUAGES
from campaigns.models import Campaign, Rehearsal, Script
from campaigns.rehearsing import keeping
from campaigns.rehearsing.briefs import Cast
from campaigns.rehearsing.run import rehearse_later
from campaigns.rehearsing.words import page_of
from campaigns.scripting.check import faults_of_text
from campaigns.scripting.keeping import text_of
from campaigns.voice_setup import missing

ADD = "campaigns.add_rehearsal"
N_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to hear the script."""

    language: str
    language_name: str
    voice: str
    why_not: str = ""  # with the mend; "": it can be chosen

    @property
    def key(self) -> str:
        return f"{self.language}|{self.voice}"


def rehearse_page(model_admin: Any, request: HttpRequest, script: Script) -> HttpResponse:
    if request.method == "POST":
        return _begin(request, script)
    if wanted := request.GET.get("rehearsal"):
        return _look(request, script, wanted)
    campaign = _campaign(request, script, request.GET.get("campaign", ""))
    context = {
        **model_admin.admin_site.each_context(request),
        **_so_far(request, script),
        "opts": model_admin.opts,
        "original": script,
        "title": _("Rehearse %(script)s") % {"script": script},
        "faults": faults_of_text(text_of(script)),
        "campaign": campaign,
        "choices": choices(script, campaign),
        "languages": [(language, _language_name(language)) for language in script.languages],
        "may_rehearse": request.user.has_perm(ADD),
        "may_waive": request.user.has_perm(rehearsals.PERMISSION),
        "back_url": _back_url(script, campaign),
        "words": _words(),
    }
    return TemplateResponse(request, "admin/campaigns/rehearsal/page.html", context)


def _so_far(request: HttpRequest, script: Script) -> dict[str, Any]:
    past = viewer_on(request).within(Rehearsal.objects.filter(script=script).defer("results"))
    return {"standing": rehearsals.rehearsal_of(script), "past": list(past[:N_SHOWN])}


def _words() -> dict[str, str]:
    """All that the page says by itself."""
    return {
        "asking": _("Your browser asks whether this page may use your microphone. Allow it."),
        "talking": _("You are talking. The bot speaks first."),
        "over": _("The talk is over."),
        "running": _("They are talking."),
        "passed": _("Passed. Campaigns may start with this script."),
        "failed": _("Not passed: what is missing stands below."),
        "abandoned": _("It broke off, and does not count. What was understood until then stands below."),
        "insecure": _(
            "Browsers give a microphone only to pages over https, or on the machine itself (localhost). Open this page at such an address; "
            "meanwhile the simulated people can be run."
        ),
        "old": _("This browser is too old for talking (it lacks AudioWorklet). Use a current Chrome, Edge, Firefox or Safari."),
        "denied": _(
            "Your browser does not give this page the microphone. Click the icon at the left end of the address, allow the microphone, and start "
            "again. Nothing was begun."
        ),
        "none": _("Your browser finds no microphone. Plug one in, or choose it in your system's sound settings, and start again. Nothing was begun."),
        "busy": _("Another program holds the microphone. Close it (a meeting, a recorder), and start again. Nothing was begun."),
        "broken": _("The sound of this browser could not be started. Open the page again, or use another browser."),
        "unplugged": _("The microphone is gone. Plug it in again, hang up, and start anew."),
        "refused": _("The server did not take the call. Start it again; if it stays so, ask whoever runs the server."),
        "lost": _(
            "The connection to the bot was lost, or never came about. Start it again; if it stays so, ask whoever runs the server whether it is "
            "uvicorn that serves this page."
        ),
        "signed_out": _("You are signed out, or may not do this any more. Open the page again."),
        "server": _("The server did not answer. Nothing was begun; try again."),
    }


def choices(script: Script, campaign: Campaign | None) -> list[Choice]:
    """Each language with this machine's own voice, and with the campaign's, or with all whose keys are there where there is no campaign."""
    voices = campaign.voices if campaign else [name for name in VOICES if not missing(name)]
    return [_choice(language, voice) for language in script.languages for voice in dict.fromkeys([EMBEDDED.name, *voices])]


def _choice(language: str, voice: str) -> Choice:
    lacking = missing(voice)
    if voice in VOICES and not VOICES[voice].speaks(language):
        lacking = [_("It understands English only. Choose another voice for this language, or run the simulated people.")]
    return Choice(language, _language_name(language), voice, " ".join(lacking))


def _language_name(language: str) -> str:
    return LANGUAGES.get(language.split("-")[0], language)


def _begin(request: HttpRequest, script: Script) -> HttpResponse:
    what = request.POST.get("what", "")
    if what == "waive":
        return _waive(request, script)
    if not request.user.has_perm(ADD):
        raise PermissionDenied
    campaign = _campaign(request, script, request.POST.get("campaign", ""))
    by = request.user.get_username()
    if what == "people":
        language = request.POST.get("language", "")
        if language not in script.languages:
            return _problem(_("This script is not told in that language. Open the page again."))
        begun = rehearse_later(script, Cast(language, EMBEDDED.name, campaign), by=by)
        return JsonResponse({"rehearsal": str(begun.pk)})
    chosen = next((one for one in choices(script, campaign) if one.key == request.POST.get("choice")), None)
    if what != "talk" or chosen is None:
        return _problem(_("Choose a language and a voice, and start again."))
    if chosen.why_not:
        return _problem(chosen.why_not)
    try:
        begun = keeping.begin(script, Cast(chosen.language, chosen.voice, campaign), kind=Rehearsal.Kind.BROWSER, by=by)
    except keeping.TooMany:
        return _problem(_("As many people rehearse right now as this machine can hold. Wait until one of them has ended."))
    return JsonResponse({"rehearsal": str(begun.pk), "audio": f"/audio/{begun.token}"})


def _waive(request: HttpRequest, script: Script) -> HttpResponse:
    if not request.user.has_perm(rehearsals.PERMISSION):
        raise PermissionDenied
    try:
        rehearsals.waive(script, by=request.user.get_username(), why=request.POST.get("why", ""))
    except rehearsals.NotWaived as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Waived. Your name and reason are kept with the script, and with each campaign that starts on it."))
    campaign = _campaign(request, script, request.POST.get("campaign", ""))
    return redirect(f"{reverse('admin:campaigns_script_rehearse', args=[script.pk])}{f'?campaign={campaign.pk}' if campaign else ''}")


def _look(request: HttpRequest, script: Script, wanted: str) -> HttpResponse:
    """How one stands: drawn for the page, and whether it is still running."""
    keeping.break_off_lost()
    rehearsal = viewer_on(request).within(Rehearsal.objects.filter(script=script)).filter(pk=_uuid(wanted)).first()
    if rehearsal is None:
        raise Http404
    wordings = dict(script.questions.order_by("position", "pk").values_list("key", "wording"))
    parts = {"html": render_to_string("admin/campaigns/rehearsal/result.html", page_of(rehearsal, wordings), request=request)}
    is_running = rehearsal.status == Rehearsal.Status.RUNNING
    if not is_running:
        so_far = _so_far(request, script)
        parts |= {name: render_to_string(f"admin/campaigns/rehearsal/{name}.html", so_far, request=request) for name in ("standing", "past")}
    return JsonResponse({**parts, "is_running": is_running, "status": rehearsal.status})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _campaign(request: HttpRequest, script: Script, wanted: str) -> Campaign | None:
    """The one it is rehearsed for, if the viewer may see it."""
    if not wanted.isdecimal():
        return None
    return viewer_on(request).campaigns.filter(script=script, pk=int(wanted)).first()


def _back_url(script: Script, campaign: Campaign | None) -> str:
    if campaign is not None:
        return reverse("admin:campaigns_campaign_change", args=[campaign.pk])
    return reverse("admin:campaigns_script_change", args=[script.pk])


def _problem(sentence: str) -> JsonResponse:
    return JsonResponse({"problem": sentence}, status=422)
