"""The only writer of Call, besides the dialer's claim: what the provider says, how a session ended, and what follows from it.

Every function is one short transaction, idempotent, and correct in any order of events. No network here.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from bridge.events import Outcome
from bridge.reports import SessionReport
from bridge.telephony.dialect import ENDED as PROVIDER_ENDED
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.replies import Cdr, PlacedCall
from bridge.telephony.webhooks import ProviderEvent
from campaigns import circuit, flight, live, money
from campaigns.inbound_rules import FINISHED
from campaigns.integrations.webhooks import facts
from campaigns.judge.record import EntryKind
from campaigns.models import Call, Campaign, Score
from campaigns.recording_rules import NotRecorded
from campaigns.retry_plan import NextAttempt, next_attempt
from campaigns.settlement import settle
from campaigns.states import ENDED, LIVE, CallStatus, Disposition, disposition_of, next_state
from campaigns.tallies import staleness
from campaigns.tasks import hang_up_call, settle_call
from campaigns.voice_cost import keeping as voice_costs
from leads import clock
from leads.said import N_

logger = logging.getLogger(__name__)


# ---- what came of placing it ------------------------------------------------------------------------------------------


def adopt(call_id: UUID, placed: PlacedCall) -> None:
    """The provider took the call and named it."""
    with transaction.atomic():
        call = _locked(call_id)
        _adopt_ids(call, placed.call_id, placed.session_id)
        flight.record(EntryKind.PLACED, at=clock.now(), call=call, details={"provider_call_id": call.provider_call_id})


def requeue(call_id: UUID, *, due_at: datetime) -> None:
    """Nothing was sent, so no phone rang: the claim is undone. The one way back, and only from a claim without a doubt."""
    with transaction.atomic():
        call = _locked(call_id)
        if call.status != CallStatus.DIALING or call.unknown_at or call.provider_call_id or call.provider_session_id:
            return
        money.release_claim(call)
        flight.record(
            EntryKind.NOT_SENT, at=clock.now(), call=call, money_minor=-call.reserved_minor - call.voice_reserved_minor, money_on=call.money_on
        )
        unclaimed = {"dialled_at": None, "claimed_at": None, "server": None, "answer_token": None, "stream_token": None}
        Call.objects.filter(pk=call_id).update(
            status=CallStatus.QUEUED, due_at=due_at, reserved_minor=0, voice_reserved_minor=0, money_on=None, **unclaimed
        )


def refuse(call_id: UUID, *, words: str, at: datetime) -> None:
    """The provider said no: the attempt failed, in its words."""
    with transaction.atomic():
        call = _locked(call_id)
        if call.status != CallStatus.DIALING:
            return
        flight.record(EntryKind.REFUSED, at=at, call=call)
        money.reserve(call, 0)
        call.failure = words[:500]
        call.save(update_fields=["failure"])
        _end(call, CallStatus.FAILED, at)


def mark_unknown(call_id: UUID) -> None:
    """A phone may be ringing and we cannot tell. The janitor looks; nobody dials again."""
    with transaction.atomic():
        if Call.objects.filter(pk=call_id, status=CallStatus.DIALING, unknown_at=None).update(unknown_at=timezone.now()) == 1:
            flight.record(EntryKind.UNKNOWN, at=clock.now(), call=_locked(call_id))


def close_unknown(call_id: UUID, *, at: datetime) -> None:
    """Looked for and not found: an attempt, its money reserved until it is settled, and no other attempt."""
    with transaction.atomic():
        call = _locked(call_id)
        if call.status == CallStatus.DIALING:
            _end(call, CallStatus.OUTCOME_UNKNOWN, at)


# ---- what the provider says -------------------------------------------------------------------------------------------


def on_provider_event(call_id: UUID, event: ProviderEvent, *, at: datetime) -> bool:
    """True if the event moved the call. Repeated, late and unknown events change nothing but missing ids."""
    with transaction.atomic():
        call = _locked(call_id)
        _adopt_ids(call, event.call_id, event.session_id)
        if event.state is ProviderStatus.STREAM_ERROR:
            _note_failure(call, N_("The platform could not open or keep the audio stream."))
        seconds = None if event.duration_s is None else round(event.duration_s)
        return _move(call, event.state, at=at, cause=event.hangup_cause, seconds=seconds)


def on_cdr(call_id: UUID, cdr: Cdr, *, at: datetime) -> None:
    """The provider's own account: it decides the status, and settles the money once the call is over."""
    with transaction.atomic():
        call = _locked(call_id)
        _adopt_ids(call, cdr.call_id, cdr.session_id)
        seconds = None if cdr.duration_s is None else round(cdr.duration_s)
        _move(call, cdr.status, at=at, cause=cdr.hangup_cause, seconds=seconds)
        if cdr.status in PROVIDER_ENDED and call.status in ENDED:
            settle(call, cdr, at=at)


def make_way(call: Call, *, at: datetime) -> bool:
    """They call us while we call them: our attempt, not answered yet, is taken back. False: it cannot be. Within the caller's transaction."""
    is_named = bool(call.provider_call_id or call.provider_session_id)
    if call.status not in {CallStatus.DIALING, CallStatus.RINGING} or not is_named:
        return False
    _note_failure(call, N_("The lead called us in the same moment, so this attempt was taken back."))
    hang_up_call.enqueue(str(call.pk))
    _end(call, CallStatus.CANCELED, at)
    return True


def close_lost(call_id: UUID, *, words: str, at: datetime) -> None:
    """The provider never reported the end and does not answer for it: close what nobody closed. Money stays reserved."""
    with transaction.atomic():
        call = _locked(call_id)
        if call.status in LIVE:
            _note_failure(call, words)
            _end(call, CallStatus.COMPLETED if call.answered_at else CallStatus.FAILED, at)


def _move(call: Call, state: ProviderStatus, *, at: datetime, cause: str, seconds: int | None) -> bool:
    status = next_state(CallStatus(call.status), state)
    if status is None:
        return False
    if status in ENDED:
        call.hangup_cause = cause[:200]
        call.talk_s = seconds if status is CallStatus.COMPLETED else None
        call.save(update_fields=["hangup_cause", "talk_s"])
        _end(call, status, at)
        return True
    call.status = status
    if status is CallStatus.IN_PROGRESS:
        call.answered_at = at
        flight.record(EntryKind.ANSWERED, at=at, call=call)
    call.save(update_fields=["status", "answered_at"])
    staleness.note_call(call.pk)
    live.publish(call.pk, live.Kind.ANSWERED if status is CallStatus.IN_PROGRESS else live.Kind.RINGING)
    return True


def _end(call: Call, status: CallStatus, at: datetime) -> None:
    call.status, call.ended_at = status, at
    call.save(update_fields=["status", "ended_at"])
    flight.record(EntryKind.ENDED, at=at, call=call, details={"status": status.value, "hangup_cause": call.hangup_cause})
    live.publish(call.pk, live.Kind.ENDED, {"status": status.value, "hangup_cause": call.hangup_cause, "failure": call.failure})
    if call.stream_opened_at and not call.session_ended_at:
        live.publish(call.pk, live.Kind.NOTE_PROVIDER_ENDED)
    if call.stream_opened_at is None:  # no voice will speak on it any more
        voice_costs.count(call, is_over=True, at=at)
    if call.provider_call_id or call.provider_session_id:
        settle_call.enqueue(str(call.pk))
    _conclude(call, at)
    staleness.note_call(call.pk)
    logger.info("call %s ended as %s", call.pk, status.value)


# ---- the session ------------------------------------------------------------------------------------------------------


def open_stream(token: str, *, at: datetime, server_id: UUID | None = None) -> Call | None:
    """Spend the socket's token: it works once, for a live call, until it expires (real time). None: refused.

    `server_id`: the process that holds the session from now on. The claim's may have died since, and another taken over its address.
    """
    now = timezone.now()
    with transaction.atomic():
        waiting = Call.objects.filter(stream_token=token, stream_opened_at=None, stream_expires_at__gt=now, status__in=LIVE)
        holder = {"server": server_id} if server_id else {}
        if not token or waiting.update(stream_opened_at=now, **holder) != 1:
            return None
        call = _locked(Call.objects.values_list("pk", flat=True).get(stream_token=token))
        _move(call, ProviderStatus.STREAM_STARTED, at=at, cause="", seconds=None)
    return call


def mark_opted_out(call_id: UUID) -> None:
    """The result stands from this moment, however the call ends."""
    Call.objects.filter(pk=call_id, status__in=ENDED | {CallStatus.IN_PROGRESS}).update(disposition=Disposition.OPTED_OUT)


def note_language(call_id: UUID, language: str) -> None:
    """At the opening of a stream, in which language the call is held; BCP-47."""
    Call.objects.filter(pk=call_id).update(language=language)


def note_not_recorded(call_id: UUID, why: NotRecorded) -> None:
    """At the opening of a stream, why it leaves no recording. A callee's no stays the reason, once it was given on this call."""
    Call.objects.filter(pk=call_id).exclude(not_recorded=NotRecorded.CALLEE).update(not_recorded=why)


def finish_session(call_id: UUID, report: SessionReport, *, at: datetime) -> bool:
    """The voice has left the call; it may go on with a rep, or have ended before. True the first time."""
    with transaction.atomic():
        call = _locked(call_id)
        if call.session_ended_at is not None:
            return False
        if call.stream_opened_at is None:
            raise AssertionError("a session that never opened cannot finish")
        if call.disposition != Disposition.OPTED_OUT:
            call.disposition = _disposition(call, report.outcome)
        call.session_ended_at = timezone.now()
        timing = report.timing
        call.first_word_ms, call.voice_to_voice_ms = timing.first_word_ms, list(timing.voice_to_voice_ms)
        call.overlap_ms, call.longest_silence_ms = timing.overlap_ms, timing.longest_silence_ms
        call.is_disclosure_heard, call.promised_for, call.session_outcome = report.is_disclosure_heard, report.promised_for, report.outcome.value
        call.disclosure_proof = report.disclosure_proof or ""
        call.disclosure_sha256, call.disclosure_heard_ms = report.disclosure_sha256, report.disclosure_heard_ms
        call.save(
            update_fields=[
                "disposition", "session_ended_at", "session_outcome", "is_disclosure_heard", "disclosure_proof", "disclosure_sha256",
                "disclosure_heard_ms", "promised_for", "first_word_ms", "voice_to_voice_ms", "overlap_ms", "longest_silence_ms",
            ],
        )  # fmt: skip
        flight.record(EntryKind.FINISHED, at=at, call=call, details={"outcome": report.outcome.value, "disposition": call.disposition})
        live.publish(call.pk, live.Kind.FINISHED, {"outcome": report.outcome.value, "disposition": call.disposition})
        _conclude(call, at)
        staleness.note_call(call.pk)
    logger.info("call %s: the session finished with %s", call_id, report.outcome.value)
    return True


def _disposition(call: Call, outcome: Outcome) -> Disposition:
    score = Score.objects.filter(call=call).first()
    return disposition_of(outcome, is_survey=call.campaign.kind == Campaign.Kind.SURVEY, is_hot=bool(score and score.is_hot))


def correct_heat(call_id: UUID, *, is_hot: bool) -> None:
    """A review found a finished interview hot, or not, after all: its disposition follows. Nothing is planned or rung because of it."""
    call = _locked(call_id)
    if call.disposition not in (Disposition.QUALIFIED, Disposition.NOT_QUALIFIED) or not call.session_outcome:
        return
    is_survey = call.campaign.kind == Campaign.Kind.SURVEY
    call.disposition = disposition_of(Outcome(call.session_outcome), is_survey=is_survey, is_hot=is_hot)
    call.save(update_fields=["disposition"])
    staleness.note_call(call_id)


# ---- what follows -----------------------------------------------------------------------------------------------------


def _conclude(call: Call, at: datetime) -> None:
    """Both the phone and the session are over: what has no result yet gets one, and the next attempt is planned."""
    if call.status not in ENDED or (call.stream_opened_at and not call.session_ended_at):
        return
    is_promised = call.occasion == Call.Occasion.PROMISED
    if call.status == CallStatus.COMPLETED and call.disposition is None:
        # With a rep: they have spoken. With the bot: picked up, and gone before a word.
        call.disposition = Disposition.QUALIFIED if is_promised else Disposition.INCOMPLETE
        call.save(update_fields=["disposition"])
    if call.status == CallStatus.COMPLETED:
        facts.call_completed(call)
    if call.is_theirs:
        _plan_after_their_call(call, at)
        outcome = Outcome(call.session_outcome) if call.session_outcome else None
        circuit.note_their_fault(call.campaign_id, call.line or call.campaign.line, outcome, at=at)
        return
    if not is_promised:  # a promised call back is the rep's to repeat
        _plan_next(call, at)
    circuit.note_ending(call, at=at)


def _plan_after_their_call(call: Call, at: datetime) -> None:
    """Nobody is called again who has just finished; who broke off is called when the rules say, not when it was planned before."""
    case = Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id)
    queued = case.filter(status=CallStatus.QUEUED)
    if case.filter(disposition__in=sorted(FINISHED)).exists():
        queued.update(status=CallStatus.CANCELED, ended_at=at, failure=N_("The lead called us, and nothing is left to ask."))
    elif call.disposition != Disposition.INFORMED:
        _plan_next(call, at)


def _plan_next(call: Call, at: datetime) -> None:
    later = Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id, attempt_number__gt=call.attempt_number)
    if call.campaign.status == Campaign.Status.CLOSED or (not call.is_theirs and later.exists()):  # theirs has no place in their order
        return
    planned = next_attempt(call, at=at)
    if planned is None:
        return
    is_moved = call.is_theirs and later.filter(status=CallStatus.QUEUED).update(**asdict(planned)) == 1
    if is_moved or queue_attempt(call, planned):
        live.publish(call.pk, live.Kind.RETRY, {"due_at": planned.due_at.isoformat(), "priority": planned.priority})


def queue_attempt(call: Call, planned: NextAttempt) -> bool:
    """One more attempt for the same lead and campaign; False if one is queued already."""
    newest: dict[str, Any] = Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id).aggregate(number=Max("attempt_number"))
    try:
        with transaction.atomic():
            Call.objects.create(campaign_id=call.campaign_id, lead_id=call.lead_id, attempt_number=newest["number"] + 1, **asdict(planned))
    except IntegrityError:  # the constraint saw what another process did meanwhile
        return False
    return True


def _locked(call_id: UUID) -> Call:
    # SQLite ignores the row lock: its transactions are IMMEDIATE, so one writer at a time anyway. `no_key`: what only refers to the call
    # (a live event, an answer) is written meanwhile, or two transactions that hold a hand-off and its call would wait for each other.
    return Call.objects.select_for_update(of=("self",), no_key=True).select_related("campaign").get(pk=call_id)


def _adopt_ids(call: Call, provider_call_id: str | None, provider_session_id: str | None) -> None:
    """Ids are filled in once and never replaced: a stranger's event cannot take a call over."""
    before = (call.provider_call_id, call.provider_session_id)
    call.provider_call_id = call.provider_call_id or (provider_call_id or "")[:80]
    call.provider_session_id = call.provider_session_id or (provider_session_id or "")[:80]
    if (call.provider_call_id, call.provider_session_id) == before:
        return
    call.save(update_fields=["provider_call_id", "provider_session_id"])
    if call.status in ENDED and before == ("", ""):
        settle_call.enqueue(str(call.pk))  # its end came before its name


def _note_failure(call: Call, words: str) -> None:
    call.failure = call.failure or words[:500]
    call.save(update_fields=["failure"])
