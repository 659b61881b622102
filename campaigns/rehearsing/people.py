"""The simulated people of a script, made from its questions: what each answers, how they say it, and how their call must end.

Pure. The same script gives the same people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.brief import CHOOSING, QUANTITIES, AnswerValue, QuestionBrief, QuestionKind, QuestionRole
from bridge.events import Outcome
from bridge.route import goes_on_at
from campaigns.rehearsing.plot import Plot
from campaigns.scoring import first_match, read_rubric
from campaigns.telling_answers import numbers_about, several, telling_answers

OPEN_ANSWER = "we would like to hear more about it"


class Who(StrEnum):
    EAGER = "eager"
    KNOCKED_OUT = "knocked_out"
    VAGUE = "vague"
    ROBOT = "robot"
    REFUSES = "refuses"
    OPTS_OUT = "opts_out"


class Quirk(StrEnum):
    """What somebody says in place of an answer, once, at one question."""

    VAGUE = "vague"
    ROBOT = "robot"
    REFUSES = "refuses"
    OPTS_OUT = "opts_out"


@dataclass(frozen=True, slots=True)
class Expected:
    outcomes: frozenset[Outcome]
    answers: Mapping[str, AnswerValue] = field(default_factory=dict, hash=False)  # that must be understood
    is_scored: bool = False  # and nothing else
    is_hot: bool = False
    is_opt_out: bool = False
    reask: str = ""  # this question is asked again
    sentences: tuple[str, ...] = ()  # that the bot says


@dataclass(frozen=True, slots=True)
class Person:
    who: Who
    answers: Mapping[str, AnswerValue] = field(hash=False)
    expected: Expected
    quirk: Quirk | None = None
    at: str = ""  # the question at which they have it


def people_of(plot: Plot) -> list[Person]:
    """Nobody is knocked out where no answer does that, and nobody is vague where every word is an answer."""
    best = best_answers(plot)
    asked = [plot.questions[key] for key in plot.way(best)]
    if not asked:
        return []
    first, last = asked[0].question_id, asked[min(1, len(asked) - 1)].question_id
    lines = plot.brief.lines
    people = [Person(Who.EAGER, best, _to_the_end(plot, best))]
    if out := knocked_out(plot):
        people.append(Person(Who.KNOCKED_OUT, out, _to_the_end(plot, out)))
    if unclear := next((one.question_id for one in asked if _can_be_vague(one)), ""):
        people.append(Person(Who.VAGUE, best, _to_the_end(plot, best, reask=unclear), Quirk.VAGUE, unclear))
    people.append(Person(Who.ROBOT, best, _to_the_end(plot, best, sentences=(lines.robot,)), Quirk.ROBOT, first))
    refused = Expected(frozenset({Outcome.NOT_INTERESTED}), sentences=(lines.not_interested,))
    opted_out = Expected(frozenset({Outcome.OPTED_OUT}), is_opt_out=True, sentences=(lines.opted_out,))
    return [*people, Person(Who.REFUSES, best, refused, Quirk.REFUSES, first), Person(Who.OPTS_OUT, best, opted_out, Quirk.OPTS_OUT, last)]


def best_answers(plot: Plot) -> dict[str, AnswerValue]:
    """The most points that somebody can get, without being knocked out."""
    answers, _points = _best_from(plot, 0, is_out_allowed=False)
    return answers


def knocked_out(plot: Plot) -> dict[str, AnswerValue]:
    """The most points with an answer that knocks them out; {}: none does."""
    keys = list(plot.steps)
    best = best_answers(plot)
    for key in plot.way(best):
        for value in values_of(plot.questions[key], plot.rubrics.get(key, ())):
            row = first_match(read_rubric(plot.rubrics.get(key, ())), value)
            if row is not None and row.is_knock_out:
                before = {each: best[each] for each in plot.way(best)[: plot.way(best).index(key)]}
                rest, _points = _best_from(plot, goes_on_at(plot.steps, keys, keys.index(key), value), is_out_allowed=True)
                return {**before, key: value, **rest}
    return {}


def values_of(question: QuestionBrief, rubric: Sequence[Mapping[str, object]]) -> list[AnswerValue]:
    """All that a person may answer and that makes a difference, as it is stored. Whole numbers only: those can be said in words."""
    if question.role is QuestionRole.PERMISSION:
        return [True]
    if question.kind is QuestionKind.YES_NO:
        return [True, False]
    choices = list(question.stored_choices or question.choices)
    if question.kind is QuestionKind.ONE_OF:
        return [*choices]
    if question.kind is QuestionKind.MANY_OF:
        return [*several(choices)]
    if question.kind is QuestionKind.OPEN:
        return [OPEN_ANSWER]
    return list(_numbers(question, rubric))


def _numbers(question: QuestionBrief, rubric: Sequence[Mapping[str, object]]) -> Iterator[int]:
    conditions = [*(row.conditions for row in read_rubric(rubric)), *(skip.when for skip in question.skips)]
    known = [value for value in telling_answers(conditions) if isinstance(value, int) and not isinstance(value, bool)]
    lowest = int(question.minimum) if question.minimum is not None else 0
    highest = int(question.maximum) if question.maximum is not None else max([lowest, *known, 10])
    for value in dict.fromkeys([*known, *(int(each) for each in numbers_about([lowest, highest]))]):
        if lowest <= value <= highest and (value > 0 or question.kind in {QuestionKind.TIMELINE, QuestionKind.SCALE}):
            yield value


def _best_from(plot: Plot, start: int, *, is_out_allowed: bool) -> tuple[dict[str, AnswerValue], int]:
    """From this question to the end: the answers, and what they are worth. Worked out from the last question back."""
    steps, keys = plot.steps, list(plot.steps)
    best: list[tuple[dict[str, AnswerValue], int]] = [({}, 0)] * (len(keys) + 1)
    for at in reversed(range(start, len(keys))):
        rows = read_rubric(plot.rubrics.get(keys[at], ()))
        ways = []
        for value in values_of(plot.questions[keys[at]], plot.rubrics.get(keys[at], ())):
            row = first_match(rows, value)
            if row is not None and row.is_knock_out and not is_out_allowed:
                continue
            answers, points = best[goes_on_at(steps, keys, at, value)]
            ways.append(({keys[at]: value, **answers}, points + (row.points if row else 0)))
        best[at] = max(ways, key=lambda way: (way[1], len(way[0]))) if ways else best[at + 1]
    return best[start] if start < len(keys) else ({}, 0)


def _to_the_end(plot: Plot, answers: Mapping[str, AnswerValue], *, reask: str = "", sentences: tuple[str, ...] = ()) -> Expected:
    """A hot lead hears that a colleague calls back: in a rehearsal there are no reps."""
    is_hot = plot.is_hot(answers)
    end = Outcome.PROMISED if is_hot else Outcome.FINISHED
    return Expected(frozenset({end}), answers, is_scored=True, is_hot=is_hot, reask=reask, sentences=sentences)


def _can_be_vague(question: QuestionBrief) -> bool:
    return question.role is QuestionRole.ASK and (question.kind in QUANTITIES | CHOOSING or question.kind is QuestionKind.YES_NO)
