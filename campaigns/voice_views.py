"""What Sautikit posts to us: voice callbacks that wait for our XML, events that only inform, and the stream's status.

Reads, checks the proof, passes on to `answering`. Every reply is quick and polite: a caller waits at the other end.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import httpx
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bridge.brief import HandoffStrategy
from bridge.telephony.answer_xml import EMPTY_DOCUMENT, ROOM_EVENTS
from bridge.telephony.dialect import ENDED, SIGNATURE_HEADER, XML_CONTENT_TYPE, Dialect, ProviderStatus
from bridge.telephony.errors import RequestProblem
from bridge.telephony.replies import Cdr
from bridge.telephony.signatures import verify
from bridge.telephony.webhooks import ProviderEvent, Unreadable, parse_webhook
from campaigns import answering, calls, inbound
from campaigns.handoff import rep_answering, rep_leg
from campaigns.handoff.dial_result import BEGINNINGS
from campaigns.line_check import answering as line_check
from campaigns.line_check.seen import Door
from campaigns.look_ups import look_up
from campaigns.models import Call, StaffCall
from campaigns.provider import Provider
from campaigns.tasks import hang_up_call
from leads import clock

logger = logging.getLogger(__name__)

# The callee hears silence while we ask; the platform gives up on us after about ten seconds.
LOOK_UP_TIMEOUT = httpx.Timeout(3.0)


@csrf_exempt
@require_POST
async def answer_with_token(request: HttpRequest, token: str) -> HttpResponse:
    """The answer URL of one call. The token is the proof; where secrets are set, the signature must be right as well."""
    event = _read(request)
    if isinstance(event, HttpResponse):
        return event
    return _xml(await sync_to_async(_answer_with_token)(token, event))


@csrf_exempt
@require_POST
async def answer_without_token(request: HttpRequest) -> HttpResponse:
    """A number's routing URL: where people who call us arrive, and our own calls in the dialect `pages`.

    Whose call it is, and where it is, the provider is asked. Of a signed body it is believed that somebody calls us, and who.
    """
    await sync_to_async(line_check.overhear)(request, Door.ROUTING)
    event = _read(request)
    if isinstance(event, HttpResponse):
        return event
    arrival = await sync_to_async(_arrival_signed)(event)
    if arrival is not None:
        return _xml(await _answer_arrival(arrival, event))
    cdr = await _fetch(event)
    if cdr is None:
        logger.warning("a voice callback about an unknown call got the empty answer")
        return _xml(EMPTY_DOCUMENT)
    answer = await sync_to_async(_answer_looked_up)(event, cdr)
    return _xml(await _answer_arrival(answer, _believed(event, cdr, is_streamed=False)) if isinstance(answer, inbound.Arrival) else answer)


@csrf_exempt
@require_POST
async def take_event(request: HttpRequest) -> HttpResponse:
    """The number's events URL. Signed: believed. Not signed: a reason to look the call up, no more."""
    await sync_to_async(line_check.overhear)(request, Door.EVENTS)
    event = _read(request)
    if isinstance(event, HttpResponse):
        return event
    await sync_to_async(_take_event)(event)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
async def take_stream_status(request: HttpRequest, token: str) -> HttpResponse:
    event = _read(request)
    if isinstance(event, HttpResponse):
        return event
    await sync_to_async(_take_stream_status)(token, event)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
async def take_room_status(request: HttpRequest, token: str) -> HttpResponse:
    """Who came into the lead's room and who left it, as the platform tells it. For the log alone: nothing depends on it."""
    event = _read(request)
    if isinstance(event, HttpResponse):
        return event
    word = event.kind.rpartition(".")[2].lower()
    call = await sync_to_async(answering.call_of_token)(token)
    if call is not None and word in ROOM_EVENTS:
        logger.info("call %s: the platform says of its room: %s", call.pk, word)
    return HttpResponse(status=204)


def _read(request: HttpRequest) -> ProviderEvent | HttpResponse:
    """The event, or the refusal. A bad signature changes nothing; a body that says nothing is an event of unknown state."""
    if settings.SAUTIKIT_SIGNING_SECRETS and not _is_signed(request):
        logger.warning("a webhook with a bad signature was refused")
        return HttpResponse(status=403)
    event = parse_webhook(request.body, headers=request.headers, query=request.GET.dict())
    if isinstance(event, Unreadable):
        logger.warning("a webhook could not be read: %s", event.reason)
        return ProviderEvent()
    return event


def _is_signed(request: HttpRequest) -> bool:
    header = request.headers.get(SIGNATURE_HEADER)
    return verify(header, request.body, settings.SAUTIKIT_SIGNING_SECRETS, now=timezone.now())


def _answer_with_token(token: str, event: ProviderEvent) -> bytes:
    call = answering.call_of_token(token)
    if call is not None:
        return answering.answer(call, event, now=clock.now())
    staff_call = answering.staff_call_of_token(token)
    if staff_call is not None:
        return rep_answering.document_for(staff_call, event, now=clock.now())
    logger.warning("a voice callback with an unknown token got the empty answer")
    return EMPTY_DOCUMENT


def _arrival_signed(event: ProviderEvent) -> inbound.Arrival | None:
    """None: not signed, not a call to us, or one that may be over before we heard of it."""
    arrival = inbound.arrival_of_event(event) if settings.SAUTIKIT_SIGNING_SECRETS else None
    if arrival is None or (event.state in ENDED and not inbound.is_known(arrival)):
        return None
    return arrival


async def _answer_arrival(arrival: inbound.Arrival, event: ProviderEvent) -> bytes:
    """What seems to be in the way may be over by now: the platform is asked, once."""
    answer = await sync_to_async(inbound.answer)(arrival, event, now=clock.now())
    if isinstance(answer, inbound.InTheWay):
        call = await Call.objects.select_related("line", "lead").aget(pk=answer.call_id)
        async with Provider(timeout=LOOK_UP_TIMEOUT, deadline_s=5.0) as provider:
            await look_up(call, provider)
        answer = await sync_to_async(inbound.answer)(arrival, event, now=clock.now(), is_checked=True)
    if isinstance(answer, inbound.InTheWay):
        raise AssertionError("what was checked is decided")
    return answer


def _answer_looked_up(event: ProviderEvent, cdr: Cdr) -> bytes | inbound.Arrival:
    now = clock.now()
    call = answering.call_of_record(cdr)
    if call is not None:
        calls.on_cdr(call.pk, cdr, at=now)
        call.refresh_from_db()
        believed = _believed(event, cdr, is_streamed=call.stream_opened_at is not None)
        return inbound.go_on(call, believed, now=now) if call.is_theirs else answering.answer(call, believed, now=now)
    staff_call = answering.staff_call_of_event(answering.ids_of(cdr))
    if staff_call is not None:
        believed = _believed(event, cdr, is_streamed=False)
        if staff_call.purpose == StaffCall.Purpose.LINE_CHECK:
            return line_check.answer_overheard(staff_call, believed, now=now)
        return rep_answering.document_for(staff_call, believed, now=now)
    arrival = inbound.arrival_of_record(cdr)
    if arrival is not None and (cdr.status not in ENDED or inbound.is_known(arrival)):
        return arrival
    logger.warning("a voice callback about a call that is not ours got the empty answer")
    return EMPTY_DOCUMENT


def _believed(event: ProviderEvent, cdr: Cdr, *, is_streamed: bool) -> ProviderEvent:
    """Of an unsigned body only that somebody asks, and which keys were pressed; where the call is, the record says.

    One word of the body counts, because it makes us do less: an edge of the beginning that comes again does not ask for a next step.
    """
    if settings.SAUTIKIT_SIGNING_SECRETS:
        return event
    is_old_edge = is_streamed and event.state in BEGINNINGS and cdr.status not in ENDED
    state = event.state if is_old_edge else cdr.status
    return replace(answering.ids_of(cdr), state=state, hangup_cause=cdr.hangup_cause, digits=event.digits)


def _take_event(event: ProviderEvent) -> None:
    is_signed = bool(settings.SAUTIKIT_SIGNING_SECRETS)
    call = answering.call_of_event(event)
    if call is not None:
        if is_signed:
            calls.on_provider_event(call.pk, event, at=clock.now())
        answering.request_look_up(call)
        return
    staff_call = answering.staff_call_of_event(event)
    if staff_call is None:
        logger.warning("an event about an unknown call was ignored")
    elif is_signed:  # unsigned, it waits for the hand-off's own look-up
        rep_leg.on_event(staff_call, event, now=clock.now())


def _take_stream_status(token: str, event: ProviderEvent) -> None:
    call = answering.call_of_token(token)
    if call is None:
        logger.warning("a stream status with an unknown token was ignored")
        return
    calls.on_provider_event(call.pk, event, at=clock.now())
    is_room = call.line is not None and call.line.strategy == HandoffStrategy.CONFERENCE
    if event.state is ProviderStatus.STREAM_ERROR and is_room and call.stream_opened_at is None:
        hang_up_call.enqueue(str(call.pk))  # the room would hold a lead to whom nobody will ever speak


async def _fetch(event: ProviderEvent) -> Cdr | None:
    provider_id = event.call_id or event.session_id
    if not provider_id:
        return None
    async with Provider(timeout=LOOK_UP_TIMEOUT, deadline_s=5.0) as provider:
        try:
            return await provider.client(Dialect.PAGES).get_call(provider_id)
        except RequestProblem:
            return None


def _xml(document: bytes) -> HttpResponse:
    return HttpResponse(document, content_type=XML_CONTENT_TYPE)
