"""What is wrong with a script as a whole, and the mend: rules that lead nowhere, rows that never count, questions that nobody is asked.

Pure. Answers that stand for all others are tried at every question, so a fault is one for whatever anybody may answer. Who gives no answer goes on
with the next question; that alone makes no way, for a script is not written for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bridge.brief import CHOOSING, QUANTITIES, AnswerValue, QuestionBrief, QuestionKind, QuestionRole, Skip
from bridge.conditions import BadCondition, Conditions, hold
from bridge.route import THE_END, goes_on_at, read_skips
from bridge.values import MAX_SCALE, valid_value
from campaigns.question_faults import WrittenQuestion, faults_of
from campaigns.scoring import Row, first_match, read_rubric
from campaigns.telling_answers import MOST_CHOICES, numbers_about, several, telling_answers
from leads.said import N_, sentence

SOMETHING_ELSE = "…"  # an open answer that no condition names
ORGANISATION_TO_WRITE = "Your organisation"  # stands in ready scripts, to be written over


class ScriptQuestion(Protocol):
    """A question as it is written; a row of campaigns.models.Question is one."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def wording(self) -> str: ...
    @property
    def choices(self) -> Any: ...
    @property
    def unit(self) -> str: ...
    @property
    def minimum(self) -> float | None: ...
    @property
    def maximum(self) -> float | None: ...
    @property
    def rubric(self) -> Any: ...
    @property
    def skips(self) -> Any: ...
    @property
    def translations(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class ScriptFault:
    question_key: str  # "": of the script as a whole
    message: str


@dataclass(frozen=True, slots=True)
class _Step:
    """A question that can be understood, with answers that stand for all."""

    key: str
    rows: Sequence[Row]
    skips: tuple[Skip, ...]
    answers: Sequence[AnswerValue]
    is_permission: bool


def faults_of_script(
    questions: Iterable[ScriptQuestion], *, hot_threshold: int | None = None, languages: Collection[str] | None = None
) -> list[ScriptFault]:
    """Each with its mend, question by question; empty: the script can be launched. `questions`: in their order.

    `hot_threshold`: None where nobody is to become hot. `languages`: further ones that all must be written in, None: those that any question has.
    """
    asked = list(questions)
    if not asked:
        return [ScriptFault("", sentence("The script has no questions. Add some."))]
    own = [ScriptFault(question.key, fault.message) for question in asked for fault in faults_of(_written(question))]
    spoken = languages if languages is not None else sorted({code for question in asked for code in _translations(question)})
    own += [ScriptFault(question.key, sentence("It has no wording. Write what is asked.")) for question in asked if not question.wording.strip()]
    untold = [ScriptFault(question.key, message) for question in asked for message in _untold(question, spoken)]
    if own:  # the ways through questions that make no sense make none either
        return [*own, *_bad_leads(asked), *untold]
    steps = [_step(question) for question in asked]
    return [*_bad_leads(asked), *_dead_rows(steps), *_unreached(steps), *_unreachable_threshold(steps, hot_threshold), *untold]


def unnamed_organisation(organisation: str) -> list[ScriptFault]:
    """Callees would be told that a ready script's own words call them."""
    if organisation.strip() != ORGANISATION_TO_WRITE:
        return []
    words = N_("It would say that it calls for “%(organisation)s”. Write under “On behalf of” for whom you call.")
    return [ScriptFault("", sentence(words, organisation=organisation))]


# ---- single rules ----


def _bad_leads(questions: Sequence[ScriptQuestion]) -> Iterator[ScriptFault]:
    keys = [question.key for question in questions]
    for at, question in enumerate(questions):
        for number, skip in enumerate(_skips(question), start=1):
            if skip.to == THE_END or skip.to in keys[at + 1 :]:
                continue
            where = (
                sentence("itself")
                if skip.to == keys[at]
                else sentence("a question before it")
                if skip.to in keys[:at]
                else sentence("no question of this script")
            )
            mend = sentence("A rule only leads further down: choose a later question, or the end.")
            yield ScriptFault(
                question.key,
                sentence("Skip rule %(number)s leads to %(where)s (“%(to)s”). %(mend)s", number=number, where=where, to=skip.to, mend=mend),
            )


def _dead_rows(steps: Sequence[_Step]) -> Iterator[ScriptFault]:
    for step in steps:
        yield from _dead_conditions(step, N_("Row %(number)s of the points"), [row.conditions for row in step.rows])
        yield from _dead_conditions(step, N_("Skip rule %(number)s"), [skip.when for skip in step.skips])
        for number, skip in enumerate(step.skips, start=1):
            if step.is_permission and hold(skip.when, False):
                yield ScriptFault(
                    step.key, sentence("Skip rule %(number)s never counts: a no to this question ends the call. Remove it.", number=number)
                )


def _dead_conditions(step: _Step, name: str, conditions: Sequence[Conditions]) -> Iterator[ScriptFault]:
    taken: list[AnswerValue] = []
    for number, each in enumerate(conditions, start=1):
        fitting = [answer for answer in step.answers if hold(each, answer)]
        if not fitting:
            yield ScriptFault(
                step.key,
                sentence("%(rule)s can never match: no answer to this question fits it. Change it or remove it.", rule=sentence(name, number=number)),
            )
        elif all(answer in taken for answer in fitting):
            mend = sentence("The first that fits counts: move this one up, or remove it.")
            yield ScriptFault(
                step.key,
                sentence(
                    "%(rule)s never counts, because those above it already match every answer that fits. %(mend)s",
                    rule=sentence(name, number=number),
                    mend=mend,
                ),
            )
        taken += fitting


# ---- ways ----


def _unreached(steps: Sequence[_Step]) -> Iterator[ScriptFault]:
    keys, rules = [step.key for step in steps], {step.key: step.skips for step in steps}
    reached = {0}
    for at, step in enumerate(steps):
        if at in reached:
            reached |= {goes_on_at(rules, keys, at, answer) for answer in step.answers if not _ends_the_call(step, answer)}
    if len(steps) > 1 and reached == {0, len(steps)}:
        mend = sentence("Change its skip rules, or remove the other questions.")
        yield ScriptFault(
            keys[0], sentence("Whatever is answered to the first question, the interview ends: nothing else is ever asked. %(mend)s", mend=mend)
        )
        return
    for at, key in enumerate(keys):
        if at not in reached:
            yield ScriptFault(
                key, sentence("Nobody is ever asked this: every answer before leads past it. Change a skip rule before it, or remove the question.")
            )


def _unreachable_threshold(steps: Sequence[_Step], threshold: int | None) -> Iterator[ScriptFault]:
    if threshold is None or not any(step.rows for step in steps):
        return
    most = _most_points(steps)
    if most < threshold:
        mend = sentence("Lower the score from which a lead is hot, or give more points.")
        yield ScriptFault(
            "",
            sentence(
                "No lead can ever be hot: the best way through the questions gives %(most)s points, and %(threshold)s are needed. %(mend)s",
                most=most,
                threshold=threshold,
                mend=mend,
            ),
        )


def _most_points(steps: Sequence[_Step]) -> int:
    keys, rules = [step.key for step in steps], {step.key: step.skips for step in steps}
    best = [0] * (len(steps) + 1)
    for at in reversed(range(len(steps))):
        worth = [best[at + 1]]  # without an answer
        for answer in steps[at].answers:
            row = first_match(steps[at].rows, answer)
            if (row is None or not row.is_knock_out) and not _ends_the_call(steps[at], answer):
                worth.append((row.points if row else 0) + best[goes_on_at(rules, keys, at, answer)])
        best[at] = max(worth)
    return best[0]


def _ends_the_call(step: _Step, answer: AnswerValue) -> bool:
    return step.is_permission and answer is False


# ---- languages ----


def _untold(question: ScriptQuestion, languages: Collection[str]) -> Iterator[str]:
    for code in languages:
        told = _translations(question).get(code)
        told = told if isinstance(told, Mapping) else {}
        if not str(told.get("wording") or "").strip():
            yield sentence("It has no wording in the language “%(language)s”. Write it, or take the language out of the script.", language=code)
        if question.kind in CHOOSING and (problem := _choices_untold(question.choices, told.get("choices"))):
            yield sentence(
                "%(problem)s in the language “%(language)s”. Write each of them, in the order of the script.", problem=problem, language=code
            )


def _choices_untold(choices: Sequence[str], told: Any) -> str:
    words = [str(word).strip().casefold() for word in told] if isinstance(told, list) else []
    if len(words) != len(choices) or not all(words):
        return sentence("It has %(n)s choices, but %(told)s", n=len(choices), told=sum(map(bool, words)))
    return sentence("Two choices are the same") if len(set(words)) < len(words) else ""


# ---- reading ----


def _step(question: ScriptQuestion) -> _Step:
    rows, skips = read_rubric(question.rubric), _skips(question)
    conditions = [*(row.conditions for row in rows), *(skip.when for skip in skips)]
    return _Step(question.key, rows, skips, _possible_answers(question, conditions), question.role == QuestionRole.PERMISSION)


def _possible_answers(question: ScriptQuestion, conditions: Sequence[Conditions]) -> list[AnswerValue]:
    kind = QuestionKind(question.kind)
    asked = QuestionBrief(question.key, kind, "", "", choices=tuple(question.choices), minimum=question.minimum, maximum=question.maximum)
    valid = (valid_value(asked, answer) for answer in [*_answers_of_kind(asked, conditions), *telling_answers(conditions)])
    found: list[AnswerValue] = []
    for answer in valid:
        if answer is not None and not any(answer == each and type(answer) is type(each) for each in found):
            found.append(answer)
    return found


def _answers_of_kind(asked: QuestionBrief, conditions: Sequence[Conditions]) -> Iterator[AnswerValue]:
    if asked.kind is QuestionKind.YES_NO:
        yield from (True, False)
    elif asked.kind is QuestionKind.SCALE:
        yield from range(MAX_SCALE + 1)
    elif asked.kind in QUANTITIES:
        ends = [end for end in (asked.minimum, asked.maximum) if end is not None]
        borders = [wanted for each in conditions for name, wanted in each if name in {"at_least", "at_most"}]
        yield from numbers_about([*ends, *borders, 0])
    elif asked.kind is QuestionKind.ONE_OF:
        yield from asked.choices
    elif asked.kind is QuestionKind.MANY_OF:
        named = {str(value).casefold() for each in conditions for _, wanted in each for value in (wanted if isinstance(wanted, list) else [wanted])}
        # Choices that no condition names are all alike: one of them stands for the others.
        spoken_of = sorted(asked.choices, key=lambda choice: choice.casefold() not in named)
        yield from several(spoken_of[: min(MOST_CHOICES, len(named) + 1)])
        yield from ([choice] for choice in asked.choices)
    else:
        yield SOMETHING_ELSE


def _written(question: ScriptQuestion) -> WrittenQuestion:
    return WrittenQuestion(
        kind=QuestionKind(question.kind),
        role=QuestionRole(question.role),
        choices=question.choices,
        minimum=question.minimum,
        maximum=question.maximum,
        rubric=question.rubric,
        unit=question.unit,
        skips=question.skips,
    )


def _skips(question: ScriptQuestion) -> tuple[Skip, ...]:
    """Those that say nothing are a fault of the question's own."""
    try:
        return read_skips(question.skips)
    except BadCondition:
        return ()


def _translations(question: ScriptQuestion) -> Mapping[str, Any]:
    return question.translations if isinstance(question.translations, Mapping) else {}
