"""What an attempt's end means for the next one: when to call again, or never. One table of rules, a row for each outcome.

Pure. Calling hours, caps and consent are not decided here: they are checked at the instant of each dial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from campaigns.aapor import CODES
from campaigns.day_parts import CallingTimes, DayPart, next_in_least_tried, open_parts, tries
from campaigns.outcomes import NEVER_AGAIN, AttemptOutcome

SHORTEST_DELAY_MINUTES = 5  # a phone that rings again at once is a nuisance, whatever the law allows
LONGEST_DELAY_MINUTES = 30 * 24 * 60
PROMISED = frozenset({AttemptOutcome.CALLBACK_REQUESTED, AttemptOutcome.HUNG_UP, AttemptOutcome.BROKE_OFF})  # where a time was promised on it
MOST_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """What follows on one outcome. Of a final one only `aapor_code` counts."""

    outcome: AttemptOutcome
    is_final: bool
    delay_minutes: int  # from the end of the attempt
    n_day_parts: int  # spread over at least so many parts of the day; 0: the delay alone counts
    max_attempts: int  # that were dialled and ended so
    aapor_code: str


RetryTable: TypeAlias = Mapping[AttemptOutcome, OutcomeRule]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that is over. `dialled_at` None: no phone rang.

    `promised_for`: the time the callee asked for, if they named one, or that we promised when it broke on our side.
    """

    outcome: AttemptOutcome
    dialled_at: datetime | None
    ended_at: datetime
    promised_for: datetime | None = None


def next_attempt_at(
    attempt: Attempt, earlier: Sequence[Attempt], rule: OutcomeRule, times: CallingTimes | None, *, max_attempts: int
) -> datetime | None:
    """When to call again; None: never. `rule`: of this attempt's outcome. `earlier`: the case's other attempts.

    Only dialled attempts count. `times` None: nobody knows the lead's clock, so the delay alone counts. `max_attempts` is the campaign's,
    for all outcomes together, and is passed by one call alone: somebody was promised a call, mostly at a time of their own, and that is kept.
    Once, for whoever names a time again on that call has had it. What the law allows is checked at the dial in any case.
    """
    case = [each for each in (*earlier, attempt) if each.dialled_at is not None]
    if rule.is_final or attempt.outcome in NEVER_AGAIN:
        return None
    if attempt.outcome in PROMISED and attempt.promised_for is not None:
        return max(attempt.promised_for, attempt.ended_at) if len(case) <= max_attempts else None
    if len(case) >= max_attempts:
        return None
    dialled = [each.dialled_at for each in case if each.dialled_at is not None]
    is_spent = sum(each.outcome is attempt.outcome for each in case) >= rule.max_attempts
    if is_spent and not (times and _untried(rule, dialled, times)):
        return None
    not_before = attempt.ended_at + timedelta(minutes=rule.delay_minutes)
    if times is None or rule.n_day_parts == 0:
        return not_before
    return next_in_least_tried(not_before, dialled, times) or not_before


def _untried(rule: OutcomeRule, dialled: Sequence[datetime], times: CallingTimes) -> bool:
    """A case is not given up before it was tried in as many parts of the day as the rule wants, of those that are open."""
    possible = open_parts(times)
    tried = set(tries(dialled, times.zone)) & possible
    return len(tried) < min(rule.n_day_parts, len(possible))


def faults_of(rule: OutcomeRule) -> dict[str, str]:
    """What is wrong with a rule as somebody wrote it, by field and in words; {} if nothing is."""
    faults = {}
    if not rule.is_final and (why := NEVER_AGAIN.get(rule.outcome)):
        faults["is_final"] = f"This outcome is final and stays so. {why}"
    if not SHORTEST_DELAY_MINUTES <= rule.delay_minutes <= LONGEST_DELAY_MINUTES:
        faults["delay_minutes"] = f"Use {SHORTEST_DELAY_MINUTES} minutes to {LONGEST_DELAY_MINUTES} (30 days)."
    if not 0 <= rule.n_day_parts <= len(DayPart):
        faults["n_day_parts"] = f"A day has {len(DayPart)} parts. Use 0 for no spreading."
    elif rule.max_attempts < rule.n_day_parts:
        faults["max_attempts"] = f"{rule.n_day_parts} parts of the day need as many attempts at least."
    if not 1 <= rule.max_attempts <= MOST_ATTEMPTS:
        faults["max_attempts"] = f"Use 1 to {MOST_ATTEMPTS}."
    if rule.aapor_code not in CODES:
        faults["aapor_code"] = "This is no code of AAPOR's Standard Definitions."
    return faults


def _again(outcome: AttemptOutcome, delay_minutes: int, n_day_parts: int, max_attempts: int, aapor_code: str) -> OutcomeRule:
    return OutcomeRule(outcome, False, delay_minutes, n_day_parts, max_attempts, aapor_code)


def _final(outcome: AttemptOutcome, aapor_code: str) -> OutcomeRule:
    return OutcomeRule(outcome, True, HOUR, 0, 1, aapor_code)


HOUR, DAY = 60, 24 * 60
_O = AttemptOutcome
SHIPPED: RetryTable = MappingProxyType(
    {
        rule.outcome: rule
        for rule in (
            _again(_O.NO_ANSWER, 3 * HOUR, 3, 6, "3.13"),
            _again(_O.BUSY, 20, 0, 4, "3.12"),
            _again(_O.FAILED, 30, 0, 3, "3.16"),
            # A phone that is off is on again at another time of the day. Off is not out of service: the person is still there.
            _again(_O.UNREACHABLE, 4 * HOUR, 3, 6, "3.16"),
            _again(_O.DECLINED, DAY, 2, 2, "3.13"),
            _again(_O.BARRED, DAY, 0, 2, "3.15"),
            _final(_O.NOT_IN_SERVICE, "4.3"),
            _again(_O.VOICEMAIL, 3 * HOUR, 3, 6, "3.14"),
            # AAPOR counts call screening with call blocking. A menu says nothing about who works behind it.
            _again(_O.CALL_SCREENED, DAY, 2, 3, "3.15"),
            _again(_O.PHONE_MENU, DAY, 2, 2, "3.21"),
            _final(_O.FAX, "4.2"),
            _again(_O.HUNG_UP, 4 * HOUR, 2, 2, "3.21"),
            _again(_O.BROKE_OFF, HOUR, 0, 3, "2.12"),
            _again(_O.CALLBACK_REQUESTED, DAY, 0, 3, "2.21"),
            _final(_O.QUALIFIED, "1.1"),
            _final(_O.NOT_QUALIFIED, "1.1"),
            _final(_O.INTERVIEWED, "1.1"),
            _final(_O.SCREENED_OUT, "4.7"),
            _final(_O.QUOTA_FULL, "4.8"),
            _final(_O.REFUSED, "2.11"),
            _final(_O.NOT_INTERESTED, "2.11"),
            _final(_O.WRONG_NUMBER, "3.9"),
            _final(_O.OPTED_OUT, "2.11"),
            _final(_O.OUTCOME_UNKNOWN, "3.9"),
            _final(_O.BLOCKED, "3.11"),
            _final(_O.CANCELED, "3.11"),
        )
    }
)


def spread(n_calls: int, *, since: datetime, over: timedelta) -> list[datetime]:
    """New due times for calls that fell due during an outage: evenly over the time given, not in a burst."""
    return [since + over * i / n_calls for i in range(n_calls)]
