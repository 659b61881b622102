"""What is asked of a replay: which calls, and by which points and threshold they are scored. What is valid is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.access.viewer import Viewer
from campaigns.admin.fields import PointsField
from campaigns.admin.script_form import readable_rubric
from campaigns.models import Call, Campaign, Question, RubricReplay, Script
from campaigns.replay.running import LAST_MONTH, Asked, campaigns_with
from leads import clock

MOST_POINTS = 10_000


class ReplayForm(forms.Form):
    calls_of = forms.ModelChoiceField(label=_("Calls held with"), queryset=Script.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget)
    campaigns = forms.ModelMultipleChoiceField(
        label=_("Campaigns"), queryset=Campaign.objects.none(), widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": _("Choose at least one campaign.")},
    )  # fmt: skip
    since = forms.DateField(label=_("From"), widget=UnfoldAdminTextInputWidget({"type": "date"}))
    until = forms.DateField(label=_("To"), widget=UnfoldAdminTextInputWidget({"type": "date"}))
    threshold = forms.IntegerField(label=_("Hot from this score"), min_value=0, max_value=MOST_POINTS, widget=UnfoldAdminIntegerFieldWidget)

    def __init__(self, script: Script, viewer: Viewer, sent: Mapping[str, Any] | None = None, earlier: RubricReplay | None = None) -> None:
        campaigns = campaigns_with(script, viewer)
        versions = _versions(script, campaigns)
        super().__init__(sent, initial=_initial(script, campaigns, versions, earlier))
        fields: Any = self.fields
        fields["campaigns"].queryset, fields["calls_of"].queryset = campaigns, versions

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["until"] < found["since"]:
            self.add_error("until", _("This day is before the first one."))
        return found


class RubricForm(forms.Form):
    """Of one question. `question` is shown beside it."""

    rubric = PointsField(label=_("Points"), required=False)

    def __init__(self, question: Question, place: int, sent: Mapping[str, Any] | None = None, rubric: Any = None) -> None:
        super().__init__(sent, prefix=f"questions-{place}", initial={"rubric": question.rubric if rubric is None else rubric})
        self.question = question

    def clean_rubric(self) -> Any:
        return readable_rubric(self.cleaned_data["rubric"])


def rubric_forms(script: Script, sent: Mapping[str, Any] | None = None, earlier: RubricReplay | None = None) -> list[RubricForm]:
    rubrics = earlier.rubrics if earlier else {}
    return [RubricForm(question, place, sent, rubrics.get(question.key)) for place, question in enumerate(script.questions.all())]


def asked_by(form: ReplayForm, rubrics: Sequence[RubricForm]) -> Asked:
    """Of valid forms."""
    found = form.cleaned_data
    campaign_ids = [campaign.pk for campaign in found["campaigns"]]
    points = {each.question.key: each.cleaned_data["rubric"] for each in rubrics}
    return Asked(found["calls_of"].pk, campaign_ids, found["since"], found["until"], found["threshold"], points)


def _versions(script: Script, campaigns: QuerySet[Campaign]) -> QuerySet[Script]:
    """With which calls were held in a campaign that the viewer sees."""
    held = Call.objects.filter(script=OuterRef("pk"), campaign__in=campaigns)
    return Script.objects.filter(Exists(held), name=script.name).order_by("-version")


def _initial(script: Script, campaigns: QuerySet[Campaign], versions: QuerySet[Script], earlier: RubricReplay | None) -> dict[str, Any]:
    if earlier is not None:
        chosen = {"campaigns": earlier.campaign_ids, "since": earlier.since.isoformat(), "until": earlier.until.isoformat()}
        return {**chosen, "calls_of": earlier.calls_of_id, "threshold": earlier.threshold}
    today = timezone.localdate(clock.now())
    newest = versions.filter(pk=script.pk).first() or versions.first()
    return {
        "campaigns": [campaign.pk for campaign in campaigns],
        "calls_of": newest.pk if newest else None,
        "since": (today - LAST_MONTH).isoformat(),
        "until": today.isoformat(),
        "threshold": script.hot_threshold,
    }
