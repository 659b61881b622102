"""What the platform posts while a check runs: noted, and answered with the next document. Rows, no network."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from bridge.telephony.answer_xml import EMPTY_DOCUMENT
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import servers
from campaigns.handoff.rep_leg import on_event
from campaigns.line_check.delivery import read_delivery
from campaigns.line_check.guide import course_of, next_document, xml_of
from campaigns.line_check.notes import note, seen_of
from campaigns.line_check.places import addresses_of
from campaigns.line_check.seen import Delivered, Document, Door, HandedOut, Stage
from campaigns.models import LineCheck, StaffCall
from campaigns.states import LIVE

logger = logging.getLogger(__name__)


def check_of_token(token: str) -> LineCheck | None:
    return LineCheck.objects.select_related("staff_call__line").filter(staff_call__answer_token=token, ended_at=None).first()


def deliver(check: LineCheck, request: HttpRequest, *, stage: Stage, now: datetime) -> bytes:
    """A voice callback at the check's own address."""
    delivered, event = _read(request, Door.CALL, stage)
    note(check.pk, delivered)
    return _answer(check, delivered, event, now=now)


def take_stream_status(check: LineCheck, request: HttpRequest) -> None:
    """It informs, and moves nothing."""
    note(check.pk, _read(request, Door.STREAM_STATUS, Stage.START)[0])


def overhear(request: HttpRequest, door: Door) -> None:
    """A delivery at an address that all calls share is noted if it is about a check that runs, also one that is then refused as not signed."""
    running = list(LineCheck.objects.filter(ended_at=None).exclude(staff_call=None).select_related("staff_call"))
    if not running:
        return
    delivered, event = _read(request, door, Stage.START)
    for check in running:
        if check.staff_call is not None and _is_about(event, check.staff_call):
            note(check.pk, delivered)


def answer_overheard(staff_call: StaffCall, event: ProviderEvent, *, now: datetime) -> bytes:
    """A voice callback at the number's routing address, which `overhear` has noted. `event` is believed."""
    check = LineCheck.objects.filter(staff_call=staff_call, ended_at=None).first()
    if check is None:
        return EMPTY_DOCUMENT
    check.staff_call = staff_call
    said = Delivered(Door.ROUTING, state=str(event.state), digits=(event.digits or "")[:1])
    return _answer(check, said, event, now=now)


def _answer(check: LineCheck, delivered: Delivered, event: ProviderEvent, *, now: datetime) -> bytes:
    if check.staff_call is None:
        raise AssertionError("a check is found by its call")
    seen = seen_of(check.pk)
    if event.state is ProviderStatus.COMPLETED and event.is_active is not False and not course_of(seen).has_keys:
        # A leg that is being set up says so at times. If it is the end after all, whoever runs the check looks it up.
        event = replace(event, state=ProviderStatus.UNKNOWN)
    staff_call = on_event(check.staff_call, event, now=now)
    if staff_call.status not in LIVE:
        return EMPTY_DOCUMENT
    server = servers.alive().first()
    base = servers.http_base(server, is_simulated=staff_call.line.is_simulated) if server else None
    if server is None or base is None:
        logger.error("the check %s cannot go on: no server process is alive", check.pk)
        return EMPTY_DOCUMENT
    which = next_document(course_of(seen), delivered)
    if which is not Document.EMPTY:
        note(check.pk, HandedOut(which))
    has_key = any(isinstance(each, Delivered) and each.digits for each in seen)
    return xml_of(which, addresses_of(staff_call, base, server.stream_url), has_key=has_key)


def _is_about(event: ProviderEvent, staff_call: StaffCall) -> bool:
    pairs = (
        (event.call_id, staff_call.provider_call_id),
        (event.session_id, staff_call.provider_session_id),
        (event.client_request_id, staff_call.pk.hex),
    )
    return any(said and said == known for said, known in pairs)


def _read(request: HttpRequest, door: Door, stage: Stage) -> tuple[Delivered, ProviderEvent]:
    return read_delivery(
        request.body,
        dict(request.headers),
        request.GET.dict(),
        door=door,
        stage=stage,
        is_tls=request.is_secure(),
        secrets=settings.SAUTIKIT_SIGNING_SECRETS,
        now=timezone.now(),
    )
