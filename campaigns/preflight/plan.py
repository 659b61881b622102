"""What a run is about, as plain values: the campaign's limits, its numbers, its reps, the rules, and what came of it all.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from campaigns.pacing import DayCount, HotRates, Limit, TokenBucket
from campaigns.preflight.again import Again
from campaigns.preflight.census import HolidaysOf
from campaigns.preflight.chances import Chances, Luck
from campaigns.preflight.queue import Person
from campaigns.preflight.tally import Tally
from leads.compliance import Refusal
from leads.market_rules import MarketPack

HORIZON = timedelta(days=365)  # whoever plans longer plans something else


@dataclass(slots=True)
class VirtualLine:
    """One of our numbers during the run, with its bucket and its count of the day."""

    line_id: int
    max_calls_in_flight: int
    bucket: TokenBucket
    day_count: DayCount
    n_in_flight: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    begins_at: datetime
    zone: tzinfo  # the organisation's clock: its days and hours
    lines: tuple[VirtualLine, ...]
    max_calls_in_flight: int
    organisation_max_calls_in_flight: int | None
    max_call_s: int
    is_survey: bool
    n_reps: int
    hot_leads_a_rep: float | None  # None: reps hold nothing back
    hot_rates: HotRates  # of the campaign's own latest calls
    chances: Chances


@dataclass(frozen=True, slots=True)
class World:
    """The rules as functions and tables. `luck` makes the run repeatable: it is the only source of chance."""

    packs: Mapping[str, MarketPack]
    holidays_of: HolidaysOf
    again: Callable[[Person], Again | None]
    luck: Callable[[], Luck]
    progress: Callable[[int, datetime], object] = lambda n_calls, now: None


@dataclass(frozen=True, slots=True)
class RanDry:
    """The budget that no call can be paid from any more, in the words of `budget.Cap`."""

    name: str
    at: datetime


@dataclass(slots=True)
class Course:
    """How a run went."""

    tally: Tally
    n_calls: int = 0
    first_through_at: datetime | None = None  # the last first attempt; None: nobody was dialled
    ends_at: datetime | None = None  # the end of the last call; None: there was none
    lost: list[tuple[Person, tuple[Refusal, ...]]] = field(default_factory=list)  # blocked when their turn came
    n_left: int = 0  # still queued when the run stopped
    stopped_by: Limit | None = None  # nothing would ever have moved again
    ran_dry: RanDry | None = None
    short_days: dict[str, datetime] = field(default_factory=dict)  # a budget of a day or month that made calls wait, and since when
