"""Where a call in flight stands, as a manager thinks of it, and which question is open. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bridge.brief import AnswerValue
from bridge.route import Steps, route
from campaigns.states import ENDED, CallStatus, HandoffStatus


class Stage(StrEnum):
    DIALLING = "dialling"
    RINGING = "ringing"
    PICKED_UP = "picked_up"  # the bot does not talk yet
    TALKING = "talking"  # the bot does
    WITH_REP = "with_rep"
    LEFT = "left"  # the bot has finished, the phone is not down yet
    OVER = "over"


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    key: str
    n: int  # from 1, on the way that the answers so far lead
    of: int  # as many as may be asked on it, those behind it included


def stage_of(status: CallStatus, *, has_stream: bool, has_left: bool, handoff: HandoffStatus | None) -> Stage:
    """`has_stream`: the bot's audio is or was open; `has_left`: its part is over."""
    if status in ENDED:
        return Stage.OVER
    if status is CallStatus.IN_PROGRESS:
        if handoff is HandoffStatus.BRIDGED or (has_left and handoff is HandoffStatus.ACCEPTED):
            return Stage.WITH_REP
        return Stage.LEFT if has_left else Stage.TALKING if has_stream else Stage.PICKED_UP
    return Stage.RINGING if status is CallStatus.RINGING else Stage.DIALLING


def open_question(steps: Steps, answers: Mapping[str, AnswerValue]) -> OpenQuestion | None:
    """None: the end is reached, or nothing is asked."""
    ahead = route(steps, answers)
    if ahead.next is None:
        return None
    n_answered = sum(key in answers for key in steps)
    return OpenQuestion(ahead.next, n_answered + 1, n_answered + len(ahead.possible))
