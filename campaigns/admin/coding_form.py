"""The forms of a double review: a value for every question, a decision where two differ, a campaign's plan. What is valid is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from bridge.brief import AnswerValue, QuestionKind
from campaigns.admin.review_forms import shown_value, typed_value, value_field
from campaigns.briefs import question_brief
from campaigns.handoff.words import Given, label_of, value_in_words
from campaigns.models import Question, ReviewPlan
from campaigns.review.differing import Difference
from leads.telling import told


class CodingForm(forms.Form):
    """Of one question: what was meant, or that no answer was given; exactly one of the two."""

    def __init__(self, question: Question, sent: Mapping[str, Any] | None = None, *, shown: Any = None) -> None:
        super().__init__(sent, prefix=f"code-{question.key}", initial={"value": shown_value(shown)})
        self.question, self.kind = question, QuestionKind(question.kind)
        self.label, self.wording = label_of(question.key), question_brief(question).wording
        self.fields["value"] = value_field(self.kind, question, is_required=False)
        self.fields["none"] = forms.BooleanField(label=_("No answer was given"), required=False, widget=UnfoldBooleanWidget)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        has_value = found.get("value") not in (None, "", [])
        if has_value and found.get("none"):
            self.add_error("none", _("Either an answer, or none."))
        if not has_value and not found.get("none") and "value" not in self.errors:
            self.add_error("value", _("Write what was meant, or tick that no answer was given."))
        return found

    @property
    def given(self) -> object:
        """As it is stored; None: no answer."""
        return None if self.cleaned_data["none"] else typed_value(self.kind, self.cleaned_data["value"])


class DecisionForm(forms.Form):
    """One question on which people differ: whose answer counts."""

    def __init__(self, question: Question, row: Difference, coders: Sequence[str], sent: Mapping[str, Any] | None = None) -> None:
        super().__init__(sent, prefix=f"decide-{question.key}")
        self.row, self.label, self.wording = row, label_of(question.key), question_brief(question).wording
        who: list[tuple[str, AnswerValue | None, Any]] = [("first", row.first, coders[0]), ("second", row.second, coders[1])]
        choices = [(name, f"{said}: {in_words(question, value)}") for name, value, said in [*who, ("stands", row.stands, _("what stands"))]]
        chosen = "first" if row.do_both_agree else None
        self.fields["whose"] = forms.ChoiceField(label=_("What counts"), choices=choices, initial=chosen, widget=UnfoldAdminRadioSelectWidget)

    @property
    def decided(self) -> object:
        return {"first": self.row.first, "second": self.row.second, "stands": self.row.stands}[self.cleaned_data["whose"]]


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=500, widget=UnfoldAdminTextInputWidget)


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ReviewPlan
        fields = ("random_percent", "double_percent", "is_blind")
        widgets = {
            "random_percent": UnfoldAdminIntegerFieldWidget,
            "double_percent": UnfoldAdminIntegerFieldWidget,
            "is_blind": UnfoldBooleanWidget,
        }


def in_words(question: Question, value: AnswerValue | None) -> str:
    if value is None:
        return str(_("no answer"))
    return told(value_in_words(Given(question.key, QuestionKind(question.kind), value, question.unit)))
