"""A campaign's prepared sentences: have them made, bring a recording, listen, approve or reject; and the list of all clips there ever were."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from bridge.voice.catalogue import VOICES
from campaigns.access.viewer import Viewer, viewer_on
from campaigns.admin.byte_range import ranged_response
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.admin.script_form import OCCASIONS
from campaigns.clips.judging import approve, reject
from campaigns.clips.making import ask, upload
from campaigns.clips.standing import LineStanding, standing_of
from campaigns.clips.storing import BadSound
from campaigns.clips.wording import Difference, differences
from campaigns.models import Campaign, PreparedClip
from campaigns.voice_setup import missing as not_set_up
from campaigns.voice_setup import speaks_as
from leads.admin.colours import by_words
from leads.retelling import retold
from leads.telling import told

Status = PreparedClip.Status
COLOURS: dict[str, str] = {
    Status.WAITING: "info",
    Status.TO_LISTEN: "warning",
    Status.APPROVED: "success",
    Status.REJECTED: "danger",
    Status.FAILED: "danger",
}


@dataclass(frozen=True, slots=True)
class ClipCard:
    """One sentence as its page shows it."""

    line: LineStanding
    occasion: Any
    colour: str
    other_words: Sequence[Difference]  # of the newest, by its own transcript

    @property
    def earlier(self) -> PreparedClip | None:
        """What is played while the newest waits for somebody."""
        return self.line.approved if self.line.approved and self.line.approved != self.line.newest else None


def clips_page(model_admin: Any, request: HttpRequest, campaign: Campaign) -> HttpResponse:
    if request.method == "POST":
        _act(request, campaign)
        return redirect(request.path)
    cards = [_card(line) for line in standing_of(campaign.script, campaign.voice)]
    newest = [card.line.newest for card in cards if card.line.newest]
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Clips of “%s”") % campaign.name,
        "campaign": campaign,
        "cards": cards,
        "voice_settings": speaks_as(campaign.voice),
        "paraphrases": any(voice in VOICES and not VOICES[voice].speaks_verbatim for voice in campaign.voices),
        "n_lacking": sum(card.line.is_required and not card.line.is_ready for card in cards),
        "n_waiting": sum(clip.status == Status.WAITING for clip in newest),
        "n_all": len(cards),
        "problems": not_set_up(campaign.voice),
        "may_make": request.user.has_perm("campaigns.change_campaign"),
        "may_approve": request.user.has_perm("campaigns.approve_campaign"),
    }
    return TemplateResponse(request, "admin/campaigns/campaign/clips.html", context)


def _card(line: LineStanding) -> ClipCard:
    clip = line.newest
    occasion = _("The first words of every call") if line.name == "disclosure" else OCCASIONS[line.name]
    other_words = differences(clip.text, clip.transcript) if clip and clip.transcript else ()
    return ClipCard(line, occasion, COLOURS.get(clip.status, "") if clip else "", other_words)


# ---- what the buttons do ----------------------------------------------------------------------------------------------


def _act(request: HttpRequest, campaign: Campaign) -> None:
    wanted = request.POST.get("act", "")
    needed = {"make": "change_campaign", "upload": "change_campaign", "approve": "approve_campaign", "reject": "approve_campaign"}.get(wanted)
    if needed is None:
        raise Http404
    if not request.user.has_perm(f"campaigns.{needed}"):
        raise PermissionDenied
    {"make": _make, "upload": _upload, "approve": _approve, "reject": _reject}[wanted](request, campaign)


def _make(request: HttpRequest, campaign: Campaign) -> None:
    rows = ask(campaign, by=request.user.get_username())
    if rows:
        messages.success(request, ngettext("%d sentence is being made.", "%d sentences are being made.", len(rows)) % len(rows))
    else:
        messages.info(request, _("Every sentence has a clip. Reject one to have it made anew."))


def _upload(request: HttpRequest, campaign: Campaign) -> None:
    sound = request.FILES.get("sound")
    if sound is None:
        messages.error(request, _("Choose a WAV or FLAC file first."))
        return
    try:
        upload(campaign.script, campaign.voice, request.POST.get("line", ""), sound.read(), by=request.user.get_username())
    except BadSound as problem:
        messages.error(request, retold(str(problem)))
        return
    messages.success(request, _("The recording is kept. Listen to it, and approve it if it says exactly the text."))


def _approve(request: HttpRequest, campaign: Campaign) -> None:
    if request.POST.get("says_exactly") != "on":
        messages.error(request, _("Listen to it to its end, then tick that it says exactly this text."))
        return
    _judged(request, approve(_clip_of(request, campaign), by=request.user.get_username()), _("Approved. Your name is kept with it."))


def _reject(request: HttpRequest, campaign: Campaign) -> None:
    _judged(request, reject(_clip_of(request, campaign), by=request.user.get_username()), _("Rejected. No call plays it from now on."))


def _judged(request: HttpRequest, is_done: bool, done: Any) -> None:
    if is_done:
        messages.success(request, told(done))
    else:
        messages.error(request, _("Somebody has judged this clip meanwhile. Look at it again."))


def _clip_of(request: HttpRequest, campaign: Campaign) -> PreparedClip:
    """Only one that this page shows."""
    wanted = request.POST.get("clip", "")
    shown = [clip for line in standing_of(campaign.script, campaign.voice) for clip in (line.newest, line.approved) if clip]
    found = next((clip for clip in shown if str(clip.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


def _is_said_in_theirs(clip: PreparedClip, viewer: Viewer) -> bool:
    """A clip is of a sentence, not of a campaign: with a limit, of a sentence that one of theirs says."""
    if viewer.limit is None:
        return True
    campaigns = viewer.campaigns.select_related("script")
    return any(clip in (line.newest, line.approved) for campaign in campaigns for line in standing_of(campaign.script, campaign.voice))


# ---- all of them ------------------------------------------------------------------------------------------------------


@admin.register(PreparedClip)
class PreparedClipAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "state", "voice", "voice_settings", "language", "origin", "made_by", "made_at", "judged_by", "judged_at"]
    list_filter = ["status", "voice", "language"]
    search_fields = ["text", "sha256"]
    fields = [
        "text", "state", "language", ("voice", "voice_settings"), "origin", ("duration_ms", "sha256"), "transcript", "failure",
        ("made_by", "made_at"), ("judged_by", "judged_at"),
    ]  # fmt: skip
    readonly_fields = ["state"]

    def get_urls(self) -> list[URLPattern]:
        return [path("<int:clip_id>/sound/", self.admin_site.admin_view(self.play), name="campaigns_preparedclip_sound"), *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see a campaign may hear what it says."""
        return request.user.has_perm("campaigns.view_campaign") or bool(super().has_view_permission(request, obj))

    def play(self, request: HttpRequest, clip_id: int) -> HttpResponse:
        if not (self.has_view_permission(request) or request.user.has_perm("campaigns.view_call")):
            raise PermissionDenied
        clip = get_object_or_404(PreparedClip.objects.exclude(file=""), pk=clip_id)
        if not _is_said_in_theirs(clip, viewer_on(request)):
            raise Http404
        try:
            with clip.file.open("rb") as sound:
                return ranged_response(request, sound.file, clip.file.size, content_type="audio/wav")
        except FileNotFoundError:
            raise Http404("The file of this clip is gone.") from None

    @display(description=_("status"), ordering="status", label=by_words(Status.choices, COLOURS))
    def state(self, clip: PreparedClip) -> str:
        return clip.get_status_display()
