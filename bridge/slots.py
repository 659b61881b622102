"""Times at which a rep can call a lead back, as the desk tells them to the call: two of the events that a conversation takes.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SlotsFound:
    """When a rep can call back, in order; (): no time can be offered, or a rep has just taken the lead."""

    slots: tuple[datetime, ...]  # aware
    is_soon: bool  # a rep will be at work within the time that the plain promise takes


@dataclass(frozen=True, slots=True)
class SlotBooked:
    """A rep keeps this time free for the call back: it may be promised now."""

    at: datetime
