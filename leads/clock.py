"""Business time: what consent, calling hours and decisions are measured by.

The demo moves it to a working morning with `set_offset`; rules never change, only the clock they are handed. Tokens, signatures and
timeouts live in real time and do not use this.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def set_offset(offset: timedelta) -> None:
    """How far business time runs ahead of real time in this process; the project sets it once at the start."""
    global _offset
    _offset = offset


def offset() -> timedelta:
    return _offset


def now() -> datetime:
    return datetime.now(UTC) + _offset
