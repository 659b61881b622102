"""The organisation's own calling rules, which may only tighten the market packs.

Pure: text and packs in, packs out. A rule for one market that would allow what its pack refuses raises `Loosens`; a rule for `all`
markets or purposes is a ceiling, of which and the pack's the stricter counts. What is not written stays as the pack has it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from leads.market_rules import DAYS, AttemptCaps, ConsentDemand, Holidays, Hours, MarketPack, PurposeRules, RuleTag, chain
from leads.rule_table import BadPack, Table, Window
from leads.stricter import common_windows
from leads.words import ConsentGrade, LawfulBasis, Purpose

_Rule = TypeVar("_Rule", Hours, Holidays, ConsentDemand, AttemptCaps)

ALL = "all"
CAPS = ("per_day", "per_7_days", "per_30_days")


class Loosens(BadPack):
    """An organisation's rule would allow what the market pack refuses. Make it stricter, or take it out."""

    def __init__(self, file: str, key: str, pack: MarketPack, allowed: str) -> None:
        super().__init__(file, key, f"would allow more than the market pack {pack.version}, which says {allowed}; make it stricter or take it out")


@dataclass(frozen=True, slots=True)
class Stricter:
    """One table of the file, such as [KE.marketing]. Every value is None if the file does not speak of it."""

    key: str  # its full name, for messages
    is_ceiling: bool  # it speaks of all markets or purposes
    hours: tuple[tuple[Window, ...] | None, ...]  # seven entries, Monday first
    is_closed_on_holidays: bool | None
    closed_on: frozenset[date]  # days of the organisation's own, such as an election day
    must_name_automated_voice: bool | None
    minimum_grade: ConsentGrade | None
    lawful_bases: tuple[LawfulBasis, ...] | None
    caps: tuple[int | None, ...]  # in the order of CAPS


@dataclass(frozen=True, slots=True)
class OrganisationRules:
    file: str
    text: str
    digest: str  # of the text: a decision names the very rules it was made by
    tables: Mapping[tuple[str, str], Stricter]  # by market (or ALL) and purpose (or ALL)


NO_RULES = OrganisationRules(file="", text="", digest="", tables={})


def parse_organisation_rules(text: str, *, file: str) -> OrganisationRules:
    """Read the file; raises BadPack for a mistake in it. Whether a rule loosens is known only beside a pack: see `tightened`."""
    try:
        return _rules(text, file)
    except BadPack as bad:
        bad.locate_in(text)
        raise


def _rules(text: str, file: str) -> OrganisationRules:
    whole = Table.of(text, file=file)
    tables: dict[tuple[str, str], Stricter] = {}
    for market in whole.left():
        if market != ALL and not re.fullmatch("[A-Z]{2}", market):
            raise BadPack(file, market, f"write {ALL}, or the two capital letters of a market")
        purposes = whole.table(market)
        for purpose in (*Purpose, ALL):
            if purpose in purposes.left():
                tables[market, str(purpose)] = _stricter(purposes.table(purpose), is_ceiling=ALL in {market, purpose})
        purposes.refuse_others()
    return OrganisationRules(file, text, hashlib.sha256(text.encode()).hexdigest()[:8], tables)


def tightened_packs(packs: Mapping[str, MarketPack], rules: OrganisationRules) -> dict[str, MarketPack]:
    """All packs under the organisation's rules. Raises BadPack for a market without a pack, Loosens for a rule that is not stricter."""
    for market, _ in rules.tables:
        if market not in {ALL, *packs}:
            raise BadPack(rules.file, market, f"there is no market pack {market}; write one of {', '.join(sorted(packs))} or {ALL}")
    return {market: tightened(pack, rules) for market, pack in packs.items()}


def tightened(pack: MarketPack, rules: OrganisationRules) -> MarketPack:
    """The pack under the organisation's rules, with a version that says so; the same pack if they do not touch it. Raises Loosens."""
    try:
        purposes = {purpose: _tightened_purpose(pack, purpose, rules) for purpose in pack.purposes}
    except BadPack as bad:
        bad.locate_in(rules.text)
        raise
    if purposes == dict(pack.purposes):
        return pack
    return replace(pack, version=f"{pack.version}+{rules.digest}", purposes=purposes)


def _tightened_purpose(pack: MarketPack, purpose: Purpose, rules: OrganisationRules) -> PurposeRules:
    tight = shipped = pack.purposes[purpose]
    for key in ((ALL, ALL), (ALL, purpose.value), (pack.market, ALL), (pack.market, purpose.value)):
        stricter = rules.tables.get(key)
        if stricter is None:
            continue
        if not stricter.is_ceiling:
            _refuse_looser(stricter, shipped, pack, rules.file)
        tight = _with(tight, stricter, rules.file)
    if not tight.consent.lawful_bases:
        raise BadPack(rules.file, f"{pack.market}.{purpose}.consent.lawful_bases", "no lawful basis is left; name one that the market pack accepts")
    return tight


def _with(rules: PurposeRules, stricter: Stricter, file: str) -> PurposeRules:
    """The stricter of the two, rule by rule."""
    return PurposeRules(
        hours=_through(rules.hours, lambda rule: _tight_hours(rule, stricter), stricter, file),
        holidays=_through(rules.holidays, lambda rule: _tight_holidays(rule, stricter), stricter, file),
        consent=_through(rules.consent, lambda rule: _tight_consent(rule, stricter), stricter, file),
        attempts=_through(rules.attempts, lambda rule: _tight_caps(rule, stricter), stricter, file),
        disclosure=rules.disclosure,
    )


def _through(rule: _Rule, tighten: Callable[[_Rule], _Rule], stricter: Stricter, file: str) -> _Rule:
    """This rule, and those that take its place one after the other."""
    tight = _signed(rule, tighten(rule), stricter, file)
    return tight if rule.later is None else replace(tight, later=_through(rule.later, tighten, stricter, file))


def _signed(before: _Rule, after: _Rule, stricter: Stricter, file: str) -> _Rule:
    """What the organisation changed is no longer the law's word but its own choice; the law beneath it still ages."""
    if before == after:
        return before
    source = f"Our organisation's choice ({file}, {stricter.key}), stricter than: {before.origin.source}"
    return replace(after, origin=replace(before.origin, tag=RuleTag.CUSTOM, source=source))


def _tight_hours(hours: Hours, stricter: Stricter) -> Hours:
    days = zip(hours.windows, stricter.hours, strict=True)
    return replace(hours, windows=tuple(windows if said is None else common_windows(windows, said) for windows, said in days))


def _tight_holidays(holidays: Holidays, stricter: Stricter) -> Holidays:
    return replace(
        holidays,
        is_closed=holidays.is_closed or stricter.is_closed_on_holidays is True,
        also_closed_on=holidays.also_closed_on | stricter.closed_on,
    )


def _tight_consent(consent: ConsentDemand, stricter: Stricter) -> ConsentDemand:
    return replace(
        consent,
        must_name_automated_voice=consent.must_name_automated_voice or stricter.must_name_automated_voice is True,
        minimum_grade=max(consent.minimum_grade, stricter.minimum_grade or consent.minimum_grade, key=list(ConsentGrade).index),
        lawful_bases=tuple(basis for basis in consent.lawful_bases if stricter.lawful_bases is None or basis in stricter.lawful_bases),
    )


def _tight_caps(caps: AttemptCaps, stricter: Stricter) -> AttemptCaps:
    day, week, month = (cap if said is None else min(cap, said) for cap, said in zip(_caps(caps), stricter.caps, strict=True))
    return replace(caps, per_day=min(day, week, month), per_7_days=min(week, month), per_30_days=month)


def _caps(caps: AttemptCaps) -> tuple[int, int, int]:
    return caps.per_day, caps.per_7_days, caps.per_30_days


def _refuse_looser(stricter: Stricter, shipped: PurposeRules, pack: MarketPack, file: str) -> None:
    """A value that the pack would have to cut is looser than the pack."""
    for key, said, allowed, is_kept in _said(stricter, shipped):
        if said is not None and not is_kept:
            raise Loosens(file, f"{stricter.key}.{key}", pack, allowed)


def _said(stricter: Stricter, shipped: PurposeRules) -> Iterator[tuple[str, object, str, bool]]:
    """Each value: its key, what the file says, what the pack allows in words, and whether it stands beside the pack uncut."""
    for hours in chain(shipped.hours):
        for day, said, windows in zip(DAYS, stricter.hours, hours.windows, strict=True):
            allowed = " and ".join(map(str, windows)) or "closed"
            yield f"hours.{day}", said, allowed, said is None or common_windows(windows, said) == common_windows(said, said)
    closed, named, grade, bases = (
        stricter.is_closed_on_holidays, stricter.must_name_automated_voice, stricter.minimum_grade, stricter.lawful_bases,
    )  # fmt: skip
    for holidays in chain(shipped.holidays):
        yield "holidays.closed", closed, "true", closed is True or not holidays.is_closed
    for consent in chain(shipped.consent):
        yield "consent.must_name_automated_voice", named, "true", named is True or not consent.must_name_automated_voice
        yield "consent.minimum_grade", grade, consent.minimum_grade, _tight_consent(consent, stricter).minimum_grade == grade
        yield "consent.lawful_bases", bases, ", ".join(consent.lawful_bases), bases is None or {*bases} <= {*consent.lawful_bases}
    for attempts in chain(shipped.attempts):
        for name, cap, at_most in zip(CAPS, stricter.caps, _caps(attempts), strict=True):
            yield f"attempts.{name}", cap, str(at_most), cap is None or cap <= at_most


def _stricter(table: Table, *, is_ceiling: bool) -> Stricter:
    hours, holidays, consent, attempts = (_optional(table, key) for key in ("hours", "holidays", "consent", "attempts"))
    read = Stricter(
        key=table.path,
        is_ceiling=is_ceiling,
        hours=tuple(hours.windows(day) if day in hours.left() else None for day in DAYS),
        is_closed_on_holidays=holidays.truth("closed") if "closed" in holidays.left() else None,
        closed_on=frozenset(holidays.days("closed_on") if "closed_on" in holidays.left() else ()),
        must_name_automated_voice=consent.truth("must_name_automated_voice") if "must_name_automated_voice" in consent.left() else None,
        minimum_grade=consent.word("minimum_grade", ConsentGrade) if "minimum_grade" in consent.left() else None,
        lawful_bases=consent.words("lawful_bases", LawfulBasis) if "lawful_bases" in consent.left() else None,
        caps=tuple(attempts.count(cap) if cap in attempts.left() else None for cap in CAPS),
    )
    for each in (hours, holidays, consent, attempts, table):
        each.refuse_others()
    return read


def _optional(table: Table, key: str) -> Table:
    return table.table(key) if key in table.left() else Table(table.file, table.named(key), {})
