"""Blind judgements: who is given which call, for how long, what they say of it, and what is decided where two differ.

The only writer of CodingClaim, Coding and Adjudication. Whose answer was the right one becomes an ordinary correction (`correcting`), so it
counts everywhere. Nobody judges a call twice, decides about their own judgement, or judges what they have reviewed or been shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from bridge.brief import AnswerValue
from bridge.values import valid_value
from campaigns.briefs import question_brief
from campaigns.models import Adjudication, Answer, CalibrationItem, Call, Coding, CodingClaim
from campaigns.review import correcting
from campaigns.review.blind import unseen_by
from campaigns.review.correcting import Heard, Refused
from campaigns.review.differing import Difference, comparable, differences
from campaigns.review.queues import Filters, drawn_twice, of
from campaigns.review.sight import CODERS
from leads.said import sentence

HOLDS = timedelta(minutes=45)
BOTH = "both reviewers"
NOT_YOURS = sentence("You do not hold this call any more: its time was over. Take the next one.")
BY_BOTH = sentence("Whoever judged this call does not decide about it.")
NOT_TWICE = sentence("This call is not waiting for a decision.")
Purpose = Coding.Purpose


@dataclass(frozen=True, slots=True)
class Task:
    call: Call
    purpose: Coding.Purpose
    expires_at: datetime


class _Stop(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def doubles(limit: frozenset[int] | None) -> QuerySet[Any]:
    """All calls that are drawn to be judged twice and can be: there is a script and what was said. None whose answers are known."""
    known = CalibrationItem.objects.filter(call=OuterRef("pk"), retired_at=None)
    calls = drawn_twice(of(Filters(limit=limit))).filter(~Exists(known), script__isnull=False, words_gone_at=None)
    return calls.annotate(n_coded=Count("codings", filter=Q(codings__purpose=Purpose.DOUBLE), distinct=True))


def to_decide(limit: frozenset[int] | None) -> QuerySet[Any]:
    """Both have judged, and they differ, or both differ from what stands."""
    judged = Coding.objects.filter(purpose=Purpose.DOUBLE).values("call")  # few: starting from them, not every drawn call is looked at
    return doubles(limit).filter(pk__in=judged, n_coded__gte=CODERS, adjudication=None).order_by("answered_at", "pk")


def waiting(coder: str, limit: frozenset[int] | None, *, now: datetime) -> QuerySet[Any]:
    """What this person could be given, the oldest first."""
    rows = unseen_by(coder, doubles(limit)).filter(adjudication=None, n_coded__lt=CODERS)
    # Where one is in, or one is at it, there is one place left; where both, none.
    rows = rows.annotate(n_held=Count("coding_claims", filter=Q(coding_claims__expires_at__gt=now) & ~Q(coding_claims__coder=coder), distinct=True))
    found: QuerySet[Any] = rows.filter(n_coded__lt=CODERS - F("n_held")).order_by("answered_at", "pk")
    return found


def calibration_for(coder: str, limit: frozenset[int] | None) -> QuerySet[Any]:
    """Calls with a known answer that this person has not judged yet; nobody is measured by what they picked."""
    items = CalibrationItem.objects.filter(call=OuterRef("pk"), retired_at=None).exclude(picked_by=coder)
    return unseen_by(coder, of(Filters(limit=limit))).filter(Exists(items), words_gone_at=None).order_by("calibration_item__picked_at", "pk")


def task_of(coder: str, *, now: datetime) -> Task | None:
    claim = CodingClaim.objects.select_related("call__campaign", "call__script", "call__lead").filter(coder=coder, expires_at__gt=now).first()
    return Task(claim.call, _purpose(claim.call), claim.expires_at) if claim else None


def next_task(coder: str, limit: frozenset[int] | None, *, now: datetime) -> Task | None:
    """What this person holds, or the next call for them: the calibration set first. None: nothing waits for them."""
    if (held := task_of(coder, now=now)) is not None:
        return held
    with transaction.atomic():
        CodingClaim.objects.filter(coder=coder).delete()  # its time is over
        for call in [*calibration_for(coder, limit)[:1], *waiting(coder, limit, now=now)[:5]]:
            locked = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)
            is_known = CalibrationItem.objects.filter(call=locked, retired_at=None).exists()
            if is_known or waiting(coder, limit, now=now).filter(pk=locked.pk).exists():
                return _claimed(locked, coder, now)
    return None


def _claimed(call: Call, coder: str, now: datetime) -> Task | None:
    try:
        with transaction.atomic():
            CodingClaim.objects.create(call=call, coder=coder, claimed_at=now, expires_at=now + HOLDS)
    except IntegrityError:  # they pressed twice
        return task_of(coder, now=now)
    return Task(call, _purpose(call), now + HOLDS)


def release(coder: str) -> None:
    CodingClaim.objects.filter(coder=coder).delete()


def give(call_id: UUID, coder: str, values: Mapping[str, object], *, at: datetime) -> Coding | Refused:
    """A value for every question of the script, None where nothing was said. It cannot be taken back."""
    try:
        with transaction.atomic():
            call = Call.objects.select_for_update(of=("self",), no_key=True).select_related("script").get(pk=call_id)
            if not _holds(call, coder, at):
                raise _Stop(NOT_YOURS)
            coding = Coding.objects.create(call=call, purpose=_purpose(call), coder=coder, coded_at=at, values=_valid(call, values))
            CodingClaim.objects.filter(coder=coder).delete()
            if coding.purpose == Purpose.DOUBLE:
                _settle_if_unanimous(call, at)
            return coding
    except _Stop as stop:
        return Refused(stop.why)


def _holds(call: Call, coder: str, at: datetime) -> bool:
    """Also after its time, as long as the place was given to nobody else: nothing that was typed is lost for nothing."""
    if not CodingClaim.objects.filter(call=call, coder=coder).exists() or Coding.objects.filter(call=call, coder=coder).exists():
        return False
    if _purpose(call) == Purpose.CALIBRATION:
        return True
    others = CodingClaim.objects.filter(call=call, expires_at__gt=at).exclude(coder=coder).count()
    return call.codings.filter(purpose=Purpose.DOUBLE).count() + others < CODERS


def decide(call_id: UUID, values: Mapping[str, object], *, reason: str, by: str, at: datetime) -> Adjudication | Refused:
    """`values`: for each question that differs. All or nothing; what is decided otherwise than it stands is corrected, with `reason`."""
    try:
        with transaction.atomic():
            call = Call.objects.select_for_update(of=("self",), no_key=True).select_related("script").get(pk=call_id)
            if why := why_not_decide(call, by):
                raise _Stop(why)
            rows = differing(call)
            if missing := [row.key for row in rows if row.key not in values]:
                raise _Stop(sentence("Decide about every question: %(missing)s is missing.", missing=", ".join(missing)))
            decided = _valid(call, {row.key: values[row.key] for row in rows}, only=[row.key for row in rows])
            for row in rows:
                _correct(call, row, decided[row.key], reason=reason, by=by, at=at)
            return Adjudication.objects.create(call=call, values=decided, decided_by=by[:150], decided_at=at)
    except _Stop as stop:
        return Refused(stop.why)


def why_not_decide(call: Call, by: str) -> str:
    codings = list(call.codings.filter(purpose=Purpose.DOUBLE))
    if len(codings) < CODERS or Adjudication.objects.filter(call=call).exists():
        return NOT_TWICE
    return BY_BOTH if by in {coding.coder for coding in codings} else ""


def differing(call: Call) -> list[Difference]:
    first, second = list(call.codings.filter(purpose=Purpose.DOUBLE))[:CODERS]
    return differences(keys_of(call), first.values, second.values, standing_values(call))


def standing_values(call: Call) -> dict[str, AnswerValue]:
    """What counts of what was given on this very call; nobody can hear on it what was said on another."""
    return {row.question.key: row.value for row in Answer.objects.filter(call=call).select_related("question")}


def keys_of(call: Call) -> list[str]:
    return [question.key for question in call.script.questions.all()] if call.script else []


def _purpose(call: Call) -> Coding.Purpose:
    is_known = CalibrationItem.objects.filter(call=call, retired_at=None).exists()
    return Purpose.CALIBRATION if is_known else Purpose.DOUBLE


def _valid(call: Call, values: Mapping[str, object], only: list[str] | None = None) -> dict[str, AnswerValue | None]:
    if call.script is None:
        raise _Stop(correcting.NO_SUCH_QUESTION)
    found: dict[str, AnswerValue | None] = {}
    for question in call.script.questions.all():
        if only is not None and question.key not in only:
            continue
        given = values.get(question.key)
        found[question.key] = None if given is None else valid_value(question_brief(question), given)
        if given is not None and found[question.key] is None:
            raise _Stop(f"{question.key}: {correcting.NO_VALUE}")
    return found


def _settle_if_unanimous(call: Call, at: datetime) -> None:
    if call.codings.filter(purpose=Purpose.DOUBLE).count() == CODERS and not differing(call):
        Adjudication.objects.create(call=call, values={}, is_unanimous=True, decided_by=BOTH, decided_at=at)


def _correct(call: Call, row: Difference, decided: AnswerValue | None, *, reason: str, by: str, at: datetime) -> None:
    if comparable(decided) == comparable(row.stands):
        return
    if decided is None:
        result = correcting.void_answer(call.pk, row.key, reason=reason, by=by, at=at)
    elif row.stands is None:
        result = correcting.add_answer(call.pk, row.key, decided, Heard(), reason=reason, by=by, at=at)
    else:
        result = correcting.correct_answer(call.pk, row.key, decided, reason=reason, by=by, at=at)
    if isinstance(result, Refused):
        raise _Stop(result.why)
