"""The forms of a script and its questions: words for people, and mistakes answered with their mend before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from bridge.brief import TIMES_IN, QuestionKind, QuestionRole
from campaigns.admin.fields import OnePerLineField, PointsField, SkipsField, TranslationsField
from campaigns.admin.script_typed import PREFIX
from campaigns.briefs import standard_disclosure, standard_lines
from campaigns.inbound_sentences import in_language
from campaigns.models import Question, Script
from campaigns.scoring import BadRubric, read_rubric
from campaigns.scripting.keeping import with_vouching
from campaigns.scripting.text import key_for
from leads.retelling import retold

# When each fixed sentence is said; the names are those of bridge.brief.Lines and campaigns.inbound_sentences, the disclosure has a field of its own.
OCCASIONS: Mapping[str, Any] = MappingProxyType(
    {
        "who": _("“Who is this?”"),
        "robot": _("“Are you a robot?”"),
        "still_there": _("Nothing is heard"),
        "can_you_hear_me": _("Nothing was heard yet"),
        "no_input_close": _("Still nothing is heard: goodbye"),
        "confirm_opt_out": _("Perhaps they want no more calls: ask"),
        "not_recorded": _("They do not want to be recorded"),
        "opted_out": _("They want no more calls: goodbye"),
        "not_interested": _("Not interested: goodbye"),
        "wrong_number": _("Wrong person: goodbye"),
        "when_better": _("A bad time: ask for a better one"),
        "call_back_at": _("They named a time: goodbye ({when} is that time)"),
        "call_back_later": _("A bad time, and none was named: goodbye"),
        "cold_close": _("Asked everything, not hot: goodbye"),
        "survey_close": _("End of a survey: goodbye"),
        "checking": _("Hot: while a rep is looked for"),
        "connecting": _("Hot: a rep has accepted (hand-off strategy dial)"),
        "joining": _("Hot: the rep is on the line (hand-off strategy conference)"),
        "call_right_back": _("Hot: a rep calls right back"),
        "colleagues_busy": _("Hot: no rep is free, and times for a call back are offered"),
        "offer_slots": _("… which of two ({first} and {second} are the times)"),
        "offer_slot": _("… there is only one ({when})"),
        "slot_taken": _("… the time they want is not free"),
        "slot_booked": _("… one is agreed on: goodbye ({when})"),
        "promise": _("Hot: no rep is free, and no time is agreed on: goodbye"),
        "missed_call": _("They call us back: before the disclosure"),
        "spoke_before": _("They call us back in the middle of an interview: before the disclosure"),
        "nothing_more": _("They call us, and nothing is left to ask"),
        "on_the_list": _("They call us, and are on the do-not-call list"),
        "stranger": _("Somebody calls us whom we have not called"),
        "offer_opt_out": _("They call us: how never to be called"),
        "number_withheld": _("They call us, hide their number, and want no more calls: goodbye"),
        "thanks_for_calling": _("They called us: goodbye"),
        "already_talking": _("They call us while they talk with us"),
        "calling_you_now": _("They call us while we call them"),
        "no_room": _("They call us, and no bot is free"),
        "press_to_opt_out": _("They call us, and no bot is free: the key never to be called"),
        "time_is_up": _("The longest call is reached: goodbye"),
        "apology": _("Something broke on our side: goodbye"),
        "apology_call_back": _("Something broke on our side, and we may call again: promise it, and goodbye"),
        "one_moment": _("Our voice is slow: please wait"),
        "still_here": _("Our voice is still not there: please wait"),
    }
)
ANSWERS: Mapping[QuestionKind, Any] = MappingProxyType(
    {
        QuestionKind.YES_NO: _("yes or no"),
        QuestionKind.NUMBER: _("a number"),
        QuestionKind.TIMELINE: _("when, counted in days"),
        QuestionKind.ONE_OF: _("one of"),
        QuestionKind.MANY_OF: _("several of"),
        QuestionKind.SCALE: _("a place on a scale"),
        QuestionKind.MONEY: _("an amount of money"),
        QuestionKind.OPEN: _("any words"),
    }
)
ROLES: Mapping[QuestionRole, Any] = MappingProxyType(
    {QuestionRole.ASK: _("an ordinary question"), QuestionRole.PERMISSION: _("is it a good time? (a no ends the call)")}
)


def _standard(language: str) -> dict[str, str]:
    """What is said where a script has no words of its own, on our calls and on theirs."""
    return {**in_language(language).said, **standard_lines(language)}


class BaseScriptForm(forms.ModelForm):  # type: ignore[type-arg]
    """`user_name`, set by whoever makes the form, is kept as the name behind every text that is vouched for."""

    user_name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "disclosure" in self.fields:
            self.fields["disclosure"].widget.attrs["rows"] = 4
        standard = _standard(self.instance.language)
        self.initial["translations"] = self.instance.translations
        for name in OCCASIONS:
            self.initial[PREFIX + name] = self.instance.lines.get(name, "")
            if PREFIX + name in self.fields:
                self.fields[PREFIX + name].widget.attrs["placeholder"] = standard[name]
        if self.instance.is_vouched_for and "vouches" in self.fields:
            self.fields["vouches"].help_text = _("%(name)s answers for the text as it reads now.") % {"name": self.instance.disclosure_vouched_by}
        if self.instance.pk is None:
            self.initial.setdefault("disclosure", standard_disclosure())

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        said = {name: entered.get(PREFIX + name, "").strip() for name in OCCASIONS}
        self.instance.lines = {name: text for name, text in said.items() if text}
        self._clean_translations(entered.get("translations") or {})
        self._clean_version(entered.get("name", ""))
        self._clean_disclosure(entered)
        for name, place in ((name, place) for name, places in TIMES_IN.items() for place in places):
            if said[name] and place not in said[name]:
                self.add_error(PREFIX + name, _("Write %(place)s where the time belongs.") % {"place": place})
        return entered

    def _clean_version(self, name: str) -> None:
        others = Script.objects.filter(name=name).exclude(pk=self.instance.pk)
        if self.instance.pk is None:
            self.instance.version = (others.aggregate(newest=Max("version"))["newest"] or 0) + 1
        elif others.filter(version=self.instance.version).exists():
            self.add_error("name", _("Another script of this name has this version. Choose another name."))

    def _clean_translations(self, written: dict[str, dict[str, Any]]) -> None:
        """Who answers for a text is kept as it was, and set for the languages that ask for it here: by the person who saves."""
        kept = with_vouching(written, self.instance.translations)
        for language in (language for language, said in written.items() if said.get("vouches") and said.get("disclosure", "").strip()):
            kept[language] |= {"vouched_by": self.user_name[:150], "vouched_text": kept[language]["disclosure"]}
        self.instance.translations = kept

    def _clean_disclosure(self, entered: dict[str, Any]) -> None:
        disclosure, organisation = entered.get("disclosure", ""), entered.get("organisation", "")
        if disclosure and organisation and "{organisation}" not in disclosure and organisation not in disclosure:
            self.add_error("disclosure", _("The disclosure must say who calls: write {organisation} where the name belongs."))


# A field for each sentence, so that nobody has to write JSON; empty means the standard sentence, which stands in the box in grey.
ScriptForm: Any = type(
    "ScriptForm",
    (BaseScriptForm,),
    {
        "translations": TranslationsField(label=_("Further languages"), required=False),
        "revision": forms.IntegerField(required=False, widget=forms.HiddenInput),
        "vouches": forms.BooleanField(
            label=_("I answer for this text"),
            required=False,
            widget=UnfoldBooleanWidget,
            help_text=_(
                "It says all that must be told, in words or a language that are not recognised. Kept with your name, for this very text. "
                "Not needed where a campaign finds nothing missing."
            ),
        ),
    }
    | {
        PREFIX + name: forms.CharField(
            label=occasion,
            required=False,
            max_length=600,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": _standard("en")[name], "dir": "auto"}),
        )
        for name, occasion in OCCASIONS.items()
    },
)


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    position = forms.IntegerField(
        label=_("Position"), required=False, min_value=1, widget=UnfoldAdminIntegerFieldWidget, help_text=_("Empty: after the others")
    )
    key = forms.SlugField(
        label=_("Id"), required=False, max_length=40, widget=UnfoldAdminTextInputWidget, help_text=_("For exports. Empty: made from the wording")
    )
    choices = OnePerLineField(label=_("Choices"), required=False, help_text=_("One a line, as they are spoken"))
    rubric = PointsField(
        label=_("Points"),
        required=False,
        initial=list,
        help_text=_("The first row that fits the answer counts. A knock-out is never hot, whatever the other points."),
    )
    skips = SkipsField(
        label=_("Skip rules"),
        required=False,
        initial=list,
        help_text=_("The first row that fits the answer counts. Without one the next question follows. A call only ever goes further down."),
    )
    translations = TranslationsField(label=_("In further languages"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("wording", "reask_wording"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 2
        for name in ("minimum", "maximum"):
            if isinstance(bound := self.initial.get(name), float) and bound.is_integer():
                self.initial[name] = int(bound)  # 1, not 1.0
        if "kind" in self.fields:
            self.fields["kind"].choices = [("", "–"), *((kind.value, words) for kind, words in ANSWERS.items())]  # type: ignore[attr-defined]
            self.fields["role"].choices = [(role.value, words) for role, words in ROLES.items()]  # type: ignore[attr-defined]

    def clean_rubric(self) -> Any:
        return readable_rubric(self.cleaned_data["rubric"])


def readable_rubric(rubric: Any) -> Any:
    """What cannot be read cannot be kept; what can never match is kept, and said beside the question."""
    if not isinstance(rubric, list) or not all(isinstance(row, Mapping) for row in rubric):
        raise forms.ValidationError(_("The points are a list of rows."))
    try:
        read_rubric(rubric)
    except BadRubric as problem:
        raise forms.ValidationError(retold(str(problem))) from problem
    return rubric


class QuestionFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms and (form.instance.pk or form.has_changed())]
        self._refuse_second_permission(kept)
        self._give_keys(kept)
        taken = self._positions(kept)
        for form in kept:
            if form.instance.position is None:
                form.instance.position = max(taken, default=0) + 1
                taken.add(form.instance.position)

    def _give_keys(self, forms_kept: list[Any]) -> None:
        keys = {form.instance.key for form in forms_kept}
        for form in (form for form in forms_kept if not form.instance.key):
            form.instance.key = key_for(form.instance.wording, keys)
            keys.add(form.instance.key)

    def _positions(self, forms_kept: list[Any]) -> set[int]:
        taken: set[int] = set()
        for form in forms_kept:
            position = form.instance.position
            if position in taken:
                form.add_error("position", _("Another question has this position."))
            if position is not None:
                taken.add(position)
        return taken

    def _refuse_second_permission(self, forms_kept: list[Any]) -> None:
        asking = [form for form in forms_kept if form.cleaned_data.get("role") == QuestionRole.PERMISSION]
        for form in asking[1:]:
            form.add_error("role", _("Permission is asked for once."))


def answer_in_words(question: Question) -> str:
    """What kind of answer is asked for, in a line."""
    bounds = [f"{word} {bound:g}" for word, bound in ((_("from"), question.minimum), (_("to"), question.maximum)) if bound is not None]
    details = [
        " / ".join(question.choices),
        question.unit if question.kind in {QuestionKind.NUMBER, QuestionKind.MONEY} else "",
        " ".join(bounds),
        _("said back before it counts") if question.is_read_back else "",
        _("a no ends the call with an offer to call back") if question.role == QuestionRole.PERMISSION else "",
    ]
    return ", ".join(str(part) for part in [ANSWERS[QuestionKind(question.kind)], *details] if part)


def sentences(script: Script) -> list[tuple[Any, str, bool]]:
    """Occasion, sentence, and whether it is the script's own."""
    standard = _standard(script.language)
    return [(occasion, script.lines.get(name) or standard[name], bool(script.lines.get(name))) for name, occasion in OCCASIONS.items()]


QUESTION_FIELDS = [
    "position",
    "key",
    "kind",
    "role",
    "wording",
    "reask_wording",
    "choices",
    "unit",
    "minimum",
    "maximum",
    "is_read_back",
    "rubric",
    "skips",
    "translations",
]
