"""The rights of the person who is rung: consent, hours, holidays, the do-not-call list, and how often.

Pure. Each function is one invariant: its docstring says what is promised; what it needs and where its sight ends. The rules are worked out here
once more from the evidence; `leads.compliance` is not asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaigns.judge.record import Calendar, Consent, Entry, EntryKind, Facts, FlightRecord, Listed, Rules
from campaigns.judge.ruling import SAME_INSTANT, Invariant, Mark, Ruling, broken, dispatches, utc
from leads.said import listed, sentence, spaced

# Of the dialer's own life: what is queued for a number that opted out ends at its next round, two seconds later; a long list takes some rounds.
QUEUE_ENDS_WITHIN = timedelta(minutes=2)
TWO_DAYS = timedelta(days=2)


def consent(record: FlightRecord) -> Iterator[Ruling]:
    """At the instant of each dispatch there was consent for this purpose that named the organisation, met the market's demands, and stood.

    Needs the consent records, which are append-only, and the rules in force. A record that was entered after the dispatch proves nothing
    about it, whatever its date. Of a lead who was erased, or whose records went at the end of their period, nothing is left to judge by.
    """
    for dispatch in dispatches(record):
        facts, rules = _facts(record, dispatch), _rules(record, dispatch)
        held = record.evidence.consents.get(dispatch.lead_id)
        if facts is None or rules is None or held is None:
            yield Mark.UNJUDGED
            continue
        known = [one for one in held if one.purpose == facts.purpose and one.recorded_at <= dispatch.recorded_at]
        fault = _fault_of_consent(known, facts, rules, dispatch.at)
        yield broken(Invariant.CONSENT, dispatch, fault) if fault else Mark.KEPT


def _fault_of_consent(known: list[Consent], facts: Facts, rules: Rules, at: datetime) -> str:
    naming = [one for one in known if one.kind == "given" and one.given_at <= at and _plain(one.controller) == _plain(facts.controller)]
    if not naming:
        return sentence("There was no consent for %(purpose)s that names the organisation.", purpose=spaced(facts.purpose))
    newest = max(naming, key=lambda one: one.given_at)
    checks = (
        (any(one.kind != "given" and one.given_at >= newest.given_at for one in known), sentence("it had been withdrawn")),
        (newest.expires_at is not None and newest.expires_at <= at, sentence("it had expired")),
        (rules.must_name_automated_voice and not newest.covers_automated_voice, sentence("it does not name automated voice calls")),
        (newest.grade not in rules.grades, sentence("its evidence is only %(grade)s", grade=spaced(newest.grade))),
        (newest.lawful_basis not in rules.lawful_bases, sentence("its lawful basis is %(basis)s", basis=spaced(newest.lawful_basis))),
    )
    faults = [fault for is_broken, fault in checks if is_broken]
    if not faults:
        return ""
    return sentence("The consent for %(purpose)s did not hold: %(faults)s.", purpose=spaced(facts.purpose), faults=listed(faults))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def calling_hours(record: FlightRecord) -> Iterator[Ruling]:
    """Every dispatch fell into the calling hours of its market on the clocks of every zone in which the callee may live.

    Needs the zone on the lead as it was read then, the zones that the number allows, and the rules in force. An hour that the clock shows
    twice is open once. It trusts the list of zones of a number, and which of a pack's rules were chosen by date and region.
    """
    for dispatch in dispatches(record):
        facts, rules = _facts(record, dispatch), _rules(record, dispatch)
        if facts is None or rules is None:
            yield Mark.UNJUDGED
            continue
        closed = [name for name in sorted(_zones(facts)) if not _is_open(rules, name, dispatch.at)]
        if closed or not facts.time_zone:
            zones = ", ".join(closed) or sentence("an unknown zone")
            yield broken(Invariant.CALLING_HOURS, dispatch, sentence("It was outside the calling hours in %(zones)s.", zones=zones))
        else:
            yield Mark.KEPT


def _zones(facts: Facts) -> frozenset[str]:
    """The lead's zone alone if the number agrees with it, else all of them."""
    own = frozenset({facts.time_zone})
    return own if own <= set(facts.zones_of_number) else own | set(facts.zones_of_number)


def _wall(zone_name: str, at: datetime) -> datetime | None:
    try:
        return at.astimezone(ZoneInfo(zone_name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _is_open(rules: Rules, zone_name: str, at: datetime) -> bool:
    wall = _wall(zone_name, at)
    if wall is None:
        return False
    is_first_showing = wall.replace(fold=0).astimezone(UTC) == at
    minute = wall.hour * 60 + wall.minute
    windows = [(opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute) for opens, closes in rules.windows[wall.weekday()]]
    return is_first_showing and any(opens <= minute < closes for opens, closes in windows)


def holiday(record: FlightRecord) -> Iterator[Ruling]:
    """No dispatch fell on a public holiday, in any zone of the callee, where the rules in force close that day.

    Needs the calendar of the market, what people had said by then about dates that follow the moon, and the rules in force. Until somebody has
    said it, the days around an estimate are closed with it; an unknown calendar is closed.
    """
    for dispatch in dispatches(record):
        facts, rules = _facts(record, dispatch), _rules(record, dispatch)
        if facts is None or rules is None:
            yield Mark.UNJUDGED
            continue
        days = {wall.date() for name in _zones(facts) if (wall := _wall(name, dispatch.at))}
        regions = {*rules.calendars, *([""] if rules.is_closed_on_holidays else [])}
        calendars = [record.evidence.holidays.get((facts.market, region)) for region in regions]
        is_closed = bool(days & rules.also_closed_on) or any(_is_holiday(calendar, day, dispatch.at) for calendar in calendars for day in days)
        told = sentence("It was a public holiday in %(market)s, or nobody knew whether it was.", market=facts.market)
        yield broken(Invariant.HOLIDAY, dispatch, told) if is_closed else Mark.KEPT


def _is_holiday(calendar: Calendar | None, day: date, at: datetime) -> bool:
    if calendar is None or day in calendar.days:
        return True
    for estimated_on, words in calendar.estimates.items():
        said = [word for word in words if word.said_at <= at]
        if said and said[-1].on == day:
            return True
        if not said and abs((day - estimated_on).days) <= 1:
            return True
    return False


def do_not_call(record: FlightRecord) -> Iterator[Ruling]:
    """No number was dispatched while it stood on the do-not-call list, by whatever door it came there.

    Needs the list with its instants and what was taken off it. One second is allowed, in which neither process could see the other.
    """
    for dispatch in dispatches(record):
        entries = record.evidence.listed.get(dispatch.number, ())
        if any(_stood(one, dispatch.at - SAME_INSTANT) for one in entries):
            yield broken(Invariant.DO_NOT_CALL, dispatch, sentence("The number was on the do-not-call list."))
        else:
            yield Mark.KEPT


def _stood(listed: Listed, at: datetime) -> bool:
    return listed.since <= at and (listed.until is None or at < listed.until)


def opt_out(record: FlightRecord) -> Iterator[Ruling]:
    """After somebody opted out on a call, their number was never dispatched again, unless a person took it off the list.

    Needs the record alone, not the list: it also finds an opt-out that was heard and never listed.
    """
    opted_out = dict(record.opening.opted_out)
    for entry in record.entries:
        if entry.kind is EntryKind.OPTED_OUT:
            opted_out.setdefault(entry.number, entry.at)
        elif entry.kind is EntryKind.DISPATCH:
            since = opted_out.get(entry.number)
            taken_off = any(one.until and one.until <= entry.at for one in record.evidence.listed.get(entry.number, ()))
            is_broken = since is not None and since + SAME_INSTANT <= entry.at and not taken_off
            told = sentence("Its callee had opted out on a call at %(at)s.", at=utc(since))
            yield broken(Invariant.OPT_OUT, entry, told) if is_broken else Mark.KEPT


def opt_out_queue(record: FlightRecord) -> Iterator[Ruling]:
    """What was queued for a number ended within two minutes, of the dialer's life, after the number came on the do-not-call list.

    Needs the list, the calls that are queued still, and the ticks by which the dialer shows that it lives; while none lived, no time passes.
    """
    lived = Life(record)
    for entry in record.entries:
        if entry.kind is EntryKind.ENDED and entry.details.get("status") == "blocked":
            queued_at = entry.at - timedelta(seconds=entry.details["queued_s"]) if "queued_s" in entry.details else record.since
            yield _ruled_in_time(record, lived, entry, queued_at)
    for waiting in record.evidence.waiting:
        entry = Entry(0, EntryKind.TICK, record.until, record.until, waiting.campaign_id, waiting.call_id, number=waiting.number)
        yield _ruled_in_time(record, lived, entry, record.since)


def _ruled_in_time(record: FlightRecord, lived: Life, entry: Entry, queued_at: datetime) -> Ruling:
    standing = [one.since for one in record.evidence.listed.get(entry.number, ()) if _stood(one, entry.at)]
    waited = lived.between(max(min(standing), queued_at, record.since), entry.at) if standing else timedelta()
    if waited <= QUEUE_ENDS_WITHIN:
        return Mark.KEPT
    told = sentence("It stayed queued for %(s)s s after its number was listed.", s=f"{waited.total_seconds():.0f}")
    return broken(Invariant.OPT_OUT_QUEUE, entry, told)


class Life:
    """How long the dialer lived within a stretch of time: two ticks at most 150 s apart show that it lived between them."""

    APART = timedelta(seconds=150)

    def __init__(self, record: FlightRecord) -> None:
        ticks = sorted(entry.at for entry in record.entries if entry.kind is EntryKind.TICK)
        self._stretches = [(one, other) for one, other in zip(ticks, ticks[1:], strict=False) if other - one <= self.APART]

    def between(self, since: datetime, until: datetime) -> timedelta:
        overlaps = (min(end, until) - max(start, since) for start, end in self._stretches if start < until and end > since)
        return sum(overlaps, timedelta())


def decided(record: FlightRecord) -> Iterator[Ruling]:
    """Every dispatch was allowed by a decision on the same call, made at the same instant and by the rules of a market pack.

    Needs the record alone.
    """
    decisions = {entry.details.get("decision_id"): entry for entry in record.entries if entry.kind is EntryKind.DECISION}
    for dispatch in dispatches(record):
        decision = decisions.get(dispatch.details.get("decision_id"))
        if decision is None or decision.call_id != dispatch.call_id:
            yield broken(Invariant.DECIDED, dispatch, sentence("Nobody decided that it may be made."))
        elif not decision.details.get("is_allowed") or decision.at != dispatch.at or not decision.details.get("pack_version"):
            yield broken(Invariant.DECIDED, dispatch, sentence("The decision does not allow it, is of another instant, or rests on no rules."))
        else:
            yield Mark.KEPT


def attempts_day(record: FlightRecord) -> Iterator[Ruling]:
    """On one calendar day of the callee, in any of their zones, a number was dialled no more often than its market allows, by all campaigns together.

    Needs the rules in force. A dispatch that never reached the platform is no attempt. A number counts by its digest, so a lead who was
    erased and came back keeps their history.
    """
    for dispatch, facts, rules, earlier in _with_attempts(record):
        if facts is None or rules is None:
            yield Mark.UNJUDGED
            continue
        walls = [(name, wall) for name in _zones(facts) if (wall := _wall(name, dispatch.at))]
        lately = [at for at in earlier if at > dispatch.at - TWO_DAYS]  # no date is longer
        n_made = 1 + max((sum(at.astimezone(wall.tzinfo).date() == wall.date() for at in lately) for _name, wall in walls), default=0)
        yield _ruled_attempts(Invariant.ATTEMPTS_DAY, dispatch, n_made, rules.per_day)


def attempts_24_hours(record: FlightRecord) -> Iterator[Ruling]:
    """Within any 24 hours a number was dialled no more often than its market or region allows, by all campaigns together.

    Needs and limits as for one day. Few markets have such a cap; where there is none, there is nothing to break.
    """
    for dispatch, _facts_read, rules, earlier in _with_attempts(record):
        if rules is None:
            yield Mark.UNJUDGED
        elif rules.per_24_hours is not None:
            yield _ruled_attempts(Invariant.ATTEMPTS_24_HOURS, dispatch, 1 + _within(earlier, dispatch.at, days=1), rules.per_24_hours)


def attempts_7_days(record: FlightRecord) -> Iterator[Ruling]:
    """Within any 7 days a number was dialled no more often than its market allows, by all campaigns together.

    Needs and limits as for one day.
    """
    for dispatch, _facts_read, rules, earlier in _with_attempts(record):
        if rules is None:
            yield Mark.UNJUDGED
            continue
        yield _ruled_attempts(Invariant.ATTEMPTS_7_DAYS, dispatch, 1 + _within(earlier, dispatch.at, days=7), rules.per_7_days)


def attempts_30_days(record: FlightRecord) -> Iterator[Ruling]:
    """Within any 30 days a number was dialled no more often than its market allows, by all campaigns together.

    Needs and limits as for one day.
    """
    for dispatch, _facts_read, rules, earlier in _with_attempts(record):
        if rules is None:
            yield Mark.UNJUDGED
            continue
        yield _ruled_attempts(Invariant.ATTEMPTS_30_DAYS, dispatch, 1 + _within(earlier, dispatch.at, days=30), rules.per_30_days)


def _within(earlier: list[datetime], at: datetime, *, days: int) -> int:
    since = at - timedelta(days=days)
    return sum(one > since for one in earlier)


def _ruled_attempts(invariant: Invariant, dispatch: Entry, n_made: int, cap: int) -> Ruling:
    if n_made <= cap:
        return Mark.KEPT
    return broken(invariant, dispatch, sentence("It was attempt %(n)s of %(cap)s allowed.", n=n_made, cap=cap))


def _with_attempts(record: FlightRecord) -> Iterator[tuple[Entry, Facts | None, Rules | None, list[datetime]]]:
    """Each dispatch with the instants at which its number was dialled before."""
    dialled = defaultdict(list, {number: list(instants) for number, instants in record.opening.attempts.items()})
    number_of = {entry.call_id: entry.number for entry in record.opening.in_flight}
    for entry in record.entries:
        if entry.kind is EntryKind.DISPATCH:
            yield entry, _facts(record, entry), _rules(record, entry), dialled[entry.number]
            dialled[entry.number].append(entry.at)
            number_of[entry.call_id] = entry.number
        elif entry.kind is EntryKind.NOT_SENT and (instants := dialled[number_of.get(entry.call_id, "")]):
            instants.pop()  # one call of a number at a time, so the last one is the one undone


def _facts(record: FlightRecord, dispatch: Entry) -> Facts | None:
    return record.evidence.facts.get(dispatch.details.get("decision_id", 0))


def _rules(record: FlightRecord, dispatch: Entry) -> Rules | None:
    facts = _facts(record, dispatch)
    return record.evidence.rules.get(facts.rules) if facts else None
