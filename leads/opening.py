"""When a lead who may not be called now may be called next, as far as time alone is in the way.

Pure, and an estimate that errs late, never early: whether the call is allowed is decided again at that instant by `may_call`. Public holidays
are known only around the instant of the facts, so one that lies further ahead costs another look on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leads.compliance import LeadFacts, Reason, clocks_of, may_call
from leads.rules_in_force import rules_in_force

if TYPE_CHECKING:
    from leads.market_rules import MarketPack, PurposeRules

# With these alone it is merely too early. Any other reason means that nobody may call, now or later.
ONLY_NOT_NOW = frozenset({Reason.OUTSIDE_CALLING_HOURS, Reason.PUBLIC_HOLIDAY, Reason.ATTEMPTS_TODAY, Reason.ATTEMPTS_WEEK, Reason.ATTEMPTS_MONTH})
SAME_FOR_ALL = frozenset({Reason.OUTSIDE_CALLING_HOURS, Reason.PUBLIC_HOLIDAY})  # who live by one clock are in one night
LOOKS_AHEAD = timedelta(days=40)  # past the longest period of a cap; a pack with no hours in all that time has none


def is_only_not_now(reasons: Iterable[Reason]) -> bool:
    """Some reason is in the way, and none that would outlast the clock."""
    found = set(reasons)
    return bool(found) and found <= ONLY_NOT_NOW


def opens_at(facts: LeadFacts, rules: MarketPack | None, *, at: datetime) -> datetime | None:
    """The first instant from `at` on at which neither hours, nor a known holiday, nor the caps on attempts are in the way. In UTC terms of `at`.

    None: no such instant within 40 days, or the market, purpose or zone is unknown. `at` must be aware.
    """
    here = rules_in_force(rules, facts.phone, facts.region, at=at) if rules else None
    purpose_rules = next((each for purpose, each in here.purposes.items() if purpose == facts.purpose), None) if here else None
    zones = clocks_of(facts)
    if purpose_rules is None or not zones:
        return None
    earliest = max(at, *_caps_end(facts, purpose_rules, zones, at)) if facts.attempts else at
    return next((instant for instant in _candidates(purpose_rules, zones, earliest) if not _is_in_the_way(facts, rules, instant)), None)


def _is_in_the_way(facts: LeadFacts, rules: MarketPack | None, instant: datetime) -> bool:
    return any(refusal.reason in ONLY_NOT_NOW for refusal in may_call(facts, rules, at=instant))


def _candidates(rules: PurposeRules, zones: tuple[ZoneInfo, ...], earliest: datetime) -> Iterator[datetime]:
    """The instants at which a common opening can begin: now, and each opening of each zone's windows, in order."""
    yield earliest
    day = (earliest - timedelta(days=1)).date()
    for shift in range(LOOKS_AHEAD.days + 2):
        on = day + timedelta(days=shift)
        openings = {
            datetime.combine(on, window.opens, tzinfo=zone).astimezone(earliest.tzinfo)
            for zone in zones
            for window in rules.hours.windows[on.weekday()]
        }
        yield from sorted(opening for opening in openings if opening > earliest)


def _caps_end(facts: LeadFacts, rules: PurposeRules, zones: tuple[ZoneInfo, ...], at: datetime) -> Iterator[datetime]:
    """For each cap that is reached, the instant at which the attempt that fills it falls out of its period."""
    made = sorted((attempt for attempt in facts.attempts if attempt.utcoffset() is not None), reverse=True)
    for cap, period in ((rules.attempts.per_7_days, timedelta(days=7)), (rules.attempts.per_30_days, timedelta(days=30))):
        if cap and len(made) >= cap:
            yield made[cap - 1] + period
    for zone in zones:
        today = at.astimezone(zone).date()
        if sum(attempt.astimezone(zone).date() == today for attempt in made) >= rules.attempts.per_day:
            yield datetime.combine(today + timedelta(days=1), time.min, tzinfo=zone).astimezone(at.tzinfo)
    yield at
