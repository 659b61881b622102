"""Enough rows of everything the console lists, each with rows of its own behind it, that one query a row would show."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.models import Group, User
from django_tasks_db.models import DBTaskResult

from campaigns.models import (
    ApiKey,
    Call,
    Campaign,
    DialingStop,
    FlightEntry,
    Handoff,
    Judgement,
    Line,
    LineCheck,
    NumberCheck,
    Preflight,
    PreparedClip,
    PrivacyAct,
    Rep,
    Script,
    WebhookDelivery,
    WebhookEndpoint,
)
from leads.models import (
    AuditEntry,
    ConsentRecord,
    DoNotCallEntry,
    DoNotCallRemoval,
    HolidayConfirmation,
    Lead,
    LeadImport,
    PackAcknowledgement,
)
from tests.conftest import NOW

N_ROWS = 25
EACH = range(N_ROWS)
NUMBERS = [f"+2547130000{n:02}" for n in EACH]


def many_rows(script: Script, line: Line) -> None:
    users = User.objects.bulk_create(User(username=f"u{n}") for n in EACH)
    Group.objects.bulk_create(Group(name=f"G{n}") for n in EACH)
    _leads(users)
    _campaigns(script, line, users)
    _records(script)


def _leads(users: list[User]) -> None:
    leads = Lead.objects.bulk_create(Lead(phone=number, name=number[-2:]) for number in NUMBERS)
    ConsentRecord.objects.bulk_create(
        ConsentRecord(lead=lead, kind="given", purpose="marketing", controller="Acme", channel="form", given_at=NOW, recorded_by=user)
        for lead, user in zip(leads, users, strict=True)
    )
    entered = {"origin": "api", "entered_at": NOW}
    DoNotCallEntry.objects.bulk_create(
        DoNotCallEntry(phone=lead.phone, phone_digest=f"{n:064}", lead=lead, entered_by=users[n], **entered) for n, lead in enumerate(leads)
    )
    DoNotCallRemoval.objects.bulk_create(
        DoNotCallRemoval(phone_digest=f"{n:064}", removed_at=NOW, removed_by=users[n], why="by mistake", **entered) for n in EACH
    )
    HolidayConfirmation.objects.bulk_create(
        HolidayConfirmation(market="KE", estimated_on=date(2026, 1, 1) + timedelta(days=n), name="Eid", confirmed_by=users[n], confirmed_at=NOW)
        for n in EACH
    )
    AuditEntry.objects.bulk_create(AuditEntry(at=NOW, by=users[n].username, act="export", subject="campaign", subject_id=str(n)) for n in EACH)
    LeadImport.objects.bulk_create(LeadImport(file_name=f"{n}.csv", sha256=f"{n:064}", started_at=NOW, imported_by=users[n]) for n in EACH)
    PackAcknowledgement.objects.bulk_create(
        PackAcknowledgement(market="KE", pack_version=f"KE-{n}", acknowledged_by=users[n], acknowledged_at=NOW) for n in EACH
    )


def _campaigns(script: Script, line: Line, users: list[User]) -> None:
    campaigns = Campaign.objects.bulk_create(Campaign(name=f"C{n}", script=script, line=line, controller="Acme") for n in EACH)
    pairs = zip(Lead.objects.order_by("phone"), campaigns, strict=True)
    calls = Call.objects.bulk_create(Call(campaign=c, lead=lead, attempt_number=1, due_at=NOW) for lead, c in pairs)
    reps = Rep.objects.bulk_create(Rep(user=user, name=user.username, number=NUMBERS[n]) for n, user in enumerate(users))
    Handoff.objects.bulk_create(Handoff(call=call, rep=rep, strategy="dial", offered_at=NOW) for call, rep in zip(calls, reps, strict=True))
    Preflight.objects.bulk_create(Preflight(campaign=c, asked_at=NOW, asked_by="mosi", digest=f"d{n}") for n, c in enumerate(campaigns))
    FlightEntry.objects.bulk_create(
        FlightEntry(kind="postponed", at=NOW, call_id=call.pk, lead_id=call.lead_id, campaign_id=call.campaign_id) for call in calls
    )
    lines = Line.objects.bulk_create(Line(number=f"+2547140000{n:02}") for n in EACH)
    LineCheck.objects.bulk_create(LineCheck(line=one, rep=rep, started_by="mosi", started_at=NOW) for one, rep in zip(lines, reps, strict=True))
    NumberCheck.objects.bulk_create(
        NumberCheck(rep=rep, number=rep.number, code_hash="0" * 64, expires_at=NOW, asked_by="mosi", asked_at=NOW, asked_on=NOW.date(), result="busy")
        for rep in reps
    )
    ApiKey.objects.bulk_create(ApiKey(name=f"K{n}", prefix=f"p{n}", digest=f"d{n}") for n in EACH)
    endpoints = WebhookEndpoint.objects.bulk_create(WebhookEndpoint(url=f"https://crm{n}.example.com", event_types=["*"]) for n in EACH)
    WebhookDelivery.objects.bulk_create(WebhookDelivery(endpoint=one, event_id="msg_1", type="lead.hot", payload={}) for one in endpoints)


def _records(script: Script) -> None:
    Script.objects.bulk_create(Script(name=f"S{n}", organisation="Acme", disclosure="Acme") for n in EACH)
    DialingStop.objects.bulk_create(DialingStop(stopped_at=NOW, stopped_by="mosi", resumed_at=NOW, resumed_by="mosi") for _ in EACH)
    counts = {"n_entries": 0, "n_decisions": 0, "n_calls": 0, "n_broken": 0, "counts": {}, "violations": []}
    Judgement.objects.bulk_create(Judgement(since=NOW - timedelta(hours=n + 1), until=NOW, **counts) for n in EACH)
    clip = {"text_sha256": "0" * 64, "language": "en", "voice": "gemini", "voice_settings": "", "origin": "voice", "made_by": "mosi", "made_at": NOW}
    PreparedClip.objects.bulk_create(PreparedClip(script=script, line_name="apology", text=f"Sorry {n}", status="waiting", **clip) for n in EACH)
    PrivacyAct.objects.bulk_create(PrivacyAct(kind=PrivacyAct.Kind.ERASURE, began_at=NOW, ended_at=NOW, done_by="mosi") for _ in EACH)
    task = {"backend_name": "default", "run_after": NOW, "exception_class_path": "", "traceback": ""}
    DBTaskResult.objects.bulk_create(
        DBTaskResult(task_path="campaigns.tasks.settle_call", args_kwargs={"args": [], "kwargs": {}}, **task) for _ in EACH
    )
