"""The rows that commands name."""

from __future__ import annotations

from django.core.management.base import CommandError

from campaigns.models import Campaign


def campaign_named(wanted: str) -> Campaign:
    """By its name, or by its number as the console's address shows it. Raises CommandError."""
    known = Campaign.objects.select_related("script", "line")
    found = known.filter(name=wanted).first() or (known.filter(pk=int(wanted)).first() if wanted.isdecimal() else None)
    if found is None:
        raise CommandError(f"There is no campaign “{wanted}”. Give its name, or its number as the console's address shows it.")
    return found
