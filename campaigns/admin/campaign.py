"""Campaigns: set up, enrol leads, preflight, approve, start, pause, resume, close, watch, download results."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.views import ChangeList

from campaigns import campaign_life, money, servers
from campaigns.access.noting import note_results
from campaigns.access.viewer import let_in, viewer_on
from campaigns.admin.attempts import attempts_page
from campaigns.admin.campaign_form import CampaignForm, EnrolForm
from campaigns.admin.campaign_steps import life_of
from campaigns.admin.clips import clips_page
from campaigns.admin.confirm import asked_for, confirm
from campaigns.admin.enrol_list import enrol_list_page
from campaigns.admin.launch import came_from_launch, launch_page, page_after
from campaigns.admin.preview import preview_page, preview_sound
from campaigns.campaign_life import Action
from campaigns.dead_voices import passed_over, why_nobody_speaks
from campaigns.models import Call, Campaign
from campaigns.pace import why_slow
from campaigns.preflight.run import preflight
from campaigns.reports.progress import Progress, kes, progress_of
from campaigns.reports.results import ResultsFormat, results_response
from campaigns.states import ENDED, LIVE, CallStatus
from leads import clock
from leads.admin.colours import by_words
from leads.once import once_a_page
from leads.retelling import retold
from leads.telling import told

Status = Campaign.Status
COLOURS: dict[str, str] = {Status.DRAFT: "info", Status.APPROVED: "primary", Status.RUNNING: "success", Status.PAUSED: "warning"}
FIXED_WHILE_RUNNING = ["kind", "purpose", "controller", "script", "line", "more_lines", "voice", "fallback_voices", "turns", "is_recorded"]
LIMITS = ["name", "reps", "max_calls_in_flight", "max_attempts", "max_call_s", "budget_minor", "day_budget_minor", "hot_leads_a_rep"]
WRAP_UP = ["wrap_up_s", "wrap_up_required"]
HANDED = ["ring_strategy", "needed_skills", "is_language_matched", "is_last_rep_first", "offer_s", "wait_goal_s", *WRAP_UP]
BUTTONS = {action.value: action for action in Action}
SENTENCES = {
    Action.APPROVE: _("You answer for what the preflight shows: %(n)d queued calls from %(line)s. It can then be started. Your name is kept."),
    Action.START: _("%(n)d queued calls will be placed from %(line)s, each when the rules allow it. “%(script)s” can then no longer be changed."),
    Action.PAUSE: _("No new call starts. Calls that are live go on to their end. %(n)d calls stay queued."),
    Action.RESUME: _("%(n)d queued calls go on being placed from %(line)s, each when the rules allow it."),
    Action.REVISE: _("It becomes a draft again, to be changed. It needs a preflight and an approval before it calls. %(n)d calls stay queued."),
    Action.CLOSE: _("Closed for good: %(n)d queued calls will not be placed. Calls that are live go on to their end."),
}


def _costs(now: Progress) -> list[tuple[Any, str, str, str]]:
    """Of what came of the campaign, where there is any: the cost of one, and its parts for the telephone and the AI voice."""
    each = ((_("a completed interview"), now.a_complete), (_("a qualified lead"), now.a_qualified_lead), (_("a hot lead"), now.a_hot_lead))
    return [(label, kes(cost.minor), kes(cost.phone_minor), kes(cost.voice_minor)) for label, cost in each if cost]


def _n_calls(**which: Any) -> Coalesce:
    """Of each campaign, counted in the index alone: joined, all calls of all campaigns would be put in order first."""
    rows = Call.objects.filter(campaign=OuterRef("pk"), **which).order_by().values("campaign")
    return Coalesce(Subquery(rows.annotate(n=Count("*")).values("n")), 0)


class CampaignList(ChangeList):  # type: ignore[misc]
    """Counts what has ended once a page, of the campaigns on it: the most calls by far, which no other page of a campaign asks for."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        ended = Call.objects.filter(campaign__in=[each.pk for each in self.result_list], status__in=sorted(ENDED)).order_by()
        counts = dict(ended.values_list("campaign_id").annotate(n=Count("*")))
        for campaign in self.result_list:
            campaign.calls_ended = counts.get(campaign.pk, 0)


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin):  # type: ignore[misc]
    form = CampaignForm
    list_display = ["name", "state", "purpose", "script", "line", "n_queued", "n_live", "n_ended", "why_paused"]
    list_filter = ["status", "kind", "purpose"]
    search_fields = ["name"]
    ordering = ["name"]
    autocomplete_fields = ["script", "line", "more_lines", "reps"]
    actions_detail = [
        "enrol_leads", "preview", "rehearse", "launch", "clips", "preflight", "approve", "start", "pause", "resume",
        {"title": _("More"), "items": ["attempts", "timing", "download_results", "download_results_xlsx", "take_out", "revise", "close"]},
    ]  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        what = [
            "name",
            ("kind", "purpose"),
            "controller",
            "script",
            "line",
            "more_lines",
            ("voice", "fallback_voices"),
            "turns",
            "is_recorded",
        ]
        handed = ["reps", "ring_strategy", "needed_skills", ("is_language_matched", "is_last_rep_first"), ("offer_s", "wait_goal_s"), *WRAP_UP]
        limits = [("max_calls_in_flight", "max_attempts"), "max_call_s", ("budget_minor", "day_budget_minor"), "hot_leads_a_rep"]
        watched = [(None, {"fields": ["progress"]})] if obj else []
        sets = [(_("What is asked, by whom"), what), (_("Hand-off to reps"), handed), (_("Limits"), limits)]
        return [*watched, *((title, {"fields": fields}) for title, fields in sets)]

    def get_readonly_fields(self, request: HttpRequest, obj: Campaign | None = None) -> list[str]:
        """What people were told and asked does not change under a running campaign; nothing changes in a closed one."""
        if obj is None or obj.status in {Status.DRAFT, Status.APPROVED, Status.PAUSED}:
            return ["progress"]
        return ["progress", *FIXED_WHILE_RUNNING, *([*LIMITS, *HANDED] if obj.status == Status.CLOSED else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        queryset: QuerySet[Campaign] = super().get_queryset(request).select_related("script", "line")
        return queryset.annotate(calls_queued=_n_calls(status=CallStatus.QUEUED), calls_live=_n_calls(status__in=sorted(LIVE)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CampaignList

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what can be done as things stand."""
        campaign = self.get_object(request, str(object_id))
        if campaign is None:
            return []
        possible = {name for name, wanted in BUTTONS.items() if wanted in campaign_life.possible_actions(campaign)}
        possible |= {"preview", "rehearse", "launch", "clips", "attempts", "timing", "download_results", "download_results_xlsx"}
        possible |= {"enrol_leads", "take_out", "preflight"} if campaign.status != Status.CLOSED else set()
        return [button for button in super().get_actions_detail(request, object_id) if button.path in possible]

    def get_urls(self) -> list[URLPattern]:
        enrol, sound = self.admin_site.admin_view(partial(enrol_list_page, self)), self.admin_site.admin_view(self.preview_sound)
        return [
            path("enrol_list/<int:import_id>/", enrol, name="campaigns_campaign_enrol_list"),
            path("<int:campaign_id>/preview/sound/", sound, name="campaigns_campaign_preview_sound"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """What was called stays on record: a campaign that was started is closed, not deleted."""
        return bool(super().has_delete_permission(request, obj)) and (obj is None or (obj.status == Status.DRAFT and obj.running_since is None))

    # Permissions of its own rather than names of others': unfold's check would look those up in a database that may not exist yet.
    def has_enrol_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_change_permission(request)) and request.user.has_perm("leads.view_lead")

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Of its own: who sets a campaign up need not be who answers for it."""
        return bool(self.has_view_permission(request)) and request.user.has_perm("campaigns.approve_campaign")

    def has_preview_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_view_permission(request)) and request.user.has_perm("campaigns.view_script")

    def has_download_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who sees people needs the right to their leads as well; who does not gets a file without them."""
        may = request.user.has_perms(["campaigns.view_campaign", "campaigns.view_call"])
        return bool(may and (request.user.has_perm("leads.view_lead") or not viewer_on(request).sees_people))

    @display(description=_("status"), ordering="status", label=by_words(Status.choices, COLOURS))
    def state(self, campaign: Campaign) -> str:
        return campaign.get_status_display()

    @admin.display(description=_("why it is paused"), ordering="pause_reason")
    def why_paused(self, campaign: Campaign) -> str:
        return retold(campaign.pause_reason)

    @admin.display(description=_("queued"), ordering="calls_queued")
    def n_queued(self, campaign: Any) -> int:
        return int(campaign.calls_queued)

    @admin.display(description=_("live"), ordering="calls_live")
    def n_live(self, campaign: Any) -> int:
        return int(campaign.calls_live)

    @admin.display(description=_("ended"))
    def n_ended(self, campaign: Any) -> int:
        return int(campaign.calls_ended)

    @admin.display(description=_("progress"))
    @once_a_page
    def progress(self, campaign: Campaign) -> SafeString:
        now = progress_of(campaign)
        alive = list(servers.alive()) if campaign.status == Status.RUNNING else []
        dead = why_nobody_speaks(alive, campaign.voices)
        context = {
            "campaign": campaign,
            "progress": now,
            "colour": COLOURS.get(campaign.status, ""),
            "spent": kes(now.spent_minor),
            "reserved": kes(now.reserved_minor),
            "budget": kes(campaign.budget_minor),
            "spent_on": (kes(now.spent_minor - now.voice_minor), kes(now.voice_minor)),
            "costs": _costs(now),
            "old_prices": money.old_prices(on=clock.now().date()) if now.spent_minor else [],
            "voices": dead or passed_over(alive, campaign.voices),
            "slow": why_slow(campaign, now=clock.now()) if campaign.status == Status.RUNNING and not dead else "",
            **life_of(campaign),
        }
        return render_to_string("admin/campaigns/campaign/progress.html", context)

    @action(description=_("Enrol leads"), permissions=["enrol"], icon="person_add")
    def enrol_leads(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = asked_for(self, request, object_id)
        form = EnrolForm(request.POST or None, viewer=viewer_on(request), import_id=request.GET.get("import", ""))
        if request.method == "POST" and form.is_valid():
            n_enrolled = campaign_life.enroll(campaign, form.leads().iterator(chunk_size=campaign_life.BATCH))
            self.log_change(request, campaign, f"{n_enrolled} leads enrolled")
            messages.success(request, ngettext("%d lead enrolled.", "%d leads enrolled.", n_enrolled) % n_enrolled)
            return redirect("admin:campaigns_campaign_change", campaign.pk)
        sentence = _(
            "Each lead gets one queued call. Leads that have one already are left as they are, those that were blocked are tried again. "
            "Whether a lead may be called is decided when the call is due."
        )
        return confirm(self, request, campaign, title=_("Enrol leads in “%s”") % campaign.name, sentence=sentence, button=_("Enrol"), form=form)

    @action(description=_("Take leads out"), permissions=["enrol"], icon="person_remove")
    def take_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = asked_for(self, request, object_id)
        form = EnrolForm(request.POST or None, viewer=viewer_on(request))
        if request.method == "POST" and form.is_valid():
            taken = campaign_life.take_out(campaign, form.leads())
            self.log_change(request, campaign, f"{taken.n} leads taken out")
            messages.success(request, ngettext("%d lead taken out.", "%d leads taken out.", taken.n) % taken.n)
            if taken.n_on_the_phone:
                messages.warning(request, _("Being called just now: %(n)d. Take them out again afterwards.") % {"n": taken.n_on_the_phone})
            return redirect("admin:campaigns_campaign_change", campaign.pk)
        sentence = _(
            "The queued calls of these leads are canceled. Calls that have begun go on, and call backs that were promised stay. "
            "Who is enrolled again is queued again."
        )
        title = _("Take leads out of “%s”") % campaign.name
        return confirm(self, request, campaign, title=title, sentence=sentence, button=_("Take out"), form=form, is_dangerous=True)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Here all of it is saved, its lines and reps included."""
        super().save_related(request, form, formsets, change)
        if not change:
            let_in(request.user, form.instance)
        if change and (beyond := campaign_life.take_approval_back(form.instance, by=request.user.get_username())):
            sentence = _("The approval was taken back, so this is a draft again: %(beyond)s. Run a preflight and have it approved anew.")
            messages.warning(request, sentence % {"beyond": "; ".join(map(told, beyond))})

    @action(description=_("Preflight"), permissions=["change"], icon="flight_takeoff")
    def preflight(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = asked_for(self, request, object_id)
        if request.method == "POST":
            run = preflight(campaign, by=request.user.get_username())
            return redirect(page_after(request, campaign)) if came_from_launch(request) else redirect("admin:campaigns_preflight_change", run.pk)
        sentence = _("Plays the campaign through without calling anybody: who would be called, who not and why. %(n)d calls are queued.")
        title = _("Preflight of “%s”?") % campaign.name
        words = sentence % {"n": campaign.calls_queued}
        back_url = page_after(request, campaign)
        return confirm(self, request, campaign, title=title, sentence=words, button=_("Run the preflight"), back_url=back_url)

    @action(description=_("Preview"), permissions=["preview"], icon="volume_up")
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = asked_for(self, request, object_id)
        return preview_page(self, request, campaign.script, campaign)

    def preview_sound(self, request: HttpRequest, campaign_id: int) -> HttpResponse:
        if not self.has_preview_permission(request):
            raise PermissionDenied
        campaign = asked_for(self, request, str(campaign_id))
        return preview_sound(request, campaign.script, campaign)

    @action(description=_("Launch"), permissions=["view"], icon="rocket_launch")
    def launch(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return launch_page(self, request, asked_for(self, request, object_id))

    @action(description=_("Rehearse"), permissions=["view"], icon="mic")
    def rehearse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Of its script, with its voice."""
        campaign = asked_for(self, request, object_id)
        return redirect(f"{reverse('admin:campaigns_script_rehearse', args=[campaign.script_id])}?campaign={campaign.pk}")

    @action(description=_("Clips"), permissions=["view"], icon="graphic_eq")
    def clips(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return clips_page(self, request, asked_for(self, request, object_id))

    @action(description=_("Approve"), permissions=["approve"], variant=ActionVariant.PRIMARY, icon="verified")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._change(request, object_id, Action.APPROVE, _("Approve"))

    @action(description=_("Back to draft"), permissions=["change"], icon="edit")
    def revise(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._change(request, object_id, Action.REVISE, _("Back to draft"))

    @action(description=_("Start"), permissions=["change"], variant=ActionVariant.PRIMARY, icon="play_arrow")
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._change(request, object_id, Action.START, _("Start"))

    @action(description=_("Pause"), permissions=["change"], variant=ActionVariant.WARNING, icon="pause")
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._change(request, object_id, Action.PAUSE, _("Pause"))

    @action(description=_("Resume"), permissions=["change"], variant=ActionVariant.PRIMARY, icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._change(request, object_id, Action.RESUME, _("Resume"))

    @action(description=_("Close"), permissions=["change"], icon="stop")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._change(request, object_id, Action.CLOSE, _("Close"))

    @action(description=_("Attempts"), permissions=["view"], icon="bar_chart")
    def attempts(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return attempts_page(self, request, asked_for(self, request, object_id))

    @action(description=_("What callees wait for a voice"), permissions=["view"], icon="timer")
    def timing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect(f"{reverse('admin:campaigns_call_timing')}?campaign={asked_for(self, request, object_id).pk}")

    @action(description=_("Results as CSV"), permissions=["download"], icon="download")
    def download_results(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return self._results(request, object_id, ResultsFormat.CSV)

    @action(description=_("Results as XLSX"), permissions=["download"], icon="download")
    def download_results_xlsx(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return self._results(request, object_id, ResultsFormat.XLSX)

    def _results(self, request: HttpRequest, object_id: str, file_format: ResultsFormat) -> HttpResponseBase:
        campaign = asked_for(self, request, object_id)
        note_results(campaign, viewer_on(request), by=request.user.get_username())
        return results_response(request, campaign, viewer_on(request), file_format)

    def _change(self, request: HttpRequest, object_id: str, wanted: Action, button: Any) -> HttpResponse:
        """Asked about first; what stands in the way is said before and after."""
        campaign = asked_for(self, request, object_id)
        if request.method == "POST":
            obstacles = campaign_life.change(campaign, wanted, by=request.user.get_username())
            for obstacle in obstacles:
                messages.error(request, told(obstacle))
            if not obstacles:
                self.log_change(request, campaign, f"{wanted.value}: now {campaign.status}")
                messages.success(request, _("“%(name)s” is %(status)s.") % {"name": campaign.name, "status": campaign.get_status_display()})
            return redirect(page_after(request, campaign))
        sentence = SENTENCES[wanted] % {"n": campaign.calls_queued, "line": campaign.line, "script": campaign.script}
        paused_for = _("It was paused: %s ") % retold(campaign.pause_reason) if wanted is Action.RESUME and campaign.pause_reason else ""
        return confirm(
            self,
            request,
            campaign,
            title=_("%(button)s “%(name)s”?") % {"button": button, "name": campaign.name},
            sentence=f"{paused_for}{sentence}",
            button=button,
            obstacles=campaign_life.obstacles_to(campaign, wanted),
            is_dangerous=wanted is Action.CLOSE,
            back_url=page_after(request, campaign),
        )
