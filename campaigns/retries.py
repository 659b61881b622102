"""What an attempt's end means for the next one: when to call again, or never.

Pure. Calling hours, caps and consent are not decided here: they are checked at the instant of each dial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from campaigns.states import ENDED, CallStatus, Disposition

BUSY_AFTER = timedelta(minutes=20)
FAILED_AFTER = timedelta(minutes=30)
INCOMPLETE_AFTER = timedelta(hours=1)
CALLBACK_AFTER = timedelta(days=1)  # they named no time

# Who did not pick up at ten may pick up at one or in the evening: each attempt falls into another hour of the day.
UNREACHED_AFTER = (timedelta(hours=3), timedelta(hours=22), timedelta(hours=5), timedelta(hours=26))

_BY_DISPOSITION: Mapping[Disposition, timedelta] = MappingProxyType(
    {Disposition.INCOMPLETE: INCOMPLETE_AFTER, Disposition.CALLBACK_REQUESTED: CALLBACK_AFTER}
)
_BY_STATUS: Mapping[CallStatus, timedelta] = MappingProxyType({CallStatus.BUSY: BUSY_AFTER, CallStatus.FAILED: FAILED_AFTER})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that is over. `promised_for`: the time the callee asked for, if they named one."""

    status: CallStatus
    disposition: Disposition | None
    ended_at: datetime
    promised_for: datetime | None = None


def next_attempt_at(attempt: Attempt, *, attempts_made: int, max_attempts: int) -> datetime | None:
    """When to call again; None: never. `attempts_made` counts dialled calls only, this one included."""
    if attempt.status not in ENDED:
        raise AssertionError("only an attempt that ended has a next one")
    if attempts_made >= max_attempts:
        return None
    if attempt.disposition is Disposition.CALLBACK_REQUESTED and attempt.promised_for is not None:
        return max(attempt.promised_for, attempt.ended_at)
    delay = _delay(attempt, attempts_made)
    return None if delay is None else attempt.ended_at + delay


def _delay(attempt: Attempt, attempts_made: int) -> timedelta | None:
    if attempt.disposition is Disposition.VOICEMAIL:
        return _unreached(attempts_made)
    if attempt.disposition is not None:
        return _BY_DISPOSITION.get(attempt.disposition)
    if attempt.status is CallStatus.NO_ANSWER:
        return _unreached(attempts_made)
    # Blocked, canceled and outcome_unknown are in no table: nobody may be rung twice on a guess.
    return _BY_STATUS.get(attempt.status)


def _unreached(attempts_made: int) -> timedelta:
    return UNREACHED_AFTER[(attempts_made - 1) % len(UNREACHED_AFTER)]


def spread(n_calls: int, *, since: datetime, over: timedelta) -> list[datetime]:
    """New due times for calls that fell due during an outage: evenly over the time given, not in a burst."""
    return [since + over * i / n_calls for i in range(n_calls)]
