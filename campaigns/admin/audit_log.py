"""The audit log: who exported, played, showed or overrode what, and why. Read only; its own export stands in it, too."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter
from unfold.decorators import action, display

from campaigns.access.viewer import viewer_on
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.models import Campaign
from campaigns.reports.sending import batches_of, masked, sent
from leads import audit
from leads.admin.colours import by_words
from leads.list_filters import When
from leads.models import AuditEntry
from leads.said import sentence
from leads.spreadsheet import harmless
from leads.telling import told

Act = AuditEntry.Act
COLOURS: dict[str, str] = {
    Act.EXPORT: "info",
    Act.PLAY: "info",
    Act.LISTEN: "info",
    Act.SHOW: "warning",
    Act.OVERRIDE: "danger",
    Act.WAIVE: "danger",
    Act.RIGHTS: "warning",
    Act.IMPORT: "info",
    Act.UNDO: "warning",
}
COLUMNS = ("at", "by", "act", "subject", "subject_id", "campaign_id", "why", "detail")
# A page of each, where there is one.
PAGES = {"call": "campaigns_call", "lead": "leads_lead", "campaign": "campaigns_campaign", "user": "auth_user", "script": "campaigns_script"}


class OfCampaign(admin.SimpleListFilter):
    title = _("campaign")
    parameter_name = "campaign_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in viewer_on(request).campaigns.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        wanted = self.value() or ""
        return queryset.filter(campaign_id=int(wanted)) if wanted.isdecimal() else queryset


@admin.register(AuditEntry)
class AuditLogAdmin(ReadOnlyAdmin):
    list_display = ["at", "by", "what", "of_what", "whose", "campaign", "why"]
    list_filter = ["act", OfCampaign, ("by", FieldTextFilter), ("at", When)]
    list_filter_submit = True
    search_fields = ["by", "subject_id", "why"]
    search_help_text = _("Who, the id of what it was about, or a word of the reason")
    ordering = ["-id"]
    fields = ["at", "by", "what", "of_what", "whose", "campaign", "why", "told"]
    readonly_fields = ["what", "of_what", "whose", "campaign", "told"]
    actions_list = ["export"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        name = Campaign.objects.filter(pk=OuterRef("campaign_id")).values("name")
        rows: QuerySet[AuditEntry] = super().get_queryset(request).annotate(campaign_name=Subquery(name))
        return rows

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    @action(description=_("Export as CSV"), permissions=["export"], icon="download")
    def export(self, request: HttpRequest) -> HttpResponseBase:
        """All that the viewer may see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).order_by("id")
        n_rows = rows.count()
        audit.record(request.user.get_username(), Act.EXPORT, "audit log", rows=n_rows)
        viewer = viewer_on(request)
        pieces = (masked([text], viewer)[0].encode() for text in as_csv(rows))
        return sent(request, pieces, content_type="text/csv; charset=utf-8", name="audit-log.csv")

    @display(description=_("what"), ordering="act", label=by_words(Act.choices, COLOURS))
    def what(self, entry: AuditEntry) -> str:
        return str(entry.get_act_display())

    @admin.display(description=_("of what"), ordering="subject")
    def of_what(self, entry: AuditEntry) -> str:
        return told(sentence(entry.subject))

    @admin.display(description=_("which"), ordering="subject_id")
    def whose(self, entry: AuditEntry) -> str:
        if entry.subject in PAGES and entry.subject_id:
            url = reverse(f"admin:{PAGES[entry.subject]}_change", args=[entry.subject_id])
            return format_html('<a class="text-link" href="{}">{}</a>', url, entry.subject_id[:8])
        return entry.subject_id[:8] or "–"

    @admin.display(description=_("campaign"), ordering="campaign_id")
    def campaign(self, entry: Any) -> str:
        return entry.campaign_name or "–"

    @admin.display(description=_("details"))
    def told(self, entry: AuditEntry) -> str:
        return format_html("<pre>{}</pre>", json.dumps(entry.detail, indent=2, ensure_ascii=False)) if entry.detail else "–"


def as_csv(rows: QuerySet[AuditEntry]) -> Iterator[str]:
    """UTC, oldest first; some hundred rows at a time."""
    yield _lines([COLUMNS])
    for batch in batches_of(rows, "id"):
        yield _lines([_told(entry) for entry in batch])


def _told(entry: AuditEntry) -> list[str]:
    at, *texts, detail = (getattr(entry, name) for name in COLUMNS)
    told = [harmless(str(text)) if text is not None else "" for text in texts]
    return [at.isoformat(), *told, json.dumps(detail, ensure_ascii=False)]


def _lines(rows: Iterable[Sequence[str]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue()
