"""The kill switch in the console: a page that asks first, its POST stops or resumes all dialing; and the history, read only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns import stop_all
from campaigns.access.viewer import viewer_on
from campaigns.admin.confirm import confirm
from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.dialing_stop import open_stop
from campaigns.models import Call, DialingStop
from campaigns.states import LIVE
from leads.telling import told


class WhyForm(forms.Form):
    why = forms.CharField(
        label=_("Why"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget, help_text=_("Shown here and to the reps")
    )


@admin.register(DialingStop)
class DialingStopAdmin(ReadOnlyAdmin):
    list_display = ["stopped_at", "stopped_by", "reason", "resumed_at", "resumed_by"]
    fields = list_display

    def get_urls(self) -> list[URLPattern]:
        return [
            path("stop/", self.admin_site.admin_view(self.stop), name="campaigns_dialingstop_stop"),
            path("resume/", self.admin_site.admin_view(self.resume), name="campaigns_dialingstop_resume"),
            *super().get_urls(),
        ]

    def stop(self, request: HttpRequest) -> HttpResponse:
        _demand_permission(request)
        form = WhyForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            stop = stop_all.stop_all(by=request.user.get_username(), reason=form.cleaned_data["why"])
            messages.warning(request, f"{told(stop.sentence)} {_('Calls that are live go on to their end.')}")
            return redirect("admin:index")
        sentence = _(
            "No phone rings any more, in no campaign, within a second: no lead's, no rep's. %(n)d calls are live now and go on to their end."
        )
        return self._ask(
            request,
            title=_("Stop all dialing?"),
            sentence=sentence % {"n": Call.objects.filter(status__in=LIVE).count()},
            button=_("Stop all dialing"),
            form=form,
            is_dangerous=True,
        )

    def resume(self, request: HttpRequest) -> HttpResponse:
        _demand_permission(request)
        theirs = _why_not_resume(request)
        if theirs and request.method == "POST":
            messages.error(request, told(theirs))
            return redirect("admin:index")
        if request.method == "POST":
            is_resumed = stop_all.resume_all(by=request.user.get_username()) is not None
            messages.success(request, _("Dialing goes on.") if is_resumed else _("Nothing was stopped: dialing goes on."))
            return redirect("admin:index")
        stop = open_stop()
        return self._ask(
            request,
            title=_("Resume dialing?"),
            sentence=_("Running campaigns go on placing their calls, each when the rules and the limits allow it."),
            button=_("Resume dialing"),
            obstacles=[theirs] if theirs else [] if stop else [str(_("Nothing is stopped: dialing goes on."))],
        )

    def _ask(self, request: HttpRequest, **question: Any) -> HttpResponse:
        return confirm(self, request, None, back_url=reverse("admin:index"), **question)


def _why_not_resume(request: HttpRequest) -> str:
    """To stop is safe, so whoever has the right may, whatever they are limited to. To resume rings phones of campaigns that are not theirs."""
    if viewer_on(request).limit is None:
        return ""
    return str(_("You see some campaigns only, and this would set all of them dialing again. Ask somebody who sees all of them."))


def _demand_permission(request: HttpRequest) -> None:
    if not request.user.has_perm("campaigns.stop_dialing"):
        raise PermissionDenied
