"""What the launch checklist knows of leads, of the rules where they live, and of reps. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Max, Min, Q, QuerySet, Value, When

from campaigns.handoff.slots import Diary, week_of
from campaigns.inbound_sentences import primary
from campaigns.launch.facts import ConsentFacts, Judged, PackFacts, RepFacts
from campaigns.launch.hours import Place
from campaigns.models import Call, Campaign, Rep
from campaigns.preflight.census import MENDS, census
from campaigns.preflight.world import facts_of_queued, history_of, holidays_of
from leads.compliance import LeadFacts, Reason
from leads.holiday_confirmation import days_closed_around
from leads.market_packs import market_packs, may_record
from leads.market_rules import MarketPack, RuleTag, origins_of, packs_to_review
from leads.models import ConsentRecord, Lead, PackAcknowledgement
from leads.opening import opens_at
from leads.rules_in_force import rules_in_force
from leads.words import ConsentGrade, ConsentKind
from leads.zones import zone_named

N_PLACES = 20  # the largest; more clocks than that tell a manager nothing
LOOKED_AT = 2_000  # leads; of more, as many are looked at, by chance: a share is then within 2.2 points of the true one, 19 times of 20


@dataclass(frozen=True, slots=True)
class Home:
    market: str
    zone: str
    language: str
    n_leads: int
    a_phone: str  # of one of them: its first digits tell the region


def n_enrolled_in(campaign: Campaign) -> int:
    return _firsts(campaign).count()


def living(campaign: Campaign) -> list[Home]:
    """Where those of the enrolled leads who are looked at live and what they speak, largest group first. One query."""
    people = Lead.objects.filter(pk__in=_looked_at(campaign)).order_by()
    rows = people.values_list("market", "time_zone", "language").annotate(n=Count("pk"), a_phone=Min("phone"))
    return sorted((Home(*row) for row in rows), key=lambda home: (-home.n_leads, home.market, home.zone))


def _looked_at(campaign: Campaign) -> QuerySet[Call, UUID]:
    """All of few; the first of many by their ids, which are random, so that they stand for all, and the same ones for every question."""
    return _firsts(campaign).order_by("lead_id").values_list("lead_id", flat=True)[:LOOKED_AT]


def _firsts(campaign: Campaign) -> QuerySet[Call]:
    """The first call of each enrolled lead. That it is no call of theirs follows from its number; it is said for the index call_attempt_is_unique."""
    return Call.objects.filter(campaign=campaign, attempt_number=1).exclude(occasion=Call.Occasion.INBOUND).order_by()


# ---- the law -----------------------------------------------------------------------------------------------------------


def places_of(campaign: Campaign, homes: Sequence[Home], *, now: datetime) -> tuple[Place, ...]:
    """By market and clock. A query a market."""
    by_clock: dict[tuple[str, str], Home] = {}
    for home in homes:
        known = by_clock.get((home.market, home.zone))
        by_clock[home.market, home.zone] = replace(home, n_leads=home.n_leads + known.n_leads) if known else home
    largest = sorted(by_clock.values(), key=lambda home: -home.n_leads)[:N_PLACES]
    closed = {market: days_closed_around(market, at=now) for market in {home.market for home in largest}}
    return tuple(_place(campaign, home, closed[home.market], now=now) for home in largest)


def _place(campaign: Campaign, home: Home, closed: object, *, now: datetime) -> Place:
    pack = market_packs().get(home.market)
    if pack is None or zone_named(home.zone) is None:
        return Place(home.market, home.zone, home.n_leads)
    rules = next((each for purpose, each in rules_in_force(pack, home.a_phone, "", at=now).purposes.items() if purpose == campaign.purpose), None)
    facts = LeadFacts(
        phone=home.a_phone,
        time_zone=home.zone,
        market=home.market,
        consents=(),
        is_on_dnc=False,
        purpose=campaign.purpose,
        controller=campaign.controller,
        attempts=(),
        holidays=getattr(closed, "days", None),
        doubtful_holidays=getattr(closed, "doubtful", ()),
    )
    return Place(home.market, home.zone, home.n_leads, rules.hours.windows if rules else None, opens_at(facts, pack, at=now))


def packs_of(homes: Iterable[Home], *, now: datetime) -> tuple[PackFacts, ...]:
    n_leads: dict[str, int] = {}
    for home in homes:
        n_leads[home.market] = n_leads.get(home.market, 0) + home.n_leads
    known = {market: pack for market, pack in market_packs().items() if market in n_leads}
    old = packs_to_review(known, now.date())
    words = PackAcknowledgement.objects.filter(market__in=old).select_related("acknowledged_by") if old else ()
    by_version = {(word.market, word.pack_version): word.acknowledged_by.get_username() for word in words}
    return tuple(_pack(market, n, known.get(market), old, by_version) for market, n in sorted(n_leads.items(), key=lambda row: (-row[1], row[0])))


def _pack(market: str, n_leads: int, pack: MarketPack | None, old: Mapping[str, object], by_version: Mapping[tuple[str, str], str]) -> PackFacts:
    if pack is None:
        return PackFacts(market, n_leads)
    origins = [origin for _name, origin in origins_of(pack)]
    return PackFacts(
        market=market,
        n_leads=n_leads,
        name=pack.name,
        version=pack.version,
        reviewed_on=min(origin.reviewed_on for origin in origins),
        n_unverified=sum(origin.tag is RuleTag.UNVERIFIED for origin in origins),
        is_old=market in old,
        acknowledged_by=by_version.get((market, pack.version), ""),
        words_kept_days=pack.keep_calls.days,
        may_record=may_record(market),
    )


# ---- consent -----------------------------------------------------------------------------------------------------------


def consent_of(campaign: Campaign, n_looked_at: int) -> ConsentFacts:
    """A count for eyes, of who is looked at, by records of this purpose; whether one suffices is judged lead by lead elsewhere. One query."""
    records = ConsentRecord.objects.filter(lead__in=_looked_at(campaign), purpose=campaign.purpose)
    strength = Case(*(When(kind=ConsentKind.GIVEN, grade=grade, then=Value(rank)) for rank, grade in enumerate(ConsentGrade)))
    taken_back = Case(When(kind=ConsentKind.GIVEN, then=Value(0)), default=Value(1))
    by_lead = records.order_by().values("lead_id").annotate(best=Max(strength), is_withdrawn=Max(taken_back))
    counts = {grade.value: Count("lead_id", filter=Q(best=rank)) for rank, grade in enumerate(ConsentGrade)}
    found = by_lead.aggregate(**counts, n_withdrawn=Count("lead_id", filter=Q(is_withdrawn=1)))
    by_grade = {grade.value: found[grade.value] for grade in ConsentGrade if found[grade.value]}
    return ConsentFacts(by_grade, max(0, n_looked_at - sum(by_grade.values())), found["n_withdrawn"])


def judged_now(campaign: Campaign, *, now: datetime) -> Judged:
    """Every queued lead, by the very rules of the dial. For few of them: it reads them all."""
    people = facts_of_queued(campaign, history_of(campaign, at=now))
    counted, _callable = census(people, market_packs(), holidays_of(), at=now)
    by_number = sorted(((reason, len(ids)) for reason, ids in counted.excluded.items()), key=lambda row: (-row[1], row[0]))
    reasons = tuple((reason, n, MENDS[Reason(reason)]) for reason, n in by_number)
    return Judged(now, len(people), counted.n_excluded, reasons, is_by_preflight=False)


# ---- reps --------------------------------------------------------------------------------------------------------------


def reps_of(campaign: Campaign) -> RepFacts:
    reps = list(Rep.objects.filter(campaigns=campaign).select_related("user"))
    ready = [rep for rep in reps if rep.is_verified and rep.user.is_active]
    diaries = tuple(Diary(rep.pk, zone, week_of(rep.hours)) for rep in ready if (zone := zone_named(rep.zone)))
    speaks_any = any(not rep.languages for rep in ready)
    return RepFacts(
        n_assigned=len(reps),
        n_ready=len(ready),
        n_unverified=sum(not rep.is_verified for rep in reps),
        n_available=sum(rep.is_available for rep in ready),
        diaries=diaries,
        languages=None if speaks_any else frozenset(primary(language) for rep in ready for language in rep.languages),
    )
