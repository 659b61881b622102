"""Strategy callback, on the rep's phone: the brief, the key, then the lead is dialled from this leg. Which document comes next, and what it means.

No network: the platform asks and is answered. `rep_leg` writes the StaffCall's status, this module moves the hand-off and the lead's leg.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.brief import QuestionKind
from bridge.telephony.answer_xml import Dial, GetDigits, Hangup, Redirect, Say, brief_document, dial_document, document, say_document
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns.briefs import counted_answers
from campaigns.dialing_stop import why_stopped
from campaigns.handoff.dial_result import DialResult, dial_result
from campaigns.handoff.lead_leg import LegRefused, Waits, open_lead_leg, settle_bridged, settle_unreached
from campaigns.handoff.moves import end_bridge, move, promise
from campaigns.handoff.states import HandoffEvent
from campaigns.handoff.words import Given, label_of, spoken_brief, why_not_put_through
from campaigns.models import Answer, Call, Handoff, StaffCall
from campaigns.states import HandoffStatus
from leads.said import sentence

ACCEPT_KEY = "1"
KEY_WITHIN_S = 10
# The lead's first leg ends within seconds of our hang-up. If it does not, the platform has lost it, and the rep is not kept waiting.
FIRST_LEG_ENDS_WITHIN = timedelta(seconds=40)
WAIT_STEP_S = 2
UNREACHED = frozenset({ProviderStatus.NO_ANSWER, ProviderStatus.BUSY, ProviderStatus.FAILED, ProviderStatus.CANCELED})


def rep_document(staff_call: StaffCall, handoff: Handoff, event: ProviderEvent, *, url: str | None, now: datetime) -> bytes:
    """What the rep hears next. `staff_call` is fresh; `url`: of this very question, asked again when the next verb is due."""
    if not _is_open(staff_call, handoff):
        return closing(handoff)
    if staff_call.lead_call is not None:
        return _during_dial(staff_call, staff_call.lead_call, handoff, event, url=url, now=now)
    if staff_call.is_accepted:
        return _dial_the_lead(staff_call, handoff, url=url, now=now)
    if event.digits != ACCEPT_KEY:
        return brief(staff_call, handoff)
    StaffCall.objects.filter(id=staff_call.id).update(is_accepted=True)
    move(handoff, HandoffEvent.REP_PRESSED_1, now=now)
    return _dial_the_lead(staff_call, handoff, url=url, now=now)


def on_rep_left(staff_call: StaffCall, handoff: Handoff, event: ProviderEvent, *, now: datetime) -> None:
    """The rep's leg is over: so is everything that hung on it. Idempotent."""
    if handoff.status == HandoffStatus.BRIDGED:
        end_bridge(handoff, now=now)
    if not _is_open(staff_call, handoff):
        return
    if staff_call.lead_call is not None:
        _settle(staff_call, staff_call.lead_call, handoff, event, now=now)
    elif staff_call.is_accepted:
        promise(handoff, HandoffEvent.LEAD_UNREACHED, now=now, reason=sentence("The rep hung up before the lead was dialled."))
    elif staff_call.answered_at is not None:
        promise(handoff, HandoffEvent.REP_VOICEMAIL, now=now, reason=sentence("The rep's phone was picked up, but nobody pressed 1."))
    else:
        promise(handoff, HandoffEvent.REP_NO_ANSWER, now=now, reason=sentence("The rep did not answer."))


def _is_open(staff_call: StaffCall, handoff: Handoff) -> bool:
    return handoff.status == HandoffStatus.ACCEPTED and handoff.rep_id == staff_call.rep_id


def brief(staff_call: StaffCall, handoff: Handoff, *, next_url: str | None = None) -> bytes:
    """Who is waiting, and the key. Without a key: `next_url` is asked, else the call ends."""
    call = handoff.call
    score = getattr(call, "score", None)
    sentences = spoken_brief(
        rep_name=staff_call.rep.name,
        lead_name=lead_name(call),
        campaign_name=call.campaign.name,
        points=score.points if score else None,
        answers=[given(answer) for answer in answers_for_rep(call)],
    )
    return brief_document(sentences, timeout_s=KEY_WITHIN_S, next_url=next_url)


def answers_for_rep(call: Call) -> list[Answer]:
    """Those of earlier attempts, too. A first attempt has none, and its own may be at hand."""
    return counted_answers(call) if call.attempt_number > 1 else list(call.answers.all())


def given(answer: Answer) -> Given:
    question = answer.question
    return Given(label_of(question.key), QuestionKind(question.kind), answer.value, question.unit)


def lead_name(call: Call) -> str:
    return call.lead.name or "The lead"


def _dial_the_lead(staff_call: StaffCall, handoff: Handoff, *, url: str | None, now: datetime) -> bytes:
    leg = open_lead_leg(staff_call, handoff, now=now)
    if isinstance(leg, Waits):
        return _wait(staff_call, handoff, url=url, now=now)
    if isinstance(leg, LegRefused):
        move(handoff, HandoffEvent.LEAD_UNREACHED, now=now, reason=leg.sentence)
        move(handoff, HandoffEvent.LAPSED if leg.is_final else HandoffEvent.PROMISED, now=now)
        return say_document(f"{lead_name(handoff.call)} may not be called now. {leg.sentence} Goodbye.")
    return _dial(staff_call, handoff, url=url)


def _wait(staff_call: StaffCall, handoff: Handoff, *, url: str | None, now: datetime) -> bytes:
    """Hold the rep for a moment: the lead's phone is still busy with the call that made the promise."""
    since = staff_call.answered_at or now
    if url is None or now - since > FIRST_LEG_ENDS_WITHIN:
        promise(handoff, HandoffEvent.LEAD_UNREACHED, now=now, reason=sentence("The lead's first call did not end."))
        return closing(handoff)
    return document(GetDigits((Say("One moment, please."),), timeout_s=WAIT_STEP_S), Redirect(url))


def _dial(staff_call: StaffCall, handoff: Handoff, *, url: str | None) -> bytes:
    line, lead = staff_call.line, handoff.call.lead
    dial = Dial((lead.phone,), caller_id=line.number, timeout_s=line.ring_timeout_s)
    return dial_document(dial, intro=Say(f"Connecting you to {lead_name(handoff.call)}."), next_url=url)


def _during_dial(staff_call: StaffCall, lead_call: Call, handoff: Handoff, event: ProviderEvent, *, url: str | None, now: datetime) -> bytes:
    result = _result(staff_call, lead_call, event, now=now)
    if result is DialResult.ASKED_AGAIN:
        if stopped := why_stopped():
            settle_unreached(lead_call, ProviderStatus.CANCELED, now=now)
            promise(handoff, HandoffEvent.LEAD_UNREACHED, now=now, reason=stopped)
            return closing(handoff)
        return _dial(staff_call, handoff, url=url)
    if result is not DialResult.UNCHANGED:
        _settle(staff_call, lead_call, handoff, event, now=now)
        return closing(handoff)
    return document()


def _settle(staff_call: StaffCall, lead_call: Call, handoff: Handoff, event: ProviderEvent, *, now: datetime) -> None:
    """The Dial of the lead is over."""
    if _result(staff_call, lead_call, event, now=now) is DialResult.BRIDGED:
        began_at = max(lead_call.dialled_at or now, now - timedelta(seconds=event.dial_duration_s or 0.0))
        settle_bridged(lead_call, began_at=began_at, ended_at=now)
        move(handoff, HandoffEvent.DIAL_BRIDGED, now=began_at)
        end_bridge(handoff, now=now)
        return
    status = event.dial_status if event.dial_status in UNREACHED else ProviderStatus.NO_ANSWER
    settle_unreached(lead_call, status, now=now)
    promise(handoff, HandoffEvent.LEAD_UNREACHED, now=now, reason=sentence("The lead did not answer the call back."))


def _result(staff_call: StaffCall, lead_call: Call, event: ProviderEvent, *, now: datetime) -> DialResult:
    since_dial = now - (lead_call.dialled_at or now)
    return dial_result(event, since_dial=since_dial, ring_timeout_s=staff_call.line.ring_timeout_s)


def closing(handoff: Handoff) -> bytes:
    """For a rep who is not put through: why, in words, where there is something to say."""
    words = why_not_put_through(HandoffStatus(handoff.status), lead_name(handoff.call))
    return say_document(words) if words else document(Hangup())
