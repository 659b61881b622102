"""The forms of a campaign: its settings, and which leads to enrol."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from bridge.voice.catalogue import VOICES
from campaigns.access.viewer import Viewer
from campaigns.admin.fields import ShillingField, VoicesField, WordsField
from campaigns.handoff.wrap_up import Field
from campaigns.models import Campaign
from leads.import_stage import Stage
from leads.long_lists import MOST_VALUES, counts_of, up_to, values_of
from leads.models import Lead, LeadImport

MAX_CALL_S = 3600
NOT_RAISED = _("While it runs a limit can be lowered, not raised above what was approved: %(approved)s. Pause it first; then it is approved anew.")
EVERYBODY, OF_LIST = "*", "list:"
N_LISTS = 20  # the newest, to choose from
MOST_SOURCES = 1000  # to choose from
AS_IT_COMES = Campaign()
# Seconds: the least and the most that make sense for a person at a screen.
SECONDS = {"offer_s": (5, 120), "wait_goal_s": (5, 600), "wrap_up_s": (0, 900)}
WRITTEN = {
    Field.WAS_HOT: _("whether the lead was really hot"),
    Field.NEXT_STEP: _("the next step"),
    Field.NOTES: _("notes"),
    Field.FOLLOW_UP_ON: _("the day to follow up on"),
}


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

    needed_skills = WordsField(
        label=_("Skills a rep needs"),
        required=False,
        help_text=_("Words of your own with commas between, as they stand with the reps. A rep needs all of them"),
    )
    wrap_up_required = forms.MultipleChoiceField(
        label=_("Must be filled in after a talk"),
        required=False,
        choices=[(field.value, words) for field, words in WRITTEN.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Besides what came of it. Until then the rep gets no other lead, for ten minutes beyond the time at most"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("ring_strategy", *SECONDS):
            if name in self.fields:
                self.fields[name].required = False  # left empty: as it comes
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
        if self.cleaned_data.get("wrap_up_required") and self.cleaned_data.get("wrap_up_s") == 0:
            self.add_error("wrap_up_s", _("Give the reps some time for what they must fill in, or ask for nothing."))
        return cleaned

    def clean_ring_strategy(self) -> str:
        return str(self.cleaned_data["ring_strategy"] or AS_IT_COMES.ring_strategy)

    def clean_offer_s(self) -> int:
        return self._seconds("offer_s")

    def clean_wait_goal_s(self) -> int:
        return self._seconds("wait_goal_s")

    def clean_wrap_up_s(self) -> int:
        return self._seconds("wrap_up_s")

    def _seconds(self, name: str) -> int:
        value: int | None = self.cleaned_data[name]
        lowest, highest = SECONDS[name]
        if value is None:
            return int(AS_IT_COMES.__dict__[name])
        if not lowest <= value <= highest:
            raise forms.ValidationError(_("Use %(lowest)d to %(highest)d seconds.") % {"lowest": lowest, "highest": highest})
        return value

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
    """Which leads to enrol or take out: those of one imported list, those of one source, or all."""

    source = forms.ChoiceField(label=_("Leads from"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, viewer: Viewer, import_id: str = "", **kwargs: Any) -> None:
        """`import_id`: the list that is chosen beforehand, however old."""
        super().__init__(*args, **kwargs)
        self.initial["source"] = f"{OF_LIST}{import_id}"
        self._leads: QuerySet[Lead] = viewer.within(Lead.objects.all())
        self._imports: QuerySet[LeadImport] = viewer.within(LeadImport.objects.all())
        lists, sources = self._lists(import_id), values_of(self._leads, "source", most=MOST_SOURCES)
        names = {
            EVERYBODY: _("all leads"),
            **{f"{OF_LIST}{pk}": _("list “%(file)s”") % {"file": kept.file_name} for pk, kept in lists.items()},
            **{f"={source}": source or _("(no source given)") for source in sources},
        }
        counted: dict[str, QuerySet[Any]] = {f"{OF_LIST}{pk}": kept.listed.all() for pk, kept in lists.items()}
        if viewer.limit is None:  # whose leads are looked up one by one goes without
            counted |= self._by_source(sources)
        n_of = counts_of(counted)
        choices = [(key, f"{name} · {up_to(n_of[key])}" if key in n_of else name) for key, name in names.items()]
        # Nothing is chosen of itself: a hasty press would enrol everybody.
        self.fields["source"].choices = [("", _("Choose …")), *choices]  # type: ignore[attr-defined]

    def _by_source(self, sources: list[str]) -> dict[str, QuerySet[Any]]:
        """Of all, and of the first sources: it is one query for all of them."""
        return {EVERYBODY: self._leads, **{f"={source}": self._leads.filter(source=source) for source in sources[:MOST_VALUES]}}

    def _lists(self, import_id: str) -> dict[int, LeadImport]:
        done = self._imports.filter(stage=Stage.DONE, undone_at=None).order_by("-started_at")
        chosen = done.filter(pk=import_id) if import_id.isdecimal() else done.none()
        return {kept.pk: kept for kept in (*chosen, *done[:N_LISTS])}

    def leads(self) -> QuerySet[Lead]:
        source: str = self.cleaned_data["source"]
        if source.startswith(OF_LIST):
            return self._leads.filter(listed__lead_import_id=int(source.removeprefix(OF_LIST)))
        return self._leads if source == EVERYBODY else self._leads.filter(source=source.removeprefix("="))
