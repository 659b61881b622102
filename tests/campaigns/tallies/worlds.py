"""Days with calls of every kind, made from a few numbers, and the same days counted in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from campaigns.funnel import LEVEL, CallFacts, Figures, bucket, reached_by_level, steps_of_case
from campaigns.models import Answer, Call, Campaign, DialDecision, Handoff, Question, Rep, Reservation, Score, StaffCall, WrapUp
from campaigns.states import ENDED, CallStatus, Disposition
from campaigns.tallies.counting import Day, Part, PartKey
from leads.models import Lead
from leads.zones import zone_named
from tests.conftest import NOW

N_DAYS = 4
REASONS = ("do_not_call", "consent_missing", "zone_unknown")


def plant(seed: int, campaigns: Iterable[Campaign], leads: Iterable[Lead], rep: Rep) -> None:
    """A few calls of each lead in each campaign, on the last days."""
    random = Random(seed)
    for campaign in campaigns:
        question = Question.objects.get(script=campaign.script, key="seats")
        for lead in leads:
            for attempt in range(1, random.randint(0, 3) + 1):
                _call(random, campaign, lead, attempt, question, rep)


def _call(random: Random, campaign: Campaign, lead: Lead, attempt: int, question: Question, rep: Rep) -> None:
    at = NOW - timedelta(minutes=random.randint(0, N_DAYS * 24 * 60))
    kind = random.choice(["blocked", "canceled", "theirs", "dialled", "dialled", "dialled", "promised"])
    call = Call.objects.create(campaign=campaign, lead=lead, due_at=at, **{"attempt_number": attempt, **_fields(random, kind, at)})
    if call.status == CallStatus.BLOCKED and random.random() < 0.9:
        _decisions(random, call, at)
    if call.answered_at is not None:
        _said(random, call, question, rep)


def _fields(random: Random, kind: str, at: datetime) -> dict[str, Any]:
    if kind in ("blocked", "canceled"):
        return {"status": kind, "ended_at": at}
    answered_at = at + timedelta(seconds=20) if random.random() < 0.7 else None
    status = "completed" if answered_at else random.choice(["no_answer", "busy", "failed"])
    is_settled = random.random() < 0.7
    fields: dict[str, Any] = {
        "status": status,
        "answered_at": answered_at,
        "ended_at": at + timedelta(minutes=random.randint(1, 90)),
        "disposition": random.choice([None, *Disposition]) if answered_at else None,
        "money_on": timezone.localdate(at),
        "settled_at": at if is_settled else None,
        "cost_minor": random.randint(0, 900) if is_settled else None,
        "voice_settled_at": at if is_settled else None,
        "voice_cost_minor": random.randint(0, 300) if is_settled else None,
    }
    if answered_at and random.random() < 0.8:
        turns = [random.randint(200, 6000) for _ in range(random.randint(0, 4))]
        fields |= {"longest_silence_ms": 900, "first_word_ms": random.choice([None, 410]), "voice_to_voice_ms": turns}
    if kind == "theirs":
        return {**fields, "occasion": "inbound", "attempt_number": 0}
    return {**fields, "dialled_at": at, "occasion": "promised" if kind == "promised" else "campaign"}


def _decisions(random: Random, call: Call, at: datetime) -> None:
    for decided_at in (at - timedelta(hours=30), at):  # put off first, then refused
        reasons = [{"reason": reason, "sentence": "…"} for reason in random.sample(REASONS, random.randint(1, 2))]
        DialDecision.objects.create(call=call, decided_at=decided_at, is_allowed=False, reasons=reasons)


def _said(random: Random, call: Call, question: Question, rep: Rep) -> None:
    if random.random() < 0.5:
        Answer.objects.create(call=call, question=question, value=60, saved_at=NOW)
    if random.random() < 0.6:
        Score.objects.create(call=call, points=70, threshold=70, is_hot=random.random() < 0.7, computed_at=NOW)
    if random.random() < 0.5:
        _handed_over(random, call, rep)


def _handed_over(random: Random, call: Call, rep: Rep) -> None:
    status = random.choice(["offered", "bridged", "promised", "kept", "no_answer"])
    accepted_at = NOW if status == "bridged" or random.random() < 0.3 else None
    handoff = Handoff.objects.create(call=call, strategy="dial", status=status, offered_at=NOW, accepted_at=accepted_at, ended_at=NOW)
    for _ in range(random.choice([0, 1, 1, 2])):
        talk = Reservation.objects.create(handoff=handoff, rep=rep, status="completed", offered_at=NOW)
        told = {"disposition": random.choice(["won", "follow_up"]), "was_hot": random.choice([None, True, False])}
        WrapUp.objects.create(reservation=talk, saved_at=NOW, **told)
    if random.random() < 0.6:
        on = timezone.localdate(NOW - timedelta(days=random.randint(0, 2)))
        money = {"settled_at": random.choice([NOW, None]), "cost_minor": random.randint(0, 500), "money_on": on}
        StaffCall.objects.create(rep=rep, handoff=handoff, line=call.campaign.line, status="completed", answer_token=str(call.pk), **money)


# ---- the same, counted by hand --------------------------------------------------------------------------------------------


def day_of(call: Call) -> Day | None:
    at = call.dialled_at or call.answered_at or call.ended_at
    return None if at is None else (call.campaign_id, timezone.localdate(at))


def plain_figures() -> dict[Day, Figures]:
    """Row by row, and the steps by `campaigns.funnel`."""
    levels: defaultdict[Day, Counter[int]] = defaultdict(Counter)
    found: defaultdict[Day, Figures] = defaultdict(Figures)
    cases: defaultdict[tuple[int, Any], list[Call]] = defaultdict(list)
    for call in Call.objects.all():
        if day_of(call):
            cases[call.campaign_id, call.lead_id].append(call)
    for case in cases.values():
        steps = steps_of_case(facts_of(call) for call in case)
        for call in case:
            day, step = day_of(call), steps[str(call.pk)]
            assert day is not None
            levels[day][LEVEL[step] if step else 0] += 1
            found[day] += _rest(call)
    for leg in StaffCall.objects.exclude(settled_at=None).select_related("handoff__call"):
        assert leg.handoff is not None and leg.money_on is not None
        found[leg.handoff.call.campaign_id, leg.money_on] += Figures(spent_minor=leg.cost_minor or 0)
    return {day: figures + Figures(**reached_by_level(levels[day])) for day, figures in found.items()}


def _rest(call: Call) -> Figures:
    phone_minor, voice_minor = call.cost_minor or 0, call.voice_cost_minor or 0
    return Figures(
        n_ended=call.status in ENDED,
        n_blocked=call.status == "blocked",
        n_unpriced=call.money_on is not None and call.settled_at is None,
        spent_minor=phone_minor + voice_minor,
        voice_minor=voice_minor,
        n_judged=_talks(call).exclude(was_hot=None).count(),
        n_confirmed=_talks(call).filter(was_hot=True).count(),
    )


def _talks(call: Call) -> QuerySet[WrapUp]:
    """After a hot call."""
    is_hot = Score.objects.filter(call=call, is_hot=True).exists()
    return WrapUp.objects.filter(reservation__handoff__call=call) if is_hot else WrapUp.objects.none()


def facts_of(call: Call) -> CallFacts:
    handoff = Handoff.objects.filter(call=call).first()
    return CallFacts(
        at=call.dialled_at or call.answered_at or call.ended_at or NOW,
        key=str(call.pk),
        is_attempt=call.dialled_at is not None or call.is_theirs,
        is_answered=call.answered_at is not None,
        disposition=Disposition(call.disposition) if call.disposition else None,
        has_answers=call.answers.exists(),
        is_promised=call.occasion == "promised",
        is_hot=Score.objects.filter(call=call, is_hot=True).exists(),
        is_accepted=handoff is not None and (handoff.accepted_at is not None or handoff.status == "kept"),
        is_won=WrapUp.objects.filter(reservation__handoff__call=call, disposition="won").exists(),
    )


def plain_parts() -> dict[PartKey, Part]:
    found: defaultdict[PartKey, Part] = defaultdict(Part)
    for call in Call.objects.select_related("lead"):
        if day := day_of(call):
            for kind, key, is_answered in _cells(call):
                found[PartKey(*day, kind, key)] += Part(1, is_answered)
    return dict(found)


def _cells(call: Call) -> Iterable[tuple[str, str, int]]:
    zone = zone_named(call.lead.time_zone)
    if call.dialled_at is not None and zone is not None:
        local = call.dialled_at.astimezone(zone)
        yield "hour", str(24 * local.weekday() + local.hour), int(call.answered_at is not None)
    if call.status == "blocked":
        decision = call.dial_decisions.order_by("decided_at").last()
        for reason in {each["reason"] for each in decision.reasons} if decision else {"other"}:
            yield "reason", reason, 0
    if call.longest_silence_ms is not None:
        for ms in call.voice_to_voice_ms:
            yield "turn", str(bucket(ms)), 0
        if call.first_word_ms is not None:
            yield "first_word", str(bucket(call.first_word_ms)), 0
