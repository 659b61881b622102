"""A preflight against the real dialer: the same list, played through on rows, ends with the same people excluded and the same phones rung when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, dialer, money, servers
from campaigns.models import Call, Campaign, DialDecision, Line, Preflight, PreflightExclusion
from campaigns.preflight.chances import LEARN_FROM
from campaigns.preflight.run import Played, begin, carry_out, play
from campaigns.states import LIVE, CallStatus
from leads import clock
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry, Lead
from leads.opening import ONLY_NOT_NOW
from tests.campaigns.conftest import enrolled
from tests.conftest import NOW
from tests.leads.conftest import consent_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

FRIDAY = datetime(2026, 12, 11, 15, 20, tzinfo=UTC)  # 18:20 in Nairobi, before a holiday on Saturday and a Sunday
RINGS_S = 35.0  # as campaigns/preflight/chances.toml says
STEP = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    clock.set_offset(FRIDAY - datetime.now(UTC))
    yield
    clock.set_offset(timedelta())


def lead_at(number: int, zone: str = "Africa/Nairobi", market: str = "KE", start: str = "+2547121240", **consent: object) -> Lead:
    lead = Lead.objects.create(phone=f"{start}{number:02}", time_zone=zone, market=market)
    record = consent_of(lead)
    for field, value in consent.items():
        setattr(record, field, value)
    record.save()
    return lead


def withdraw(lead: Lead) -> None:
    record = consent_of(lead)
    record.kind, record.given_at = "withdrawn", FRIDAY - timedelta(days=2)
    record.save()


def nobody_ever_answered(campaign: Campaign) -> None:
    """So that the preflight learns what the test's phones do."""
    before = FRIDAY - timedelta(days=60)
    leads = Lead.objects.bulk_create(Lead(phone=f"+2547221{n:05}", time_zone="Africa/Nairobi", market="KE") for n in range(LEARN_FROM))
    ended = {"campaign": campaign, "line": campaign.line, "status": CallStatus.NO_ANSWER, "due_at": before, "dialled_at": before}
    Call.objects.bulk_create(Call(lead=lead, attempt_number=1, ended_at=before, settled_at=before, **ended) for lead in leads)


def dialled_before(lead: Lead, other: Campaign, *ago: timedelta) -> None:
    for n, delta in enumerate(ago, start=1):
        at = FRIDAY - delta
        ended = {"line": other.line, "status": CallStatus.NO_ANSWER, "due_at": at, "dialled_at": at, "ended_at": at, "settled_at": at}
        Call.objects.create(campaign=other, lead=lead, attempt_number=n, **ended)


@pytest.fixture
def troubled(campaign: Campaign) -> Campaign:
    """Thirty leads with everything that can be in the way, on two slow numbers and a budget for two calls at a time."""
    other = Campaign.objects.create(name="Acme October", line=campaign.line, script=campaign.script, controller=campaign.controller)
    nobody_ever_answered(other)
    hour, day = timedelta(hours=1), timedelta(days=1)
    leads = [lead_at(n) for n in range(8)]
    leads += [lead_at(n, "Africa/Accra", "GH", "+2332312345") for n in range(4)]
    leads += [lead_at(n, "Africa/Lagos", "NG", "+23480212345") for n in range(20, 22)]
    leads += [lead_at(20, "Europe/London"), lead_at(21, ""), lead_at(22, "Africa/Atlantis"), lead_at(23, market=""), lead_at(24, market="UG")]
    leads += [lead_at(25, expires_at=FRIDAY - hour), lead_at(26, "Asia/Tokyo", expires_at=FRIDAY + 10 * hour), lead_at(27, controller="Zenith")]
    leads += [lead_at(28, covers_automated_voice=False), lead_at(29, purpose="research"), lead_at(30, lawful_basis="contract")]
    withdrew, listed, silent, called_today, called_often, known = (lead_at(n) for n in range(40, 46))
    withdraw(withdrew)
    add_to_do_not_call(listed.phone, origin=DoNotCallEntry.Origin.STAFF, reason="", at=FRIDAY - day)
    dialled_before(called_today, other, hour, 2 * hour, 3 * hour)
    dialled_before(called_often, other, *(n * day + hour for n in range(1, 7)))
    dialled_before(known, other, 20 * day)
    nobody_asked = Lead.objects.create(phone="+254712124099", time_zone="Africa/Nairobi", market="KE")
    for lead in (*leads, withdrew, listed, silent, called_today, called_often, known, nobody_asked):
        enrolled(campaign, lead)
    second = Line.objects.create(number="+254711000002", is_simulated=True, calls_per_second=0.05)
    campaign.more_lines.add(second)
    Line.objects.filter(pk=campaign.line_id).update(calls_per_second=0.1)
    Campaign.objects.filter(pk=campaign.pk).update(day_budget_minor=2 * 2100 + 50, max_calls_in_flight=3, max_attempts=2)
    Call.objects.filter(campaign=campaign).update(due_at=NOW)
    campaign.refresh_from_db()
    return campaign


def ring_through(campaign: Campaign, since: datetime) -> None:
    """The real dialer on a clock of its own. Nobody answers, and every call is settled when it ends."""
    server = servers.register("ws://127.0.0.1:8000", room=50)
    now, queued = since, Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED)
    while queued.exists() or Call.objects.filter(campaign=campaign, status__in=LIVE).exists():
        campaign.refresh_from_db()
        assert campaign.status == Campaign.Status.RUNNING, campaign.pause_reason
        servers.beat(server)
        for call in Call.objects.filter(campaign=campaign, status__in=LIVE):
            if (ends_at := rings_until(call)) <= now:
                calls.on_provider_event(call.pk, ProviderEvent(ProviderStatus.NO_ANSWER), at=ends_at)
                money.settle(call, 0, "KES", at=now)
        while dialer.claim_next(now) is not None:
            pass
        now = next_instant(campaign, now)


def rings_until(call: Call) -> datetime:
    assert call.dialled_at is not None
    return call.dialled_at + timedelta(seconds=RINGS_S)


def next_instant(campaign: Campaign, now: datetime) -> datetime:
    """A few seconds on while calls wait for a place, a token or money; else straight to the next ending or the next due call."""
    live = Call.objects.filter(campaign=campaign, status__in=LIVE)
    endings = [rings_until(call) for call in live]
    due = list(Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).order_by("due_at").values_list("due_at", flat=True)[:1])
    steps = [now + STEP if instant <= now else instant for instant in (*endings, *due)]
    return min(steps, default=now)


def dialled(campaign: Campaign) -> dict[UUID, list[datetime]]:
    found = defaultdict(list)
    for lead_id, at in Call.objects.filter(campaign=campaign, dialled_at__isnull=False).order_by("dialled_at").values_list("lead_id", "dialled_at"):
        found[lead_id].append(at)
    return dict(found)


def blocked(campaign: Campaign) -> set[tuple[str, str]]:
    """Lead and reason, of those who were never rung."""
    ended = DialDecision.objects.filter(call__campaign=campaign, call__status=CallStatus.BLOCKED, call__attempt_number=1, is_allowed=False)
    return {
        (str(decision.call.lead_id), each["reason"])
        for decision in ended.select_related("call")
        for each in decision.reasons
        if each["reason"] not in ONLY_NOT_NOW
    }


def excluded(run: Preflight) -> set[tuple[str, str]]:
    return {(lead_id, row.reason) for row in PreflightExclusion.objects.filter(preflight=run) for lead_id in row.lead_ids}


def furthest(some: list[datetime], others: list[datetime]) -> timedelta:
    return max(abs(one - other) for one, other in zip(some, others, strict=True))


@pytest.fixture
def foreseen(troubled: Campaign) -> tuple[Preflight, Played]:
    run = carry_out(begin(troubled, by="mosi"))
    return run, play(troubled, at=run.asked_at, seed=1)


def test_it_excludes_whom_the_dialer_blocks_and_foresees_when_each_phone_rings(troubled, foreseen):
    run, played = foreseen
    ring_through(troubled, run.asked_at)
    assert excluded(run) == blocked(troubled)
    assert len({lead_id for lead_id, _reason in excluded(run)}) == 13
    real = dialled(troubled)
    virtual = {person.lead_id: [attempt.dialled_at for attempt in person.attempts] for person in played.people if person.attempts}
    assert virtual.keys() == real.keys() and len(real) == 19
    assert {lead_id: len(instants) for lead_id, instants in virtual.items()} == {lead_id: len(instants) for lead_id, instants in real.items()}
    if connection.vendor == "sqlite":
        assert max(furthest(virtual[lead_id], real[lead_id]) for lead_id in real) < timedelta(minutes=1)
    else:  # PostgreSQL takes anyone of those who are due at one instant: the places in the queue agree, and who has which may not
        assert furthest(sorted(sum(virtual.values(), [])), sorted(sum(real.values(), []))) < timedelta(minutes=5)
    assert run.result["n_calls"] == sum(map(len, real.values()))


def test_a_preflight_writes_no_call_and_no_decision(foreseen, troubled):
    assert not Call.objects.filter(campaign=troubled).exclude(status=CallStatus.QUEUED).exists()
    assert not DialDecision.objects.filter(call__campaign=troubled).exists()
