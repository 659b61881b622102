"""What the demo's database holds: Zawadi's script, two kinds of phone line, the people with their consents, and the staff.

The logins are public, so this database is refused wherever PUBLIC_URL is set (campaigns/business_clock.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bridge.brief import ChannelLayout, HandoffStrategy, QuestionKind, QuestionRole
from bridge.telephony.dialect import Dialect
from bridge.telephony.simulator.persona import Persona
from campaigns import business_clock, campaign_life
from campaigns.briefs import standard_disclosure
from campaigns.models import Campaign, Line, Question, Rep, Script
from leads import do_not_call
from leads.compliance import ConsentGrade, ConsentKind, Purpose
from leads.consent import record_consent, withdraw_consent
from leads.market_packs import market_packs
from leads.models import ConsentRecord, DoNotCallEntry, Lead
from leads.pack_review import acknowledge_pack, packs_nobody_answers_for
from leads.phone import Phone, to_e164

NAIROBI = ZoneInfo("Africa/Nairobi")
START_HOUR = 10
CONTROLLER = "Acme Ltd"
PASSWORD = "karibu-demo"
MANAGER_LOGIN = "mosi"
REP_LOGINS = ("rehema", "juma", "neema", "amina")
WORDING = "I agree that Acme Ltd may call me about its offers, also with an automated AI voice, and record the call."


@dataclass(frozen=True, slots=True)
class CampaignSeed:
    """One campaign a line and rep, so that each way of handing over is seen with its own people."""

    name: str
    number: str
    strategy: HandoffStrategy
    rep: str
    label: str


LINE_A, LINE_B, LINE_C = "+254711000001", "+254711000002", "+254711000003"
CAMPAIGNS = (
    CampaignSeed("Web leads", LINE_A, HandoffStrategy.DIAL, "rehema", "Line A: goes on after a stream, dial"),
    CampaignSeed("Web leads of a rep who is out", LINE_A, HandoffStrategy.DIAL, "neema", "Line A: goes on after a stream, dial"),
    CampaignSeed("Trade fair leads", LINE_B, HandoffStrategy.CALLBACK, "juma", "Line B: dead air after a stream, callback"),
    CampaignSeed("Partner leads", LINE_C, HandoffStrategy.DIAL, "amina", "Line C: dead air after a stream, dial that falls back"),
)

QUESTIONS = (
    Question(
        key="good_time",
        position=1,
        kind=QuestionKind.YES_NO,
        role=QuestionRole.PERMISSION,
        wording="Hi, this is {bot_name} from {organisation}. Is now a good time for a couple of quick questions?",
        reask_wording="Sorry, is now a good time to talk? Please say yes or no.",
    ),
    Question(
        key="decider",
        position=2,
        kind=QuestionKind.YES_NO,
        wording="Are you the person who handles buying decisions for your team?",
        reask_wording="Do you decide what your team buys? Please say yes or no.",
        rubric=[
            {"when": {"equals": True}, "points": 30, "why": "decides on buying"},
            {"when": {"equals": False}, "points": 0, "why": "does not decide"},
        ],
    ),
    Question(
        key="seats",
        position=3,
        kind=QuestionKind.NUMBER,
        unit="seats",
        minimum=1,
        maximum=100_000,
        is_read_back=True,
        wording="Roughly how many seats would you need?",
        reask_wording="A rough number is enough. How many seats?",
        rubric=[
            {"when": {"at_least": 100}, "points": 40, "why": "100 seats or more"},
            {"when": {"at_least": 20}, "points": 20, "why": "20 seats or more"},
            {"when": {"at_most": 19}, "points": 5, "why": "a small team"},
        ],
    ),
    Question(
        key="timeline",
        position=4,
        kind=QuestionKind.TIMELINE,
        unit="days",
        wording="What is your timeline to get started?",
        reask_wording="When would you like to start? For example, next week, or in three months.",
        rubric=[
            {"when": {"at_most": 31}, "points": 30, "why": "starts within a month"},
            {"when": {"at_most": 92}, "points": 15, "why": "starts within a quarter"},
            {"when": {"at_least": 93}, "points": 0, "why": "starts later than in a quarter"},
        ],
    ),
)


@transaction.atomic
def load(leads: Sequence[Persona], everyone: Sequence[Persona], *, dialect: Dialect, layout: ChannelLayout, voice: str) -> datetime:
    """Fill an empty database; returns the instant, in Nairobi, at which business time starts now."""
    instant = next_working_morning(timezone.now())
    business_clock.start_at(instant)
    _staff(everyone)
    answer_for_old_packs(User.objects.get(username=MANAGER_LOGIN), at=instant)
    script = _script()
    campaigns = {seed: _campaign(seed, script, voice, _line(seed, dialect, layout)) for seed in CAMPAIGNS}
    for persona in leads:
        campaign_life.enroll(campaigns[_seed_of(persona)], [_lead(persona, instant)])
    return instant


def next_working_morning(at: datetime) -> datetime:
    """The next Monday to Friday that is no public holiday in Kenya, 10:00 in Nairobi."""
    day = at.astimezone(NAIROBI).date() + timedelta(days=1)
    closed = holidays.country_holidays("KE", years=[day.year, day.year + 1])
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return datetime.combine(day, time(START_HOUR), NAIROBI)


def answer_for_old_packs(by: User, *, at: datetime) -> None:
    """Half a year after the market packs were read a start asks for somebody's word. Here it costs nothing: nobody real is rung."""
    for pack in packs_nobody_answers_for(market_packs(), at=at):
        acknowledge_pack(pack.market, by=by, at=at)


def _staff(everyone: Sequence[Persona]) -> None:
    User.objects.create_superuser(MANAGER_LOGIN, password=PASSWORD, first_name="Mosi")
    numbers = {persona.name: persona.number for persona in everyone}
    for login in REP_LOGINS:
        user = User.objects.create_user(login, password=PASSWORD, first_name=login.title())
        Rep.objects.create(user=user, name=login.title(), number=numbers[f"rep_{login}"], is_verified=True)


def _script() -> Script:
    script = Script.objects.create(name="Zawadi qualifies", organisation="Acme", hot_threshold=70, disclosure=standard_disclosure())
    for question in QUESTIONS:
        values = {field.attname: getattr(question, field.attname) for field in Question._meta.fields if field.attname not in {"id", "script_id"}}
        Question.objects.create(script=script, **values)
    return script


def _line(seed: CampaignSeed, dialect: Dialect, layout: ChannelLayout) -> Line:
    track = Line.Track.INBOUND if layout is ChannelLayout.MONO else Line.Track.BOTH
    line, _ = Line.objects.get_or_create(
        number=seed.number,
        defaults={"label": seed.label, "is_simulated": True, "dialect": dialect, "strategy": seed.strategy, "track": track, "layout": layout},
    )
    return line


def _campaign(seed: CampaignSeed, script: Script, voice: str, line: Line) -> Campaign:
    campaign = Campaign.objects.create(
        name=seed.name,
        purpose=Purpose.MARKETING,
        script=script,
        line=line,
        voice=voice,
        controller=CONTROLLER,
        max_calls_in_flight=4,
        hot_leads_a_rep=None,
    )
    campaign.reps.set(Rep.objects.filter(user__username=seed.rep))
    return campaign


def _seed_of(persona: Persona) -> CampaignSeed:
    """By the line that calls them and, where it matters, the rep who is to take them."""
    on_line = [seed for seed in CAMPAIGNS if seed.number == persona.from_number]
    return next((seed for seed in on_line if seed.rep == persona.lead.get("rep", "").lower()), on_line[0])


def _lead(persona: Persona, at: datetime) -> Lead:
    """A person with a recorded consent; what is special about some stands in their file."""
    found = to_e164(persona.number, region="KE")
    if not isinstance(found, Phone):
        raise AssertionError(f"{persona.name} has a number that is none")
    lead = Lead.objects.create(
        phone=found.e164,
        name=f"{persona.lead['name']} ({persona.name})",
        time_zone=persona.lead["zone"],  # empty for one: cleared on purpose
        market=found.region,
        source="acme.example web form",
    )
    _consent(lead, at - timedelta(days=30), now=at)
    if persona.lead["consent"] == "withdrawn":
        withdraw_consent(lead, purpose=Purpose.MARKETING, channel="e-mail", at=at - timedelta(days=2), now=at)
    if persona.lead.get("do_not_call"):
        do_not_call.add_to_do_not_call(lead.phone, origin=DoNotCallEntry.Origin.STAFF, reason="asked by e-mail", at=at - timedelta(days=5))
    return lead


def _consent(lead: Lead, at: datetime, *, now: datetime) -> None:
    record = ConsentRecord(
        lead=lead,
        kind=ConsentKind.GIVEN,
        purpose=Purpose.MARKETING,
        covers_automated_voice=True,
        controller=CONTROLLER,
        wording=WORDING,
        language="en",
        wording_version="2026-10",
        channel="web form",
        evidence={"form": "https://acme.example/quote"},
        grade=ConsentGrade.WRITTEN,
        source="acme.example web form",
        given_at=at,
    )
    record_consent(record, now=now)
