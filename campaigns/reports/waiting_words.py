"""What a queued call waits for, in words: the opening, its own time, or its turn.

Pure. Says how things stand at one instant; what is decided when the turn comes is decided then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from campaigns.reports.why_words import both_clocks
from leads.compliance import Reason, Refusal
from leads.opening import is_only_not_now
from leads.said import both, listed, sentence

_RULES = {
    Reason.OUTSIDE_CALLING_HOURS: sentence("the calling hours"),
    Reason.PUBLIC_HOLIDAY: sentence("a holiday"),
    Reason.ATTEMPTS_TODAY: sentence("the rest that is due after so many attempts in a day"),
    Reason.ATTEMPTS_WEEK: sentence("the rest that is due after so many attempts in a week"),
    Reason.ATTEMPTS_MONTH: sentence("the rest that is due after so many attempts in a month"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand for one queued call at `now`. `refusals` and `opens_at` as compliance says, were it asked at `now`."""

    now: datetime
    due_at: datetime
    time_zone: str  # the lead's; "": not known
    refusals: tuple[Refusal, ...]
    opens_at: datetime | None
    pack_version: str
    is_promise: bool
    attempt_number: int
    holds: tuple[str, ...]  # sentences: what else keeps it from being dialled now


def waits_for(standing: Standing) -> str:
    return listed(list(_sentences(standing)), " ")


def _sentences(standing: Standing) -> Iterator[str]:
    yield from standing.holds
    is_early = standing.due_at > standing.now
    if not standing.refusals:
        yield _own_time(standing) if is_early else _turn(standing)
    elif is_only_not_now(refusal.reason for refusal in standing.refusals):
        yield _opening(standing)
        if is_early and standing.opens_at is not None and standing.due_at > standing.opens_at:
            yield _own_time(standing)
    else:
        yield sentence("As things stand now it would be refused when its turn comes:")


def _opening(standing: Standing) -> str:
    because = both(list(dict.fromkeys(_RULES[refusal.reason] for refusal in standing.refusals)))
    opens = (
        sentence("It opens at %(at)s.", at=both_clocks(standing.opens_at, standing.time_zone))
        if standing.opens_at
        else sentence("No opening is known in the next 40 days.")
    )
    return sentence(
        "It waits for the opening, because of %(because)s, by the rules %(pack)s. %(opens)s",
        because=because,
        pack=standing.pack_version,
        opens=opens,
    )


def _own_time(standing: Standing) -> str:
    at = both_clocks(standing.due_at, standing.time_zone)
    if standing.is_promise:
        return sentence("It waits for the promised time, %(at)s.", at=at)
    if standing.attempt_number > 1:
        return sentence("It waits for its own time, %(at)s: the rest after the attempt before.", at=at)
    return sentence("It waits for its own time, %(at)s.", at=at)


def _turn(standing: Standing) -> str:
    return (
        sentence("Otherwise the rules allow it now.") if standing.holds else sentence("It is due and the rules allow it now: it waits for its turn.")
    )
