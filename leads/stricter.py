"""Of two rules about the same thing the stricter one, value by value.

Pure. Used where two rules hold at once: around the day on which one takes the place of another, and where a region adds to its market's.
"""

from __future__ import annotations

from dataclasses import replace

from leads.market_rules import AttemptCaps, ConsentDemand, DailyCap, Disclosure, Holidays, Hours, Origin
from leads.rule_table import Window
from leads.words import ConsentGrade


def stricter_hours(one: Hours, other: Hours) -> Hours:
    """Open only where both are."""
    windows = tuple(common_windows(mine, theirs) for mine, theirs in zip(one.windows, other.windows, strict=True))
    return Hours(_origin_of(windows, (one.windows, one.origin), (other.windows, other.origin)), windows)


def stricter_holidays(one: Holidays, other: Holidays) -> Holidays:
    """Closed whenever either is."""
    both = replace(
        one,
        is_closed=one.is_closed or other.is_closed,
        calendars=one.calendars | other.calendars,
        also_closed_on=one.also_closed_on | other.also_closed_on,
        later=None,
    )
    mine, theirs, closed = ((rule.is_closed, rule.calendars, rule.also_closed_on) for rule in (one, other, both))
    return replace(both, origin=_origin_of(closed, (mine, one.origin), (theirs, other.origin)))


def stricter_consent(one: ConsentDemand, other: ConsentDemand) -> ConsentDemand:
    """What satisfies both; with no common lawful basis, nothing does."""
    both = ConsentDemand(
        origin=one.origin,
        must_name_automated_voice=one.must_name_automated_voice or other.must_name_automated_voice,
        minimum_grade=max(one.minimum_grade, other.minimum_grade, key=list(ConsentGrade).index),
        lawful_bases=tuple(basis for basis in one.lawful_bases if basis in other.lawful_bases),
    )
    mine, theirs, asked = ((rule.must_name_automated_voice, rule.minimum_grade, {*rule.lawful_bases}) for rule in (one, other, both))
    return replace(both, origin=_origin_of(asked, (mine, one.origin), (theirs, other.origin)))


def stricter_caps(one: AttemptCaps, other: AttemptCaps) -> AttemptCaps:
    both = AttemptCaps(
        origin=one.origin,
        per_day=min(one.per_day, other.per_day),
        per_7_days=min(one.per_7_days, other.per_7_days),
        per_30_days=min(one.per_30_days, other.per_30_days),
        per_24_hours=_lower(one.per_24_hours, other.per_24_hours),
    )
    mine, theirs, caps = ((rule.per_day, rule.per_7_days, rule.per_30_days, rule.per_24_hours) for rule in (one, other, both))
    return replace(both, origin=_origin_of(caps, (mine, one.origin), (theirs, other.origin)))


def capped(caps: AttemptCaps, cap: DailyCap) -> AttemptCaps:
    return stricter_caps(caps, replace(caps, origin=cap.origin, per_24_hours=cap.per_24_hours, later=None))


def stricter_disclosure(one: Disclosure, other: Disclosure) -> Disclosure:
    """All parts of both, those of `one` first."""
    parts = (*one.parts, *(part for part in other.parts if part not in one.parts))
    return Disclosure(_origin_of({*parts}, ({*one.parts}, one.origin), ({*other.parts}, other.origin)), parts)


def common_windows(ones: tuple[Window, ...], others: tuple[Window, ...]) -> tuple[Window, ...]:
    """The time that lies in both, in order; windows that touch are one."""
    found: list[Window] = []
    for one in ones:
        for other in others:
            opens, closes = max(one.opens, other.opens), min(one.closes, other.closes)
            if found and opens < closes and found[-1].closes == opens:
                found[-1] = Window(found[-1].opens, closes)
            elif opens < closes:
                found.append(Window(opens, closes))
    return tuple(found)


def _lower(one: int | None, other: int | None) -> int | None:
    given = [cap for cap in (one, other) if cap is not None]
    return min(given, default=None)


def _origin_of(result: object, one: tuple[object, Origin], other: tuple[object, Origin]) -> Origin:
    """Of the rule that says all of the result; of both, if neither does alone."""
    for value, origin in (one, other):
        if value == result:
            return origin
    first, second = one[1], other[1]
    return Origin(
        tag=second.tag,
        source=f"{second.source}; and {first.source}",
        effective_from=max(first.effective_from, second.effective_from),
        reviewed_on=min(first.reviewed_on, second.reviewed_on),
    )
