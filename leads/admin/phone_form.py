"""A phone number as people type it, in a form of the console."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from leads.entered_lead import entered_phone
from leads.entry_refused import EntryRefused
from leads.telling import told


class PhoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """Takes a number as people type it and keeps E.164."""

    phone = forms.CharField(label=_("phone"), max_length=64, widget=UnfoldAdminTextInputWidget, help_text=_("With + and country code"))

    def clean_phone(self) -> str:
        try:
            return entered_phone(self.cleaned_data["phone"], region="").e164
        except EntryRefused as refused:
            raise forms.ValidationError(told(refused.message)) from refused
