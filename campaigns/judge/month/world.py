"""The rows a month begins with, drawn by chance: lines, campaigns with caps that bite, reps, and leads with every kind of consent trouble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth import get_user_model

from campaigns import campaign_life
from campaigns.briefs import standard_disclosure
from campaigns.models import Campaign, Line, Organisation, Question, Rep, Script
from leads.compliance import ConsentGrade, ConsentKind, LawfulBasis, Purpose
from leads.do_not_call import add_to_do_not_call
from leads.models import ConsentRecord, DoNotCallEntry, Lead

CONTROLLER = "Acme Ltd"
# All that any market demands, contact details included.
DISCLOSURE = f"{standard_disclosure()} You can call us back on this number."
RUBRIC = [{"when": {"at_least": 50}, "points": 80, "why": "a large team"}, {"when": {"at_most": 2}, "knock_out": True, "why": "too small"}]
# Numbers that exist in their plans; {:0n} is the lead's own part. In the DR Congo a number tells two zones; it and Morocco may have no pack.
PLACES = (
    ("KE", "+2547121{:05d}", ("Africa/Nairobi",), 40),
    ("NG", "+2348021{:06d}", ("Africa/Lagos",), 14),
    ("ZA", "+277112{:05d}", ("Africa/Johannesburg",), 12),
    ("EG", "+2010012{:05d}", ("Africa/Cairo",), 12),
    ("US", "+1202456{:04d}", ("America/New_York", "America/Los_Angeles"), 12),
    ("MA", "+2126501{:05d}", ("Africa/Casablanca",), 5),
    ("CD", "+2438112{:05d}", ("Africa/Kinshasa", "Africa/Lubumbashi"), 5),
)
TROUBLES = ("none", "expires", "expired", "withdrawn", "listed", "other_name", "other_purpose", "attested", "no_voice", "no_consent", "no_zone")
TROUBLE_WEIGHTS = (72, 4, 2, 3, 3, 2, 2, 4, 2, 3, 3)


@dataclass(frozen=True, slots=True)
class Size:
    n_leads: int
    n_days: int


@dataclass(frozen=True, slots=True)
class World:
    begins: datetime
    ends: datetime
    lines: tuple[Line, ...]
    campaigns: tuple[Campaign, ...]
    reps: tuple[Rep, ...]
    leads: tuple[Lead, ...]


def make_world(chance: Random, begins: datetime, size: Size) -> World:
    """`begins`: business time, which the caller has set."""
    organisation = Organisation.current()
    organisation.max_calls_in_flight = chance.choice([None, 4, 6])
    organisation.day_budget_minor = chance.choice([None, 30_000, 60_000])
    organisation.month_budget_minor = chance.choice([None, 600_000])
    organisation.save()
    lines = tuple(_line(chance, number) for number in range(3))
    reps = tuple(_rep(number) for number in range(3))
    campaigns = tuple(_campaign(chance, purpose, number, lines, reps) for number, purpose in enumerate(Purpose))
    leads = tuple(_lead(chance, number, begins) for number in range(size.n_leads))
    for campaign in campaigns:
        # One person may be on several campaigns: caps count across them.
        campaign_life.enroll(campaign, [lead for lead in leads if chance.random() < 0.35])
    return World(begins, begins + timedelta(days=size.n_days), lines, campaigns, reps, leads)


def _line(chance: Random, number: int) -> Line:
    return Line.objects.create(
        number=f"+25471100000{number}",
        label=f"line {number}",
        is_simulated=True,
        max_calls_in_flight=chance.choice([1, 2, 4]),
        calls_per_second=chance.choice([0.2, 0.5, 1.0, 3.0]),
        max_calls_a_day=chance.choice([None, 25, 60]),
    )


def _rep(number: int) -> Rep:
    user = get_user_model().objects.create_user(f"month-rep-{number}")
    return Rep.objects.create(user=user, name=f"Rep {number}", number=f"+25473300000{number}", is_verified=True)


def _campaign(chance: Random, purpose: Purpose, number: int, lines: tuple[Line, ...], reps: tuple[Rep, ...]) -> Campaign:
    script = Script.objects.create(name=f"month {number}", organisation=CONTROLLER, disclosure=DISCLOSURE, hot_threshold=70)
    Question.objects.create(script=script, key="good_time", position=1, kind="yes_no", role="permission", wording="Is now a good time?")
    Question.objects.create(script=script, key="seats", position=2, kind="number", wording="How many seats?", unit="seats", rubric=RUBRIC)
    campaign = Campaign.objects.create(
        name=f"month {number}",
        kind=Campaign.Kind.SURVEY if purpose is Purpose.RESEARCH else Campaign.Kind.QUALIFICATION,
        purpose=purpose,
        script=script,
        line=lines[number % len(lines)],
        controller=CONTROLLER,
        max_calls_in_flight=chance.choice([1, 2, 3, 5]),
        max_attempts=chance.choice([2, 3]),
        budget_minor=chance.choice([None, 40_000, 120_000]),
        day_budget_minor=chance.choice([None, 15_000]),
        hot_leads_a_rep=chance.choice([None, None, 0.5, 1.0, 3.0]),
        max_call_s=chance.choice([120, 240]),
    )
    campaign.more_lines.set(chance.sample(lines, chance.randint(0, 2)))
    campaign.reps.set(chance.sample(reps, chance.randint(0, len(reps))))
    return campaign


def _lead(chance: Random, number: int, begins: datetime) -> Lead:
    market, form, zones, _weight = chance.choices(PLACES, [place[3] for place in PLACES])[0]
    trouble = chance.choices(TROUBLES, TROUBLE_WEIGHTS)[0]
    phone = form.format(number)
    zone = "" if trouble == "no_zone" else chance.choice(zones)
    lead = Lead.objects.create(phone=phone, name=f"Lead {number}", time_zone=zone, market=market, source="the month")
    for record in _consents(chance, lead, trouble, begins):
        record.save(force_insert=True)
    if trouble == "listed":
        add_to_do_not_call(phone, origin=DoNotCallEntry.Origin.REGISTRY, reason="", at=begins - timedelta(days=3), keep_number=chance.random() < 0.5)
    return lead


def _consents(chance: Random, lead: Lead, trouble: str, begins: datetime) -> list[ConsentRecord]:
    """As rows, not through the entry's own checks: what is odd must be refused at the dial instant."""
    if trouble == "no_consent":
        return []
    given_at = begins - timedelta(days=chance.randint(1, 300))
    expires_at = {"expires": begins + timedelta(days=chance.uniform(0, 20)), "expired": begins - timedelta(hours=1)}.get(trouble)
    purposes = list(Purpose)[1:] if trouble == "other_purpose" else list(Purpose)
    given = [
        ConsentRecord(
            lead=lead,
            kind=ConsentKind.GIVEN,
            purpose=purpose,
            covers_automated_voice=trouble != "no_voice",
            controller="Somebody Else" if trouble == "other_name" else CONTROLLER,
            lawful_basis=LawfulBasis.CONSENT,
            channel="paper",
            grade=ConsentGrade.ATTESTED if trouble == "attested" else ConsentGrade.WRITTEN,
            given_at=given_at,
            expires_at=expires_at,
        )
        for purpose in purposes
    ]
    if trouble != "withdrawn":
        return given
    return [*given, ConsentRecord(lead=lead, kind=ConsentKind.WITHDRAWN, purpose=chance.choice(list(Purpose)), channel="e-mail", given_at=begins)]
