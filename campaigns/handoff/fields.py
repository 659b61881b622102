"""Form fields that take words, languages and hours as people write them where the database keeps JSON; with the browser's own widgets."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.handoff.entered_hours import BadHours, as_lines, read_hours
from leads.retelling import retold


class WordsField(forms.CharField):
    """Words with commas between, in their order; kept as a list."""

    def to_python(self, value: Any) -> Any:
        return list(dict.fromkeys(word.strip() for word in (value or "").split(",") if word.strip()))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or []))
        except forms.ValidationError:
            return True

    def run_validators(self, value: Any) -> None:
        """The text's validators do not apply to the list."""


class LanguagesField(WordsField):
    """Codes of languages, without their countries."""

    def to_python(self, value: Any) -> Any:
        codes = [code.lower() for code in super().to_python(value)]
        if unknown := [code for code in codes if not re.fullmatch("[a-z]{2,3}", code)]:
            raise forms.ValidationError(_("“%(code)s” is not the code of a language. Write for example: en, sw, fr.") % {"code": unknown[0]})
        return codes


class HoursField(forms.CharField):
    """One line a day, kept as JSON."""

    widget = forms.Textarea(attrs={"rows": 7})

    def to_python(self, value: Any) -> Any:
        try:
            return read_hours(value or "")
        except BadHours as fault:
            raise forms.ValidationError(retold(str(fault))) from fault

    def prepare_value(self, value: Any) -> Any:
        return as_lines(value) if isinstance(value, dict) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or {}))
        except forms.ValidationError:
            return True

    def run_validators(self, value: Any) -> None:
        """The text's validators do not apply to what was read from it."""
