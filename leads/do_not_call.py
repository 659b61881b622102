"""Puts numbers on the do-not-call list. Nothing here takes one off: that is a superuser's act in the admin."""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from leads.models import E164, DoNotCallEntry


def add_to_do_not_call(
    phone: str, *, origin: DoNotCallEntry.Origin, reason: str, at: datetime, by: AbstractBaseUser | None = None
) -> tuple[DoNotCallEntry, bool]:
    """The number's one entry, and whether it is new; the first entry stays as it was. Two at once end in the same row.

    `phone` is E.164, else ValueError: an entry in another spelling would protect nobody.
    """
    if not re.fullmatch(E164, phone):
        raise ValueError("a do-not-call entry needs a number in E.164")
    entered = {"origin": origin, "reason": reason[:500], "entered_at": at, "entered_by_id": by.pk if by else None}
    return DoNotCallEntry.objects.get_or_create(phone=phone, defaults=entered)
