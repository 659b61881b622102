"""Whose browser sessions still stand: an open socket outlives signing out, and names of leads are sent over it."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare


def signed_in(session_keys: Collection[str]) -> dict[str, int]:
    """The user's id by session key, of sessions that have neither run out nor ended by signing out, a closed account or a new password."""
    rows = Session.objects.filter(session_key__in=list(session_keys), expire_date__gt=timezone.now())
    sessions = {row.session_key: row.get_decoded() for row in rows}
    users = User.objects.filter(is_active=True).in_bulk({int(data[SESSION_KEY]) for data in sessions.values() if SESSION_KEY in data})
    found = {}
    for key, data in sessions.items():
        user = users.get(int(data.get(SESSION_KEY, 0)))
        if user is not None and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            found[key] = user.pk
    return found
