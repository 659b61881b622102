"""Reads both sets of books for `balance`: the exchange's own memory, and our rows. Reads only."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.telephony.simulator.call import Call as PlatformCall
from bridge.telephony.simulator.exchange import Exchange, Via
from campaigns.models import Answer, Call, Handoff, StaffCall
from campaigns.states import ENDED, LIVE, CallStatus, Disposition, HandoffStatus
from leads import clock
from leads.do_not_call import entries_of
from leads.models import Lead
from sautiqual.crash_test import voices
from sautiqual.crash_test.balance import Books, Dialled, Ring, Row

RIGHT_ANSWERS = {
    voice: {question: arguments["value"] for question, reply in replies.items() for _, arguments in reply.tools if "value" in arguments}
    for voice, replies in voices.REPLIES.items()
}


def read_books(exchange: Exchange) -> Books:
    by_id = {call.call_id: call for call in exchange.calls}
    return Books(
        questions=tuple(question["key"] for question in voices.QUESTIONS),
        rings=[_ring(call) for call in exchange.calls],
        dialled=[Dialled(dial.number, by_id[dial.call_id].label, dial.at) for dial in exchange.dials if dial.via is Via.DIAL],
        rows=list(_rows()),
        rep_calls=frozenset(key.hex for key in StaffCall.objects.values_list("pk", flat=True)),
        listed=frozenset(entries_of(Lead.objects.values_list("phone", flat=True))),
    )


def _ring(call: PlatformCall) -> Ring:
    said = [line.text for stream in call.streams for line in stream.playout.announced]
    wordings = {question["wording"]: question["key"] for question in voices.QUESTIONS}
    asked = (key for text in said for wording, key in wordings.items() if wording in text)
    # "Stay on the line" and the promise come after the last answer, as the thanks do.
    closings = [voices.LINES[name] for name in ("cold_close", "checking", "connecting", "promise", "call_right_back")]
    return Ring(
        number=call.leg.number,
        label=call.label,
        began_at=call.created_at,
        ended_at=call.ended_at,
        asked=tuple(asked),
        has_closed=any(closing in text for text in said for closing in closings),
        has_opted_out=any(voices.LINES["opted_out"] in text for text in said),
    )


def _rows() -> Iterable[Row]:
    answers: dict[object, dict[str, object]] = {}
    for answer in Answer.objects.select_related("question"):
        answers.setdefault(answer.call_id, {})[answer.question.key] = answer.value
    for call in Call.objects.select_related("lead", "campaign").order_by("attempt_number"):
        n_dialled = Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id, dialled_at__isnull=False).count()
        yield Row(
            call_id=call.pk.hex,
            number=call.lead.phone,
            status=CallStatus(call.status),
            disposition=Disposition(call.disposition) if call.disposition else None,
            is_attempt=call.dialled_at is not None,
            is_promised=call.occasion == Call.Occasion.PROMISED,
            attempts_left=n_dialled < call.campaign.max_attempts,
            answers=answers.get(call.pk, {}),
            right_answers=RIGHT_ANSWERS[call.campaign.voice],
        )


def what_is_open() -> str:
    """Empty: nobody is on the phone, due, waiting for a rep, or unpaid; otherwise what is, for whoever waits."""
    counts = {
        "due": Call.objects.filter(status=CallStatus.QUEUED, due_at__lte=clock.now()).count(),
        "live": Call.objects.filter(status__in=LIVE).count(),
        "in session": Call.objects.filter(stream_opened_at__isnull=False, session_ended_at=None).count(),
        "reps on the phone": StaffCall.objects.filter(status__in=LIVE).count(),
        "hand-offs": Handoff.objects.filter(status__in=[HandoffStatus.WARMING, HandoffStatus.OFFERED, HandoffStatus.ACCEPTED], ended_at=None).count(),
        "not paid": n_not_paid(),
    }
    return ", ".join(f"{n} {what}" for what, n in counts.items() if n)


def n_not_paid() -> int:
    """Ended calls that the platform has a price for, and we have not."""
    ended = Call.objects.filter(status__in=ENDED, settled_at=None, occasion=Call.Occasion.CAMPAIGN, dialled_at__isnull=False)
    return ended.exclude(provider_call_id="", provider_session_id="").count()
