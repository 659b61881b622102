"""A time that a voice worked out itself and gives as ISO 8601: believed only if it can be one.

Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.named_time.naming import DAY_BEGINS_AT, NamedTime, Precision, is_possible

DATE_ONLY = 10  # characters: 2026-11-23


def valid_time(text: object, *, now: datetime) -> NamedTime | None:
    """`text`: local to the callee, or with an offset. `now`: aware, in the callee's zone. None: no time, past, or more than 14 days ahead."""
    if not isinstance(text, str):
        return None
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    is_day = len(text.strip()) == DATE_ONLY
    if is_day:
        given = datetime.combine(given.date(), DAY_BEGINS_AT)
    local = given.replace(tzinfo=now.tzinfo) if given.tzinfo is None else given
    try:
        at = local.astimezone(UTC).astimezone(now.tzinfo)
    except OverflowError:  # the year 1 or 9999
        return None
    if not is_possible(at, now=now):
        return None
    return NamedTime(at, Precision.DAY if is_day else Precision.CLOCK, is_explicit=not is_day)
