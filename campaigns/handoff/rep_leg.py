"""One call of ours to a rep, as the platform tells it: the only writer of StaffCall besides the one who rings.

Moves its status in any order of events, and lets `rep_talk` (strategy callback) or `rep_room` (conference) say what comes next. No network.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bridge.brief import HandoffStrategy
from bridge.telephony.dialect import ENDED as PROVIDER_ENDED
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import servers
from campaigns.handoff import number_leg, rep_room, rep_talk
from campaigns.handoff.leg_end import Ending, FirstAsked, ending
from campaigns.handoff.moves import move
from campaigns.handoff.states import HandoffEvent
from campaigns.models import Handoff, StaffCall
from campaigns.states import ENDED as CALL_ENDED
from campaigns.states import LIVE, CallStatus, next_state
from campaigns.tasks import settle_staff_call

logger = logging.getLogger(__name__)


def on_event(staff_call: StaffCall, event: ProviderEvent, *, now: datetime) -> StaffCall:
    """Takes the call to where the event says it is, and ends what hung on it; returns it fresh. Any order, any number of times."""
    remember_ids(staff_call, event.call_id, event.session_id)
    fresh = _fresh(staff_call)
    status = _next_status(fresh, event, now=now)
    if status is None:
        if fresh.status in CALL_ENDED and _says_of_dial(event):  # what only informs came first, the callback that knows comes now
            _tell_handoff(fresh, event, now=now)
        return fresh
    changes: dict[str, object] = {"status": status, "ended_at": now if status in CALL_ENDED else None}
    if status is CallStatus.IN_PROGRESS:
        changes["answered_at"] = now
    is_moved = StaffCall.objects.filter(id=fresh.id, status=fresh.status).update(**changes) == 1
    fresh = _fresh(staff_call)
    if is_moved:
        logger.info("staff call %s is %s", fresh.id, fresh.status)
        if fresh.status in CALL_ENDED:
            settle_staff_call.enqueue(str(fresh.id))
        _tell_handoff(fresh, event, now=now)
        return _fresh(staff_call)
    return fresh


def ending_of(staff_call: StaffCall, event: ProviderEvent, *, now: datetime) -> Ending:
    first = FirstAsked(staff_call.asked_at, ProviderStatus(staff_call.asked_as)) if staff_call.asked_at else None
    return ending(event, first, is_accepted=staff_call.is_accepted, now=now)


def _next_status(staff_call: StaffCall, event: ProviderEvent, *, now: datetime) -> CallStatus | None:
    status = CallStatus(staff_call.status)
    if status is CallStatus.OUTCOME_UNKNOWN:
        if StaffCall.objects.filter(rep=staff_call.rep, status__in=sorted(LIVE)).exists():
            return None
        status = CallStatus.DIALING  # what makes itself heard was a call after all
    if event.state in PROVIDER_ENDED:
        return next_state(status, event.state) if ending_of(staff_call, event, now=now) is Ending.YES else None
    proves_answer = event.digits is not None or event.dial_status is not None
    return next_state(status, ProviderStatus.ANSWERED if proves_answer else event.state)


def _tell_handoff(staff_call: StaffCall, event: ProviderEvent, *, now: datetime) -> None:
    if staff_call.purpose == StaffCall.Purpose.VERIFICATION and staff_call.status in CALL_ENDED:
        number_leg.on_end(staff_call, now=now)
    if staff_call.handoff is None:
        return
    if staff_call.status in CALL_ENDED:
        if staff_call.lead_call is not None and not _says_of_dial(event):
            return  # another report of the same end may say whether the lead was reached; if none comes, `tending` concludes
        on_rep_left(staff_call, staff_call.handoff, event, now=now)
    elif staff_call.status == CallStatus.IN_PROGRESS:
        move(staff_call.handoff, HandoffEvent.REP_ANSWERED, now=now)


def rep_document(staff_call: StaffCall, handoff: Handoff, event: ProviderEvent, *, url: str | None, now: datetime) -> bytes:
    """What the rep hears next, by the hand-off's strategy as it is by now."""
    if handoff.strategy == HandoffStrategy.CONFERENCE:
        return rep_room.rep_document(staff_call, handoff, event, url=url, now=now)
    return rep_talk.rep_document(staff_call, handoff, event, url=url, now=now)


def on_rep_left(staff_call: StaffCall, handoff: Handoff, event: ProviderEvent, *, now: datetime) -> None:
    """The rep's leg is over, and what hung on it. Idempotent."""
    talk = rep_room if handoff.strategy == HandoffStrategy.CONFERENCE else rep_talk
    talk.on_rep_left(staff_call, handoff, event, now=now)


def _says_of_dial(event: ProviderEvent) -> bool:
    return event.dial_status is not None or event.dial_duration_s is not None


def _fresh(staff_call: StaffCall) -> StaffCall:
    related = ("rep__user", "line", "lead_call", "handoff__call__lead", "handoff__call__campaign", "handoff__call__server", "handoff__rep")
    return StaffCall.objects.select_related(*related).get(id=staff_call.id)


def remember_ids(staff_call: StaffCall, provider_call_id: str | None, provider_session_id: str | None) -> None:
    """Filled in once and never replaced: a stranger's event cannot take a call over."""
    rows = StaffCall.objects.filter(id=staff_call.id)
    if provider_call_id:
        rows.filter(provider_call_id="").update(provider_call_id=provider_call_id[:80])
    if provider_session_id:
        rows.filter(provider_session_id="").update(provider_session_id=provider_session_id[:80])


def answer_url(staff_call: StaffCall) -> str | None:
    server = staff_call.handoff.call.server if staff_call.handoff else None
    server = server if servers.is_alive(server) else servers.alive().first()
    base = servers.http_base(server, is_simulated=staff_call.line.is_simulated) if server else None
    return f"{base}/voice/answer/{staff_call.answer_token}" if base else None
