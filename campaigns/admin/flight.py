"""The flight record in the console, read only, and what the judge found in it; a button has the worker judge yesterday."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from campaigns.access.viewer import viewer_on
from campaigns.admin.confirm import confirm
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.judge.court import promise
from campaigns.judge.judging import judge_and_keep
from campaigns.judge.ruling import Invariant
from campaigns.models import Call, Campaign, FlightEntry, Judgement
from leads import clock
from leads.list_filters import When

NOT_IN_LISTS = frozenset({"campaigns", "rules", "decision_id", "consent_id"})  # long, or only for the judge; the entry's own page shows all


@admin.register(FlightEntry)
class FlightEntryAdmin(ReadOnlyAdmin):
    list_display = ["when", "kind", "campaign", "call", "told"]
    list_filter = ["kind", ("at", When)]
    list_filter_submit = True
    sortable_by = ["when"]  # by what an index can put in order
    search_fields = ["call_id"]
    search_help_text = _("The id of a call")
    fields = ["kind", "at", "recorded_at", "campaign", "call", "line_id", "lead_id", "number", "money_minor", "money_on", "written"]
    readonly_fields = fields

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[FlightEntry], search_term: str) -> tuple[QuerySet[FlightEntry], bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(call_id=UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[FlightEntry]:
        """With the campaign's name, which is no foreign key's here."""
        name = Campaign.objects.filter(pk=OuterRef("campaign_id")).values("name")
        rows: QuerySet[FlightEntry] = super().get_queryset(request).annotate(campaign_name=Subquery(name))
        return rows

    @display(description=_("at"), ordering="at")
    def when(self, entry: FlightEntry) -> str:
        return date_format(timezone.localtime(entry.at), "j M Y, H:i:s")

    @display(description=_("campaign"))
    def campaign(self, entry: Any) -> str:
        return entry.campaign_name or "–"

    @display(description=_("call"))
    def call(self, entry: FlightEntry) -> str:
        """The call may have been erased with its lead; then the page says that there is none."""
        if entry.call_id is None:
            return "–"
        return format_html(
            '<a class="text-link" href="{}">{}</a>', reverse("admin:campaigns_call_change", args=[entry.call_id]), str(entry.call_id)[:8]
        )

    @display(description=_("details"))
    def told(self, entry: FlightEntry) -> str:
        told = {name: value for name, value in entry.details.items() if value not in (None, "", [], {}) and name not in NOT_IN_LISTS}
        text = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in told.items())
        return text if len(text) <= 120 else f"{text[:119]}…"

    @display(description=_("details"))
    def written(self, entry: FlightEntry) -> str:
        return format_html("<pre>{}</pre>", json.dumps(entry.details, indent=2, ensure_ascii=False))


@admin.register(Judgement)
class JudgementAdmin(ReadOnlyAdmin):
    list_display = ["since", "until", "verdict", "n_calls", "n_decisions", "n_broken", "judged_by", "judged_at"]
    fields = ["since", "until", "judged_by", "judged_at", "n_entries", "n_decisions", "n_calls", "n_broken"]
    change_form_template = "admin/campaigns/judgement/change_form.html"
    actions_list = ["judge_yesterday"]

    def has_judge_permission(self, request: HttpRequest) -> bool:
        """It plays the whole organisation's day, and its judgement would be shown to nobody who is limited to campaigns."""
        return bool(request.user.has_perm("campaigns.add_judgement")) and viewer_on(request).limit is None

    @display(description=_("verdict"), label={True: "success", False: "danger"})
    def verdict(self, judgement: Judgement) -> tuple[bool, Any]:
        is_clean = judgement.n_broken == 0
        return is_clean, _("every promise kept") if is_clean else _("promises broken")

    @action(description=_("Judge yesterday"), permissions=["judge"], icon="gavel")
    def judge_yesterday(self, request: HttpRequest) -> HttpResponse:
        since, until = yesterday(clock.now())
        if request.method == "POST":
            judge_and_keep.enqueue(since.isoformat(), until.isoformat(), request.user.get_username())
            messages.success(request, _("The worker judges it now; the judgement appears in this list."))
            return redirect("admin:campaigns_judgement_changelist")
        sentence = _("The flight record from %(since)s until %(until)s is played again, and each promise that was broken is named.")
        told = {name: date_format(timezone.localtime(at), "DATETIME_FORMAT") for name, at in (("since", since), ("until", until))}
        return confirm(
            self,
            request,
            None,
            title=_("Judge yesterday?"),
            sentence=sentence % told,
            button=_("Judge yesterday"),
            back_url=reverse("admin:campaigns_judgement_changelist"),
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        rows = [(name, _promise(name), count) for name, count in obj.counts.items()]
        found = sorted(rows, key=lambda row: (row[2]["broken"] == 0, row[0]))
        violations = [{**one, "at": datetime.fromisoformat(one["at"])} for one in obj.violations]
        here = {**context, "rows": found, "violations": violations, "known_calls": _known([one["call"] for one in violations])}
        response: HttpResponse = super().render_change_form(request, here, *args, obj=obj, **kwargs)
        return response


def yesterday(now: datetime) -> tuple[datetime, datetime]:
    """The organisation's last whole day."""
    today = timezone.localtime(now).date()
    ends, begins = (timezone.make_aware(datetime.combine(day, datetime.min.time())) for day in (today, today - timedelta(days=1)))
    return begins, ends


def _promise(name: str) -> str:
    """An invariant that there is no more keeps its name."""
    return promise(Invariant(name)) if name in list(Invariant) else ""


def _known(call_ids: list[str]) -> set[str]:
    ids = []
    for call_id in call_ids:
        try:
            ids.append(UUID(call_id))
        except ValueError:
            continue
    return {str(pk) for pk in Call.objects.filter(pk__in=ids).values_list("pk", flat=True)}
