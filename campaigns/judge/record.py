"""What the judge is handed: the entries of the flight record in the order they were written, and the evidence to judge them by.

Pure values; `loading` makes them from the database, tests and `planting` make them by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any


class EntryKind(StrEnum):
    TICK = "tick"  # the dialer lives: load, caps, reps and what holds a campaign back, as it saw them; at most one a minute
    DECISION = "decision"  # may this lead be called now; the facts stand on the DialDecision it points to
    POSTPONED = "postponed"  # not now: due again at another time
    DISPATCH = "dispatch"  # claimed: from here on a phone may ring
    PLACED = "placed"  # the platform took it
    NOT_SENT = "not_sent"  # nothing was asked of the platform: the claim is undone
    REFUSED = "refused"  # the platform said no
    UNKNOWN = "unknown"  # nobody can say whether a phone rings
    ANSWERED = "answered"
    FINISHED = "finished"  # the voice has left the call
    ENDED = "ended"
    MONEY = "money"  # what a call holds or has cost changed
    OPTED_OUT = "opted_out"  # said on a call
    CAMPAIGN = "campaign"  # started, paused, resumed, closed
    STOPPED = "stopped"  # all dialing
    RESUMED = "resumed"


class Scope(StrEnum):
    """The four purses a call is paid from; also the keys of `details["budgets"]`, by which a dispatch carries their caps."""

    CAMPAIGN = "campaign"
    CAMPAIGN_DAY = "campaign_day"
    DAY = "day"  # the organisation's
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `number`: the digest of the number; "" and None: the entry is not about one. `money_minor`: the change in what is committed."""

    id: int
    kind: EntryKind
    at: datetime  # business time
    recorded_at: datetime  # real time
    campaign_id: int | None = None
    call_id: str = ""
    line_id: int | None = None
    lead_id: str = ""
    number: str = ""
    money_minor: int = 0
    money_on: date | None = None  # the organisation's day in which it counts
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision read about one lead, without the evidence of consent."""

    purpose: str
    controller: str
    market: str
    time_zone: str
    zones_of_number: tuple[str, ...]  # all that the number itself allows, () if it tells nothing
    rules: str  # the digest of the rule sheet; "": it was decided by none


@dataclass(frozen=True, slots=True)
class Consent:
    kind: str
    purpose: str
    controller: str
    covers_automated_voice: bool
    grade: str
    lawful_basis: str
    given_at: datetime
    expires_at: datetime | None
    recorded_at: datetime  # real time: evidence entered after the call proves nothing about it


@dataclass(frozen=True, slots=True)
class Listed:
    """A number was on the do-not-call list from … to …; None: it still is."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """One market's rules for one purpose, as they were in force."""

    windows: tuple[tuple[tuple[time, time], ...], ...]  # seven days, Monday first; [opens, closes)
    is_closed_on_holidays: bool
    calendars: frozenset[str]  # regions whose own holidays close the day in any case
    also_closed_on: frozenset[date]
    must_name_automated_voice: bool
    grades: frozenset[str]
    lawful_bases: frozenset[str]
    per_day: int
    per_24_hours: int | None
    per_7_days: int
    per_30_days: int


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said about an estimated date, and since when it counts. `on` None: it is no holiday."""

    said_at: datetime
    on: date | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The public holidays of a market, or of a region in it."""

    days: frozenset[date]  # those that are certain
    estimates: Mapping[date, tuple[Word, ...]]  # those that follow the moon, with what was said, oldest first


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that is queued still, though its number is on the list and nobody has ended it."""

    call_id: str
    campaign_id: int
    number: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """From the tables that hold it, not from what the dialer says it saw. A missing key: it was erased, and nothing can be judged by it."""

    facts: Mapping[int, Facts]  # by the decision's id
    consents: Mapping[str, tuple[Consent, ...]]  # by lead
    listed: Mapping[str, tuple[Listed, ...]]  # by number
    rules: Mapping[str, Rules]  # by the digest of the sheet
    holidays: Mapping[tuple[str, str], Calendar | None]  # by market and region ("": the whole); None: not known
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """How things stood when the period began."""

    in_flight: tuple[Entry, ...] = ()  # dispatches without an end
    dispatched: frozenset[str] = frozenset()  # calls of this period that were dispatched before it, and not undone
    attempts: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)  # by number: when it was dialled in the 31 days before
    opted_out: Mapping[str, datetime] = field(default_factory=dict)  # by number: said on a call before
    committed: Mapping[str, int] = field(default_factory=dict)  # KES cents by purse, see `purse`
    line_days: Mapping[tuple[int, date], int] = field(default_factory=dict)  # calls dialled from a line of ours on the day of `since`
    statuses: Mapping[int, str] = field(default_factory=dict)  # campaigns; a missing one is not known
    stopped_at: datetime | None = None  # all dialing; None: it is not


@dataclass(frozen=True, slots=True)
class FlightRecord:
    since: datetime
    until: datetime
    entries: tuple[Entry, ...]  # by id
    evidence: Evidence
    opening: Opening = field(default_factory=Opening)


def purse(scope: Scope, campaign_id: int | None, on: date | None) -> str:
    """The one name of a sum of money: what a campaign has committed in all or on a day, or everybody on a day or in a month."""
    owner = f"{campaign_id}" if scope in {Scope.CAMPAIGN, Scope.CAMPAIGN_DAY} else ""
    period = {Scope.CAMPAIGN: "", Scope.MONTH: f"{on:%Y-%m}" if on else ""}.get(scope, f"{on}")
    return f"{scope}:{owner}:{period}"
