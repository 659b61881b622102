"""REST for leads, their consent and the do-not-call list. Who may ask, and replays of the same POST, are settled where this is mounted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from leads import clock
from leads.compliance import ConsentKind, Purpose
from leads.consent import record_consent, withdraw_consent
from leads.do_not_call import add_many_to_do_not_call, add_to_do_not_call, entries_of, is_on_do_not_call
from leads.do_not_call_rows import Listing
from leads.entered_lead import LeadEntry
from leads.entry_refused import EntryRefused
from leads.lead_entry import enter_lead
from leads.long_lists import page_of
from leads.models import ConsentRecord, DoNotCallEntry, Lead
from leads.phone import PhoneProblem, to_e164
from leads.schemas import (
    ConsentIn,
    ConsentOut,
    DoNotCallIn,
    DoNotCallMany,
    DoNotCallManyIn,
    DoNotCallOut,
    DoNotCallPage,
    DoNotCallQuery,
    LeadDetail,
    LeadIn,
    LeadOut,
    LeadPage,
    LeadQuery,
    Problems,
)
from leads.sight import viewer_on

router = Router(tags=["leads"])
Origin = DoNotCallEntry.Origin


@router.post("/leads", response={200: LeadOut, 201: LeadOut, 422: Problems})
def post_lead(request: HttpRequest, sent: LeadIn) -> Status[Any]:
    """Create the lead with this number (201), or bring it up to date (200). Fields left out keep their value."""
    try:
        lead, is_new = enter_lead(LeadEntry(**sent.model_dump()))
    except EntryRefused as refused:
        return _refused(refused)
    return Status(201 if is_new else 200, lead)


@router.get("/leads", response=LeadPage)
def list_leads(request: HttpRequest, asked: Query[LeadQuery]) -> dict[str, Any]:
    """Newest first."""
    viewer = viewer_on(request)
    leads = viewer.within(Lead.objects.order_by("-created_at", "id"))
    if asked.phone and not viewer.sees_numbers:
        raise PermissionDenied  # asking for a number is a way to find it out
    if asked.phone:
        leads = leads.filter(phone=_queried(asked.phone))
    if asked.external_id:
        leads = leads.filter(external_id=asked.external_id)
    count = leads.count()
    return {"count": count, "items": page_of(leads, asked.offset, asked.limit, of=count)}


@router.get("/leads/{lead_id}", response=LeadDetail)
def get_lead(request: HttpRequest, lead_id: UUID) -> dict[str, Any]:
    """One lead with its consent records."""
    lead = get_object_or_404(viewer_on(request).within(Lead.objects.all()), id=lead_id)
    return {
        **LeadOut.from_orm(lead).model_dump(),
        "consent_records": [ConsentOut.from_orm(record) for record in lead.consent_records.all()],
        "is_on_do_not_call": is_on_do_not_call(lead.phone),
    }


@router.post("/leads/{lead_id}/consents", response={201: list[ConsentOut], 422: Problems})
def post_consent(request: HttpRequest, lead_id: UUID, sent: ConsentIn) -> Status[Any]:
    """Record consent given or withdrawn. Records are never changed: withdrawal is a record of its own, one for each purpose it concerns."""
    lead = get_object_or_404(viewer_on(request).within(Lead.objects.all()), id=lead_id)
    try:
        return Status(201, _recorded(lead, sent))
    except EntryRefused as refused:
        return _refused(refused)


@router.post("/do-not-call", response={200: DoNotCallOut, 201: DoNotCallOut, 422: Problems})
def post_do_not_call(request: HttpRequest, sent: DoNotCallIn) -> Status[Any]:
    """Put a number on the do-not-call list (201), effective at once. A number that is on it already stays as it was (200)."""
    try:
        phone = _listed_number(sent.phone, market=sent.market, field="phone")
    except EntryRefused as refused:
        return _refused(refused)
    entry, is_new = add_to_do_not_call(phone, origin=Origin.API, reason=sent.reason, at=clock.now(), keep_number=sent.keep_number)
    return Status(201 if is_new else 200, entry)


@router.post("/do-not-call/many", response={200: DoNotCallMany, 422: Problems})
def post_do_not_call_many(request: HttpRequest, sent: DoNotCallManyIn) -> Status[Any]:
    """Put up to 1,000 numbers on the list at once. What is no number is told, all others are taken; if none is one, 422."""
    listings, problems = [], []
    for place, typed in enumerate(sent.phones):
        try:
            listings.append(Listing(_listed_number(typed, market=sent.market, field=f"phones[{place}]"), sent.reason))
        except EntryRefused as refused:
            problems.append({"field": refused.field, "message": refused.message})
    if not listings:
        return Status(422, {"errors": problems})
    n_new = len(add_many_to_do_not_call(listings, origin=Origin.API, at=clock.now(), keep_number=sent.keep_number))
    return Status(200, {"n_new": n_new, "n_known": len(listings) - n_new, "errors": problems})


@router.get("/do-not-call", response={200: DoNotCallPage, 422: Problems})
def list_do_not_call(request: HttpRequest, asked: Query[DoNotCallQuery]) -> Status[Any]:
    """Newest first. With `phone` (E.164): is this number on the list? No item means no, and what is no number is 422, never a no."""
    if not asked.phone:
        entries = DoNotCallEntry.objects.order_by("-entered_at", "id")
        count = entries.count()
        return Status(200, {"count": count, "items": page_of(entries, asked.offset, asked.limit, of=count)})
    try:
        phone = _listed_number(_queried(asked.phone), market=None, field="phone")
    except EntryRefused as refused:
        return _refused(refused)
    found = list(entries_of([phone]).values())
    return Status(200, {"count": len(found), "items": found[asked.offset : asked.offset + asked.limit]})


def _listed_number(typed: str, *, market: str | None, field: str) -> str:
    """Also a number that we would not ring: a toll-free one may be listed."""
    phone = to_e164(typed, region=(market or "").upper())
    if isinstance(phone, PhoneProblem) and not phone.e164:
        raise EntryRefused(field, phone.mend)
    return phone.e164


def _recorded(lead: Lead, sent: ConsentIn) -> list[ConsentRecord]:
    now = clock.now()
    given_at = sent.given_at or now
    if sent.kind == ConsentKind.WITHDRAWN:
        purpose = Purpose(sent.purpose) if sent.purpose else None
        return withdraw_consent(lead, purpose=purpose, channel=sent.channel, at=given_at, now=now, evidence=sent.evidence)
    if sent.purpose is None:
        raise EntryRefused("purpose", f"Name the purpose the consent is for: {', '.join(Purpose)}.")
    record = ConsentRecord(
        lead=lead, given_at=given_at, expires_at=sent.expires_at, **sent.model_dump(mode="json", exclude={"given_at", "expires_at"})
    )
    return [record_consent(record, now=now)]


def _refused(refused: EntryRefused) -> Status[Any]:
    return Status(422, {"errors": [{"field": refused.field, "message": refused.message}]})


def _queried(phone: str) -> str:
    """A + in a query string arrives as a space unless it was escaped."""
    return "+" + phone.strip().removeprefix("+")
