"""The number that a command is about, as people type it."""

from __future__ import annotations

from django.core.management.base import CommandError

from leads.phone import PhoneProblem, to_e164


def number_of(typed: str) -> str:
    """In E.164; CommandError with the mend if it is no number."""
    found = to_e164(typed, region="")
    if isinstance(found, PhoneProblem) and not found.e164:
        raise CommandError(found.mend)
    return found.e164
