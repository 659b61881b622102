"""What a rep says of themselves: the phone that is rung, languages, hours, and where their clock is."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from campaigns.handoff.fields import HoursField, LanguagesField
from campaigns.handoff.numbers import change_number, why_not_change
from campaigns.models import Line, Rep
from leads.do_not_call import is_on_do_not_call
from leads.entered_lead import entered_phone
from leads.entry_refused import EntryRefused
from leads.models import Lead
from leads.telling import told
from leads.zones import zone_named

ANOTHERS = _("Another rep has this number.")


class PhoneForm(forms.Form):
    number = forms.CharField(
        label=_("Phone that is rung for hot leads"),
        max_length=64,
        help_text=_("With + and country code, for example +254712345678. Only you and your managers see it. Another number must be verified anew."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    languages = LanguagesField(
        label=_("Languages you speak"),
        required=False,
        max_length=100,
        help_text=_("Codes with commas between, as in: en, sw. Empty: you are offered leads of any language."),
    )
    hours = HoursField(
        label=_("Working hours"),
        required=False,
        help_text=_("What is promised to leads falls into them. One line a day, for example: mon 08:00-12:00, 13:00-17:00"),
    )
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Your hours, and the times on your queue, are on this clock."))

    def __init__(self, typed: Any, *, rep: Rep) -> None:
        own = {"number": rep.number, "languages": rep.languages, "hours": rep.hours, "zone": rep.zone}
        super().__init__(typed, initial=own)
        self._rep = rep
        names = sorted({name for name in available_timezones() if zone_named(name)} | {rep.zone})
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in names]  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        try:
            number = entered_phone(self.cleaned_data["number"], region="").e164
        except EntryRefused as refused:
            raise forms.ValidationError(told(refused.message)) from refused
        if number == self._rep.number:
            return number
        if busy := why_not_change(self._rep):
            raise forms.ValidationError(told(busy))
        if Rep.objects.filter(number=number).exclude(pk=self._rep.pk).exists():
            raise forms.ValidationError(told(ANOTHERS))
        if Lead.objects.filter(phone=number).exists() or Line.objects.filter(number=number).exists():
            raise forms.ValidationError(_("This number cannot be a rep's. Enter another one, or ask your manager."))
        if is_on_do_not_call(number):
            raise forms.ValidationError(_("This number is on the do-not-call list, so it is not rung. Ask your manager."))
        return number

    def save(self, *, by: str) -> bool:
        """Of a valid form. False: another rep has taken the number meanwhile, the form says so, and nothing was kept."""
        wanted = self.cleaned_data
        try:
            with transaction.atomic():
                Rep.objects.filter(pk=self._rep.pk).update(languages=wanted["languages"], hours=wanted["hours"], zone=wanted["zone"])
                change_number(self._rep, wanted["number"], by=by)
        except IntegrityError:
            self.add_error("number", ANOTHERS)
            return False
        return True
