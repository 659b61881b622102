"""How it went with one lead: each attempt, when it was made, and what came of it, by the shares that real campaigns see.

Values in, values out; `random` is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bridge.events import Outcome
from campaigns.states import CallStatus, Disposition

DAYS = 60
MOST_ATTEMPTS = 3
HOURS = (8, 9, 9, 10, 10, 10, 11, 11, 12, 13, 14, 14, 15, 15, 16, 16, 17, 18)  # when people are rung, in Nairobi
NAIROBI_FROM_UTC = timedelta(hours=3)

# Each: how often in a hundred, the status, how the session ended and the disposition; `None`: the session's end and the answers say.
Ending = tuple[CallStatus, Outcome | None, Disposition | None]
ENDINGS: tuple[tuple[float, Ending], ...] = (
    (34, (CallStatus.NO_ANSWER, None, None)),
    (7, (CallStatus.BUSY, None, None)),
    (4, (CallStatus.FAILED, None, None)),
    (4, (CallStatus.BLOCKED, None, None)),
    (0.6, (CallStatus.CANCELED, None, None)),
    (0.4, (CallStatus.OUTCOME_UNKNOWN, None, None)),
    (7, (CallStatus.COMPLETED, Outcome.VOICEMAIL, Disposition.VOICEMAIL)),
    (0.7, (CallStatus.COMPLETED, Outcome.CALL_SCREENED, Disposition.CALL_SCREENED)),
    (0.5, (CallStatus.COMPLETED, Outcome.PHONE_MENU, Disposition.PHONE_MENU)),
    (1.7, (CallStatus.COMPLETED, Outcome.ANNOUNCEMENT, Disposition.ANNOUNCEMENT)),
    (0.1, (CallStatus.COMPLETED, Outcome.FAX, Disposition.FAX)),
    (2, (CallStatus.COMPLETED, Outcome.WRONG_NUMBER, Disposition.WRONG_NUMBER)),
    (1.5, (CallStatus.COMPLETED, Outcome.OPTED_OUT, Disposition.OPTED_OUT)),
    (6, (CallStatus.COMPLETED, Outcome.NOT_INTERESTED, Disposition.NOT_INTERESTED)),
    (1, (CallStatus.COMPLETED, Outcome.FINISHED, Disposition.REFUSED)),
    (4, (CallStatus.COMPLETED, Outcome.CALLBACK_REQUESTED, Disposition.CALLBACK_REQUESTED)),
    (5, (CallStatus.COMPLETED, Outcome.CALLEE_LEFT, Disposition.INCOMPLETE)),
    (0.6, (CallStatus.COMPLETED, Outcome.MEDIA_LOST, Disposition.INCOMPLETE)),
    (0.4, (CallStatus.COMPLETED, Outcome.VOICE_FAILED, Disposition.INCOMPLETE)),
    (0.3, (CallStatus.COMPLETED, Outcome.FINISHED, Disposition.SCREENED_OUT)),
    (0.2, (CallStatus.COMPLETED, Outcome.FINISHED, Disposition.QUOTA_FULL)),
    (19, (CallStatus.COMPLETED, Outcome.FINISHED, None)),
)
CAUSES: Mapping[CallStatus, Sequence[str]] = {
    CallStatus.NO_ANSWER: ("NO_ANSWER", "NO_USER_RESPONSE"),
    CallStatus.BUSY: ("USER_BUSY",),
    CallStatus.FAILED: ("UNALLOCATED_NUMBER", "DESTINATION_OUT_OF_ORDER", "NETWORK_OUT_OF_ORDER"),
    CallStatus.COMPLETED: ("NORMAL_CLEARING",),
}
AGAIN = frozenset({CallStatus.NO_ANSWER, CallStatus.BUSY})
AGAIN_AFTER = frozenset({Disposition.VOICEMAIL, Disposition.ANNOUNCEMENT, Disposition.CALLBACK_REQUESTED})
UNDIALLED = frozenset({CallStatus.QUEUED, CallStatus.BLOCKED, CallStatus.CANCELED})
_WEIGHTS = [weight for weight, _ending in ENDINGS]
_ENDINGS = [ending for _weight, ending in ENDINGS]


@dataclass(frozen=True, slots=True)
class Attempt:
    number: int
    at: datetime  # when it was due, UTC
    status: CallStatus
    outcome: Outcome | None = None
    disposition: Disposition | None = None  # None on a finished one: its answers decide
    cause: str = ""
    talk_s: int | None = None  # None: nobody and nothing picked up

    @property
    def is_dialled(self) -> bool:
        return self.status not in UNDIALLED

    @property
    def is_finished(self) -> bool:
        return self.outcome is Outcome.FINISHED and self.disposition is None


def course(random: Random, *, now: datetime, at_most: int) -> list[Attempt]:
    """At least one attempt and at most `at_most`. What would come after `now` is queued."""
    at = first_due(random, now=now)
    attempts: list[Attempt] = []
    for number in range(1, min(MOST_ATTEMPTS, at_most) + 1):
        if at > now - timedelta(minutes=10):
            attempts.append(Attempt(number, at, CallStatus.QUEUED))
            break
        attempts.append(_attempt(number, at, random))
        if not is_tried_again(attempts[-1]) or random.random() < 0.2:
            break
        at = at + timedelta(hours=random.choice((4, 22, 25, 46, 71)), minutes=random.randrange(60))
    return attempts


def is_tried_again(attempt: Attempt) -> bool:
    return attempt.status in AGAIN or attempt.disposition in AGAIN_AFTER


def first_due(random: Random, *, now: datetime) -> datetime:
    """On a weekday of the last DAYS days, or in the three to come, within the hours that people are rung in."""
    day = now + NAIROBI_FROM_UTC - timedelta(days=random.random() * (DAYS - 2) - 1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.replace(hour=random.choice(HOURS), minute=random.randrange(60), second=random.randrange(60)) - NAIROBI_FROM_UTC


def _attempt(number: int, at: datetime, random: Random) -> Attempt:
    status, outcome, disposition = random.choices(_ENDINGS, _WEIGHTS)[0]
    cause = random.choice(CAUSES[status]) if status in CAUSES else ""
    talk_s = None if outcome is None else int(6 + random.random() * (150 if outcome is Outcome.FINISHED else 40))
    return Attempt(number, at, status, outcome, disposition, cause, talk_s)
