"""The demo's clock, kept as a row so that it survives a restart. Each process applies it once, at its start.

A real deployment has no such row: business time is real time there, and a database with one is refused as soon as the outside can reach us.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from campaigns.models import BusinessClock
from leads import clock


class DemoDatabaseRefused(Exception):
    """This database holds a demo (its clock and its logins), and PUBLIC_URL is set."""

    def __init__(self) -> None:
        super().__init__("This database belongs to a demo: its clock is set and its logins are public. Unset PUBLIC_URL, or use another database.")


def apply() -> None:
    """Raises DemoDatabaseRefused where the demo's clock could meet a real phone."""
    row = BusinessClock.objects.first()
    if row is not None and settings.PUBLIC_URL:
        raise DemoDatabaseRefused
    clock.set_offset(timedelta(seconds=row.offset_s if row else 0.0))


def start_at(instant: datetime) -> None:
    """Business time begins at `instant` now, in this database."""
    offset_s = (instant - timezone.now()).total_seconds()
    BusinessClock.objects.update_or_create(id=1, defaults={"offset_s": offset_s})
    apply()
