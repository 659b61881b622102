"""What the organisation set itself as limits: calls in flight, calls a second and a day from a line, money, and the reps' time.

Pure. Counted here from the entries alone, from beginning to end; the limits are those that stood on the rows when each call was claimed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from campaigns.judge.record import Entry, EntryKind, FlightRecord, Scope, purse
from campaigns.judge.ruling import Invariant, Mark, Ruling, broken, in_flight_before, is_from_queue
from leads.said import sentence

LOOK_BACK_S = 60.0  # pairs of dispatches further apart add nothing: a bucket that was kept for a minute is kept


def in_flight_campaign(record: FlightRecord) -> Iterator[Ruling]:
    """No dispatch made more calls of its campaign in flight than the campaign allows.

    Needs the ends of all calls. A call a rep makes back counts, but may be made when the campaign is full.
    """
    return _in_flight(record, Invariant.IN_FLIGHT_CAMPAIGN, "campaign", lambda one, other: one.campaign_id == other.campaign_id)


def in_flight_line(record: FlightRecord) -> Iterator[Ruling]:
    """No dispatch made more calls from one line in flight than the line allows.

    Needs the ends of all calls. Calls to reps are not counted: they hold no bot.
    """
    return _in_flight(record, Invariant.IN_FLIGHT_LINE, "line", lambda one, other: one.line_id == other.line_id)


def in_flight_organisation(record: FlightRecord) -> Iterator[Ruling]:
    """No dispatch made more calls in flight, over all campaigns, than the organisation allows.

    Needs the ends of all calls, and that a limit is set.
    """
    return _in_flight(record, Invariant.IN_FLIGHT_ORGANISATION, "organisation", lambda one, other: True)


def _in_flight(record: FlightRecord, invariant: Invariant, whose: str, shares: Callable[[Entry, Entry], bool]) -> Iterator[Ruling]:
    for entry, flying in in_flight_before(record):
        if entry.kind is not EntryKind.DISPATCH or not is_from_queue(entry):
            continue
        cap = entry.details.get("in_flight", {}).get(whose)
        n_flying = 1 + sum(shares(entry, other) for other in flying.values())
        if cap is not None and n_flying > cap:
            yield broken(invariant, entry, sentence("It was call %(n)s in flight; %(cap)s are allowed.", n=n_flying, cap=cap))
        else:
            yield Mark.KEPT


def rate(record: FlightRecord) -> Iterator[Ruling]:
    """From one line never more calls were placed than one second's worth at once and its calls a second from then on.

    Needs the calls a second of the line at each dispatch. Counted over every stretch of up to a minute.
    """
    by_line: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in record.entries:
        if entry.kind is EntryKind.DISPATCH and is_from_queue(entry):
            by_line[entry.line_id].append(entry)
    for line in by_line.values():
        line.sort(key=lambda entry: entry.at)
        for place, entry in enumerate(line):
            yield _ruled_rate(line, place, entry)


def _ruled_rate(line: list[Entry], place: int, last: Entry) -> Ruling:
    per_second = last.details.get("per_second")
    if per_second is None:
        return Mark.UNJUDGED
    for n_before, first in enumerate(reversed(line[:place]), start=1):
        span_s = (last.at - first.at).total_seconds()
        if span_s > LOOK_BACK_S:
            break
        per_second = max(per_second, first.details.get("per_second", per_second))
        if 1 + n_before > max(1.0, per_second) + per_second * span_s + 1e-6:
            told = {"n": 1 + n_before, "s": f"{span_s:.2f}", "rate": f"{per_second:g}"}
            return broken(Invariant.RATE, last, sentence("It was call %(n)s within %(s)s s; the line may place %(rate)s a second.", **told))
    return Mark.KEPT


def line_day(record: FlightRecord) -> Iterator[Ruling]:
    """On one day of the organisation no more calls were dialled from a line than that number may make.

    Needs the limit of the line at each dispatch; none set, none judged.
    """
    counts = defaultdict(int, record.opening.line_days)
    for entry in record.entries:
        if entry.line_id is None or entry.money_on is None:
            continue
        day = (entry.line_id, entry.money_on)
        if entry.kind is EntryKind.NOT_SENT:
            counts[day] -= 1
        elif entry.kind is EntryKind.DISPATCH:
            counts[day] += 1
            cap = entry.details.get("per_day")
            is_over = cap is not None and counts[day] > cap and is_from_queue(entry)
            told = sentence("It was call %(n)s of that day from this number; %(cap)s are allowed.", n=counts[day], cap=cap)
            yield broken(Invariant.LINE_DAY, entry, told) if is_over else Mark.KEPT


# ---- money ----------------------------------------------------------------------------------------------------------------


def budget_campaign(record: FlightRecord) -> Iterator[Ruling]:
    """At no dispatch had its campaign committed more than its budget: what was spent, plus the worst case of every call that is not settled.

    Needs every change of a call's money since the campaign began.
    """
    return _budget(record, Invariant.BUDGET_CAMPAIGN, Scope.CAMPAIGN)


def budget_campaign_day(record: FlightRecord) -> Iterator[Ruling]:
    """At no dispatch had its campaign committed more on that day of the organisation than its budget for a day.

    Needs every change of the money of that day's calls; a call counts on the day of its claim.
    """
    return _budget(record, Invariant.BUDGET_CAMPAIGN_DAY, Scope.CAMPAIGN_DAY)


def budget_day(record: FlightRecord) -> Iterator[Ruling]:
    """At no dispatch had all campaigns together committed more on that day than the organisation's budget for a day.

    Needs and limits as for a campaign's day.
    """
    return _budget(record, Invariant.BUDGET_DAY, Scope.DAY)


def budget_month(record: FlightRecord) -> Iterator[Ruling]:
    """At no dispatch had all campaigns together committed more in that month than the organisation's budget for a month.

    Needs every change of the money of that month's calls.
    """
    return _budget(record, Invariant.BUDGET_MONTH, Scope.MONTH)


def _budget(record: FlightRecord, invariant: Invariant, scope: Scope) -> Iterator[Ruling]:
    committed = defaultdict(int, record.opening.committed)
    for entry in record.entries:
        if entry.money_on is None:
            continue
        name = purse(scope, entry.campaign_id, entry.money_on)
        committed[name] += entry.money_minor
        if entry.kind is not EntryKind.DISPATCH:
            continue
        cap = entry.details.get("budgets", {}).get(scope)
        if cap is not None and committed[name] > cap:
            told = {"kes": _kes(committed[name]), "cap": _kes(cap)}
            yield broken(invariant, entry, sentence("KES %(kes)s were committed with it; the cap was KES %(cap)s.", **told))
        else:
            yield Mark.KEPT


def reservation(record: FlightRecord) -> Iterator[Ruling]:
    """No call cost more than was reserved for it, so the caps above held in truth and not only on paper.

    Needs the final price of a call. It finds a price list that is out of date.
    """
    for entry in record.entries:
        cost_minor = entry.details.get("cost_minor") if entry.kind is EntryKind.MONEY else None
        if cost_minor is None:
            continue
        reserved_minor = entry.details.get("was_reserved_minor", 0)
        told = sentence("It cost KES %(cost)s; reserved were KES %(reserved)s.", cost=_kes(cost_minor), reserved=_kes(reserved_minor))
        yield broken(Invariant.RESERVATION, entry, told) if cost_minor > reserved_minor else Mark.KEPT


def _kes(minor: int) -> str:
    return f"{minor / 100:.2f}"


# ---- reps -----------------------------------------------------------------------------------------------------------------


def rep_capacity(record: FlightRecord) -> Iterator[Ruling]:
    """No dispatch made the hot leads to expect more than the free reps can take; one call may start while a rep is free and nothing is under way.

    Needs the free reps and the rates by which calls turn hot, as the dialer read them. The calls under way are counted here; leads who are hot
    already and wait are not, so it finds a flood and not the last drop.
    """
    answered: set[str] = set()
    for entry, flying in in_flight_before(record):
        if entry.kind is EntryKind.ANSWERED:
            answered.add(entry.call_id)
        if entry.kind is not EntryKind.DISPATCH or not is_from_queue(entry) or (reps := entry.details.get("reps")) is None:
            continue
        others = [call_id for call_id, other in flying.items() if other.campaign_id == entry.campaign_id]
        n_talking = sum(call_id in answered for call_id in others)
        expected = (1 + len(others) - n_talking) * reps["hot_of_dialled"] + n_talking * reps["hot_of_answered"]
        room = reps["n_free"] * reps["target"]
        is_first = not others and reps["n_free"] > 0
        values = {"expected": f"{expected:.2f}", "free": reps["n_free"], "target": f"{reps['target']:g}"}
        told = sentence("%(expected)s hot leads were to be expected for %(free)s free reps, %(target)s each.", **values)
        yield broken(Invariant.REP_CAPACITY, entry, told) if expected > room + 1e-6 and not is_first else Mark.KEPT
