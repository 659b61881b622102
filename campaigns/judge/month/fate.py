"""What becomes of one call, drawn by chance: who answers, how long they talk, what they say. Decides nothing about whether it may be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from bridge.events import Outcome
from bridge.telephony.dialect import ProviderStatus

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fate:
    """`end`: how the platform says it ended; with COMPLETED somebody, or something, picked up."""

    rings_s: float
    end: ProviderStatus
    talk_s: float = 0.0
    outcome: Outcome = Outcome.CALLEE_LEFT
    seats: int | None = None  # what they answer to the question that scores; None: they do not get to it
    is_end_reported: bool = True  # else the webhook is lost and the call is looked up
    is_told_twice: bool = False


_ENDS = {ProviderStatus.NO_ANSWER: 34, ProviderStatus.BUSY: 8, ProviderStatus.FAILED: 4, ProviderStatus.COMPLETED: 54}
_OUTCOMES = {
    Outcome.FINISHED: 52,
    Outcome.NOT_INTERESTED: 12,
    Outcome.OPTED_OUT: 5,
    Outcome.WRONG_NUMBER: 2,
    Outcome.CALLBACK_REQUESTED: 8,
    Outcome.CALLEE_LEFT: 10,
    Outcome.VOICEMAIL: 7,
    Outcome.MEDIA_LOST: 4,
}


def draw(chance: Random, *, max_call_s: int) -> Fate:
    end = _one_of(chance, _ENDS)
    rings_s = chance.uniform(4.0, 30.0)
    if end is not ProviderStatus.COMPLETED:
        return Fate(rings_s, end, is_end_reported=chance.random() > 0.03, is_told_twice=chance.random() < 0.1)
    outcome = _one_of(chance, _OUTCOMES)
    talk_s = chance.uniform(60.0, 0.9 * max_call_s) if outcome is Outcome.FINISHED else chance.uniform(6.0, 50.0)
    seats = chance.choice([1, 10, 40, 60, 120, 300]) if outcome is Outcome.FINISHED else None
    return Fate(rings_s, end, talk_s, outcome, seats, is_end_reported=chance.random() > 0.05, is_told_twice=chance.random() < 0.1)


def _one_of(chance: Random, weights: Mapping[T, int]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]
