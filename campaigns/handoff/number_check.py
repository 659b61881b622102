"""Verifying a rep's number by a call: what typed digits mean, what the end of the call means, and how often it may be tried.

Pure. Knows no code: whether the digits were right is a fact it is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from campaigns.states import CallStatus
from leads.said import sentence

CODE_DIGITS = 4  # with three tries, somebody who cannot see the screen guesses it in three of ten thousand calls
MAX_WRONG = 3
MAX_A_DAY = 3  # calls: of one rep, and to one number whoever has it
CODE_LIVES = timedelta(minutes=10)
VERIFIED_BY_CALL = "call"


class Result(StrEnum):
    VERIFIED = "verified"
    WRONG_CODE = "wrong_code"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    NOT_ENTERED = "not_entered"  # picked up, and never the right code: a mailbox, or somebody who hung up
    FAILED = "failed"
    NOT_RUNG = "not_rung"  # with a sentence why; does not count as one of the day's calls
    EXPIRED = "expired"
    NUMBER_CHANGED = "number_changed"  # while the phone rang


@dataclass(frozen=True, slots=True)
class Heard:
    """`result` None: may try again."""

    result: Result | None
    n_wrong: int


def on_digits(*, is_right: bool, n_wrong: int, is_expired: bool) -> Heard:
    """A code that is too old is right no more, and no try of the person's is spent on it."""
    if is_expired:
        return Heard(Result.EXPIRED, n_wrong)
    if is_right:
        return Heard(Result.VERIFIED, n_wrong)
    return Heard(Result.WRONG_CODE if n_wrong + 1 >= MAX_WRONG else None, n_wrong + 1)


def on_end(status: CallStatus, *, was_answered: bool) -> Result:
    """What it means that the call is over and no code has decided it."""
    if was_answered:
        return Result.NOT_ENTERED
    match status:
        case CallStatus.BUSY:
            return Result.BUSY
        case CallStatus.FAILED:
            return Result.FAILED
    return Result.NO_ANSWER


def is_expired(expires_at: datetime, *, at: datetime) -> bool:
    """Both in real time."""
    return at >= expires_at


def why_not_today(*, n_of_rep: int, n_to_number: int) -> str:
    """ "": one more call may be made. Both count the calls of the organisation's day so far."""
    if n_of_rep >= MAX_A_DAY:
        return sentence("You have had %(n)s such calls today. Try again tomorrow, or ask your manager to confirm the number.", n=MAX_A_DAY)
    if n_to_number >= MAX_A_DAY:
        return sentence("This number has had %(n)s such calls today. Try again tomorrow, or ask your manager to confirm the number.", n=MAX_A_DAY)
    return ""


def digits_of(typed: str) -> str:
    """What counts of the keys: the end sign # and whatever else is no digit is left out."""
    return "".join(key for key in typed if key in "0123456789")


def masked(number: str) -> str:
    """For everybody but its owner: the beginning and the last digits of an E.164 number, at least five digits hidden."""
    first, last = (4, 3) if len(number) >= 12 else (2, 1)
    return number[:first] + "•" * (len(number) - first - last) + number[-last:]
