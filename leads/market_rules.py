"""Market packs: one country's calling rules as typed values, read from TOML text.

Pure: text in, pack out. A mistake in a pack raises `BadPack` with the file, the key and what to write there; nothing has a default,
because a rule that was forgotten must not turn into a rule that allows. Every rule carries its tag, source and the date it was read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from leads.compliance import ConsentGrade, LawfulBasis, Purpose

STALE_AFTER = timedelta(days=180)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_Word = TypeVar("_Word", bound=StrEnum)


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


class BadPack(Exception):
    """A market pack cannot be read. The message names file, key and mend; correct the file."""

    def __init__(self, file: str, key: str, mend: str) -> None:
        super().__init__(f"{file}: {key}: {mend}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a rule comes from, and how sure we are of it."""

    tag: RuleTag
    source: str
    effective_from: date
    reviewed_on: date


@dataclass(frozen=True, slots=True)
class Window:
    """Local time from `opens` (included) to `closes` (not included)."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True, slots=True)
class Hours:
    origin: Origin
    windows: tuple[tuple[Window, ...], ...]  # seven entries, Monday first; () is a closed day


@dataclass(frozen=True, slots=True)
class Holidays:
    origin: Origin
    is_closed: bool


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


def _origins(pack: MarketPack) -> Iterator[tuple[str, Origin]]:
    for purpose, rules in pack.purposes.items():
        for field in fields(rules):
            yield f"{purpose}.{field.name}", getattr(rules, field.name).origin
    yield "retention.consent", pack.keep_consent.origin
    yield "retention.calls", pack.keep_calls.origin


def parse_pack(text: str, *, file: str) -> MarketPack:
    """Read one pack. `file` is its name, for messages and to check that the pack lies under its own market's name."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise BadPack(file, "the file", f"is not TOML ({broken})") from broken
    whole = _Table(file, "", content)
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


def _purpose_rules(table: _Table) -> PurposeRules:
    rules = PurposeRules(
        hours=_hours(table.table("hours")),
        holidays=_holidays(table.table("holidays")),
        consent=_consent(table.table("consent")),
        attempts=_attempts(table.table("attempts")),
        disclosure=_disclosure(table.table("disclosure")),
    )
    table.refuse_others()
    return rules


def _origin(table: _Table) -> Origin:
    """Read last in every rule: what is left over after it is a key that nobody knows."""
    origin = Origin(
        tag=table.word("tag", RuleTag),
        source=table.text("source"),
        effective_from=table.day("effective_from"),
        reviewed_on=table.day("reviewed_on"),
    )
    table.refuse_others()
    return origin


def _hours(table: _Table) -> Hours:
    windows = tuple(table.windows(day) for day in DAYS)
    return Hours(_origin(table), windows)


def _holidays(table: _Table) -> Holidays:
    is_closed = table.truth("closed")
    return Holidays(_origin(table), is_closed)


def _consent(table: _Table) -> ConsentDemand:
    must_name = table.truth("must_name_automated_voice")
    grade = table.word("minimum_grade", ConsentGrade)
    bases = table.words("lawful_bases", LawfulBasis)
    return ConsentDemand(_origin(table), must_name, grade, bases)


def _attempts(table: _Table) -> AttemptCaps:
    day, week, month = (table.count(key) for key in ("per_day", "per_7_days", "per_30_days"))
    if not day <= week <= month:
        raise BadPack(table.file, table.path, "the longer the period, the higher the cap: per_day <= per_7_days <= per_30_days")
    return AttemptCaps(_origin(table), day, week, month)


def _disclosure(table: _Table) -> Disclosure:
    parts = table.words("parts", DisclosurePart)
    return Disclosure(_origin(table), parts)


def _retention(table: _Table) -> Retention:
    days = table.count("days")
    return Retention(_origin(table), days)


class _Table:
    """One TOML table, read key by key; whatever is missing, mistyped or left over raises BadPack under its full name."""

    def __init__(self, file: str, path: str, content: dict[str, Any]) -> None:
        self.file = file
        self.path = path
        self._left = dict(content)

    def _take(self, key: str, kind: type, what: str) -> Any:
        value = self._left.pop(key, None)
        if type(value) is not kind:  # not isinstance: true is an int, and a date-time is a date
            raise BadPack(self.file, self._named(key), f"write {what}")
        return value

    def _named(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def table(self, key: str) -> _Table:
        return _Table(self.file, self._named(key), self._take(key, dict, "a table"))

    def text(self, key: str) -> str:
        value: str = self._take(key, str, "a text").strip()
        if not value:
            raise BadPack(self.file, self._named(key), "write a text that is not empty")
        return value

    def truth(self, key: str) -> bool:
        return bool(self._take(key, bool, "true or false"))

    def count(self, key: str) -> int:
        value: int = self._take(key, int, "a whole number from 1")
        if value < 1:
            raise BadPack(self.file, self._named(key), "write a whole number from 1")
        return value

    def day(self, key: str) -> date:
        value: date = self._take(key, date, "a date such as 2026-11-22")
        return value

    def word(self, key: str, words: type[_Word]) -> _Word:
        return self._one_of(key, self._take(key, str, _choices(words)), words)

    def words(self, key: str, words: type[_Word]) -> tuple[_Word, ...]:
        what = f"a list of different words, each {_choices(words)}"
        values = tuple(self._one_of(key, value, words) for value in self._take(key, list, what))
        if not values or len(set(values)) != len(values):
            raise BadPack(self.file, self._named(key), f"write {what}")
        return values

    def _one_of(self, key: str, value: object, words: type[_Word]) -> _Word:
        if not isinstance(value, str) or value not in list(words):
            raise BadPack(self.file, self._named(key), f"write {_choices(words)}")
        return words(value)

    def windows(self, key: str) -> tuple[Window, ...]:
        what = 'a list of windows in order, such as ["08:00-12:30", "14:00-19:00"], or [] for a closed day'
        windows = tuple(_window(value) for value in self._take(key, list, what))
        latest = time.min
        for window in windows:
            if window is None or not latest <= window.opens < window.closes:
                raise BadPack(self.file, self._named(key), f"write {what}")
            latest = window.closes
        return tuple(window for window in windows if window is not None)

    def refuse_others(self) -> None:
        if self._left:
            raise BadPack(self.file, self._named(min(self._left)), "is not a key of a market pack; take it out or correct its spelling")


def _choices(words: type[StrEnum]) -> str:
    return "one of " + ", ".join(words)


def _window(value: object) -> Window | None:
    clock = r"([01][0-9]|2[0-3]):([0-5][0-9])"
    read = re.fullmatch(f"{clock}-{clock}", value) if isinstance(value, str) else None
    if read is None:
        return None
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, read.groups())
    return Window(time(opens_hour, opens_minute), time(closes_hour, closes_minute))
