"""Strategy dial: what the platform gets when it goes on after the stream, and what it tells us of the rep's Dial.

What we remember of the call decides, not the state that was posted: old edges come again, and words differ. Source for what follows a
Stream and a Dial: the platform's pages and an integrator's notes of live calls, read 2026-11-22; nobody documents the fields after a Dial.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.brief import HandoffStrategy
from bridge.telephony.answer_xml import Dial, Hangup, Say, dial_document, document, say_document
from bridge.telephony.dialect import ENDED
from bridge.telephony.webhooks import ProviderEvent
from campaigns import servers
from campaigns.briefs import script_lines
from campaigns.dialing_stop import why_stopped
from campaigns.handoff.dial_result import BEGINNINGS, DialResult, dial_result
from campaigns.handoff.moves import call_right_back, end_bridge, move, promise
from campaigns.handoff.presence import why_not_ring
from campaigns.handoff.states import HandoffEvent
from campaigns.languages import language_of
from campaigns.models import Call, Handoff, Line, Script
from campaigns.states import HandoffStatus
from leads.said import sentence


def next_step_document(call: Call, event: ProviderEvent, *, now: datetime) -> bytes | None:
    """None: no hand-off is due on this call. Changes the hand-off by what the event tells."""
    handoff = Handoff.objects.select_related("call__line", "call__script", "call__server", "rep").filter(call=call).first()
    if handoff is None or handoff.released_at is None:
        return None
    if handoff.strategy == HandoffStrategy.CONFERENCE and event.state in ENDED and handoff.status == HandoffStatus.BRIDGED:
        end_bridge(handoff, now=now)
    if handoff.strategy != HandoffStrategy.DIAL:
        return None
    if handoff.status == HandoffStatus.ACCEPTED and handoff.next_step_at is None:
        return _first_fetch(handoff, event, now=now)
    if event.state in ENDED:
        on_call_ended(handoff, event, now=now)
        return None
    if handoff.status == HandoffStatus.ACCEPTED:
        return _later_fetch(handoff, event, now=now)
    return _closing(handoff) if handoff.next_step_at is not None else None


def on_call_ended(handoff: Handoff, event: ProviderEvent, *, now: datetime) -> None:
    """The lead's call is over, by whatever source. Idempotent."""
    if handoff.status == HandoffStatus.BRIDGED:
        end_bridge(handoff, now=now)
    if handoff.status != HandoffStatus.ACCEPTED or handoff.released_at is None:
        return
    if handoff.next_step_at is None:
        # The lead was told that a dropped line means a call right back; who hung up, the platform does not say.
        call_right_back(handoff, now=now, is_fallback=True)
    elif _dial_result(handoff, event, now=now) is DialResult.BRIDGED:
        _settle_bridged(handoff, event, now=now)
    else:
        move(handoff, HandoffEvent.LEAD_LEFT, now=now, reason=sentence("The lead hung up while the rep's phone was ringing."))


def _first_fetch(handoff: Handoff, event: ProviderEvent, *, now: datetime) -> bytes | None:
    if event.state in BEGINNINGS:
        return None
    if event.state in ENDED:
        on_call_ended(handoff, event, now=now)
        return None
    obstacle = why_stopped() or (why_not_ring(handoff.rep) if handoff.rep else sentence("The rep who accepted has left."))
    if obstacle:
        promise(handoff, HandoffEvent.DIAL_NOT_BRIDGED, now=now, reason=obstacle)
        return _promise_document(handoff)
    if not move(handoff, HandoffEvent.NEXT_STEP_FETCHED, now=now):
        return None
    return _dial_the_rep(handoff)


def _later_fetch(handoff: Handoff, event: ProviderEvent, *, now: datetime) -> bytes | None:
    match _dial_result(handoff, event, now=now):
        case DialResult.UNCHANGED:
            return None
        case DialResult.ASKED_AGAIN:
            stopped = why_stopped()
            if not stopped:
                return _dial_the_rep(handoff)
            promise(handoff, HandoffEvent.DIAL_NOT_BRIDGED, now=now, reason=stopped)
        case DialResult.BRIDGED:
            _settle_bridged(handoff, event, now=now)
        case DialResult.NOT_BRIDGED:
            promise(handoff, HandoffEvent.DIAL_NOT_BRIDGED, now=now, reason=sentence("The rep did not answer."))
    return _closing(handoff)


def _dial_result(handoff: Handoff, event: ProviderEvent, *, now: datetime) -> DialResult:
    if handoff.next_step_at is None:
        raise AssertionError("only a Dial that was handed out has a result")
    return dial_result(event, since_dial=now - handoff.next_step_at, ring_timeout_s=_line(handoff).ring_timeout_s)


def _settle_bridged(handoff: Handoff, event: ProviderEvent, *, now: datetime) -> None:
    spoken = timedelta(seconds=event.dial_duration_s or 0.0)
    began_at = max(handoff.next_step_at or now, now - spoken)
    move(handoff, HandoffEvent.DIAL_BRIDGED, now=began_at)
    end_bridge(handoff, now=now)


def _closing(handoff: Handoff) -> bytes:
    """After the Dial: whoever spoke with the rep hears nothing more, everybody else the promise."""
    return document(Hangup()) if handoff.status == HandoffStatus.BRIDGED else _promise_document(handoff)


def _promise_document(handoff: Handoff) -> bytes:
    language = language_of(handoff.call)
    return say_document(script_lines(_script(handoff), language).promise, language=language)


def _dial_the_rep(handoff: Handoff) -> bytes:
    if handoff.rep is None:
        raise AssertionError("an accepted hand-off whose next step was fetched has a rep")
    line = _line(handoff)
    dial = Dial((handoff.rep.number,), caller_id=line.number, timeout_s=line.ring_timeout_s)
    intro = Say(f"Connecting you to {handoff.rep.name} now.", _script(handoff).language)
    return dial_document(dial, intro=intro, next_url=_answer_url(handoff.call))


def _answer_url(call: Call) -> str | None:
    base = servers.http_base(call.server, is_simulated=call.line is not None and call.line.is_simulated) if call.server else None
    return f"{base}/voice/answer/{call.answer_token}" if base else None


def _line(handoff: Handoff) -> Line:
    if handoff.call.line is None:
        raise AssertionError("a call that ran has a line")
    return handoff.call.line


def _script(handoff: Handoff) -> Script:
    if handoff.call.script is None:
        raise AssertionError("a call that ran has a script")
    return handoff.call.script
