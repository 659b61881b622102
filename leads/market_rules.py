"""Market packs: one country's calling rules as typed values, read from TOML text.

Pure: text in, pack out. A mistake in a pack raises `BadPack` with the file, the key and what to write there; nothing has a default,
because a rule that was forgotten must not turn into a rule that allows. Every rule carries its tag, source and the date it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum

from leads.compliance import ConsentGrade, LawfulBasis, Purpose
from leads.rule_table import BadPack, Table, Window

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


@dataclass(frozen=True, slots=True)
class Hours:
    origin: Origin
    windows: tuple[tuple[Window, ...], ...]  # seven entries, Monday first; () is a closed day


@dataclass(frozen=True, slots=True)
class Holidays:
    origin: Origin
    is_closed: bool
    also_closed_on: frozenset[date] = frozenset()  # days of the organisation's own, closed even where holidays are not


@dataclass(frozen=True, slots=True)
class ConsentDemand:
    """What the deciding consent record must hold. That there is one is demanded always."""

    origin: Origin
    must_name_automated_voice: bool
    minimum_grade: ConsentGrade
    lawful_bases: tuple[LawfulBasis, ...]


@dataclass(frozen=True, slots=True)
class AttemptCaps:
    origin: Origin
    per_day: int  # the lead's own calendar day
    per_7_days: int
    per_30_days: int


@dataclass(frozen=True, slots=True)
class Disclosure:
    origin: Origin
    parts: tuple[DisclosurePart, ...]  # in the order in which they are said


@dataclass(frozen=True, slots=True)
class Retention:
    origin: Origin
    days: int


@dataclass(frozen=True, slots=True)
class PurposeRules:
    hours: Hours
    holidays: Holidays
    consent: ConsentDemand
    attempts: AttemptCaps
    disclosure: Disclosure


@dataclass(frozen=True, slots=True)
class MarketPack:
    market: str
    name: str
    version: str
    purposes: Mapping[Purpose, PurposeRules]
    keep_consent: Retention  # counted from the last contact
    keep_calls: Retention  # recordings and transcripts, counted from the call


def stale_rules(pack: MarketPack, *, on: date) -> tuple[str, ...]:
    """Names of the rules that nobody has read again for more than 180 days."""
    return tuple(name for name, origin in _origins(pack) if on - origin.reviewed_on > STALE_AFTER)


def packs_to_review(packs: Mapping[str, MarketPack], today: date) -> Mapping[str, tuple[str, ...]]:
    """The markets whose packs must be read again, each with the names of its rules that are over 180 days old; {} if none."""
    stale = {market: stale_rules(pack, on=today) for market, pack in packs.items()}
    return {market: rules for market, rules in stale.items() if rules}


def _origins(pack: MarketPack) -> Iterator[tuple[str, Origin]]:
    for purpose, rules in pack.purposes.items():
        for field in fields(rules):
            yield f"{purpose}.{field.name}", getattr(rules, field.name).origin
    yield "retention.consent", pack.keep_consent.origin
    yield "retention.calls", pack.keep_calls.origin


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
    pack = MarketPack(
        market=market,
        name=whole.text("name"),
        version=whole.text("version"),
        purposes={purpose: _purpose_rules(whole.table(purpose.value)) for purpose in Purpose},
        keep_consent=_retention(retention.table("consent")),
        keep_calls=_retention(retention.table("calls")),
    )
    retention.refuse_others()
    whole.refuse_others()
    return pack


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


def _origin(table: Table) -> Origin:
    """Read last in every rule: what is left over after it is a key that nobody knows."""
    origin = Origin(
        tag=table.word("tag", RuleTag),
        source=table.text("source"),
        effective_from=table.day("effective_from"),
        reviewed_on=table.day("reviewed_on"),
    )
    table.refuse_others()
    return origin


def _hours(table: Table) -> Hours:
    windows = tuple(table.windows(day) for day in DAYS)
    return Hours(_origin(table), windows)


def _holidays(table: Table) -> Holidays:
    is_closed = table.truth("closed")
    return Holidays(_origin(table), is_closed)


def _consent(table: Table) -> ConsentDemand:
    must_name = table.truth("must_name_automated_voice")
    grade = table.word("minimum_grade", ConsentGrade)
    bases = table.words("lawful_bases", LawfulBasis)
    return ConsentDemand(_origin(table), must_name, grade, bases)


def _attempts(table: Table) -> AttemptCaps:
    day, week, month = (table.count(key) for key in ("per_day", "per_7_days", "per_30_days"))
    if not day <= week <= month:
        raise BadPack(table.file, table.path, "the longer the period, the higher the cap: per_day <= per_7_days <= per_30_days")
    return AttemptCaps(_origin(table), day, week, month)


def _disclosure(table: Table) -> Disclosure:
    parts = table.words("parts", DisclosurePart)
    return Disclosure(_origin(table), parts)


def _retention(table: Table) -> Retention:
    days = table.count("days")
    return Retention(_origin(table), days)
