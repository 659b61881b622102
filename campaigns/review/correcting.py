"""Reviews of finished calls: found right; an answer corrected, voided or added; the score corrected; by whom and when, corrections with a reason.

The only writer of ReviewAct. What counts stands in the rows that everything reads (Answer, Score, the call's disposition), so a correction is in
every report, export, reply and score at once; what the bot had made of it stands in the acts. Nobody is rung because of one: who turned hot
here waits for a person to promise the call (`promising`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bridge.brief import AnswerValue
from bridge.values import valid_value
from campaigns import calls, interviews
from campaigns.briefs import question_brief, score_so_far
from campaigns.models import Answer, Call, Question, ReviewAct, Score, VoidedAnswer
from campaigns.scoring import ScoreResult
from campaigns.states import ENDED, LIVE
from leads import audit
from leads.said import sentence

Kind = ReviewAct.Kind
MOST_POINTS = 10_000
NO_REASON = sentence("Say why: a correction without a reason is not kept.")
NOT_OVER = sentence("This call is not over yet.")
ON_THE_PHONE = sentence("The lead is on the phone now. Correct this when that call is over.")
NO_ANSWER = sentence("There is no answer to this question on this call.")
NO_SUCH_QUESTION = sentence("This call's script has no such question.")
NO_VALUE = sentence("That is no answer this question takes.")
IS_ANSWERED = sentence("There is an answer already. Correct that one.")
NO_SCORE = sentence("There is no score on this call.")
SAME = sentence("That is what stands there already.")
NOT_THE_NEWEST = sentence("Something later was corrected here: undo that first.")
_EVIDENCE = ("value", "quote", "started_ms", "ended_ms", "confidence", "is_confirmed", "saved_at")


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written. `why`, in words for who asked."""

    why: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The evidence of an answer that a person adds, as far as they tell it."""

    quote: str = ""
    started_ms: int = 0


class _Stop(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def accept(call_id: UUID, *, by: str, at: datetime) -> ReviewAct | Refused:
    """Everything on it is right as it stands now. Idempotent, until something is corrected again."""
    try:
        with transaction.atomic():
            call = _locked(call_id)
            newest = call.review_acts.order_by("-done_at", "-id").first()
            if newest is not None and newest.kind == Kind.ACCEPTED:
                return newest
            return call.review_acts.create(kind=Kind.ACCEPTED, done_by=by[:150], done_at=at)
    except _Stop as stop:
        return Refused(stop.why)


def correct_answer(call_id: UUID, question_key: str, value: object, *, reason: str, by: str, at: datetime) -> ReviewAct | Refused:
    """`value` as it is stored; it has to be one that the question takes on a call. Answer, scores and dispositions change together."""
    try:
        with transaction.atomic():
            return _correct_answer(_locked(call_id), question_key, value, reason=reason, by=by, at=at)
    except _Stop as stop:
        return Refused(stop.why)


def void_answer(call_id: UUID, question_key: str, *, reason: str, by: str, at: datetime) -> ReviewAct | Refused:
    """Nobody gave it: from now on the question counts as not answered on this call. Undoing brings it back with its evidence."""
    try:
        with transaction.atomic():
            return _void(_locked(call_id), question_key, reason=reason, by=by, at=at)
    except _Stop as stop:
        return Refused(stop.why)


def add_answer(call_id: UUID, question_key: str, value: object, heard: Heard, *, reason: str, by: str, at: datetime) -> ReviewAct | Refused:
    """The bot missed it. `value` as it is stored."""
    try:
        with transaction.atomic():
            return _add(_locked(call_id), question_key, value, heard, reason=reason, by=by, at=at)
    except _Stop as stop:
        return Refused(stop.why)


def correct_score(call_id: UUID, points: int, *, is_hot: bool, reason: str, by: str, at: datetime) -> ReviewAct | Refused:
    """By hand, whatever the rubric says, until it is undone: answers that are corrected later do not change it."""
    if not -MOST_POINTS <= points <= MOST_POINTS:
        return Refused(sentence("A score is between %(least)s and %(most)s.", least=-MOST_POINTS, most=MOST_POINTS))
    return _set_score(call_id, {"points": points, "is_hot": is_hot, "by_hand": True}, reason=reason, by=by, at=at)


def undo(act_id: UUID, *, reason: str, by: str, at: datetime) -> ReviewAct | Refused:
    """A further correction, back to what stood there before. Only of the newest one about the same answer, or about the score."""
    act = ReviewAct.objects.select_related("question").filter(pk=act_id).exclude(kind=Kind.ACCEPTED).first()
    if act is None:
        return Refused(sentence("There is no such correction."))
    if act.call.review_acts.filter(kind=act.kind, question=act.question).order_by("-done_at", "-id").values_list("pk", flat=True).first() != act.pk:
        return Refused(NOT_THE_NEWEST)
    if act.question is not None:
        return _undo_answer(act, act.question.key, reason=reason, by=by, at=at)
    before: dict[str, Any] = act.before or {}
    return _set_score(act.call_id, before if before.get("by_hand") else None, reason=reason, by=by, at=at)


def _undo_answer(act: ReviewAct, question_key: str, *, reason: str, by: str, at: datetime) -> ReviewAct | Refused:
    if act.has_added:
        return void_answer(act.call_id, question_key, reason=reason, by=by, at=at)
    if not act.has_voided:
        return correct_answer(act.call_id, question_key, act.before, reason=reason, by=by, at=at)
    try:
        with transaction.atomic():
            return _bring_back(_locked(act.call_id), question_key, reason=reason, by=by, at=at)
    except _Stop as stop:
        return Refused(stop.why)


def why_not(call: Call) -> str:
    """What keeps this call from being reviewed now; "": nothing."""
    if call.status not in ENDED or _is_open(call):
        return NOT_OVER
    others = Call.objects.filter(lead=call.lead_id)
    is_talking = others.filter(Q(status__in=LIVE) | Q(stream_opened_at__isnull=False, session_ended_at=None)).exists()
    return ON_THE_PHONE if is_talking else ""


def _is_open(call: Call) -> bool:
    return call.stream_opened_at is not None and call.session_ended_at is None


def _locked(call_id: UUID) -> Call:
    call = Call.objects.select_for_update(of=("self",), no_key=True).select_related("script", "campaign").get(pk=call_id)
    if why := why_not(call):
        raise _Stop(why)
    return call


def _correct_answer(call: Call, question_key: str, value: object, *, reason: str, by: str, at: datetime) -> ReviewAct:
    answer = Answer.objects.select_related("question__script").filter(call=call, question__key=question_key).first()
    if answer is None:
        raise _Stop(NO_ANSWER)
    valid = _valid(answer.question, value)
    before: AnswerValue = answer.value
    if _is_same(valid, before):
        raise _Stop(SAME)
    act = _keep(call, Kind.ANSWER, before, valid, question=answer.question, reason=reason, by=by, at=at)
    Answer.objects.filter(pk=answer.pk).update(value=valid)
    _rescore_all(call, at=at)
    return act


def _void(call: Call, question_key: str, *, reason: str, by: str, at: datetime) -> ReviewAct:
    answer = Answer.objects.filter(call=call, question__key=question_key).select_related("question").first()
    if answer is None:
        raise _Stop(NO_ANSWER)
    act = _keep(call, Kind.ANSWER, answer.value, None, question=answer.question, reason=reason, by=by, at=at)
    VoidedAnswer.objects.update_or_create(call=call, question=answer.question, defaults={name: getattr(answer, name) for name in _EVIDENCE})
    answer.delete()
    _rescore_all(call, at=at)
    return act


def _add(call: Call, question_key: str, value: object, heard: Heard, *, reason: str, by: str, at: datetime) -> ReviewAct:
    question = Question.objects.select_related("script").filter(script=call.script_id, key=question_key).first()
    if question is None:
        raise _Stop(NO_SUCH_QUESTION)
    if Answer.objects.filter(call=call, question=question).exists():
        raise _Stop(IS_ANSWERED)
    valid = _valid(question, value)
    act = _keep(call, Kind.ANSWER, None, valid, question=question, reason=reason, by=by, at=at)
    evidence = {"quote": heard.quote.strip(), "started_ms": heard.started_ms, "ended_ms": heard.started_ms, "confidence": 1.0}
    # As if given on that call, so that among all attempts the newest answer counts, and not the newest correction.
    Answer.objects.create(call=call, question=question, value=valid, saved_at=call.ended_at or at, **evidence)
    _rescore_all(call, at=at)
    return act


def _bring_back(call: Call, question_key: str, *, reason: str, by: str, at: datetime) -> ReviewAct:
    voided = VoidedAnswer.objects.select_related("question").filter(call=call, question__key=question_key).first()
    if voided is None or Answer.objects.filter(call=call, question__key=question_key).exists():
        raise _Stop(NOT_THE_NEWEST)
    act = _keep(call, Kind.ANSWER, None, voided.value, question=voided.question, reason=reason, by=by, at=at)
    Answer.objects.create(call=call, question=voided.question, **{name: getattr(voided, name) for name in _EVIDENCE})
    voided.delete()
    _rescore_all(call, at=at)
    return act


def _valid(question: Question, value: object) -> AnswerValue:
    valid = valid_value(question_brief(question), value)
    if valid is None:
        raise _Stop(NO_VALUE)
    return valid


def _set_score(call_id: UUID, wanted: dict[str, Any] | None, *, reason: str, by: str, at: datetime) -> ReviewAct | Refused:
    """`wanted`: by hand; None: as the rubric has it."""
    try:
        with transaction.atomic():
            call = _locked(call_id)
            score = Score.objects.filter(call=call).first()
            if score is None:
                raise _Stop(NO_SCORE)
            before = {"points": score.points, "is_hot": score.is_hot, "by_hand": _by_hand(call) is not None}
            by_rubric = score_so_far(call)
            after = wanted or {"points": by_rubric.points, "is_hot": by_rubric.is_hot, "by_hand": False}
            if after == before or (wanted and {**before, "by_hand": True} == wanted):
                raise _Stop(SAME)
            act = _keep(call, Kind.SCORE, before, after, reason=reason, by=by, at=at)
            _rescore(call, at=at)
            return act
    except _Stop as stop:
        return Refused(stop.why)


def _keep(call: Call, kind: ReviewAct.Kind, before: Any, after: Any, *, reason: str, by: str, at: datetime, question: Any = None) -> ReviewAct:
    if not reason.strip():
        raise _Stop(NO_REASON)
    act = ReviewAct.objects.create(
        call=call, kind=kind, question=question, before=before, after=after, reason=reason.strip()[:500], done_by=by[:150], done_at=at
    )
    # Neither reason nor values: they may tell what was said, and the audit log outlives the call.
    about = {"question": question.key} if question else {}
    audit.record(by, audit.Act.OVERRIDE, "call", call.pk, campaign_id=call.campaign_id, what=kind.value, review_act=str(act.pk), **about)
    return act


def _rescore_all(call: Call, *, at: datetime) -> None:
    """Also later attempts, on which this answer counted as given before."""
    same = Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id, script=call.script_id, status__in=ENDED)
    # The call itself also where it had no score: its first answer may have been added just now.
    for each in same.filter(Q(score__isnull=False) | Q(pk=call.pk)).select_related("script", "campaign", "score").order_by("pk"):
        _rescore(each, at=at)


def _rescore(call: Call, *, at: datetime) -> None:
    result = _with_hand(call, score_so_far(call))
    interviews.keep_score(call, result, at=at)
    calls.correct_heat(call.pk, is_hot=result.is_hot)


def _with_hand(call: Call, result: ScoreResult) -> ScoreResult:
    by_hand = _by_hand(call)
    return replace(result, points=by_hand["points"], is_hot=by_hand["is_hot"]) if by_hand else result


def _by_hand(call: Call) -> dict[str, Any] | None:
    """The score somebody set and nobody has undone."""
    newest = call.review_acts.filter(kind=Kind.SCORE).order_by("-done_at", "-id").values_list("after", flat=True).first()
    return newest if newest and newest["by_hand"] else None


def _is_same(one: AnswerValue, other: AnswerValue) -> bool:
    """In Python 1 == True, but "one" is not "yes"."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
