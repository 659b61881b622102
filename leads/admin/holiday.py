"""The console for holidays that follow the moon: what is estimated within a year, and one page that asks before a word about it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, register_converter, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from leads import clock
from leads.entry_refused import EntryRefused
from leads.holiday_calendar import Holiday
from leads.holiday_confirmation import A_YEAR, SOON, coming_estimates, confirm_holiday, estimate_of, markets_that_rest
from leads.market_packs import market_packs
from leads.models import HolidayConfirmation
from leads.telling import told


class DayConverter:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")


class MoveForm(forms.Form):
    moved_to = forms.DateField(
        label=_("Falls on"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}), help_text=_("As the authorities announced it")
    )


@admin.register(HolidayConfirmation)
class HolidayConfirmationAdmin(ModelAdmin):  # type: ignore[misc]
    """The list is the history, to read only; above it stands what is to come, with its buttons."""

    list_display = ["market", "estimated_on", "name", "sentence", "confirmed_by", "confirmed_at"]
    list_select_related = ["confirmed_by"]
    list_filter = ["market"]
    fields = ["market", "estimated_on", "name", "confirmed_on", "confirmed_by", "confirmed_at"]
    list_before_template = "admin/leads/holidayconfirmation/coming.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a word is said about an estimate, by its buttons

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(f"<str:market>/<day:estimated_on>/{word}/", self.admin_site.admin_view(view), name=f"leads_holidayconfirmation_{word}")
            for word, view in (("confirm", self.confirm), ("move", self.move), ("refuse", self.refuse))
        ]
        return [*pages, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        today = clock.now().date()
        coming = coming_estimates(markets_that_rest(), on=today, within=A_YEAR)
        context = {"coming": coming, "soon": today + SOON, "may_confirm": request.user.has_perm("leads.add_holidayconfirmation")}
        response: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **context})
        return response

    def confirm(self, request: HttpRequest, market: str, estimated_on: date) -> HttpResponse:
        holiday = _asked_about(request, market, estimated_on)
        if request.method == "POST":
            return self._keep(request, market, estimated_on, confirmed_on=estimated_on)
        sentence = _("It falls on %(day)s, as estimated. Calls are closed on that day; the day before and the day after are no longer closed for it.")
        return self._ask(request, market, holiday, title=_("Confirm the date?"), sentence=sentence, button=_("Confirm the date"))

    def move(self, request: HttpRequest, market: str, estimated_on: date) -> HttpResponse:
        holiday = _asked_about(request, market, estimated_on)
        form = MoveForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._keep(request, market, estimated_on, confirmed_on=form.cleaned_data["moved_to"])
            except EntryRefused as refused:
                form.add_error("moved_to", told(refused.message))
        sentence = _("It was estimated for %(day)s. Calls are closed on the day that you name, and on no other day for this holiday.")
        return self._ask(request, market, holiday, title=_("Move the holiday?"), sentence=sentence, button=_("Move it"), form=form)

    def refuse(self, request: HttpRequest, market: str, estimated_on: date) -> HttpResponse:
        holiday = _asked_about(request, market, estimated_on)
        if request.method == "POST":
            return self._keep(request, market, estimated_on, confirmed_on=None)
        sentence = _("It closes no day: neither %(day)s, nor the day before, nor the day after.")
        return self._ask(request, market, holiday, title=_("No holiday there?"), sentence=sentence, button=_("It is no holiday"), is_dangerous=True)

    def _keep(self, request: HttpRequest, market: str, estimated_on: date, *, confirmed_on: date | None) -> HttpResponse:
        word, _is_new = confirm_holiday(market, estimated_on, confirmed_on=confirmed_on, by=request.user, at=clock.now())  # type: ignore[arg-type]
        messages.success(request, f"{word.market}, {word.name}, {word.estimated_on}: {told(word.sentence)}.")
        return redirect("admin:leads_holidayconfirmation_changelist")

    def _ask(self, request: HttpRequest, market: str, holiday: Holiday, *, sentence: Any, **question: Any) -> HttpResponse:
        days = {"day": date_format(holiday.on, "l j F Y")}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "back_url": reverse("admin:leads_holidayconfirmation_changelist"),
            "sentence": f"{market_packs()[market].name}, {holiday.name}. {sentence % days}",
            **question,
        }
        return TemplateResponse(request, "admin/confirm.html", context)


def _asked_about(request: HttpRequest, market: str, estimated_on: date) -> Holiday:
    if not request.user.has_perm("leads.add_holidayconfirmation"):
        raise PermissionDenied
    try:
        return estimate_of(market, estimated_on)
    except EntryRefused as refused:
        raise Http404(refused.message) from refused
