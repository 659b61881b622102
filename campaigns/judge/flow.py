"""How the work went: nobody rung twice, nothing rung while dialing was stopped, nobody left waiting or forgotten.

Pure. Worked out from the order of the entries; the dialer's own locks and states are not asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.judge.record import Entry, EntryKind, FlightRecord, Scope, purse
from campaigns.judge.rights import Life
from campaigns.judge.ruling import SAME_INSTANT, Invariant, Mark, Ruling, broken, in_flight_before, is_from_queue, utc
from leads.said import sentence, spaced

IDLE_AT_MOST = timedelta(minutes=5)  # with room, and somebody due
OVERTAKEN_AT_MOST = timedelta(hours=1)
LASTS_AT_MOST = timedelta(hours=3)  # an hour with a rep, the look-ups after it, and time to spare
WORKED = frozenset({EntryKind.DECISION, EntryKind.POSTPONED, EntryKind.DISPATCH})


def at_most_once(record: FlightRecord) -> Iterator[Ruling]:
    """One call is placed once: it is dispatched again only if nothing of it was ever sent.

    Needs the record alone, and of calls that were dispatched before the period, that they were.
    """
    dispatched = set(record.opening.dispatched)
    for entry in record.entries:
        if entry.kind is EntryKind.NOT_SENT:
            dispatched.discard(entry.call_id)
        elif entry.kind is EntryKind.DISPATCH:
            is_again = entry.call_id in dispatched
            told = sentence("It had been dispatched before, and a phone may have rung.")
            yield broken(Invariant.AT_MOST_ONCE, entry, told) if is_again else Mark.KEPT
            dispatched.add(entry.call_id)


def one_at_a_time(record: FlightRecord) -> Iterator[Ruling]:
    """No number is in two calls at once, in whichever campaigns.

    Needs the ends of all calls; numbers count by their digest.
    """
    for entry, flying in in_flight_before(record):
        if entry.kind is EntryKind.DISPATCH:
            is_busy = any(other.number == entry.number for other in flying.values())
            yield broken(Invariant.ONE_AT_A_TIME, entry, sentence("Its number was in another call of ours.")) if is_busy else Mark.KEPT


def stopped(record: FlightRecord) -> Iterator[Ruling]:
    """While all dialing was stopped nothing was dispatched.

    Needs the record alone. One second is allowed, in which the claim could not see the stop; it is asked again before the request.
    """
    since = record.opening.stopped_at
    for entry in record.entries:
        if entry.kind is EntryKind.STOPPED:
            since = since or entry.at
        elif entry.kind is EntryKind.RESUMED:
            since = None
        elif entry.kind is EntryKind.DISPATCH:
            is_broken = since is not None and since + SAME_INSTANT <= entry.at
            yield broken(Invariant.STOPPED, entry, sentence("All dialing was stopped since %(at)s.", at=utc(since))) if is_broken else Mark.KEPT


def paused(record: FlightRecord) -> Iterator[Ruling]:
    """A campaign that is not running dispatches nothing.

    Needs the changes of its life; of a campaign whose life was not recorded nothing is known. A promised call back is kept in any case.
    """
    statuses = dict(record.opening.statuses)
    for entry in record.entries:
        if entry.kind is EntryKind.CAMPAIGN and entry.campaign_id is not None:
            statuses[entry.campaign_id] = entry.details["status"]
        elif entry.kind is EntryKind.DISPATCH and is_from_queue(entry):
            status = statuses.get(entry.campaign_id or 0)
            if status is None:
                yield Mark.UNJUDGED
            elif status == "running":
                yield Mark.KEPT
            else:
                yield broken(Invariant.PAUSED, entry, sentence("Its campaign was %(status)s.", status=spaced(status)))


def nobody_lost(record: FlightRecord) -> Iterator[Ruling]:
    """Every dispatch comes to an end within three hours of the dialer's life: no call hangs in the air and holds its money for ever.

    Needs the ticks by which the dialer shows that it lives; while none lived, nobody could close it.
    """
    lived = Life(record)
    flying: dict[str, Entry] = {}
    for entry, before in in_flight_before(record):
        flying = before
        if entry.kind in {EntryKind.ENDED, EntryKind.NOT_SENT} and (begun := before.get(entry.call_id)):
            yield _ruled_end(lived, begun, entry.at, record)
    for begun in list(flying.values()):
        yield _ruled_end(lived, begun, record.until, record)


def _ruled_end(lived: Life, begun: Entry, ended_at: datetime, record: FlightRecord) -> Ruling:
    lasted = lived.between(max(begun.at, record.since), ended_at)
    return broken(Invariant.NOBODY_LOST, begun, sentence("It had no end for %(lasted)s.", lasted=lasted)) if lasted > LASTS_AT_MOST else Mark.KEPT


# ---- starvation -----------------------------------------------------------------------------------------------------------


def starvation(record: FlightRecord) -> Iterator[Ruling]:
    """A call that is due is decided or planned anew within five minutes while there is room, and none is passed over for an hour by later ones.

    Needs the ticks. What they say holds a campaign back is believed of reps, servers, lines and numbers; full campaigns and empty purses
    are counted here. While no dialer lives nobody starves by its fault.
    """
    yield from _idle(record)
    yield from _overtaken(record)


@dataclass(slots=True)
class _Streak:
    """Ticks in a row at which a campaign had somebody due and room, and did nothing."""

    since: datetime
    last_at: datetime
    is_told: bool = False


def _idle(record: FlightRecord) -> Iterator[Ruling]:
    streaks: dict[int, _Streak] = {}
    committed = defaultdict(int, record.opening.committed)
    for entry, flying in in_flight_before(record):
        if entry.money_on is not None:
            for scope in Scope:
                committed[purse(scope, entry.campaign_id, entry.money_on)] += entry.money_minor
        if entry.kind in WORKED and entry.campaign_id is not None:
            streaks.pop(entry.campaign_id, None)
        if entry.kind is EntryKind.TICK:
            yield from _seen_at(entry, flying, committed, streaks)


def _seen_at(tick: Entry, flying: dict[str, Entry], committed: dict[str, int], streaks: dict[int, _Streak]) -> Iterator[Ruling]:
    waiting = {int(key): seen for key, seen in tick.details.get("campaigns", {}).items() if seen.get("oldest_due_at")}
    for campaign_id in set(streaks) - set(waiting):
        del streaks[campaign_id]
    for campaign_id, seen in waiting.items():
        if _is_held(campaign_id, seen, flying, committed):
            streaks.pop(campaign_id, None)
            continue
        streak = streaks.get(campaign_id)
        if streak is None or tick.at - streak.last_at > Life.APART:
            streaks[campaign_id] = _Streak(tick.at, tick.at)
            continue
        streak.last_at = tick.at
        idle = tick.at - streak.since
        if idle <= IDLE_AT_MOST:
            yield Mark.KEPT
        elif not streak.is_told:
            streak.is_told = True
            entry = Entry(tick.id, tick.kind, tick.at, tick.recorded_at, campaign_id, seen.get("oldest_call_id", ""))
            told = sentence("Campaign %(campaign)s had room and somebody due, and did nothing for %(idle)s.", campaign=campaign_id, idle=idle)
            yield broken(Invariant.STARVATION, entry, told)


def _is_held(campaign_id: int, seen: dict[str, object], flying: dict[str, Entry], committed: dict[str, int]) -> bool:
    """By what can be counted it is counted; by what only the dialer knows it is believed. A rate holds nobody back for minutes."""
    hold = seen.get("hold")
    if hold == "campaign":
        n_flying = sum(other.campaign_id == campaign_id for other in flying.values()) + _number(seen.get("n_inbound"))  # callers hold a place, too
        return n_flying >= _number(seen.get("cap"))
    if hold == "budget":
        next_minor = _number(seen.get("next_minor"))
        budgets = seen.get("budgets")
        caps = budgets.items() if isinstance(budgets, dict) else ()
        # The day is the newest that was written: only sums of days that have begun can be in the way.
        return any(cap is not None and _newest(committed, Scope(scope), campaign_id) + next_minor > cap for scope, cap in caps)
    return hold is not None and hold != "rate"


def _newest(committed: dict[str, int], scope: Scope, campaign_id: int) -> int:
    owner = f"{campaign_id}" if scope in {Scope.CAMPAIGN, Scope.CAMPAIGN_DAY} else ""
    names = [name for name in committed if name.startswith(f"{scope}:{owner}:")]
    return committed[max(names)] if names else 0


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _overtaken(record: FlightRecord) -> Iterator[Ruling]:
    """Per campaign and line: the latest due time that was taken so far, by priority."""
    latest: dict[tuple[int | None, int | None], dict[int, datetime]] = defaultdict(dict)
    lived = Life(record)
    for entry in record.entries:
        due = entry.details.get("due_at") if entry.kind is EntryKind.DISPATCH and is_from_queue(entry) else None
        if due is None:
            continue
        due_at, priority = datetime.fromisoformat(due), entry.details.get("priority", 0)
        taken = latest[entry.campaign_id, entry.line_id]
        ahead = max((at for other, at in taken.items() if other >= priority), default=due_at)
        is_overtaken = ahead - due_at > OVERTAKEN_AT_MOST and lived.between(due_at, entry.at) > OVERTAKEN_AT_MOST
        told = sentence("It was due at %(due)s and waited while calls that fell due until %(ahead)s were made.", due=utc(due_at), ahead=utc(ahead))
        yield broken(Invariant.STARVATION, entry, told) if is_overtaken else Mark.KEPT
        taken[priority] = max(due_at, taken.get(priority, due_at))
