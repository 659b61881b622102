"""What became of a hand-off, with its times in seconds.

Pure. Times are aware; a step that was not reached has none, and so has every figure that needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.states import HandoffStatus
from leads.said import N_, Sentence, listed, sentence


@dataclass(frozen=True, slots=True)
class HandoffTimes:
    offered_at: datetime  # the lead became hot
    accepted_at: datetime | None = None
    released_at: datetime | None = None  # the bot had nothing left to ask, and the rep was let in
    rep_rung_at: datetime | None = None  # of the last call to a rep; strategy dial: the platform fetched the Dial
    rep_answered_at: datetime | None = None  # strategy dial: not known
    bridged_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandoffResult:
    """`result`: as it stands. Seconds, never below 0."""

    result: HandoffStatus
    is_over: bool
    to_accept_s: float | None  # hot → a rep took it
    to_bridge_s: float | None  # hot → rep and lead together
    waited_s: float | None  # the bot was done → together, or nobody would come any more
    rang_s: float | None  # the rep's phone
    talked_s: float | None


def handoff_result(status: HandoffStatus, times: HandoffTimes) -> HandoffResult:
    """`waited_s` of a hand-off that still waits is None."""
    waited_until = times.bridged_at or times.ended_at
    return HandoffResult(
        result=status,
        is_over=times.ended_at is not None,
        to_accept_s=_seconds(times.offered_at, times.accepted_at),
        to_bridge_s=_seconds(times.offered_at, times.bridged_at),
        waited_s=_seconds(times.released_at, waited_until),
        rang_s=_seconds(times.rep_rung_at, times.rep_answered_at),
        talked_s=_seconds(times.bridged_at, times.ended_at),
    )


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    """The clocks of two machines may differ a little, and an end may be told before what it ends."""
    if since is None or until is None:
        return None
    return max(0.0, (until - since).total_seconds())


def result_in_words(result: HandoffResult) -> Sentence:
    """For the console; "" while nothing is known."""
    said = (
        (result.to_accept_s, N_("taken after %(span)s")),
        (result.rang_s, N_("the rep's phone rang %(span)s")),
        (result.waited_s, N_("the lead waited %(span)s for them")),
        (result.to_bridge_s, N_("together %(span)s after the lead became hot")),
        (result.talked_s, N_("talked for %(span)s")),
    )
    return listed([sentence(words, span=_span(seconds)) for seconds, words in said if seconds is not None])


def _span(seconds: float) -> Sentence:
    minutes, rest = divmod(round(seconds), 60)
    return sentence("%(min)s min %(s)s s", min=minutes, s=rest) if minutes else sentence("%(s)s s", s=rest)
