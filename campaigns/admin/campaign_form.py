"""The forms of a campaign: its settings, and which leads to enrol."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from bridge.voice.catalogue import VOICES
from campaigns.admin.fields import ShillingField, VoicesField
from campaigns.models import Campaign
from leads.models import Lead

MAX_CALL_S = 3600
NOT_RAISED = _("While it runs a limit can be lowered, not raised above what was approved: %(approved)s. Pause it first; then it is approved anew.")
EVERYBODY = "*"


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    budget_minor = ShillingField(label=_("Budget, KES"), required=False, help_text=_("No call is started that could go over it. Empty: no cap."))
    day_budget_minor = ShillingField(
        label=_("Budget a day, KES"), required=False, help_text=_("What one day's calls may cost; it goes on the next day. Empty: no cap.")
    )
    voice = forms.ChoiceField(label=_("Voice"), widget=UnfoldAdminSelectWidget, help_text=_("“embedded” is for simulated lines only"))
    fallback_voices = VoicesField(
        label=_("Voices to fall back on"),
        required=False,
        help_text=_("When the voice fails in a call: names with commas between, the first one is tried first"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "voice" not in self.fields:  # shown, not asked, once the campaign runs
            return
        if self.instance.pk is None:
            self.initial["voice"] = settings.VOICE
        known = dict.fromkeys([self.initial["voice"], settings.VOICE, *VOICES])
        self.fields["voice"].choices = [(name, name) for name in known]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        voice, fallback = self.cleaned_data.get("voice"), self.cleaned_data.get("fallback_voices", [])
        if voice and voice in fallback:
            self.add_error("fallback_voices", _("This is the voice itself. A lost session is opened anew without being named here."))
        return cleaned

    def clean_max_calls_in_flight(self) -> int | float | None:
        return self._not_raised("max_calls_in_flight", self._at_least("max_calls_in_flight", 1))

    def clean_max_attempts(self) -> int | float | None:
        return self._not_raised("max_attempts", self._at_least("max_attempts", 1))

    def clean_max_call_s(self) -> int | float | None:
        if self.cleaned_data["max_call_s"] > MAX_CALL_S:
            raise forms.ValidationError(_("A call may last an hour, 3600 seconds, at most."))
        return self._not_raised("max_call_s", self._at_least("max_call_s", 30))

    def clean_budget_minor(self) -> int | float | None:
        return self._not_raised("budget_minor", self.cleaned_data["budget_minor"])

    def clean_day_budget_minor(self) -> int | float | None:
        return self._not_raised("day_budget_minor", self.cleaned_data["day_budget_minor"])

    def clean_hot_leads_a_rep(self) -> int | float | None:
        value: float | None = self.cleaned_data["hot_leads_a_rep"]
        if value is not None and not 0.05 <= value <= 100:
            raise forms.ValidationError(_("Use 0.05 to 100, or leave it empty so that reps do not hold dialing back."))
        return self._not_raised("hot_leads_a_rep", value)

    def _not_raised(self, name: str, value: float | None) -> int | float | None:
        """A running campaign keeps within what was approved; None: without a limit."""
        if self.instance.status != Campaign.Status.RUNNING:
            return value
        approved = self.instance.approved_preflight
        limit = approved.terms.get(name) if approved else self.instance.__dict__[name]
        if limit is not None and (value is None or value > limit):
            raise forms.ValidationError(NOT_RAISED % {"approved": f"KES {limit / 100:,.2f}" if name.endswith("_minor") else f"{limit:g}"})
        return value

    def _at_least(self, name: str, lowest: int) -> int:
        value: int = self.cleaned_data[name]
        if value < lowest:
            raise forms.ValidationError(_("Use %(lowest)d or more.") % {"lowest": lowest})
        return value


class EnrolForm(forms.Form):
    """Which leads to enrol: those of one source, or all."""

    source = forms.ChoiceField(label=_("Leads from"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counted = list(Lead.objects.values("source").annotate(n=Count("id")).order_by("source"))
        rows = [(f"={row['source']}", f"{row['source'] or _('(no source given)')} · {row['n']}") for row in counted]
        everybody = (EVERYBODY, f"{_('all leads')} · {sum(row['n'] for row in counted)}")
        self.fields["source"].choices = [everybody, *rows]  # type: ignore[attr-defined]

    def leads(self) -> QuerySet[Lead]:
        source: str = self.cleaned_data["source"]
        return Lead.objects.all() if source == EVERYBODY else Lead.objects.filter(source=source.removeprefix("="))
