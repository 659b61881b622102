"""Form fields that take what people write where the database keeps JSON or cents."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from bridge.conditions import BadCondition
from bridge.route import read_skips
from bridge.voice.catalogue import VOICES
from campaigns.handoff import fields
from campaigns.scripting.text import said_by_language
from leads.retelling import retold


class OnePerLineField(forms.CharField):
    """A list of texts, one a line; empty lines are dropped."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """The text's validators do not apply to the list."""


class WordsField(fields.WordsField):
    widget = UnfoldAdminTextInputWidget


class VoicesField(WordsField):
    """Names of voices, in the order in which they are tried."""

    def to_python(self, value: Any) -> Any:
        names = super().to_python(value)
        if unknown := [name for name in names if name not in VOICES]:
            message = _("There is no voice “%(name)s”. Choose from: %(known)s.")
            raise forms.ValidationError(message % {"name": unknown[0], "known": ", ".join(VOICES)})
        return names


class LanguagesField(fields.LanguagesField):
    widget = UnfoldAdminTextInputWidget


class HoursField(fields.HoursField):
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 7})


class ShillingField(forms.DecimalField):
    """Shown in KES, kept in cents."""

    widget = UnfoldAdminDecimalFieldWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, min_value=Decimal(0), **kwargs)

    def clean(self, value: Any) -> Any:
        shillings = super().clean(value)
        return None if shillings is None else int(shillings * 100)

    def prepare_value(self, value: Any) -> Any:
        return f"{value / 100:.2f}" if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True


class PointsField(forms.JSONField):
    """The rows of a rubric; static/sautiqual/console.js makes a table of it, which writes this JSON."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4, "data-rubric": "", "spellcheck": "false", "class": "font-mono"})
    default_error_messages = {
        "invalid": _('This is not JSON. Write for example [{"when": {"at_least": 50}, "points": 30, "why": "large team"}].'),
    }

    def prepare_value(self, value: Any) -> Any:
        """One row a line, so that it can be read without the table, too."""
        if not isinstance(value, list):
            return super().prepare_value(value)
        return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n]" if value else "[]"

    def clean(self, value: Any) -> Any:
        return super().clean(value) or []


class SkipsField(forms.JSONField):
    """Skip rules; static/sautiqual/script makes rows of them, which write this JSON. Where they lead is judged with the whole script."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3, "data-skips": "", "spellcheck": "false", "class": "font-mono"})
    default_error_messages = {"invalid": _('This is not JSON. Write for example [{"when": {"equals": false}, "to": "timeline"}].')}

    def clean(self, value: Any) -> Any:
        rules = super().clean(value) or []
        try:
            read_skips(rules)
        except BadCondition as problem:
            raise forms.ValidationError(retold(str(problem))) from problem
        return rules


class TranslationsField(forms.JSONField):
    """What is said in further languages, by language; the page's language tabs write it."""

    widget = forms.Textarea(attrs={"rows": 2, "data-translations": "", "spellcheck": "false", "class": "font-mono"})

    def clean(self, value: Any) -> Any:
        written = super().clean(value) or {}
        if written != said_by_language(written):
            raise forms.ValidationError(_("This is no list of texts by language."))
        if unknown := [language for language in written if not re.fullmatch("[a-z]{2,3}", language)]:
            raise forms.ValidationError(_("“%(code)s” is not the code of a language. Write for example: en, sw, fr.") % {"code": unknown[0]})
        return written
