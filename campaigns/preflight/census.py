"""Who of a campaign's leads may be called now, who later, and who never as things stand, by which reason.

Pure. The same `may_call` as at the dial instant judges each lead; a refusal that passes by itself (hours, holidays, attempts) only postpones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from leads.compliance import LeadFacts, Reason, Refusal, may_call
from leads.market_rules import MarketPack
from leads.opening import ONLY_NOT_NOW, is_only_not_now
from leads.said import sentence

HolidaysOf: TypeAlias = Callable[[str, datetime], frozenset[date] | None]

MENDS: Mapping[Reason, str] = {
    Reason.NUMBER_INVALID: sentence("Correct the numbers from their source."),
    Reason.NUMBER_KIND_REFUSED: sentence("Ask for each person's own mobile or landline number."),
    Reason.MARKET_UNKNOWN: sentence("There is no market pack for these numbers; they cannot be called."),
    Reason.MARKET_NOT_OF_NUMBER: sentence("Correct the market or the number of these leads."),
    Reason.RULES_ENDED: sentence("Rules of this market's pack are over: whoever looks after the packs must enter what holds since."),
    Reason.PURPOSE_UNKNOWN: sentence("The market pack has no rules for this purpose; choose another purpose."),
    Reason.CONTROLLER_MISSING: sentence("Name the organisation in the campaign."),
    Reason.DO_NOT_CALL: sentence("Nothing to mend: they asked not to be called."),
    Reason.CONSENT_MISSING: sentence("Record their consent, if there is one, or leave them out."),
    Reason.CONSENT_NOT_FOR_PURPOSE: sentence("They agreed to calls of another purpose: ask them anew, or leave them out."),
    Reason.CONSENT_WITHDRAWN: sentence("Nothing to mend: they took their consent back."),
    Reason.CONSENT_EXPIRED: sentence("Ask them anew, or leave them out."),
    Reason.CONSENT_NAMES_OTHER_ORGANISATION: sentence("The consent names another organisation than the campaign. Compare the two names."),
    Reason.CONSENT_NOT_FOR_AUTOMATED_VOICE: sentence("The text they agreed to does not name automated or AI voice calls: ask them anew."),
    Reason.CONSENT_GRADE_TOO_WEAK: sentence("This market demands better evidence of consent: a form, a recording, or a signature."),
    Reason.CONSENT_BASIS_NOT_ACCEPTED: sentence("This market does not accept the lawful basis on record."),
    Reason.ZONE_UNKNOWN: sentence("Set the time zone on these leads."),
    Reason.ZONE_INVALID: sentence("Set the time zone on these leads to the name of a place, such as Africa/Nairobi."),
    Reason.HOLIDAYS_UNKNOWN: sentence("The public holidays of this market are not known, so nobody is called there."),
    # These pass by themselves. Who is excluded by them would find no opening in all the weeks to come.
    Reason.OUTSIDE_CALLING_HOURS: sentence(
        "There are no calling hours in which they could be called. Compare zone, market and the organisation's own rules."
    ),
    Reason.PUBLIC_HOLIDAY: sentence("There is no day on which they could be called. Compare the market's rules and the organisation's own."),
    Reason.ATTEMPTS_TODAY: sentence("There is no day on which they may be called. Compare the caps on attempts in the organisation's own rules."),
    Reason.ATTEMPTS_WEEK: sentence("There is no day on which they may be called. Compare the caps on attempts in the organisation's own rules."),
    Reason.ATTEMPTS_MONTH: sentence("There is no day on which they may be called. Compare the caps on attempts in the organisation's own rules."),
}


@dataclass(slots=True)
class Census:
    n_now: int = 0
    n_later: int = 0
    excluded: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))  # a lead may stand under several reasons
    postponed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    n_excluded: int = 0
    markets: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    lost: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # those of `excluded` who are it only when their turn comes

    def exclude(self, lead_id: UUID, refusals: Iterable[Refusal]) -> None:
        self.n_excluded += 1
        for reason in _lasting(refusals):
            self.excluded[reason.value].append(lead_id)

    def lose(self, lead_id: UUID, refusals: Iterable[Refusal]) -> None:
        """Counted as callable, and blocked when their turn comes: a consent that ends before, or hours that never open."""
        for reason in _lasting(refusals):
            self.excluded[reason.value].append(lead_id)
            self.lost[reason.value] += 1


def _lasting(refusals: Iterable[Refusal]) -> set[Reason]:
    """Those that do not pass; all of them if they all would, and yet there is no opening."""
    reasons = {refusal.reason for refusal in refusals}
    return reasons - ONLY_NOT_NOW or reasons


def judged_at(facts: LeadFacts, packs: Mapping[str, MarketPack], holidays_of: HolidaysOf, *, at: datetime) -> tuple[Refusal, ...]:
    """As the dialer would judge this lead at `at`."""
    return may_call(on_day(facts, holidays_of, at=at), packs.get(facts.market), at=at)


def on_day(facts: LeadFacts, holidays_of: HolidaysOf, *, at: datetime) -> LeadFacts:
    """With the holidays around `at`, which are all that depends on it."""
    return replace(facts, holidays=holidays_of(facts.market, at))


def census(
    people: Iterable[tuple[UUID, LeadFacts]], packs: Mapping[str, MarketPack], holidays_of: HolidaysOf, *, at: datetime
) -> tuple[Census, list[tuple[UUID, LeadFacts]]]:
    """The count, and those who may be called now or later."""
    counted, callable_people = Census(), []
    for lead_id, facts in people:
        refusals = judged_at(facts, packs, holidays_of, at=at)
        counted.markets[facts.market] += 1
        if refusals and not is_only_not_now(refusal.reason for refusal in refusals):
            counted.exclude(lead_id, refusals)
            continue
        callable_people.append((lead_id, facts))
        counted.n_now += not refusals
        counted.n_later += bool(refusals)
        for refusal in refusals:
            counted.postponed[refusal.reason.value] += 1
    return counted, callable_people
