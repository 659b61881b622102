"""A made-up campaign of any size, to measure a preflight by. For an empty database of its own only: it fills the whole of it.

Numbers come from ranges in use, seven in ten of them Kenyan, one in twelve with something in the way. Nobody is ever called: there is no platform.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.auth.models import User

from campaigns.models import Call, Campaign, Line, Question, Rep, Script
from leads.compliance import ConsentGrade, ConsentKind, Purpose
from leads.do_not_call import add_many_to_do_not_call
from leads.do_not_call_rows import Listing
from leads.models import ConsentRecord, DoNotCallEntry, Lead

ACME = "Acme Ltd"
BATCH = 2000
# The start of the numbers, how many digits follow, the zone, and how many of a hundred leads.
PLACES = (
    ("+2547", 8, 10_000_000, "Africa/Nairobi", "KE", 70),
    ("+25677", 7, 2_000_000, "Africa/Kampala", "UG", 10),
    ("+25575", 7, 4_000_000, "Africa/Dar_es_Salaam", "TZ", 8),
    ("+23480", 8, 30_000_000, "Africa/Lagos", "NG", 7),
    ("+23324", 7, 4_000_000, "Africa/Accra", "GH", 5),
)
N_LINES, N_REPS = 4, 20


def synthetic_campaign(n_leads: int, *, at: datetime) -> Campaign:
    """A draft with everybody enrolled, due at `at`."""
    script = Script.objects.create(name="Made up", organisation="Acme", disclosure="I am an AI calling for {organisation}.", hot_threshold=70)
    Question.objects.create(script=script, key="permission", position=1, kind="yes_no", role="permission", wording="Is now a good time?")
    lines = [Line.objects.create(number=f"+25471100000{n}", is_simulated=True, max_calls_in_flight=100) for n in range(N_LINES)]
    campaign = Campaign.objects.create(
        name="Made up", line=lines[0], script=script, controller=ACME, max_calls_in_flight=300, budget_minor=150_000_000
    )
    campaign.more_lines.set(lines[1:])
    users = [User.objects.create(username=f"made up {n}") for n in range(N_REPS)]
    campaign.reps.set(Rep.objects.create(user=user, name="Rehema", number=f"+2547115000{n:02}", is_verified=True) for n, user in enumerate(users))
    people = _leads(n_leads)
    number = 0
    while batch := list(islice(people, BATCH)):
        Lead.objects.bulk_create(batch)
        ConsentRecord.objects.bulk_create(record for n, lead in enumerate(batch, start=number) for record in _consent(n, lead, at))
        listed = [Listing(lead.phone) for n, lead in enumerate(batch, start=number) if n % 50 == 7]
        add_many_to_do_not_call(listed, origin=DoNotCallEntry.Origin.STAFF, at=at)
        Call.objects.bulk_create(Call(campaign=campaign, lead=lead, attempt_number=1, due_at=at) for lead in batch)
        number += len(batch)
    return campaign


def _leads(n_leads: int) -> Iterator[Lead]:
    for n in range(n_leads):
        start, n_digits, first, zone, market, _share = _place(n)
        zone = "" if n % 100 == 13 else zone
        yield Lead(phone=f"{start}{first + n:0{n_digits}}", time_zone=zone, market=market, source="made up")


def _place(n: int) -> tuple[str, int, int, str, str, int]:
    left = n * 37 % 100  # mixed, not one country after the other
    for place in PLACES:
        left -= place[-1]
        if left < 0:
            return place
    raise AssertionError("the shares are of a hundred")


def _consent(n: int, lead: Lead, at: datetime) -> Iterator[ConsentRecord]:
    given = ConsentRecord(
        lead=lead,
        kind=ConsentKind.GIVEN,
        purpose=Purpose.MARKETING,
        covers_automated_voice=True,
        controller=ACME,
        grade=ConsentGrade.WRITTEN,
        channel="paper",
        given_at=at - timedelta(days=30),
        expires_at=at + timedelta(days=2) if n % 40 == 3 else None,
    )
    if n % 50 != 21:
        yield given
    if n % 50 == 33:
        taken_back = {"kind": ConsentKind.WITHDRAWN, "purpose": Purpose.MARKETING, "controller": ACME}
        yield ConsentRecord(lead=lead, channel="web form", given_at=at - timedelta(days=1), **taken_back)
