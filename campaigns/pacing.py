"""How many calls may start now, and what keeps it from being more.

Pure. The tightest limit counts: organisation, campaign, line, calls a second, the room of the servers, and the reps who would have to take the
hot leads that these calls will bring.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Limit(StrEnum):
    """What holds dialing back, for the console and the flight record."""

    ORGANISATION = "organisation"
    CAMPAIGN = "campaign"
    LINE = "line"
    RATE = "rate"  # calls a second on the line
    DAY_OF_NUMBER = "day_of_number"  # calls a day from one of our numbers
    SERVER = "server"
    REPS = "reps"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Load:
    """Calls in flight against their cap. `cap` None: no cap."""

    in_flight: int
    cap: int | None

    @property
    def room(self) -> int | None:
        return None if self.cap is None else max(0, self.cap - self.in_flight)

    @property
    def share(self) -> float:
        """How full it is, for taking turns; a cap of 0 counts as full."""
        if self.cap is None:
            return 0.0
        return self.in_flight / self.cap if self.cap else 1.0


@dataclass(frozen=True, slots=True)
class Room:
    """How many calls may start, and the limit that says so; None: nothing limits it."""

    n_calls: int
    limit: Limit | None


UNLIMITED = 10**6


def tightest(rooms: Mapping[Limit, int | None]) -> Room:
    """The smallest room, never negative; on a tie the limit that is named first."""
    known = [(max(0, room), limit) for limit, room in rooms.items() if room is not None]
    n_calls, limit = min(known, key=lambda one: one[0], default=(UNLIMITED, None))
    return Room(n_calls, limit)


# ---- one line -------------------------------------------------------------------------------------------------------------


CLOCKS_DIFFER_S = 60.0


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """Calls a second on one line. It holds one second's worth, or one call where that is less: no burst after a quiet time."""

    per_second: float
    tokens: float
    filled_at: datetime | None  # None: never used, so it is full

    @property
    def holds(self) -> float:
        return max(1.0, self.per_second)

    def at(self, now: datetime) -> TokenBucket:
        """As it is at `now`. Two machines' clocks differ: what lies a little ahead fills nothing until it is reached. What lies further ahead
        was written by a clock that was wrong; it keeps what it holds and fills from now on, or one wrong clock would stop the line for long."""
        if self.filled_at is None:
            return TokenBucket(self.per_second, self.holds, now)
        elapsed_s = (now - self.filled_at).total_seconds()
        if elapsed_s < -CLOCKS_DIFFER_S:
            return TokenBucket(self.per_second, self.tokens, now)
        if elapsed_s <= 0:
            return self
        return TokenBucket(self.per_second, min(self.holds, self.tokens + elapsed_s * self.per_second), now)

    def take(self, now: datetime) -> TokenBucket | None:
        """The bucket after one call; None: not yet."""
        filled = self.at(now)
        # A hair less than one is one: the sum of many small refills must not cost a call.
        return TokenBucket(self.per_second, filled.tokens - 1.0, filled.filled_at) if filled.tokens >= 1.0 - 1e-9 else None


@dataclass(frozen=True, slots=True)
class DayCount:
    """Calls dialled from one of our numbers on one day. `cap` None: no cap."""

    cap: int | None
    counted_on: date | None
    n_dialled: int

    def room(self, today: date) -> int | None:
        return None if self.cap is None else max(0, self.cap - self.on(today))

    def on(self, today: date) -> int:
        return self.n_dialled if self.counted_on == today else 0


# ---- reps -----------------------------------------------------------------------------------------------------------------

RATES_OF = 200  # the latest calls of a campaign that say how often one turns hot
# Before a campaign has calls of its own: one hot lead in ten dialled, one in five answered; worth ten and five calls of evidence.
PRIOR_HOT, PRIOR_DIALLED, PRIOR_ANSWERED = 1, 10, 5


@dataclass(frozen=True, slots=True)
class HotRates:
    """How often a campaign's latest calls turned hot."""

    n_dialled: int
    n_answered: int
    n_hot: int

    @property
    def of_dialled(self) -> float:
        return (self.n_hot + PRIOR_HOT) / (self.n_dialled + PRIOR_DIALLED)

    @property
    def of_answered(self) -> float:
        """Never less than that of dialled ones: the answer is behind them."""
        return max(self.of_dialled, min(1.0, (self.n_hot + PRIOR_HOT) / (self.n_answered + PRIOR_ANSWERED)))


@dataclass(frozen=True, slots=True)
class InFlight:
    """One campaign's calls on their way to a rep."""

    rates: HotRates
    n_ringing: int  # dialled, not answered yet
    n_talking: int  # with the bot, not hot yet
    n_waiting: int  # hot, and no rep has them yet

    @property
    def expected_hot(self) -> float:
        return self.n_ringing * self.rates.of_dialled + self.n_talking * self.rates.of_answered + self.n_waiting


@dataclass(frozen=True, slots=True)
class Reps:
    """Who could take a campaign's hot leads, and what is under way to them already."""

    n_free: int
    target: float  # hot leads a free rep, expected in the next minutes
    in_flight: tuple[InFlight, ...]  # every campaign whose hot leads go to these reps
    rates: HotRates  # of the campaign that wants to dial


def calls_for_reps(*, n_free_reps: int, target: float, in_flight: Iterable[InFlight], rates: HotRates) -> int:
    """How many more calls keep the expected hot leads at or under the free reps times the target.

    `target`: hot leads a free rep, expected in the next minutes; `in_flight`: every campaign whose hot leads go to these reps; `rates`: of the
    campaign that wants to dial. One call may always start while a rep is free and nothing is under way, or a small target would stop it for good.
    """
    loads = list(in_flight)
    left = n_free_reps * target - sum(load.expected_hot for load in loads)
    is_idle = not any(load.n_ringing or load.n_talking or load.n_waiting for load in loads)
    at_least = 1 if n_free_reps and is_idle else 0
    return max(at_least, math.floor(left / rates.of_dialled + 1e-9), 0)
