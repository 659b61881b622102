"""May this lead be called at this instant? All the reasons not to; none means allowed.

Pure. Unknown facts block (fail closed): a fact that is missing is a reason of its own. Nothing is derived here: an empty zone is an unknown zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from leads.holiday_calendar import DoubtfulDay, is_holiday
from leads.market_rules import AttemptCaps, ConsentDemand, Holidays, Hours, MarketPack, PurposeRules, RuleInForce
from leads.phone import CALLABLE_KINDS, Phone, known_phone, zones_of
from leads.rules_in_force import rules_in_force
from leads.said import Sentence, both, code, either, listed, sentence
from leads.words import ConsentGrade as ConsentGrade
from leads.words import ConsentKind as ConsentKind
from leads.words import LawfulBasis as LawfulBasis
from leads.words import Purpose as Purpose
from leads.zones import MEND, zone_named

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


class Reason(StrEnum):
    NUMBER_INVALID = "number_invalid"
    NUMBER_KIND_REFUSED = "number_kind_refused"
    MARKET_UNKNOWN = "market_unknown"
    MARKET_NOT_OF_NUMBER = "market_not_of_number"
    RULES_ENDED = "rules_ended"
    PURPOSE_UNKNOWN = "purpose_unknown"
    CONTROLLER_MISSING = "controller_missing"
    DO_NOT_CALL = "do_not_call"
    CONSENT_MISSING = "consent_missing"
    CONSENT_NOT_FOR_PURPOSE = "consent_not_for_purpose"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    CONSENT_NAMES_OTHER_ORGANISATION = "consent_names_other_organisation"
    CONSENT_NOT_FOR_AUTOMATED_VOICE = "consent_not_for_automated_voice"
    CONSENT_GRADE_TOO_WEAK = "consent_grade_too_weak"
    CONSENT_BASIS_NOT_ACCEPTED = "consent_basis_not_accepted"
    ZONE_UNKNOWN = "zone_unknown"
    ZONE_INVALID = "zone_invalid"
    OUTSIDE_CALLING_HOURS = "outside_calling_hours"
    PUBLIC_HOLIDAY = "public_holiday"
    HOLIDAYS_UNKNOWN = "holidays_unknown"
    ATTEMPTS_TODAY = "attempts_today"
    ATTEMPTS_WEEK = "attempts_week"
    ATTEMPTS_MONTH = "attempts_month"


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """One consent record as plain values: words as they are stored, so that an odd one is judged here instead of raising elsewhere."""

    record_id: str
    kind: str
    purpose: str
    covers_automated_voice: bool
    controller: str
    grade: str
    lawful_basis: str
    given_at: datetime
    expires_at: datetime | None = None  # None: it does not expire


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """All that is known about calling one lead for one purpose on behalf of one organisation."""

    phone: str
    time_zone: str  # "": unknown
    market: str  # "": unknown
    consents: tuple[ConsentFact, ...]
    is_on_dnc: bool
    purpose: str
    controller: str
    attempts: tuple[datetime, ...]  # when this number was dialled before, for any purpose
    holidays: frozenset[date] | None  # the days around the instant that public holidays close, doubtful ones included; None: unknown
    doubtful_holidays: tuple[DoubtfulDay, ...] = ()  # those of them that are closed only until somebody confirms an estimate
    region: str = ""  # where in the market the lead lives, a region's code or name, if somebody said; "": as the number tells


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason not to call: a sentence for people, the inputs for whoever checks it later. Neither holds personal data."""

    reason: Reason
    sentence: str
    inputs: dict[str, Json]

    def as_json(self) -> dict[str, Json]:
        return {"reason": self.reason.value, "sentence": self.sentence, "inputs": self.inputs}


def may_call(facts: LeadFacts, rules: MarketPack | None, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason not to call this lead at this instant; () means allowed. `rules` is the pack of the lead's market, None if there is none.

    `at` must be aware, else ValueError: an instant without a zone could be any hour of the day.
    """
    if not _is_aware(at):
        raise ValueError("at must be a time-zone-aware datetime")
    pack = rules_in_force(rules, facts.phone, facts.region, at=at) if rules is not None and rules.market == facts.market else None
    purpose_rules = next((each for purpose, each in pack.purposes.items() if purpose == facts.purpose), None) if pack else None
    zones = clocks_of(facts)
    return (
        *_refused_number(facts, has_rules=pack is not None, has_purpose=purpose_rules is not None),
        *_refused_person(facts),
        *_refused_consent(facts, purpose_rules.consent if purpose_rules else None, at),
        *_refused_zone(facts, zones),
        *(_refused_ended(purpose_rules.ended) if purpose_rules else ()),
        *(_refused_time(facts, purpose_rules, zones, at) if purpose_rules else ()),
    )


def deciding_consent(facts: LeadFacts, *, at: datetime) -> ConsentFact | None:
    """The record that decides at `at`: a withdrawal, or the newest consent for this purpose that names this organisation; None if there is none.

    A withdrawal towards anybody counts as one towards everybody, even dated ahead: doubt is settled for the person.
    """
    for_purpose = [fact for fact in facts.consents if fact.purpose == facts.purpose]
    withdrawn = [fact for fact in for_purpose if fact.kind != ConsentKind.GIVEN]
    given = [fact for fact in for_purpose if fact.kind == ConsentKind.GIVEN and _is_aware(fact.given_at) and fact.given_at <= at]
    naming = [fact for fact in given if _same_name(fact.controller, facts.controller)]
    newest = max(naming or given, key=lambda fact: fact.given_at, default=None)
    standing = [fact for fact in withdrawn if newest is None or not _is_aware(fact.given_at) or fact.given_at >= newest.given_at]
    return standing[0] if standing else newest


def _is_aware(instant: datetime) -> bool:
    return instant.utcoffset() is not None


def _same_name(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold() != ""


def _refused_number(facts: LeadFacts, *, has_rules: bool, has_purpose: bool) -> Iterator[Refusal]:
    phone = known_phone(facts.phone)
    if phone is None:
        yield Refusal(Reason.NUMBER_INVALID, sentence("No such number is in use. Correct it from the source."), {})
    elif phone.kind not in CALLABLE_KINDS:
        yield Refusal(Reason.NUMBER_KIND_REFUSED, sentence("This is a service number, not a person's phone."), {"kind": phone.kind.value})
    yield from _refused_market(facts, phone, has_rules=has_rules)
    if has_rules and not has_purpose:
        yield Refusal(Reason.PURPOSE_UNKNOWN, sentence("There are no rules for calls of this purpose."), {"purpose": facts.purpose})


def _refused_market(facts: LeadFacts, phone: Phone | None, *, has_rules: bool) -> Iterator[Refusal]:
    if not has_rules:
        words = (
            sentence("There are no calling rules for the market %(market)s.", market=facts.market)
            if facts.market
            else sentence("The market of this number is not known.")
        )
        yield Refusal(Reason.MARKET_UNKNOWN, words, {"market": facts.market})
    if phone is not None and facts.market and phone.region != facts.market:
        words = sentence("The number belongs to the market %(region)s, but the lead says %(market)s.", region=phone.region, market=facts.market)
        yield Refusal(Reason.MARKET_NOT_OF_NUMBER, words, {"market": facts.market, "region": phone.region})


def _refused_ended(ended: tuple[RuleInForce, ...]) -> Iterator[Refusal]:
    if ended:
        rules = ", ".join(f"{rule.name} (until {rule.origin.effective_to})" for rule in ended)
        words = sentence(
            "Calling rules of this market are over, and what holds since is not in its pack: %(rules)s. Somebody must enter it.", rules=rules
        )
        yield Refusal(Reason.RULES_ENDED, words, {"ended": [rule.name for rule in ended]})


def _refused_person(facts: LeadFacts) -> Iterator[Refusal]:
    if not facts.controller.strip():
        yield Refusal(Reason.CONTROLLER_MISSING, sentence("No organisation is named on whose behalf to call."), {})
    if facts.is_on_dnc is not False:  # anything but a clear no is a yes
        yield Refusal(Reason.DO_NOT_CALL, sentence("This number is on the do-not-call list."), {})


def _refused_consent(facts: LeadFacts, demand: ConsentDemand | None, at: datetime) -> Iterator[Refusal]:
    deciding = deciding_consent(facts, at=at)
    purpose = facts.purpose
    if deciding is None:
        for_another = sorted({fact.purpose for fact in facts.consents if fact.kind == ConsentKind.GIVEN and fact.purpose != facts.purpose})
        if for_another:
            words = sentence(
                "There is consent for %(for_others)s, but not for %(purpose)s.",
                for_others=both([code(each) for each in for_another]),
                purpose=code(purpose),
            )
            yield Refusal(Reason.CONSENT_NOT_FOR_PURPOSE, words, {"purpose": purpose, "consents_for": list(for_another)})
        else:
            yield Refusal(Reason.CONSENT_MISSING, sentence("There is no consent for %(purpose)s calls.", purpose=code(purpose)), {"purpose": purpose})
        return
    record: dict[str, Json] = {"purpose": purpose, "consent_record_id": deciding.record_id}
    if deciding.kind != ConsentKind.GIVEN:
        yield Refusal(Reason.CONSENT_WITHDRAWN, sentence("Consent for %(purpose)s calls was withdrawn.", purpose=code(purpose)), record)
        return
    if deciding.expires_at is not None and (not _is_aware(deciding.expires_at) or deciding.expires_at <= at):
        yield Refusal(
            Reason.CONSENT_EXPIRED,
            sentence("Consent for %(purpose)s calls has expired.", purpose=code(purpose)),
            {**record, "expires_at": deciding.expires_at.isoformat()},
        )
    if facts.controller.strip() and not _same_name(deciding.controller, facts.controller):
        words = sentence("The consent does not name the organisation on whose behalf to call.")
        inputs = {**record, "named": deciding.controller, "calling_for": facts.controller}
        yield Refusal(Reason.CONSENT_NAMES_OTHER_ORGANISATION, words, inputs)
    if demand is not None:
        yield from _weak_consent(deciding, demand, record)


def _weak_consent(deciding: ConsentFact, demand: ConsentDemand, record: dict[str, Json]) -> Iterator[Refusal]:
    if demand.must_name_automated_voice and deciding.covers_automated_voice is not True:
        words = sentence("The consent does not name automated or AI voice calls, which this market demands.")
        yield Refusal(Reason.CONSENT_NOT_FOR_AUTOMATED_VOICE, words, record)
    grades = list(ConsentGrade)
    accepted = grades[grades.index(demand.minimum_grade) :]
    if deciding.grade not in accepted:
        words = sentence(
            "The evidence of consent is %(grade)s; this market demands %(accepted)s.",
            grade=code(deciding.grade),
            accepted=either([code(each) for each in accepted]),
        )
        inputs = {**record, "grade": deciding.grade, "minimum_grade": demand.minimum_grade.value}
        yield Refusal(Reason.CONSENT_GRADE_TOO_WEAK, words, inputs)
    if deciding.lawful_basis not in demand.lawful_bases:
        words = sentence(
            "The lawful basis on record is not accepted here; needed is %(accepted)s.", accepted=either([code(each) for each in demand.lawful_bases])
        )
        inputs = {**record, "lawful_basis": deciding.lawful_basis, "accepted": [basis.value for basis in demand.lawful_bases]}
        yield Refusal(Reason.CONSENT_BASIS_NOT_ACCEPTED, words, inputs)


def clocks_of(facts: LeadFacts) -> tuple[ZoneInfo, ...]:
    """The zones whose clocks must all agree; () if we do not know where the lead is.

    A zone on the lead that is one of the number's narrows them to itself. One that is not (a Kenyan number in London) is added to them,
    so a typing error can only take hours away.
    """
    if not facts.time_zone:
        return ()
    possible = zones_of(facts.phone)
    names = (facts.time_zone,) if facts.time_zone in possible else (facts.time_zone, *possible)
    zones = tuple(zone_named(name) for name in names)
    return tuple(zone for zone in zones if zone is not None) if None not in zones else ()


def _refused_zone(facts: LeadFacts, zones: tuple[ZoneInfo, ...]) -> Iterator[Refusal]:
    if not facts.time_zone:
        words = sentence("The time zone is not known, so it is not known whether this is a decent hour. Set it on the lead.")
        yield Refusal(Reason.ZONE_UNKNOWN, words, {})
    elif not zones:
        yield Refusal(
            Reason.ZONE_INVALID, sentence("The time zone is not the name of a place. %(mend)s", mend=sentence(MEND)), {"time_zone": facts.time_zone}
        )


def _refused_time(facts: LeadFacts, rules: PurposeRules, zones: tuple[ZoneInfo, ...], at: datetime) -> Iterator[Refusal]:
    yield from _refused_hours(rules.hours, zones, at)
    yield from _refused_holiday(facts, rules.holidays, zones, at)
    yield from _refused_attempts(facts.attempts, rules.attempts, zones, at)


def _refused_hours(hours: Hours, zones: tuple[ZoneInfo, ...], at: datetime) -> Iterator[Refusal]:
    closed: list[Json] = []
    sentences: list[str] = []
    for zone in zones:
        local = at.astimezone(zone)
        windows = hours.windows[local.weekday()]
        # An hour that the clock shows twice, when it goes back, is open once: its second showing (fold) is closed.
        if not local.fold and any(window.opens <= local.time() < window.closes for window in windows):
            continue
        allowed = both([str(window) for window in windows]) if windows else sentence("not at all")
        shown = {"day": sentence(f"{local:%A}"), "time": f"{local:%H:%M}", "zone": zone.key, "allowed": allowed}
        if local.fold:
            told = sentence("It is %(day)s %(time)s for the second time in %(zone)s; calls are allowed on that day: %(allowed)s.", **shown)
        else:
            told = sentence("It is %(day)s %(time)s in %(zone)s; calls are allowed on that day: %(allowed)s.", **shown)
        sentences.append(told)
        closed.append({"time_zone": zone.key, "local_time": local.isoformat(), "allowed": [str(window) for window in windows]})
    if closed:
        yield Refusal(Reason.OUTSIDE_CALLING_HOURS, listed(sentences, " "), {"closed_in": closed, "tag": hours.origin.tag.value})


def _refused_holiday(facts: LeadFacts, rule: Holidays, zones: tuple[ZoneInfo, ...], at: datetime) -> Iterator[Refusal]:
    """A holiday of the market, where its pack closes on them, and the days that the organisation closes whatever the pack says."""
    if rule.is_closed and facts.holidays is None:
        yield Refusal(Reason.HOLIDAYS_UNKNOWN, sentence("The public holidays of this market are not known."), {})
    public = facts.holidays or frozenset() if rule.is_closed else frozenset()
    today = {at.astimezone(zone).date() for zone in zones}
    regional = {day for day in today if any(is_holiday(facts.market, day, region) for region in rule.calendars)}
    hit = sorted(today & (public | rule.also_closed_on) | regional)
    if not hit:
        return
    day = hit[0]
    inputs: dict[str, Json] = {"holidays": [day.isoformat() for day in hit]}
    doubtful = next((one for one in facts.doubtful_holidays if one.on == day and day not in rule.also_closed_on | regional), None)
    if doubtful is not None:
        yield _may_be_holiday(doubtful, facts.market, inputs)
    elif day in public | regional:
        yield Refusal(Reason.PUBLIC_HOLIDAY, sentence("%(day)s is a public holiday there.", day=_day_of_month(day)), inputs)
    else:
        yield Refusal(Reason.PUBLIC_HOLIDAY, sentence("%(day)s is closed by our organisation's rules.", day=_day_of_month(day)), inputs)


def _may_be_holiday(doubtful: DoubtfulDay, market: str, inputs: Mapping[str, Json]) -> Refusal:
    estimate = doubtful.estimated_on
    words = sentence(
        "%(day)s may be a public holiday there: %(holiday)s, %(estimated)s, which follows the moon. "
        "Until somebody with the right to confirm holidays says on which day it falls (Holiday confirmations in the console, "
        "or `manage.py confirm_holiday %(market)s %(estimate)s --by NAME`), that day, the one before and the one after are "
        "closed.",
        day=_day_of_month(doubtful.on),
        holiday=doubtful.name,
        estimated=listed([_day_of_month(estimate), str(estimate.year)], " "),
        market=market,
        estimate=estimate,
    )
    return Refusal(Reason.PUBLIC_HOLIDAY, words, {**inputs, "estimated_on": estimate.isoformat(), "holiday": doubtful.name})


def _day_of_month(day: date) -> Sentence:
    return listed([str(day.day), sentence(f"{day:%B}")], " ")


def _refused_attempts(attempts: tuple[datetime, ...], caps: AttemptCaps, zones: tuple[ZoneInfo, ...], at: datetime) -> Iterator[Refusal]:
    """Attempts dated ahead of `at`, or without a zone, count in every period: a clock that is wrong must not win calls."""
    unclear = sum(not _is_aware(attempt) or attempt > at for attempt in attempts)
    month = [attempt for attempt in attempts if _is_aware(attempt) and at - timedelta(days=30) < attempt <= at]
    today = max((sum(attempt.astimezone(zone).date() == at.astimezone(zone).date() for attempt in month) for zone in zones), default=0)
    week = sum(attempt > at - timedelta(days=7) for attempt in month)
    rolling = sum(attempt > at - timedelta(days=1) for attempt in month)
    periods = [
        (Reason.ATTEMPTS_TODAY, sentence("today"), today + unclear, caps.per_day),
        (Reason.ATTEMPTS_WEEK, sentence("within 7 days"), week + unclear, caps.per_7_days),
        (Reason.ATTEMPTS_MONTH, sentence("within 30 days"), len(month) + unclear, caps.per_30_days),
    ]
    if caps.per_24_hours is not None and today + unclear < caps.per_day:  # each reason once
        periods[0] = (Reason.ATTEMPTS_TODAY, sentence("within 24 hours"), rolling + unclear, caps.per_24_hours)
    for reason, period, n_made, cap in periods:
        if n_made >= cap:
            words = sentence("This number was already dialled %(n)s times %(period)s; %(cap)s are allowed.", n=n_made, period=period, cap=cap)
            yield Refusal(reason, words, {"made": n_made, "cap": cap})
