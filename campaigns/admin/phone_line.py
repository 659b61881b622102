"""Phone lines: our numbers, whether they may be dialled on, and what the platform does on them."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from bridge.brief import ChannelLayout, HandoffStrategy
from campaigns.admin.confirm import asked_for
from campaigns.admin.line_check import ask_for_check
from campaigns.line_guard import ROOM_NEEDS_ONE_VOICE, obstacles
from campaigns.models import Line
from leads import clock
from leads.entered_lead import entered_phone
from leads.entry_refused import EntryRefused
from leads.once import once_a_page
from leads.telling import told

N_CHECKS = 8  # shown

HELP = {
    "label": _("What you call it among yourselves"),
    "dialect": _("How this account spells its requests: “sdk”, unless Sautikit's support says “pages”"),
    "strategy": _(
        "How a hot lead comes to a rep. dial: the bot ends, and the platform rings the rep while the lead stays on the line; only where the platform "
        "goes on after a stream. conference: the lead stays with the bot until the rep has heard who is waiting and pressed 1; both are then alone "
        "on the same call. callback: the bot hangs up, the rep is rung, and the lead is called right back; works on every account. Until you have "
        "checked the line: callback"
    ),
    "track": _("What the platform sends us"),
    "layout": _("How two voices arrive: stereo keeps them apart, mixed does not. With the callee alone: mono"),
    "prebuffer_ms": _("Sound the platform holds back before it plays"),
    "max_calls_in_flight": _("What the account allows at once on this number"),
    "calls_per_second": _("New calls a second. Networks take bursts for abuse"),
}


class LineForm(forms.ModelForm):  # type: ignore[type-arg]
    number = forms.CharField(
        label=_("Number"), max_length=64, widget=UnfoldAdminTextInputWidget, help_text=_("The number people see. With + and country code")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in HELP.items():
            if name in self.fields:
                self.fields[name].help_text = text

    def clean_number(self) -> str:
        try:
            return entered_phone(self.cleaned_data["number"], region="").e164
        except EntryRefused as refused:
            raise forms.ValidationError(told(refused.message)) from refused

    def clean_calls_per_second(self) -> float:
        value: float = self.cleaned_data["calls_per_second"]
        if not 0.01 <= value <= 100:
            raise forms.ValidationError(_("Use 0.01 (one call in 100 seconds) to 100."))
        return value

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        is_one_voice = entered.get("track") == Line.Track.INBOUND
        if "layout" in entered and is_one_voice != (entered["layout"] == ChannelLayout.MONO):
            self.add_error("layout", _("The callee alone is mono. Both voices are stereo or mixed."))
        if entered.get("strategy") == HandoffStrategy.CONFERENCE and not is_one_voice:
            self.add_error("track", told(ROOM_NEEDS_ONE_VOICE))
        return entered


@admin.register(Line)
class LineAdmin(ModelAdmin):  # type: ignore[misc]
    form = LineForm
    list_display = ["number", "label", "is_active", "is_simulated", "strategy", "track", "health_note"]
    list_filter = ["is_active", "is_simulated", "strategy"]
    search_fields = ["number", "label"]
    ordering = ["number"]
    actions_detail = ["check_line"]
    fieldsets = [
        (None, {"fields": ["number", "label", ("is_active", "is_simulated"), "ready"]}),
        (_("How much it calls"), {"fields": ["max_calls_in_flight", ("calls_per_second", "max_calls_a_day"), "dialled_today"]}),
        (_("Hand-off"), {"fields": ["strategy", "ring_timeout_s"]}),
        (_("What the platform does on it"), {"fields": ["dialect", ("track", "layout"), "prebuffer_ms", "health_note", "checks_so_far"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Line | None = None) -> list[str]:
        return ["ready", "health_note", "dialled_today", "checks_so_far"]

    def has_check_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_view_permission(request)) and request.user.has_perm("campaigns.add_linecheck")

    @action(description=_("Check this line"), permissions=["check"], icon="fact_check")
    def check_line(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """By one guided call to a phone of our own."""
        return ask_for_check(self, request, asked_for(self, request, object_id))

    @admin.display(description=_("checks"))
    @once_a_page
    def checks_so_far(self, line: Line) -> SafeString:
        found = line.checks.all()[:N_CHECKS] if line.pk else []
        return render_to_string("admin/campaigns/line/checks.html", {"checks": found})

    @admin.display(description=_("calls today"))
    def dialled_today(self, line: Line) -> int:
        return line.n_dialled_on if line.counted_on == timezone.localdate(clock.now()) else 0

    @admin.display(description=_("can be dialled on now"))
    @once_a_page
    def ready(self, line: Line) -> SafeString:
        found = [told(each) for each in obstacles(line, settings.VOICE)] if line.pk else []
        return render_to_string("admin/campaigns/line/ready.html", {"line": line, "obstacles": found, "voice": settings.VOICE})
