"""Somebody calls one of our numbers: who calls, which call of ours they return, and what the platform does with them.

A lead whom we called lately gets a Call of the occasion `inbound` in the campaign that called last, and the same Stream as on our own calls;
everybody else is greeted by `strangers`. Who calls is believed of a signed body or of the platform's record, never of an unsigned body.
Nobody is rung here, so the kill switch and the calling hours have no say; what may be asked, `inbound_rules` decides.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bridge.brief import CallBrief, HandoffStrategy
from bridge.telephony.answer_xml import EMPTY_DOCUMENT
from bridge.telephony.dialect import ENDED as PROVIDER_ENDED
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.replies import Cdr, Direction, read_direction
from bridge.telephony.webhooks import ProviderEvent
from campaigns import answering, budget, calls, flight, interviews, line_guard, live, money, servers, strangers
from campaigns.handoff.moves import move
from campaigns.handoff.states import NOT_HOT, HandoffEvent
from campaigns.inbound_rules import FINISHED, KNOWN_FOR, CallerFacts, caller_number, may_be_asked, treatment
from campaigns.inbound_words import STOP_KEY, brief_for, opted_out_document, said_document, tongue_to_lead, tongue_to_stranger
from campaigns.models import Call, Campaign, Handoff, Line, Organisation
from campaigns.states import LIVE, CallStatus, HandoffStatus
from leads.compliance import Reason
from leads.eligibility import decide
from leads.said import N_

logger = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(minutes=10)  # real time; until then the janitor asks the platform
BATCH = 50


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call that comes in, proven. `caller` "": withheld."""

    line: Line
    caller: str
    call_id: str | None
    session_id: str | None


@dataclass(frozen=True, slots=True)
class InTheWay:
    """The lead is in a call of ours, as far as we know. Look that one up, and ask once more."""

    call_id: UUID


Answer: TypeAlias = "bytes | InTheWay"


# ---- who calls ------------------------------------------------------------------------------------------------------------------


def arrival_of_record(cdr: Cdr) -> Arrival | None:
    """None: not a call to a number of ours."""
    is_inbound = cdr.direction is Direction.INBOUND
    return _arrival(cdr.local_e164, cdr.remote_e164, cdr.call_id, cdr.session_id) if is_inbound else None


def arrival_of_event(event: ProviderEvent) -> Arrival | None:
    """Of a SIGNED body only."""
    is_inbound = read_direction(event.direction or "") is Direction.INBOUND
    return _arrival(event.destination or "", event.caller or "", event.call_id, event.session_id) if is_inbound else None


def _arrival(called: str, caller: str, call_id: str | None, session_id: str | None) -> Arrival | None:
    # A plus sign that nobody escaped is gone from a form.
    line = Line.objects.filter(number=f"+{called.strip().removeprefix('+')}").first()
    if line is None:
        return None
    return Arrival(line, caller_number(caller, region=strangers.market_of(line)), call_id, session_id)


def is_known(arrival: Arrival) -> bool:
    return _call_of(arrival) is not None or strangers.known(arrival.call_id, arrival.session_id) is not None


def _call_of(arrival: Arrival) -> Call | None:
    return answering.call_of_event(ProviderEvent(call_id=arrival.call_id, session_id=arrival.session_id))


# ---- what the platform does ---------------------------------------------------------------------------------------------------------


def answer(arrival: Arrival, event: ProviderEvent, *, now: datetime, is_checked: bool = False) -> Answer:
    """The document for this edge of their call. `event` is proven. `is_checked`: what was in the way has been looked up meanwhile."""
    if (call := _call_of(arrival)) is not None:
        return go_on(call, event, now=now)
    if (stranger := strangers.known(arrival.call_id, arrival.session_id)) is not None:
        return strangers.answer(stranger, event, at=now)
    last = last_call_to(arrival.caller, arrival.line, now=now)
    if last is None:
        return _greet_stranger(arrival, event, now=now)
    if not (arrival.call_id or arrival.session_id):
        logger.error("a call to us has no id: nobody can hold it")
        return said_document("no_room", tongue_to_lead(last, voice=None))
    opened = _open(arrival, last, now=now, is_checked=is_checked)
    return go_on(opened, event, now=now) if isinstance(opened, Call) else opened


def go_on(call: Call, event: ProviderEvent, *, now: datetime) -> bytes:
    """`call`: a lead's call to us. A key that they pressed while no bot could speak is an opt-out of its own."""
    is_pressed = event.digits == STOP_KEY and call.stream_opened_at is None and call.status in LIVE
    if not is_pressed or call.script is None:
        return answering.answer(call, event, now=now)
    calls.on_provider_event(call.pk, ProviderEvent(ProviderStatus.ANSWERED), at=now)
    interviews.save_opt_out(call.pk, f"pressed {STOP_KEY}", at=now)
    return opted_out_document(tongue_to_lead(call, voice=None))


def last_call_to(phone: str, line: Line, *, now: datetime) -> Call | None:
    """The call of ours that they return: the last one from this number, else the last one from any; None if it was too long ago."""
    if not phone:
        return None
    dialled = Call.objects.filter(lead__phone=phone, dialled_at__gt=now - KNOWN_FOR).order_by("-dialled_at")
    related = dialled.select_related("campaign__script", "lead")
    return related.filter(line=line).first() or related.first()


def _greet_stranger(arrival: Arrival, event: ProviderEvent, *, now: datetime) -> bytes:
    campaign = campaign_of(arrival.line)
    if campaign is None:
        logger.warning("line %s was called, and no campaign has ever used it: the empty answer", arrival.line.pk)
        return EMPTY_DOCUMENT
    if not (arrival.call_id or arrival.session_id):
        logger.error("a call to us has no id: nobody can hold it")
        return said_document("no_room", tongue_to_stranger(campaign.script, market=strangers.market_of(arrival.line), voice=None))
    if event.state in PROVIDER_ENDED - {ProviderStatus.COMPLETED}:
        return EMPTY_DOCUMENT
    stranger = strangers.greet(arrival.line, campaign, strangers.Caller(arrival.caller, arrival.call_id, arrival.session_id), now=now)
    return strangers.answer(stranger, event, at=now) if stranger else EMPTY_DOCUMENT


def campaign_of(line: Line) -> Campaign | None:
    """In whose name the number speaks to strangers: of the newest campaign that has called from it, one that still may first."""
    never_called = (Campaign.Status.DRAFT, Campaign.Status.APPROVED)
    on_line = Campaign.objects.filter(Q(line=line) | Q(pk__in=Campaign.more_lines.through.objects.filter(line=line).values("campaign")))
    launched = on_line.exclude(status__in=never_called).select_related("script").order_by("-pk")
    return launched.exclude(status=Campaign.Status.CLOSED).first() or launched.first()


# ---- opening a lead's call ------------------------------------------------------------------------------------------------------------


def _open(arrival: Arrival, last: Call, *, now: datetime, is_checked: bool) -> Call | Answer:
    tongue = tongue_to_lead(last, voice=None)
    if Handoff.objects.filter(call__lead=last.lead_id, status=HandoffStatus.ACCEPTED, ended_at=None, strategy=HandoffStrategy.CALLBACK).exists():
        return said_document("calling_you_now", tongue)  # a rep's phone rings, and theirs is next
    try:
        with transaction.atomic():
            organisation = Organisation.locked()  # before any call's row, as the dialer's claim does
            if (call := _call_of(arrival)) is not None:  # the platform asked twice at once
                return call
            in_the_way = Call.objects.select_for_update().filter(lead=last.lead_id, status__in=sorted(LIVE)).first()
            if in_the_way is not None and not is_checked:
                return InTheWay(in_the_way.pk)
            if in_the_way is not None and not calls.make_way(in_the_way, at=now):
                is_talking = in_the_way.status == CallStatus.IN_PROGRESS
                return said_document("already_talking" if is_talking else "calling_you_now", tongue)
            return _new_row(arrival, last, organisation, now=now)
    except IntegrityError:  # a call back by a rep began in this instant
        return said_document("calling_you_now", tongue)


def _new_row(arrival: Arrival, last: Call, organisation: Organisation, *, now: datetime) -> Call:
    campaign, today = last.campaign, timezone.localdate(now)
    worst = money.worst_case(campaign, now=now, is_theirs=True)
    can_stream = line_guard.may_speak(arrival.line, *campaign.voices) and _can_pay(campaign, organisation, worst.minor, now=now)
    call = Call.objects.create(
        campaign=campaign,
        lead=last.lead,
        line=arrival.line,
        script=campaign.script,
        occasion=Call.Occasion.INBOUND,
        attempt_number=0,
        status=CallStatus.RINGING,
        due_at=now,
        claimed_at=timezone.now(),
        voice=campaign.voice,
        server=servers.roomiest(beyond=servers.KEPT_FOR_CALLERS) if can_stream else None,
        answer_token=secrets.token_urlsafe(32),
        stream_token=secrets.token_urlsafe(32) if can_stream else None,
        provider_call_id=(arrival.call_id or "")[:80],
        provider_session_id=(arrival.session_id or "")[:80],
        reserved_minor=worst.phone_minor if can_stream else 0,
        voice_reserved_minor=worst.voice_minor if can_stream else 0,
        money_on=today,
    )
    reserved_minor = call.reserved_minor + call.voice_reserved_minor
    money.count_reservation(campaign.pk, reserved_minor, on=today)
    flight.record_money(call.pk, campaign.pk, reserved_minor, on=today)
    live.publish(call.pk, live.Kind.CALLED_US, {"campaign_id": campaign.pk})
    logger.info("call %s: a lead calls us", call.pk)
    return call


def _can_pay(campaign: Campaign, organisation: Organisation, minor: int, *, now: datetime) -> bool:
    """The stream costs, at times the call itself; without a budget for it the platform's own voice answers."""
    return budget.cap_in_the_way(money.caps_of(campaign, organisation, now=now), minor) is None


def close_forgotten(*, now: datetime) -> None:
    """Calls that rang and of which nobody, not even the platform, says what became: a lead must not pass for busy for ever."""
    forgotten = Call.objects.filter(occasion=Call.Occasion.INBOUND, status=CallStatus.RINGING, claimed_at__lt=timezone.now() - FORGOTTEN_AFTER)
    for call_id in forgotten.values_list("pk", flat=True)[:BATCH]:
        calls.close_lost(call_id, words=N_("The platform did not report the end of this call."), at=now)


# ---- the bot's part -------------------------------------------------------------------------------------------------------------------


def brief_of(call: Call, *, at: datetime) -> CallBrief:
    """`call`: a lead's call to us whose stream has just opened, with campaign, script, line and lead."""
    earlier = Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id, answered_at__isnull=False).exclude(pk=call.pk)
    return brief_for(call, treatment(facts_of(call, at=at)), was_answered=earlier.exists(), at=at)


def facts_of(call: Call, *, at: datetime) -> CallerFacts:
    decided = decide(call.lead, purpose=call.campaign.purpose, controller=call.campaign.controller, attempts=(), at=at)
    reasons = {refusal.reason for refusal in decided.refusals}
    others = Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id).exclude(pk=call.pk)
    return CallerFacts(
        is_on_dnc=Reason.DO_NOT_CALL in reasons,
        is_campaign_open=call.campaign.status in {Campaign.Status.RUNNING, Campaign.Status.PAUSED},
        is_finished=others.filter(disposition__in=sorted(FINISHED)).exists(),
        is_owed_a_rep=_promises_to(call).exists(),
        may_be_asked=may_be_asked(reasons),
    )


def take_over_promises(call: Call, *, now: datetime) -> None:
    """They called themselves, and a rep was found or promised on this call: what was promised before is not owed twice."""
    if not Handoff.objects.filter(call=call).exclude(status__in=sorted(NOT_HOT)).exists():
        return
    for handoff in _promises_to(call).exclude(call=call):
        move(handoff, HandoffEvent.KEPT, now=now, reason=N_("The lead called us. See the hand-off of that call."))


def _promises_to(call: Call) -> QuerySet[Handoff]:
    return Handoff.objects.filter(call__campaign=call.campaign_id, call__lead=call.lead_id, status=HandoffStatus.PROMISED)
