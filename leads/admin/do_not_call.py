"""The do-not-call list in the console: numbers one by one or from a file. An entry is never edited, and only a superuser takes one off."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from leads import clock
from leads.admin.phone_form import PhoneForm
from leads.do_not_call import MAX_REASON, add_to_do_not_call, entries_of, take_off_do_not_call
from leads.do_not_call_import import Imported, Manner, import_do_not_call
from leads.entry_refused import EntryRefused
from leads.list_filters import When
from leads.models import DoNotCallEntry, DoNotCallRemoval
from leads.phone import PhoneProblem, to_e164
from leads.retelling import retold
from leads.spreadsheet import MAX_BYTES, Unreadable, problems_csv
from leads.telling import told

Origin = DoNotCallEntry.Origin
N_SHOWN = 50  # rows on the page; the file holds all
HELP_KEEP = _("Without it only a digest is kept: the number is known again, and nobody can read it here")


class EntryForm(PhoneForm):
    keep_number = forms.BooleanField(label=_("Keep the number"), required=False, initial=True, widget=UnfoldBooleanWidget, help_text=HELP_KEEP)


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("CSV or .xlsx with a column “phone” and, if you like, “market” and “reason”; or bare numbers"),
    )
    origin = forms.ChoiceField(
        label=_("Who says so"), choices=[(each.value, each.label) for each in (Origin.STAFF, Origin.REGISTRY)], widget=UnfoldAdminSelectWidget
    )
    market = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Two letters, for example KE: needed for numbers written without one"),
    )
    keep_numbers = forms.BooleanField(label=_("Keep the numbers"), required=False, initial=True, widget=UnfoldBooleanWidget, help_text=HELP_KEEP)

    def clean_file(self) -> bytes:
        sent = self.cleaned_data["file"]
        if sent.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large. Split it: at most %(n)d MB are read at once.") % {"n": MAX_BYTES // 2**20})
        return bytes(sent.read())


class WhyForm(forms.Form):
    why = forms.CharField(
        label=_("Why"),
        max_length=MAX_REASON,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Who asked for it, and how. Kept for good, with your name"),
    )


@admin.register(DoNotCallEntry)
class DoNotCallEntryAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["number", "origin", "why", "entered_by", "entered_at"]
    list_filter = ["origin", ("entered_at", When)]
    list_filter_submit = True
    list_select_related = ["entered_by"]
    search_fields = ["phone", "reason"]
    search_help_text = _("A whole number, with + and country code, is found even if it is not kept")
    ordering = ["-entered_at", "id"]
    sortable_by = ["entered_at"]
    actions_list = ["upload"]
    actions_detail = ["take_off"]

    def get_form(self, request: HttpRequest, obj: DoNotCallEntry | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": EntryForm}), **kwargs)

    def get_fields(self, request: HttpRequest, obj: DoNotCallEntry | None = None) -> list[str]:
        return ["number", "why", "origin", "entered_by", "entered_at"] if obj else ["phone", "reason", "keep_number"]

    def get_readonly_fields(self, request: HttpRequest, obj: DoNotCallEntry | None = None) -> list[str]:
        return ["number", "why"]

    @admin.display(description=_("reason"))
    def why(self, entry: DoNotCallEntry) -> str:
        """What a callee said was written by us, with their words in it; other reasons are somebody's own."""
        return retold(entry.reason) if entry.origin == DoNotCallEntry.Origin.CALLEE else entry.reason

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[DoNotCallEntry], search_term: str) -> Any:
        found = to_e164(search_term, region="")
        if isinstance(found, PhoneProblem) and not found.e164:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(pk__in=[entry.pk for entry in entries_of([found.e164]).values()]), False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # taken off instead, with a reason that is kept

    def has_upload_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request))

    def has_take_off_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: DoNotCallEntry, form: Any, change: bool) -> None:
        entry, _is_new = add_to_do_not_call(
            form.cleaned_data["phone"],
            origin=Origin.STAFF,
            reason=obj.reason,
            at=clock.now(),
            by=request.user,  # type: ignore[arg-type]
            keep_number=form.cleaned_data["keep_number"],
        )
        obj.pk, obj.phone, obj.phone_digest = entry.pk, entry.phone, entry.phone_digest

    @admin.display(description=_("phone"), ordering="phone")
    def number(self, entry: DoNotCallEntry) -> Any:
        return entry.phone or _("not kept (%(digest)s…)") % {"digest": entry.phone_digest[:8]}

    @action(description=_("Numbers from a file"), permissions=["upload"], icon="upload_file")
    def upload(self, request: HttpRequest) -> HttpResponse:
        form = FileForm(request.POST or None, request.FILES or None)
        page: dict[str, Any] = {"title": _("Put the numbers of a file on the do-not-call list"), "button": _("Put them on the list"), "form": form}
        if request.method == "POST" and form.is_valid():
            try:
                page |= _told(import_do_not_call(form.cleaned_data["file"], _manner(form, request)))
            except Unreadable as unreadable:
                form.add_error("file", retold(str(unreadable)))
        return self._page(request, back_url=reverse("admin:leads_donotcallentry_changelist"), **page)

    @action(description=_("Take off the list"), permissions=["take_off"], variant=ActionVariant.DANGER, icon="undo")
    def take_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        if not request.user.is_superuser:
            raise PermissionDenied
        form = WhyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                take_off_do_not_call(entry, by=request.user, why=form.cleaned_data["why"], at=clock.now())
            except EntryRefused as refused:
                form.add_error("why", told(refused.message))
            else:
                messages.warning(request, _("Taken off. The number may be called again where consent and the other rules allow it."))
                return redirect("admin:leads_donotcallentry_changelist")
        return self._page(
            request,
            title=_("Take this number off the do-not-call list?"),
            sentence=_("%(number)s, entered on %(day)s. Somebody asked not to be called: take it off only if they asked for that, too.")
            % {"number": self.number(entry), "day": date_format(localtime(entry.entered_at))},
            button=_("Take it off"),
            is_dangerous=True,
            form=form,
            back_url=reverse("admin:leads_donotcallentry_change", args=[entry.pk]),
        )

    def _page(self, request: HttpRequest, **page: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **page}
        return TemplateResponse(request, "admin/leads/donotcallentry/form.html", context)


def _manner(form: FileForm, request: HttpRequest) -> Manner:
    asked = form.cleaned_data
    return Manner(Origin(asked["origin"]), clock.now(), request.user, asked["keep_numbers"], asked["market"].upper())  # type: ignore[arg-type]


def _told(imported: Imported) -> dict[str, Any]:
    """The rows that were not taken travel in the page itself: a list of people's numbers lies in no folder of ours."""
    errors = base64.b64encode(problems_csv(imported.problems, retold).encode()).decode() if imported.problems else ""
    return {"imported": imported, "shown": imported.problems[:N_SHOWN], "errors": errors}


@admin.register(DoNotCallRemoval)
class DoNotCallRemovalAdmin(ModelAdmin):  # type: ignore[misc]
    """To read only."""

    list_display = ["__str__", "removed_by", "removed_at", "why", "origin", "entered_at"]
    list_select_related = ["removed_by"]
    fields = ["phone", "phone_digest", "origin", "reason", "entered_at", "removed_at", "removed_by", "why"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
