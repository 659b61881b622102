"""Which of a pack's rules count at an instant: by their dates, and by the regions in which the number's owner may live.

Pure. Doubt goes to the stricter side. Around a change both rules count, the old one and the new; where the number tells no region, the rules of
all of them do. A rule that begins later than the instant is kept early if nothing is known that holds before it, and one that is over with
nothing in its place is a reason not to call. Resolving twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache, reduce
from types import MappingProxyType

from leads.market_rules import Chained, MarketPack, PurposeRules, Region, RuleInForce, chain
from leads.stricter import capped, stricter_caps, stricter_consent, stricter_disclosure, stricter_holidays, stricter_hours
from leads.words import Purpose

_DAY = timedelta(days=1)  # what the date may differ by anywhere on earth


def rules_in_force(pack: MarketPack, phone: str, region: str, *, at: datetime) -> MarketPack:
    """The pack as it counts for this number at `at`: one rule of each kind, no regions, no later rules.

    `region`: what is known of the person, a region's code or name; "" if nothing. It adds to what the number says and never takes away, because
    numbers are taken along and people move.
    """
    return _resolved(pack, regions_of(pack, phone, region), at.date())


def regions_of(pack: MarketPack, phone: str, region: str) -> frozenset[str]:
    """Codes of the regions whose rules count for this number; all of them if the number, or what is known of the person, tells none."""
    if not pack.regions:
        return frozenset()
    by_number = _by_number(pack, phone)
    if not by_number:
        return frozenset(pack.regions)
    if not region.strip():
        return by_number
    named = _codes_by_word(pack).get(region.strip().casefold())
    return by_number | {named} if named else frozenset(pack.regions)


def _by_number(pack: MarketPack, phone: str) -> frozenset[str]:
    prefixes = _codes_by_prefix(pack)
    digits = phone.removeprefix("+")
    for n_digits in range(min(len(digits), 15), 0, -1):
        if found := prefixes.get(digits[:n_digits]):
            return found
    return frozenset()


@lru_cache(maxsize=64)
def _codes_by_prefix(pack: MarketPack) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for region in pack.regions.values():
        for prefix in region.prefixes:
            found[prefix] = found.get(prefix, frozenset()) | {region.code}
    return MappingProxyType(found)


@lru_cache(maxsize=64)
def _codes_by_word(pack: MarketPack) -> Mapping[str, str]:
    """By code and by name, whatever the case."""
    return MappingProxyType({word.casefold(): region.code for region in pack.regions.values() for word in (region.code, region.name)})


@lru_cache(maxsize=4096)
def _resolved(pack: MarketPack, codes: frozenset[str], today: date) -> MarketPack:
    """Kept by day and regions: 300,000 decisions of a preflight ask for a few hundred different answers (figures: README, Measured)."""
    regions = [pack.regions[code] for code in sorted(codes)]
    purposes = {purpose: _chosen(rules, purpose, regions, today) for purpose, rules in pack.purposes.items()}
    return replace(pack, purposes=MappingProxyType(purposes), regions=MappingProxyType({}))


def _chosen(rules: PurposeRules, purpose: Purpose, regions: Iterable[Region], today: date) -> PurposeRules:
    if rules.in_force or rules.ended:
        return rules
    said = _Said(today)
    hours = reduce(stricter_hours, said.of("hours", rules.hours))
    holidays = reduce(stricter_holidays, said.of("holidays", rules.holidays))
    consent = reduce(stricter_consent, said.of("consent", rules.consent))
    attempts = reduce(stricter_caps, said.of("attempts", rules.attempts))
    disclosure = reduce(stricter_disclosure, said.of("disclosure", rules.disclosure))
    for region in regions:
        added = region.purposes.get(purpose)
        if added is None:
            continue
        if added.hours:
            hours = reduce(stricter_hours, said.of(f"{region.code}.hours", added.hours), hours)
        if added.holidays:
            holidays = reduce(stricter_holidays, said.of(f"{region.code}.holidays", added.holidays), holidays)
        if added.attempts:
            attempts = reduce(capped, said.of(f"{region.code}.attempts", added.attempts), attempts)
    return PurposeRules(hours, holidays, consent, attempts, disclosure, in_force=tuple(said.in_force), ended=tuple(said.ended))


class _Said:
    """Chooses by date, and remembers what had a say."""

    def __init__(self, today: date) -> None:
        self._first, self._last = today - _DAY, today + _DAY
        self.in_force: list[RuleInForce] = []
        self.ended: list[RuleInForce] = []

    def of(self, name: str, rule: Chained) -> list[Chained]:
        """Those of the chain that count; never empty. What is chosen has no `later` any more."""
        rules = [replace(each, later=None) for each in chain(rule)]
        in_force = [each for each in rules if self._counts(each)]
        if in_force:
            self.in_force += [RuleInForce(name, each.origin) for each in in_force]
            return in_force
        to_come = [each for each in rules if each.origin.effective_from > self._last]
        if to_come:
            self.in_force.append(RuleInForce(name, to_come[0].origin, is_early=True))
            return to_come[:1]
        self.ended.append(RuleInForce(name, rules[-1].origin))
        return rules[-1:]

    def _counts(self, rule: Chained) -> bool:
        origin = rule.origin
        return origin.effective_from <= self._last and (origin.effective_to is None or self._first <= origin.effective_to)
