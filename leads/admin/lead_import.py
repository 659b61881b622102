"""Lists of leads in the console: bring one, say what its columns hold, see what would come of it, import it, watch it, take it back.

`manage.py import_leads` does the same from a shell. Each page is found again in the list as long as the import is not finished.
"""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from leads import audit, clock, import_desk, import_files, import_work, tasks
from leads.admin.colours import by_words
from leads.admin.import_forms import ConsentForm, entered_layout
from leads.admin.import_steps import (
    columns_shown,
    next_page,
    order_of,
    page_of,
    preview_shown,
    progress_of,
    same_file_shown,
    steps_of,
    worth_by_purpose,
)
from leads.admin.import_upload import bounded, was_too_large
from leads.entry_refused import EntryRefused
from leads.import_files import Gone
from leads.import_preview import from_json, rows_to_mend
from leads.import_stage import UNFINISHED, Stage, may_be_changed, may_be_imported, may_be_undone, percent
from leads.import_undo import undo_import, would_be_undone
from leads.models import LeadImport
from leads.retelling import retold
from leads.spreadsheet import csv_text, xlsx_bytes
from leads.telling import told

UNDONE_AT_ONCE_UP_TO = 2000  # leads; more are taken back by the worker
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES: dict[str, Any] = {
    Stage.COLUMNS: _("not finished"),
    Stage.CHECKING: _("not finished"),
    Stage.CHECKED: _("not finished"),
    Stage.IMPORTING: _("at work"),
    Stage.DONE: _("done"),
    Stage.FAILED: _("broke off"),
    Stage.DISCARDED: _("thrown away"),
}
COLOURS = {Stage.COLUMNS: "warning", Stage.IMPORTING: "info", Stage.DONE: "success", Stage.FAILED: "danger"}
GONE = _("The file of this import is deleted: it was finished, thrown away, or is more than a day old. Bring it again.")


@admin.register(LeadImport)
class LeadImportAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["__str__", "state", "how_far", "imported_by", "started_at", "n_new", "n_rejected"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name", "sha256"]
    date_hierarchy = "started_at"
    actions_list = ["begin_import"]

    # ---- who may

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("leads.add_lead") or bool(super().has_view_permission(request, obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("leads.add_lead")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_begin_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    # ---- the list

    @display(description=_("status"), ordering="stage", label=by_words(STATES.items(), COLOURS))
    def state(self, kept: LeadImport) -> str:
        if kept.stage == Stage.IMPORTING and not kept.file_key:
            return str(_("begun from a shell"))
        return str(_("taken back") if kept.undone_at else STATES[kept.stage])

    @admin.display(description=_("how far"))
    def how_far(self, kept: LeadImport) -> Any:
        if kept.stage == Stage.IMPORTING and kept.file_key:
            return f"{percent(kept.n_rows_done, kept.n_rows)} %"
        if kept.stage in UNFINISHED:
            links = ((next_page(kept), _("go on")), (page_of(kept, "discard"), _("discard")))
            return format_html('<a class="text-link" href="{}">{}</a> / <a class="text-link" href="{}">{}</a>', *links[0], *links[1])
        return ""

    @action(description=_("Import a list"), permissions=["begin"], icon="upload_file")
    def begin_import(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:leads_leadimport_add")

    # ---- addresses

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Callable[..., HttpResponse]]] = [
            ("columns", self.columns), ("preview", self.preview), ("consent", self.consent), ("start", self.start), ("progress", self.progress),
            ("discard", self.discard), ("undo", self.undo),
        ]  # fmt: skip
        own = [path(f"<int:pk>/{word}/", self.admin_site.admin_view(view), name=f"leads_leadimport_{word}") for word, view in pages]
        rejected = path("<int:pk>/rejected.<str:kind>", self.admin_site.admin_view(self.rejected), name="leads_leadimport_rejected")
        begin = path("add/", bounded(self.admin_site.admin_view(self.begin)), name="leads_leadimport_add")
        return [begin, *own, rejected, *super().get_urls()]

    # ---- the steps

    def begin(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        error = ""
        if request.method == "POST":
            sent = request.FILES.get("file")
            if was_too_large(request):
                error = told(import_desk.too_large_words())
            elif sent is None:
                error = str(_("Choose a file first."))
            else:
                try:
                    kept = import_desk.begin(sent.chunks(), file_name=sent.name or "", by=request.user)  # type: ignore[arg-type]
                except EntryRefused as refused:
                    error = retold(refused.message)
                else:
                    return redirect(next_page(kept))
        tasks.tend_imports()
        begun = LeadImport.objects.filter(stage__in=UNFINISHED, imported_by_id=request.user.pk)
        context = {"error": error, "max_bytes": import_files.max_bytes(), "max_mb": import_files.max_bytes() // 2**20, "begun": begun[:5]}
        return self._page(request, "begin", None, status=413 if was_too_large(request) else 200, **context)

    def columns(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = self._asked(request, pk)
        if not may_be_changed(Stage(kept.stage)):
            return redirect(next_page(kept))
        error = ""
        try:
            if request.method == "POST":
                try:
                    _save_columns(request, kept)
                except EntryRefused as refused:
                    error = retold(refused.message)
                else:
                    return redirect(next_page(kept))
            shown = columns_shown(kept, import_desk.head_of(kept))
        except Gone:
            return self._gone(request)
        return self._page(request, "columns", kept, error=error or retold(kept.failure), twin=same_file_shown(kept), **shown)

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = self._asked(request, pk)
        if kept.stage not in (Stage.CHECKING, Stage.CHECKED):
            return redirect(next_page(kept))
        shown = preview_shown(kept)
        if kept.stage == Stage.CHECKED and shown["preview"] is None:
            return self._gone(request)
        steps = steps_of(kept, "change" if shown["is_decided"] and kept.stage == Stage.CHECKED else "preview")
        return self._page(request, "preview", kept, twin=same_file_shown(kept), **shown, progress=progress_of(kept), steps=steps)

    def consent(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = self._asked(request, pk)
        if kept.stage != Stage.CHECKED:
            return redirect(next_page(kept))
        by = _name_of(request)
        form = ConsentForm(order_of(kept), by, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                import_desk.save_consent(kept, form.chosen(), form.attestation())
            except EntryRefused as refused:
                form.add_error("source", retold(refused.message))
            except Gone:
                return self._gone(request)
            else:
                return redirect(next_page(kept))
        held = import_work.preview_of(kept)
        return self._page(request, "consent", kept, form=form, by=by, worth=worth_by_purpose(from_json(held) if held else None))

    def start(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        kept = self._asked(request, pk)
        try:
            import_desk.start(kept, by=request.user)  # type: ignore[arg-type]
        except EntryRefused as refused:
            messages.error(request, retold(refused.message))
            return redirect(next_page(kept))
        return redirect(page_of(kept, "change"))

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the pages of a check and of an import ask for while they are open."""
        return JsonResponse(progress_of(self._asked(request, pk)))

    # ---- the result

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        kept = self.get_object(request, object_id)
        if kept is None or not self.has_view_permission(request, kept):
            raise PermissionDenied
        if kept.stage in UNFINISHED:
            return redirect(next_page(kept))
        return self._page(
            request,
            "change",
            kept,
            progress=progress_of(kept),
            has_rejected=import_files.has(kept.file_key, import_work.REJECTED) and kept.n_rejected > 0,
            may_import=self.has_add_permission(request),
            may_go_on=kept.stage == Stage.FAILED and may_be_imported(Stage(kept.stage)) and import_files.has(kept.file_key, "list"),
            may_undo=self.has_add_permission(request) and may_be_undone(Stage(kept.stage)) and not kept.undone_at,
            n_listed=kept.listed.count(),
            state=STATES[kept.stage],
        )

    def rejected(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """The rows that were not taken. Whoever fetches them is written down: they are people's numbers."""
        kept = self._asked(request, pk)
        try:
            headings, rows = import_work.rejected_rows(kept)
        except Gone:
            return self._gone(request)
        heading, written = rows_to_mend(headings, rows, retold)
        audit.record(request.user.get_username(), audit.Act.EXPORT, "lead import", kept.pk, n_rows=len(written), what="rejected rows", kind=kind[:4])
        if kind == "xlsx":
            response = HttpResponse(xlsx_bytes(heading, written), content_type=XLSX)
        else:
            response = HttpResponse(csv_text(heading, written), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="to-mend-{kept.pk}.{"xlsx" if kind == "xlsx" else "csv"}"'
        response["Cache-Control"] = "no-store"
        return response

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = self._asked(request, pk)
        if request.method == "POST":
            if import_desk.discard(kept):
                messages.success(request, _("Thrown away. The file is deleted, and nobody of it was entered."))
            else:
                messages.error(request, _("It is being imported, or was: take it back instead."))
            return redirect("admin:leads_leadimport_changelist")
        sentence = _("“%(file)s” is deleted from this server. Nobody of it was entered, and nothing else changes.") % {"file": kept.file_name}
        return self._ask(request, kept, title=_("Throw this list away?"), sentence=sentence, button=_("Throw it away"), back_url=next_page(kept))

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = self._asked(request, pk)
        if not may_be_undone(Stage(kept.stage)):
            return redirect(next_page(kept))
        by = request.user.get_username()
        if request.method == "POST":
            if kept.leads.count() > UNDONE_AT_ONCE_UP_TO:
                tasks.undo_import_later.enqueue(kept.pk, by)
                messages.success(request, _("It is being taken back by the worker. Look at this page again in a minute."))
            else:
                undone = undo_import(kept, at=clock.now(), by=by)
                words = _("%(gone)d leads were taken back, %(kept)d stay.") % {"gone": undone.n_removed, "kept": sum(undone.kept.values())}
                messages.success(request, words)
            return redirect(page_of(kept, "change"))
        undoable = would_be_undone(kept)
        sentence = _("%(n)d leads that it created are removed, with their consent. Nobody can bring them back but by another import.")
        stays = [
            *(_("%(n)d stay: %(why)s") % {"n": n, "why": told(why)} for why, n in undoable.kept.items()),
            _("What it changed on leads that were there before stays as it is."),
        ]
        return self._ask(
            request, kept, title=_("Take this import back?"), sentence=sentence % {"n": undoable.n_removed}, button=_("Take it back"),
            back_url=page_of(kept, "change"), stays=stays,
        )  # fmt: skip

    # ---- how

    def _asked(self, request: HttpRequest, pk: int) -> LeadImport:
        """Somebody else's list holds people's numbers: seen by whoever may see leads."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        kept: LeadImport = get_object_or_404(self.get_queryset(request).select_related("imported_by"), pk=pk)
        if kept.imported_by_id != request.user.pk and not request.user.has_perm("leads.view_lead"):
            raise PermissionDenied
        return kept

    def _gone(self, request: HttpRequest) -> HttpResponse:
        messages.warning(request, told(GONE))
        return redirect("admin:leads_leadimport_changelist")

    def _page(self, request: HttpRequest, word: str, kept: LeadImport | None, *, status: int = 200, **page: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import a list"),
            "kept": kept,
            "steps": steps_of(kept, word),
            **page,
        }
        return TemplateResponse(request, f"admin/leads/leadimport/{word}.html", context, status=status)

    def _ask(self, request: HttpRequest, kept: LeadImport, *, back_url: str, **page: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "original": kept, "back_url": back_url, "is_dangerous": True, **page}
        return TemplateResponse(request, "admin/leads/leadimport/ask.html", context)


def _save_columns(request: HttpRequest, kept: LeadImport) -> None:
    layout = entered_layout(request.POST)
    if request.POST.get("act") == "headings":
        import_desk.choose_heading(kept, layout.heading_row)
    else:
        import_desk.save_layout(kept, layout, market=request.POST.get("market", ""))


def _name_of(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        raise AssertionError("the console lets nobody in who has not signed in")
    return request.user.get_full_name() or request.user.get_username()
