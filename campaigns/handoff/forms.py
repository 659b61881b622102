"""What people type to come in: the first administrator, an invited rep, and the manager who invites one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.utils.translation import gettext_lazy as _

from campaigns.models import Rep
from leads.models import Lead, is_e164


class PasswordTwice(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )
    password_again = forms.CharField(label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def user(self) -> User:
        """Whom the password is for: it must not resemble their name or address."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        password = cleaned.get("password")
        if not password:
            return cleaned
        if password != cleaned.get("password_again"):
            self.add_error("password_again", _("The two passwords differ."))
            return cleaned
        try:
            validate_password(password, self.user())
        except forms.ValidationError as problem:
            self.add_error("password", problem)
        return cleaned


class AdministratorForm(PasswordTwice):
    username = forms.CharField(label=_("User name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}))
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    field_order = ["username", "email", "password", "password_again"]

    def clean_username(self) -> str:
        username: str = User.normalize_username(self.cleaned_data["username"])
        User.username_validator(username)
        return username

    def user(self) -> User:
        return User(username=self.cleaned_data.get("username", ""), email=self.cleaned_data.get("email", ""))


def _number_field() -> forms.CharField:
    return forms.CharField(
        label=_("Phone that is rung for hot leads"),
        max_length=16,
        validators=[is_e164],
        help_text=_("International form, for example +254712345678"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class InvitationForm(PasswordTwice):
    """`rep` None: the invited person takes no leads, so no phone is asked for."""

    field_order = ["number", "password", "password_again"]

    def __init__(self, *args: Any, user: User, rep: Rep | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user, self._rep = user, rep
        if rep is not None:
            self.fields["number"] = _number_field()
            self.fields["number"].initial = rep.number
            self.order_fields(self.field_order)

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if self._rep is not None and Rep.objects.filter(number=number).exclude(id=self._rep.id).exists():
            raise forms.ValidationError(_("Another rep has this number."))
        return _not_a_lead(number)

    def user(self) -> User:
        return self._user


class RepForm(forms.Form):
    name = forms.CharField(label=_("Name said to the lead"), max_length=60)
    email = forms.EmailField(label=_("E-mail, also the user name"), max_length=150)
    number = _number_field()

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(username=email).exists():
            raise forms.ValidationError(_("There is a user with this address."))
        return email

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if Rep.objects.filter(number=number).exists():
            raise forms.ValidationError(_("Another rep has this number."))
        return _not_a_lead(number)


def _not_a_lead(number: str) -> str:
    if Lead.objects.filter(phone=number).exists():
        raise forms.ValidationError(_("This is a lead's number, so it cannot be a rep's."))
    return number
