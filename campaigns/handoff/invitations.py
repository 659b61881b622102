"""How people come in: the first administrator by a link that the starting process prints, reps by a link their manager sends.

Both links work once. The rep's is Django's password token (it dies with the first password or sign-in); the administrator's is signed and
dies with the first user.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from campaigns.handoff.numbers import UNVERIFIED
from campaigns.models import Rep
from leads import audit

SETUP_SALT = "campaigns.handoff.setup"
SETUP_LIVES = timedelta(days=1)


class SetupIsOver(Exception):
    """There is a user already: whoever holds the link came too late."""


def setup_link() -> str | None:
    """The path at which the first administrator is made; None once there is a user."""
    if User.objects.exists():
        return None
    return reverse("setup", args=[signing.TimestampSigner(salt=SETUP_SALT).sign("first")])


def is_setup_open(token: str) -> bool:
    try:
        signing.TimestampSigner(salt=SETUP_SALT).unsign(token, max_age=SETUP_LIVES)
    except signing.BadSignature:  # an expired one is one of these
        return False
    return not User.objects.exists()


def create_administrator(*, username: str, email: str, password: str) -> User:
    """Raises SetupIsOver if somebody else was faster."""
    with transaction.atomic():
        # A row that is always there, locked, because a table without rows has none to lock.
        ContentType.objects.select_for_update().get(app_label="auth", model="user")
        if User.objects.exists():
            raise SetupIsOver
        user = User.objects.create_superuser(username, email, password)
        audit.record(username, audit.Act.RIGHTS, "user", user.pk, what="the first administrator")
        return user


def invite_link(user: User) -> str:
    """The path at which this person sets a password, and a rep the phone; valid as long as Django's password tokens are, once."""
    return reverse("invitation", args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)])


def invited_user(uidb64: str, token: str) -> User | None:
    """None: the link is wrong, too old, or was used."""
    try:
        user = User.objects.filter(pk=urlsafe_base64_decode(uidb64).decode(), is_active=True).first()
    except (ValueError, UnicodeDecodeError, OverflowError):
        return None
    return user if user is not None and default_token_generator.check_token(user, token) else None


def invite_rep(*, name: str, email: str, number: str) -> Rep:
    """A user without a password, and their rep. Raises IntegrityError for an e-mail address or a number that is taken."""
    with transaction.atomic():
        user = User.objects.create_user(username=email, email=email)  # without a password nobody can sign in yet
        return Rep.objects.create(user=user, name=name, number=number)


def accept_invitation(user: User, *, password: str, number: str | None, now: datetime) -> None:
    """A number that is not the one the manager gave is no longer the one that was verified."""
    with transaction.atomic():
        user.set_password(password)
        user.last_login = now  # part of the token: with it the link is spent, even for the same password
        user.save(update_fields=["password", "last_login"])
        if number is not None:
            Rep.objects.filter(user=user).exclude(number=number).update(number=number, **UNVERIFIED)
