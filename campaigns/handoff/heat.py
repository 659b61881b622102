"""How hot a lead still is whom nobody has taken, and how long one waits against the goal.

Pure. Interest dies away by halves: within minutes for somebody on the line, within hours for somebody who was promised a call back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LIVE_HALF_LIFE = timedelta(minutes=5)  # since the lead became hot
PROMISED_HALF_LIFE = timedelta(hours=4)  # since the promised time: until then a lead is told to wait, and does
STEP_PERCENT = 5  # a finer figure would only flicker


class HeatWord(StrEnum):
    HOT = "hot"
    WARM = "warm"
    COOLING = "cooling"
    COLD = "cold"


@dataclass(frozen=True, slots=True)
class HeatLeft:
    share: float  # 0 to 1: what is left of it

    @property
    def percent(self) -> int:
        return STEP_PERCENT * round(100 * self.share / STEP_PERCENT)

    @property
    def word(self) -> HeatWord:
        """By what is shown as percent, so that word and figure never contradict each other."""
        if self.percent >= 75:
            return HeatWord.HOT
        if self.percent >= 50:
            return HeatWord.WARM
        return HeatWord.COOLING if self.percent >= 25 else HeatWord.COLD


def heat_left(age: timedelta, half_life: timedelta) -> HeatLeft:
    """Whole at no age, and before; half after each half-life."""
    return HeatLeft(0.5 ** (max(age, timedelta()) / half_life))


def pull(points: int | None, left: HeatLeft) -> float:
    """What orders the queue: the score as far as it is still hot. More comes first; a lead without a score comes last."""
    return max(points or 0, 0) * left.share


class Wait(StrEnum):
    IN_TIME = "in time"
    NEARLY = "nearly too long"
    TOO_LONG = "too long"


def wait_against(waited_s: float, goal_s: int) -> Wait:
    """In time up to half of the goal, nearly too long up to the goal. The page's script counts on by the same two borders."""
    if waited_s <= goal_s / 2:
        return Wait.IN_TIME
    return Wait.NEARLY if waited_s <= goal_s else Wait.TOO_LONG
