"""The clock on a rep's wall."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from campaigns.models import Rep


def zone_of(rep: Rep) -> tzinfo:
    """The organisation's, where the rep's own names none that is known: the page must open all the same."""
    try:
        return ZoneInfo(rep.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()
