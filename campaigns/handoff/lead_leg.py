"""Calling a promised lead back: a call attempt of its own, with a dial decision of its own at that instant.

The lead is dialled by the platform from the rep's leg, so the row is opened here and not by the dialer; `calls` moves it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import calls, flight, money
from campaigns.budget import bridged_minor, cap_in_the_way
from campaigns.decisions import record_decision
from campaigns.dialing_stop import why_stopped
from campaigns.handoff.promises import note_rung
from campaigns.models import Call, Handoff, Organisation, StaffCall
from campaigns.states import LIVE, CallStatus
from leads.opening import is_only_not_now
from leads.said import sentence

LONG_TALK_S = 900.0  # what is reserved at first; nobody cuts a rep and a lead off, what they really talked is kept afterwards


@dataclass(frozen=True, slots=True)
class Opened:
    call: Call


@dataclass(frozen=True, slots=True)
class Waits:
    """The lead's phone is still in a call of ours."""


@dataclass(frozen=True, slots=True)
class LegRefused:
    sentence: str
    is_final: bool  # nothing is owed any more


def open_lead_leg(staff_call: StaffCall, handoff: Handoff, *, now: datetime) -> Opened | Waits | LegRefused:
    """Decide, keep the decision, and claim the lead; the database refuses a second live call to one lead."""
    lead = handoff.call.lead
    try:
        with transaction.atomic():
            if stopped := why_stopped():
                return LegRefused(stopped, is_final=False)
            if Call.objects.filter(lead=lead, status__in=sorted(LIVE)).exists():
                return Waits()
            organisation = Organisation.locked()  # as every claim does: one view of the money
            call = _new_row(staff_call, handoff, now=now)
            decision = record_decision(call, at=now)
            if not decision.is_allowed:
                is_final = not is_only_not_now(refusal.reason for refusal in decision.refusals)
                return _blocked(call, " ".join(refusal.sentence for refusal in decision.refusals), is_final=is_final, now=now)
            caps = money.caps_of(call.campaign, organisation, now=now)
            if short := cap_in_the_way(caps, call.reserved_minor):
                return _blocked(call, sentence("The budget %(budget)s is used up.", budget=sentence(short.name)), is_final=False, now=now)
            today = timezone.localdate(now)
            money.count_reservation(call.campaign_id, call.reserved_minor, on=today)
            flight.record_dispatch(call, staff_call.line, organisation, at=now, money_on=today, reserved_minor=call.reserved_minor, reps=None)
            StaffCall.objects.filter(id=staff_call.id).update(lead_call=call)
            note_rung(handoff, at=now)
            return Opened(call)
    except IntegrityError:  # another process dialled this lead in the same instant
        return Waits()


def settle_bridged(call: Call, *, began_at: datetime, ended_at: datetime) -> None:
    spoken_s = (ended_at - began_at).total_seconds()
    calls.on_provider_event(call.id, ProviderEvent(state=ProviderStatus.ANSWERED), at=began_at)
    calls.on_provider_event(call.id, ProviderEvent(state=ProviderStatus.COMPLETED, duration_s=spoken_s), at=ended_at)
    _keep_reserved(call, spoken_s, on=ended_at)


def settle_unreached(call: Call, status: ProviderStatus, *, now: datetime) -> None:
    """`status`: how the platform says that nobody was reached."""
    calls.on_provider_event(call.id, ProviderEvent(state=status), at=now)
    _keep_reserved(call, 0.0, on=now)


def _new_row(staff_call: StaffCall, handoff: Handoff, *, now: datetime) -> Call:
    first = handoff.call
    newest: int | None = Call.objects.filter(campaign=first.campaign_id, lead=first.lead_id).aggregate(newest=Max("attempt_number"))["newest"]
    return Call.objects.create(
        campaign=first.campaign,
        lead=first.lead,
        line=staff_call.line,
        script=first.script,
        occasion=Call.Occasion.PROMISED,
        attempt_number=(newest or 0) + 1,
        status=CallStatus.DIALING,
        due_at=now,
        claimed_at=timezone.now(),
        dialled_at=now,
        reserved_minor=bridged_minor(LONG_TALK_S, money.price_at(now)),
        money_on=timezone.localdate(now),
    )


def _blocked(call: Call, sentence: str, *, is_final: bool, now: datetime) -> LegRefused:
    Call.objects.filter(id=call.id).update(
        status=CallStatus.BLOCKED, failure=sentence[:500], dialled_at=None, ended_at=now, reserved_minor=0, money_on=None
    )
    return LegRefused(sentence, is_final)


def _keep_reserved(call: Call, spoken_s: float, *, on: datetime) -> None:
    """The platform bills this leg with the rep's: until that record's price settles both, the dearest reading stays reserved."""
    money.reserve(call, bridged_minor(spoken_s, money.price_at(on)) if spoken_s > 0 else 0)
