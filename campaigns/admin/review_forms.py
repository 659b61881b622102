"""The forms of a review: which calls to look at, an answer or a score put right, a call promised. What is valid is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from bridge.brief import QuestionKind
from campaigns.access.viewer import Viewer
from campaigns.models import Call, Campaign, Question, Rep, Script
from campaigns.review.blind import hidden_calls
from campaigns.review.correcting import Heard
from campaigns.review.queues import LATELY, Filters, Queue
from leads import clock

YES_NO = [("yes", _("yes")), ("no", _("no"))]
_UNITS = {QuestionKind.TIMELINE: _("days from the call")}


class FilterForm(forms.Form):
    queue = forms.ChoiceField(choices=[(queue.value, queue.value) for queue in Queue], required=False, widget=forms.HiddenInput)
    campaign = forms.ModelChoiceField(label=_("Campaign"), queryset=Campaign.objects.none(), required=False, empty_label=_("all"))
    language = forms.ChoiceField(label=_("Language"), required=False)
    script = forms.ModelChoiceField(label=_("Script version"), queryset=Script.objects.none(), required=False, empty_label=_("all"))
    since = forms.DateField(label=_("From"), required=False, widget=UnfoldAdminTextInputWidget({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=UnfoldAdminTextInputWidget({"type": "date"}))
    all = forms.BooleanField(label=_("Reviewed ones, too"), required=False, widget=UnfoldBooleanWidget)

    def __init__(self, asked: Mapping[str, Any], *, viewer: Viewer) -> None:
        self._viewer = viewer
        lately = {"since": (timezone.localdate(clock.now()) - LATELY).isoformat()}
        super().__init__({**lately, **asked})
        fields: Any = self.fields
        for name in ("campaign", "language", "script"):
            fields[name].widget = UnfoldAdminSelectWidget()
        fields["campaign"].queryset = viewer.campaigns.order_by("name")
        fields["script"].queryset = (
            viewer.within(Script.objects.filter(Exists(Call.objects.filter(script=OuterRef("pk"))))).distinct().order_by("name", "-version")
        )
        fields["language"].choices = _languages

    def read(self) -> tuple[Queue | None, Filters]:
        """What cannot be read is as if it were not asked for."""
        self.is_valid()
        found = self.cleaned_data
        campaign, script = found.get("campaign"), found.get("script")
        return Queue(found["queue"]) if found.get("queue") else None, Filters(
            since=found.get("since"),
            until=found.get("until"),
            campaign_id=campaign.pk if campaign else None,
            language=found.get("language", ""),
            script_id=script.pk if script else None,
            with_reviewed=found.get("all", False),
            limit=self._viewer.limit,
            hidden=hidden_calls(self._viewer),
        )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=500, widget=UnfoldAdminTextInputWidget)


class ScoreForm(ReasonForm):
    points = forms.IntegerField(label=_("Score"), widget=UnfoldAdminIntegerFieldWidget)
    is_hot = forms.ChoiceField(label=_("Hot"), choices=YES_NO, widget=UnfoldAdminSelectWidget)
    field_order = ("points", "is_hot", "reason")


class AnswerForm(ReasonForm):
    """`value` is what the question takes; `given` reads it as it is stored."""

    field_order: Sequence[str] = ("value", "reason")

    def __init__(self, question: Question, value: Any, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=f"answer-{question.key}", initial={"value": shown_value(value)})
        self.kind = QuestionKind(question.kind)
        self.fields["value"] = value_field(self.kind, question)
        self.order_fields(self.field_order)

    @property
    def given(self) -> object:
        return typed_value(self.kind, self.cleaned_data["value"])


class AddForm(AnswerForm):
    """An answer that the bot missed, with the evidence for it."""

    field_order = ("value", "heard_at", "quote", "reason")
    heard_at = forms.RegexField(
        regex=r"^\d{1,3}:[0-5]\d$",
        label=_("Heard at"),
        required=False,
        widget=UnfoldAdminTextInputWidget({"placeholder": "1:05"}),
        help_text=_("Minutes and seconds of the recording"),
        error_messages={"invalid": _("Write minutes and seconds, as in 1:05.")},
    )
    quote = forms.CharField(label=_("In their words"), required=False, max_length=500, widget=UnfoldAdminTextInputWidget)

    def __init__(self, question: Question, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(question, None, data)

    @property
    def heard(self) -> Heard:
        minutes, _colon, seconds = self.cleaned_data["heard_at"].partition(":")
        return Heard(self.cleaned_data["quote"], 1000 * (60 * int(minutes or 0) + int(seconds or 0)))


class PromiseForm(forms.Form):
    rep = forms.ModelChoiceField(label=_("Rep"), queryset=Rep.objects.none(), required=False, widget=UnfoldAdminSelectWidget)
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "datetime-local"}),
        help_text=_("On this console's clock. Empty: as soon as a rep can"),
    )

    def __init__(self, reps: QuerySet[Rep], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="promise")
        field: Any = self.fields["rep"]
        field.queryset, field.empty_label = reps, _("whoever is free")


def _languages() -> list[tuple[str, Any]]:
    languages = Script.objects.order_by("language").values_list("language", flat=True).distinct()
    return [("", _("all")), *((language, language) for language in languages)]


def typed_value(kind: QuestionKind, value: Any) -> object:
    """As it is stored."""
    return value == "yes" if kind is QuestionKind.YES_NO else value


def value_field(kind: QuestionKind, question: Question, *, is_required: bool = True) -> forms.Field:
    """Not required: it may be left open, and nothing is chosen beforehand."""
    label: Any = _("What was meant")
    empty = [] if is_required else [("", "–")]  # noqa: RUF001
    choices = [(choice, choice) for choice in question.choices]
    match kind:
        case QuestionKind.YES_NO:
            return forms.ChoiceField(label=label, choices=[*empty, *YES_NO], widget=UnfoldAdminSelectWidget, required=is_required)
        case QuestionKind.ONE_OF:
            return forms.ChoiceField(label=label, choices=[*empty, *choices], widget=UnfoldAdminSelectWidget, required=is_required)
        case QuestionKind.MANY_OF:
            return forms.MultipleChoiceField(label=label, choices=choices, widget=UnfoldAdminCheckboxSelectMultipleWidget, required=is_required)
        case QuestionKind.OPEN:
            return forms.CharField(label=label, widget=UnfoldAdminTextInputWidget, required=is_required)
        case _:
            widget = UnfoldAdminDecimalFieldWidget({"step": "any"})
            return forms.FloatField(label=label, widget=widget, help_text=_UNITS.get(kind, question.unit), required=is_required)


def shown_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else value
