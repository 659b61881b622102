"""One call as its reviewer sees it: plain values, every missing one said in words. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bridge.brief import QuestionKind
from bridge.events import Party
from campaigns.admin.call_page import HUNDRED_PERCENT, clock_of, why_no_audio
from campaigns.admin.review_forms import AddForm, AnswerForm, PromiseForm, ReasonForm, ScoreForm
from campaigns.briefs import counted_answers, question_brief
from campaigns.handoff.rep_talk import given
from campaigns.handoff.words import Given, label_of, value_in_words
from campaigns.models import Answer, Call, Question, ReviewAct, Score, Turn
from campaigns.models.call import UNSURE_BELOW
from campaigns.review import correcting, promising
from campaigns.review.word_times import TimedWord, timed_words
from campaigns.spoken_words import split_turn
from leads.telling import told

Kind = ReviewAct.Kind


@dataclass(frozen=True, slots=True)
class AnswerLine:
    key: str
    label: str
    wording: str
    value: str = ""  # "": not answered
    quote: str = ""
    started_ms: int = 0
    ended_ms: int = 0
    span: str = ""
    certainty: Any = ""
    is_unsure: bool = False
    is_corrected: bool = False
    earlier: Call | None = None  # the attempt it was given on, if it was an earlier one: it is heard and corrected there
    form: forms.Form | None = None
    void_form: forms.Form | None = None
    add_form: forms.Form | None = None  # there is no answer of this call
    is_added: bool = False  # a person heard it, the bot had not
    is_voided: bool = False


@dataclass(frozen=True, slots=True)
class TurnLine:
    at: str
    started_ms: int
    ended_ms: int
    is_bot: bool
    words: Sequence[TimedWord]
    said_for: str
    intended: str


@dataclass(frozen=True, slots=True)
class ActLine:
    act: ReviewAct
    did: Any
    what: str
    before: str
    after: str
    undo: forms.Form | None  # None: it is not the newest of its kind, or there is nothing to undo


@dataclass(frozen=True, slots=True)
class ReviewPage:
    call: Call
    score: Score | None
    answers: Sequence[AnswerLine]
    turns: Sequence[TurnLine]
    acts: Sequence[ActLine]
    no_audio: Any  # why there is none; "": there is
    spoken: Any  # what the waveform shows, for who does not see it
    obstacle: str  # why nothing can be corrected now
    score_form: forms.Form | None
    promise_form: forms.Form | None  # the lead turned hot by a correction, and nobody has them

    @property
    def is_found_right(self) -> bool:
        """As it stands now: nothing was corrected since."""
        return bool(self.acts) and self.acts[-1].act.kind == Kind.ACCEPTED

    @property
    def has_unheard(self) -> bool:
        return any(word.started_ms is None for turn in self.turns for word in turn.words)


def review_page(call: Call, *, may_correct: bool, may_promise: bool, bound: Mapping[str, forms.Form] | None = None) -> ReviewPage:
    """`bound`: forms that were sent and have to be mended, by what they are about: "answer-<key>", "void-<key>", "score", "undo-<act>", "promise"."""
    bound = bound or {}
    acts = list(call.review_acts.select_related("question"))
    obstacle = correcting.why_not(call)
    may_correct = may_correct and not obstacle
    score: Score | None = getattr(call, "score", None)
    turns = list(call.turns.order_by("started_ms", "position"))
    is_waiting = may_promise and not obstacle and promising.is_waiting(call)
    return ReviewPage(
        call=call,
        score=score,
        answers=_answers(call, acts, may_correct, bound),
        turns=[turn_line(turn) for turn in turns],
        acts=_acts(acts, may_correct, bound),
        no_audio=why_no_audio(call, getattr(call, "recording", None)),
        spoken=spoken_in(turns),
        obstacle=obstacle,
        score_form=(bound.get("score") or score_form(score)) if score and may_correct else None,
        promise_form=(bound.get("promise") or PromiseForm(promising.reps_for(call))) if is_waiting else None,
    )


def score_form(score: Score, sent: Any = None) -> forms.Form:
    return ScoreForm(sent, prefix="score", initial={"points": score.points, "is_hot": "yes" if score.is_hot else "no"})


def undo_form(act: ReviewAct, sent: Any = None) -> forms.Form:
    return ReasonForm(sent, prefix=f"undo-{act.pk}")


def void_form(question_key: str, sent: Any = None) -> forms.Form:
    return ReasonForm(sent, prefix=f"void-{question_key}")


def _answers(call: Call, acts: Sequence[ReviewAct], may_correct: bool, bound: Mapping[str, forms.Form]) -> list[AnswerLine]:
    """In the order of the script, the unanswered ones, too."""
    found = {answer.question_id: answer for answer in counted_answers(call)}
    newest = {act.question_id: act for act in acts if act.kind == Kind.ANSWER}
    questions = call.script.questions.all() if call.script else []
    lines = [_answer(question, found.get(question.pk), call, newest.get(question.pk)) for question in questions]
    return [
        _with_forms(line, found.get(question.pk), question, bound) if may_correct else line for line, question in zip(lines, questions, strict=True)
    ]


def _with_forms(line: AnswerLine, answer: Answer | None, question: Question, bound: Mapping[str, Any]) -> AnswerLine:
    """An answer of an earlier attempt is corrected there."""
    sent = bound.get(f"answer-{line.key}")
    if answer is None:
        return replace(line, add_form=sent or AddForm(question))
    if line.earlier is not None:
        return line
    return replace(line, form=sent or AnswerForm(question, answer.value), void_form=bound.get(f"void-{line.key}") or void_form(line.key))


def _answer(question: Question, answer: Answer | None, call: Call, newest: ReviewAct | None) -> AnswerLine:
    wording = question_brief(question).wording
    if answer is None:
        return AnswerLine(question.key, label_of(question.key), wording, is_voided=newest is not None)
    is_own = answer.call_id == call.pk
    is_added = is_own and newest is not None and newest.has_added
    certainty = (
        _("heard by a person") if is_added else _("said back and agreed") if answer.is_confirmed else f"{answer.confidence * HUNDRED_PERCENT:.0f} %"
    )
    return AnswerLine(
        key=question.key,
        label=label_of(question.key),
        wording=wording,
        value=told(value_in_words(given(answer))),
        quote=answer.quote,
        started_ms=answer.started_ms,
        ended_ms=answer.ended_ms,
        span=f"{clock_of(answer.started_ms)} – {clock_of(answer.ended_ms)}",
        certainty=certainty,
        is_unsure=answer.confidence < UNSURE_BELOW and not answer.is_confirmed,
        is_corrected=newest is not None and not newest.has_added,
        earlier=None if is_own else answer.call,
        is_added=is_added,
        is_voided=not is_own and newest is not None,
    )


def turn_line(turn: Turn) -> TurnLine:
    words = timed_words(split_turn(turn.text, turn.heard, turn.intended), started_ms=turn.started_ms, ended_ms=turn.ended_ms)
    return TurnLine(clock_of(turn.started_ms), turn.started_ms, turn.ended_ms, turn.party == Party.BOT, words, turn.said_for, turn.intended)


def _acts(acts: Sequence[ReviewAct], may_correct: bool, bound: Mapping[str, forms.Form]) -> list[ActLine]:
    """Oldest first."""
    newest = {(act.kind, act.question_id): act.pk for act in acts}
    lines = []
    for act in acts:
        is_undoable = may_correct and act.kind != Kind.ACCEPTED and newest[act.kind, act.question_id] == act.pk
        undo = (bound.get(f"undo-{act.pk}") or undo_form(act)) if is_undoable else None
        lines.append(
            ActLine(
                act,
                _did(act),
                label_of(act.question.key) if act.question else act.get_kind_display(),
                _in_words(act, act.before),
                _in_words(act, act.after),
                undo,
            )
        )
    return lines


def _did(act: ReviewAct) -> Any:
    if act.has_voided:
        return _("voided an answer")
    return _("added an answer") if act.has_added else act.get_kind_display()


def _in_words(act: ReviewAct, value: Any) -> str:
    if act.kind == Kind.ACCEPTED:
        return ""
    if act.question is not None and value is None:
        return str(_("no answer"))
    if act.question is not None:
        return told(value_in_words(Given(act.question.key, QuestionKind(act.question.kind), value, act.question.unit)))
    heat = _("hot") if value["is_hot"] else _("not hot")
    return f"{value['points']}, {heat}, {_('by hand') if value['by_hand'] else _('by the rubric')}"


def spoken_in(turns: Sequence[Turn]) -> Any:
    spoken_s = {party: sum(max(0, turn.ended_ms - turn.started_ms) for turn in turns if turn.party == party) / 1000 for party in Party}
    return _("Waveform: the callee speaks for %(callee)d s, the bot for %(bot)d s, in %(turns)d turns.") % {
        "callee": spoken_s[Party.CALLEE],
        "bot": spoken_s[Party.BOT],
        "turns": len(turns),
    }
