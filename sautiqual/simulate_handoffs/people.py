"""What leads and reps are like, drawn by chance. Pure; seconds are of the virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Leaves(StrEnum):
    """When a lead puts the receiver down before anybody else ends the call."""

    NEVER = "never"
    WHILE_ASKED = "while asked"  # already hot, the bot still asks
    WHILE_WAITING = "while waiting"  # for a rep to accept, or for their phone to be answered


@dataclass(frozen=True, slots=True)
class Mood:
    """One lead, who turns hot."""

    picks_up_after_s: float
    thinks_s: float  # from the end of one answer to the end of the next
    leaves: Leaves
    leaves_after_s: float
    declines_promise: bool  # a call back is promised, and they say: never call me again
    answers_call_back: bool


class Manner(StrEnum):
    QUICK = "quick"
    SLOW = "slow"
    CHOOSY = "choosy"  # declines every second lead
    DREAMY = "dreamy"  # lets offers run out
    FAR_OFF = "far off"  # the network is lost again and again
    THOROUGH = "thorough"  # writes up for longer than there is time


@dataclass(frozen=True, slots=True)
class Temper:
    """One rep; shares from 0 to 1."""

    manner: Manner
    decides_s: tuple[float, float]
    declines: float = 0.05
    misses: float = 0.02
    loses_network: float = 0.0  # in each minute
    away_s: tuple[float, float] = (20.0, 60.0)  # after a missed offer
    writes_up_s: tuple[float, float] = (5.0, 15.0)
    answers_phone: float = 0.95
    presses_1: float = 0.95  # else it is a mailbox, or they do not care
    changes_mind: float = 0.03  # hangs up before the lead is there, though they have pressed 1
    keeps_promises: float = 0.5  # when there is nothing else to do
    talks_s: tuple[float, float] = (20.0, 60.0)


TEMPERS = (
    Temper(Manner.QUICK, (1.0, 3.0)),
    Temper(Manner.SLOW, (8.0, 14.0)),
    Temper(Manner.CHOOSY, (2.0, 5.0), declines=0.5),
    Temper(Manner.DREAMY, (2.0, 6.0), misses=0.5, answers_phone=0.7, presses_1=0.8),
    Temper(Manner.FAR_OFF, (2.0, 4.0), loses_network=0.3),
    Temper(Manner.THOROUGH, (2.0, 4.0), writes_up_s=(25.0, 50.0)),
)
OFFLINE_S = (20.0, 70.0)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who comes in."""

    mood: Callable[[Random], Mood]
    temper_of: Callable[[int], Temper]  # by the rep's position


def temper_of(position: int) -> Temper:
    """With six reps or more, each manner is there."""
    return TEMPERS[position % len(TEMPERS)]


def mood(random: Random) -> Mood:
    leaves = random.choices((Leaves.NEVER, Leaves.WHILE_ASKED, Leaves.WHILE_WAITING), (84, 8, 8))[0]
    return Mood(
        picks_up_after_s=random.uniform(1.0, 6.0),
        thinks_s=random.uniform(4.0, 9.0),
        leaves=leaves,
        leaves_after_s=random.uniform(0.5, 4.0) if leaves is Leaves.WHILE_ASKED else random.uniform(0.5, 25.0),
        declines_promise=random.random() < 0.06,
        answers_call_back=random.random() < 0.8,
    )


EVERY_KIND = Cast(mood, temper_of)
