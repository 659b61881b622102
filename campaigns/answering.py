"""What the platform is told when it asks about a call, and what is believed of what it posts.

The token of the answer URL proves who asks; a signature proves it, too. Without either nothing changes but by a look-up.
Which document is due is decided by what we remember of the session, never by the posted state alone: the first POST of a call may
already say Completed, and every edge comes again (integrator's notes of live calls, read 2026-11-22).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from bridge.brief import HandoffStrategy
from bridge.telephony import answer_xml
from bridge.telephony.answer_xml import Stream, Track
from bridge.telephony.dialect import ENDED as PROVIDER_ENDED
from bridge.telephony.dialect import Dialect, ProviderStatus
from bridge.telephony.replies import Cdr, Direction
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, servers
from campaigns.briefs import script_lines
from campaigns.handoff.conference import lead_room
from campaigns.handoff.next_step import next_step_document
from campaigns.inbound_words import no_room_document, tongue_to_lead
from campaigns.languages import language_of
from campaigns.look_ups import look_up_call
from campaigns.models import Call, StaffCall
from campaigns.states import LIVE
from leads.said import N_

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=Model)

STREAM_NAME = "lead-qualifier"
STREAM_TOKEN_LIVES = timedelta(seconds=60)  # from the document that carries it; each repeat of the document starts it anew
LOOK_UP_EVERY = timedelta(seconds=2)  # a flood of posted events asks the provider no more often than this
EMPTY = answer_xml.EMPTY_DOCUMENT


def call_of_token(token: str) -> Call | None:
    return _calls().filter(answer_token=token).first()


def staff_call_of_token(token: str) -> StaffCall | None:
    return _staff_calls().filter(answer_token=token).first()


def call_of_event(event: ProviderEvent) -> Call | None:
    """By the provider's ids, else by the label we sent along; None if it is none of ours, or not clearly one."""
    was_placed = Q(dialled_at__isnull=False) | Q(occasion=Call.Occasion.INBOUND)
    return _only(_calls().filter(was_placed, _same(event)))


def staff_call_of_event(event: ProviderEvent) -> StaffCall | None:
    return _only(_staff_calls().filter(_same(event)))


def call_of_record(cdr: Cdr) -> Call | None:
    """The call the provider's record is about; without an id in common, the one live call between the two numbers."""
    if (call := call_of_event(ids_of(cdr))) is not None or cdr.client_request_id:  # a label that is not ours is somebody else's
        return call
    if cdr.direction is Direction.INBOUND:  # never ours between the same two numbers, even if we dial them at this moment
        return None
    nameless = _calls().filter(status__in=LIVE, provider_call_id="", provider_session_id="", occasion=Call.Occasion.CAMPAIGN)
    return _only(nameless.filter(line__number=cdr.local_e164, lead__phone=cdr.remote_e164))


def ids_of(cdr: Cdr) -> ProviderEvent:
    return ProviderEvent(call_id=cdr.call_id, session_id=cdr.session_id, client_request_id=cdr.client_request_id)


def answer(call: Call, event: ProviderEvent, *, now: datetime) -> bytes:
    """The document for this edge of the call. `event` is proven: by token, signature or look-up."""
    if call.stream_opened_at is None and call.status in LIVE:
        return _answer_setup(call, event, now=now)
    calls.on_provider_event(call.pk, event, at=now)
    call.refresh_from_db()
    return next_step_document(call, event, now=now) or EMPTY


def _answer_setup(call: Call, event: ProviderEvent, *, now: datetime) -> bytes:
    """The same Stream until its socket has opened: a reply may get lost, and a second one before that does no harm."""
    if event.state is ProviderStatus.COMPLETED:
        # A leg that is being set up says so at times, and a callee who hung up at once does, too: the record will tell.
        calls.on_provider_event(call.pk, replace(event, state=ProviderStatus.UNKNOWN), at=now)
        request_look_up(call)
        return _stream_or_apology(call, now=now)
    calls.on_provider_event(call.pk, event, at=now)
    if event.state in PROVIDER_ENDED:
        return EMPTY
    return _stream_or_apology(call, now=now)


def _stream_or_apology(call: Call, *, now: datetime) -> bytes:
    server = call.server if servers.is_alive(call.server) else servers.roomiest(beyond=servers.KEPT_FOR_CALLERS if call.is_theirs else 0)
    if call.is_theirs and call.script is not None and (server is None or call.stream_token is None):
        Call.objects.filter(pk=call.pk, failure="").update(failure=N_("No bot could hold the call: the platform's voice answered."))
        return no_room_document(tongue_to_lead(call, voice=None), may_opt_out=True)
    if server is None or call.line is None or call.script is None:
        logger.error("call %s cannot be held: no server process is alive", call.pk)
        Call.objects.filter(pk=call.pk, failure="").update(failure=N_("No server process could hold the call."))
        language = language_of(call)
        return answer_xml.say_document(script_lines(call.script, language).apology if call.script else "Goodbye.", language=language)
    base_url = servers.http_base(server, is_simulated=call.line.is_simulated)
    Call.objects.filter(pk=call.pk).update(server=server, stream_expires_at=timezone.now() + STREAM_TOKEN_LIVES)
    stream = Stream(
        url=f"{server.stream_url}/audio/{call.stream_token}",
        name=STREAM_NAME,
        track=Track(call.line.track),
        status_callback=f"{base_url}/voice/stream-status/{call.answer_token}",
    )
    if call.line.strategy == HandoffStrategy.CONFERENCE:
        room = lead_room(call, status_callback=f"{base_url}/voice/room-status/{call.answer_token}")
        return answer_xml.room_document(room, beside=replace(stream, is_connected=False))
    goes_on = call.line.dialect == Dialect.SDK and call.line.strategy == HandoffStrategy.DIAL
    return answer_xml.stream_document(stream, next_url=f"{base_url}/voice/answer/{call.answer_token}" if goes_on else None)


def request_look_up(call: Call) -> None:
    """Ask the provider soon, in the background."""
    if call.looked_up_at is None or call.looked_up_at < timezone.now() - LOOK_UP_EVERY:
        Call.objects.filter(pk=call.pk).update(looked_up_at=timezone.now())
        look_up_call.enqueue(str(call.pk))


def _calls() -> QuerySet[Call]:
    return Call.objects.select_related("line", "script", "server", "campaign", "lead")


def _staff_calls() -> QuerySet[StaffCall]:
    return StaffCall.objects.select_related("line")


def _same(event: ProviderEvent) -> Q:
    """Rows that this event may be about; none if it names nothing."""
    same = Q(pk=None)
    if event.call_id:
        same |= Q(provider_call_id=event.call_id)
    if event.session_id:
        same |= Q(provider_session_id=event.session_id)
    if (label := _as_uuid(event.client_request_id)) is not None:
        same |= Q(pk=label)
    return same


def _only(rows: QuerySet[M]) -> M | None:
    found = list(rows[:2])
    return found[0] if len(found) == 1 else None


def _as_uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
