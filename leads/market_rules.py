"""Market packs: one country's calling rules as typed values, read from TOML text.

Pure: text in, pack out. A mistake in a pack raises `BadPack` with the file, the key and what to write there; nothing has a default,
because a rule that was forgotten must not turn into a rule that allows. Every rule carries its tag, source and the date it was read.

A rule that is known to end carries `effective_to`, and what takes its place, if known, stands under `later` in the same form. A market may have
regions, each known by the first digits of its numbers, with rules that add to the market's. Which rules count at an instant: rules_in_force.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from leads.rule_table import BadPack, Table, Window
from leads.words import ConsentGrade, LawfulBasis, Purpose

STALE_AFTER = timedelta(days=180)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class RuleTag(StrEnum):
    LAW = "L"
    GUIDANCE = "G"
    CUSTOM = "C"
    DRAFT = "D"
    UNVERIFIED = "U"


class DisclosurePart(StrEnum):
    """What the callee must be told at the start of a call."""

    ORGANISATION = "organisation"
    AUTOMATED_VOICE = "automated_voice"
    PURPOSE = "purpose"
    RECORDING_AND_RECIPIENTS = "recording_and_recipients"
    PERMISSION_TO_CONTINUE = "permission_to_continue"
    HOW_TO_STOP = "how_to_stop"
    CONTACT_DETAILS = "contact_details"
    SOURCE_OF_DATA = "source_of_data"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a rule comes from, and how sure we are of it."""

    tag: RuleTag
    source: str
    effective_from: date
    reviewed_on: date
    effective_to: date | None = None  # the last day; None: no end is known


@dataclass(frozen=True, slots=True)
class Hours:
    origin: Origin
    windows: tuple[tuple[Window, ...], ...]  # seven entries, Monday first; () is a closed day
    later: Hours | None = None  # what takes its place; None: nothing is known to


@dataclass(frozen=True, slots=True)
class Holidays:
    origin: Origin
    is_closed: bool
    calendars: frozenset[str] = frozenset()  # regions whose own holidays close the day, whatever `is_closed` says
    also_closed_on: frozenset[date] = frozenset()  # days of the organisation's own, closed even where holidays are not
    later: Holidays | None = None


@dataclass(frozen=True, slots=True)
class ConsentDemand:
    """What the deciding consent record must hold. That there is one is demanded always."""

    origin: Origin
    must_name_automated_voice: bool
    minimum_grade: ConsentGrade
    lawful_bases: tuple[LawfulBasis, ...]
    later: ConsentDemand | None = None


@dataclass(frozen=True, slots=True)
class AttemptCaps:
    origin: Origin
    per_day: int  # the lead's own calendar day
    per_7_days: int
    per_30_days: int
    per_24_hours: int | None = None  # None: no such cap
    later: AttemptCaps | None = None


@dataclass(frozen=True, slots=True)
class Disclosure:
    origin: Origin
    parts: tuple[DisclosurePart, ...]  # in the order in which they are said
    later: Disclosure | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    origin: Origin
    days: int


@dataclass(frozen=True, slots=True)
class RecordingRule:
    origin: Origin
    is_allowed: bool


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """One rule that had a say in a decision."""

    name: str  # "hours", or "FL.hours" for a region's
    origin: Origin
    is_early: bool = False  # it begins later than the instant, and nothing is known that holds before it


@dataclass(frozen=True, slots=True)
class PurposeRules:
    hours: Hours
    holidays: Holidays
    consent: ConsentDemand
    attempts: AttemptCaps
    disclosure: Disclosure
    # Only once rules_in_force has chosen:
    in_force: tuple[RuleInForce, ...] = ()
    ended: tuple[RuleInForce, ...] = ()  # over, and nothing is known to take their place


@dataclass(frozen=True, slots=True)
class DailyCap:
    origin: Origin
    per_24_hours: int
    later: DailyCap | None = None


@dataclass(frozen=True, slots=True)
class RegionRules:
    """What a region adds to the market's rules for one purpose; None: nothing."""

    hours: Hours | None
    holidays: Holidays | None  # closed on the region's own holidays
    attempts: DailyCap | None


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str
    prefixes: tuple[str, ...]  # the first digits of its numbers after the +, country code included
    purposes: Mapping[Purpose, RegionRules]


@dataclass(frozen=True, slots=True, eq=False)
class MarketPack:
    """Compared by identity: it is read once, and what is computed from it is kept."""

    market: str
    name: str
    version: str
    purposes: Mapping[Purpose, PurposeRules]
    keep_consent: Retention  # counted from the last contact
    keep_calls: Retention  # recordings and transcripts, counted from the call
    regions: Mapping[str, Region] = field(default_factory=dict)
    recording: RecordingRule | None = None  # None: nothing is said against it


Chained = TypeVar("Chained", Hours, Holidays, ConsentDemand, AttemptCaps, Disclosure, DailyCap)


def chain(rule: Chained | None) -> Iterator[Chained]:
    """The rule, and those that take its place one after the other."""
    while rule is not None:
        yield rule
        rule = rule.later


@lru_cache(maxsize=256)
def stale_rules(pack: MarketPack, *, on: date) -> tuple[str, ...]:
    """Names of the rules that nobody has read again for more than 180 days."""
    return tuple(name for name, origin in origins_of(pack) if on - origin.reviewed_on > STALE_AFTER)


def packs_to_review(packs: Mapping[str, MarketPack], today: date) -> Mapping[str, tuple[str, ...]]:
    """The markets whose packs must be read again, each with the names of its rules that are over 180 days old; {} if none."""
    stale = {market: stale_rules(pack, on=today) for market, pack in packs.items()}
    return {market: rules for market, rules in stale.items() if rules}


def origins_of(pack: MarketPack) -> Iterator[tuple[str, Origin]]:
    """Of every rule, under its name in the file."""
    for purpose, rules in pack.purposes.items():
        yield from _named(f"{purpose}.hours", chain(rules.hours))
        yield from _named(f"{purpose}.holidays", chain(rules.holidays))
        yield from _named(f"{purpose}.consent", chain(rules.consent))
        yield from _named(f"{purpose}.attempts", chain(rules.attempts))
        yield from _named(f"{purpose}.disclosure", chain(rules.disclosure))
    for region in pack.regions.values():
        for purpose, added in region.purposes.items():
            yield from _named(f"regions.{region.code}.{purpose}.hours", chain(added.hours))
            yield from _named(f"regions.{region.code}.{purpose}.holidays", chain(added.holidays))
            yield from _named(f"regions.{region.code}.{purpose}.attempts", chain(added.attempts))
    yield "retention.consent", pack.keep_consent.origin
    yield "retention.calls", pack.keep_calls.origin
    if pack.recording is not None:
        yield "recording", pack.recording.origin


def _named(name: str, rules: Iterator[Chained]) -> Iterator[tuple[str, Origin]]:
    yield from ((name + ".later" * place, rule.origin) for place, rule in enumerate(rules))


def parse_pack(text: str, *, file: str) -> MarketPack:
    """Read one pack. `file` is its name, for messages and to check that the pack lies under its own market's name."""
    try:
        return _pack(text, file)
    except BadPack as bad:
        bad.locate_in(text)
        raise


def _pack(text: str, file: str) -> MarketPack:
    whole = Table.of(text, file=file)
    market = whole.text("market")
    if file != f"{market}.toml" or not re.fullmatch("[A-Z]{2}", market):
        raise BadPack(file, "market", "write the two capital letters of ISO 3166 that are also the file's name")
    retention = whole.table("retention")
    regions = whole.table("regions") if "regions" in whole.left() else None
    pack = MarketPack(
        market=market,
        name=whole.text("name"),
        version=whole.text("version"),
        purposes={purpose: _purpose_rules(whole.table(purpose.value)) for purpose in Purpose},
        keep_consent=_retention(retention.table("consent")),
        keep_calls=_retention(retention.table("calls")),
        regions={code: _region(code, regions.table(code)) for code in regions.left()} if regions else {},
        recording=_recording(whole.table("recording")) if "recording" in whole.left() else None,
    )
    retention.refuse_others()
    whole.refuse_others()
    return pack


def _region(code: str, table: Table) -> Region:
    region = Region(
        code=code,
        name=table.text("name"),
        prefixes=table.prefixes("prefixes"),
        purposes={purpose: _region_rules(code, table.table(purpose)) for purpose in Purpose if purpose in table.left()},
    )
    table.refuse_others()
    return region


def _region_rules(code: str, table: Table) -> RegionRules:
    rules = RegionRules(
        hours=_hours(table.table("hours")) if "hours" in table.left() else None,
        holidays=_region_holidays(code, table.table("holidays")) if "holidays" in table.left() else None,
        attempts=_daily_cap(table.table("attempts")) if "attempts" in table.left() else None,
    )
    table.refuse_others()
    return rules


def _purpose_rules(table: Table) -> PurposeRules:
    rules = PurposeRules(
        hours=_hours(table.table("hours")),
        holidays=_holidays(table.table("holidays")),
        consent=_consent(table.table("consent")),
        attempts=_attempts(table.table("attempts")),
        disclosure=_disclosure(table.table("disclosure")),
    )
    table.refuse_others()
    return rules


def _origin(table: Table, *, effective_to: date | None = None) -> Origin:
    return Origin(
        tag=table.word("tag", RuleTag),
        source=table.text("source"),
        effective_from=table.day("effective_from"),
        reviewed_on=table.day("reviewed_on"),
        effective_to=effective_to,
    )


def _ending(table: Table, read: Callable[[Table], Chained]) -> tuple[Origin, Chained | None]:
    """The end of a rule: where it comes from, and what takes its place. What is left over after it is a key that nobody knows."""
    effective_to = table.day("effective_to") if "effective_to" in table.left() else None
    later = read(table.table("later")) if "later" in table.left() else None
    origin = _origin(table, effective_to=effective_to)
    table.refuse_others()
    if effective_to is not None and effective_to < origin.effective_from:
        raise BadPack(table.file, table.named("effective_to"), "a rule ends on the day on which it begins, or later")
    if later is not None:
        _refuse_gap(table, origin, later.origin)
    return origin, later


def _refuse_gap(table: Table, ends: Origin, begins: Origin) -> None:
    """Between two rules there is no day without one; if both speak of a day, the stricter counts."""
    if ends.effective_to is None:
        raise BadPack(table.file, table.named("effective_to"), "write the last day of this rule, because another takes its place later")
    if not ends.effective_from < begins.effective_from <= ends.effective_to + timedelta(days=1):
        mend = "it begins after the rule before it began, and at the latest on the day after the end of that rule"
        raise BadPack(table.file, table.named("later.effective_from"), mend)


def _hours(table: Table) -> Hours:
    windows = tuple(table.windows(day) for day in DAYS)
    origin, later = _ending(table, _hours)
    return Hours(origin, windows, later)


def _holidays(table: Table) -> Holidays:
    is_closed = table.truth("closed")
    origin, later = _ending(table, _holidays)
    return Holidays(origin, is_closed, later=later)


def _region_holidays(code: str, table: Table) -> Holidays:
    """A region may close on its own holidays; that it opens on the market's cannot be said."""
    if not table.truth("closed"):
        raise BadPack(table.file, table.named("closed"), "a region only adds to its market's rules: write true, or take the rule out")
    origin, later = _ending(table, lambda below: _region_holidays(code, below))
    return Holidays(origin, is_closed=False, calendars=frozenset({code}), later=later)


def _consent(table: Table) -> ConsentDemand:
    must_name = table.truth("must_name_automated_voice")
    grade = table.word("minimum_grade", ConsentGrade)
    bases = table.words("lawful_bases", LawfulBasis)
    origin, later = _ending(table, _consent)
    return ConsentDemand(origin, must_name, grade, bases, later)


def _attempts(table: Table) -> AttemptCaps:
    day, week, month = (table.count(key) for key in ("per_day", "per_7_days", "per_30_days"))
    if not day <= week <= month:
        raise BadPack(table.file, table.path, "the longer the period, the higher the cap: per_day <= per_7_days <= per_30_days")
    rolling = table.count("per_24_hours") if "per_24_hours" in table.left() else None
    origin, later = _ending(table, _attempts)
    return AttemptCaps(origin, day, week, month, rolling, later)


def _daily_cap(table: Table) -> DailyCap:
    cap = table.count("per_24_hours")
    origin, later = _ending(table, _daily_cap)
    return DailyCap(origin, cap, later)


def _disclosure(table: Table) -> Disclosure:
    parts = table.words("parts", DisclosurePart)
    origin, later = _ending(table, _disclosure)
    return Disclosure(origin, parts, later)


def _recording(table: Table) -> RecordingRule:
    rule = RecordingRule(is_allowed=table.truth("allowed"), origin=_origin(table))
    table.refuse_others()
    return rule


def _retention(table: Table) -> Retention:
    days = table.count("days")
    origin = _origin(table)
    table.refuse_others()
    return Retention(origin, days)
