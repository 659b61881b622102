"""Scripts to rehearse, as plain values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bridge.brief import QuestionBrief, QuestionKind, QuestionRole, Skip
from campaigns.rehearsing.people import Person, Who, people_of
from campaigns.rehearsing.play import Play
from campaigns.rehearsing.plot import Plot
from campaigns.rehearsing.talk import Talk
from tests.bridge.conversing import LINES, brief

TIME = QuestionBrief("time", QuestionKind.YES_NO, "Is now a good time?", "May I ask now?", QuestionRole.PERMISSION)
DECIDER = QuestionBrief("decider", QuestionKind.YES_NO, "Do you decide about buying?", "Is it your decision?")
SEATS = QuestionBrief("seats", QuestionKind.NUMBER, "How many seats?", "Just a number, please.", unit="seats", minimum=1, maximum=1000)
COLOUR = QuestionBrief("colour", QuestionKind.ONE_OF, "Red, dark red or blue?", "Which of the three?", choices=("red", "dark red", "blue"))
WHY = QuestionBrief("why", QuestionKind.OPEN, "Why is that?", "What is the reason?")

DECIDES = [{"when": {"equals": True}, "points": 30, "why": "decides alone"}, {"when": {"equals": False}, "knock_out": True, "why": "does not decide"}]
MANY = [{"when": {"at_least": 50}, "points": 40, "why": "a large team"}, {"when": {"at_most": 2}, "points": 5, "why": "small"}]


def plot(*questions: QuestionBrief, rubrics: dict[str, list[dict[str, Any]]] | None = None, threshold: int = 60, **fields: Any) -> Plot:
    """Of these questions, those of `DECIDES` and `MANY` in front of them if none are given."""
    asked = questions or (TIME, DECIDER, SEATS)
    rows = {"decider": DECIDES, "seats": MANY} if rubrics is None else rubrics
    return Plot(brief(*asked, lines=LINES, **fields), {question.question_id: rows.get(question.question_id, []) for question in asked}, threshold)


def person(of: Plot, who: Who) -> Person:
    return next(one for one in people_of(of) if one.who is who)


def played(of: Plot, who: Who) -> Talk:
    return Play(of, person(of, who)).run()


def skipping(question: QuestionBrief, *, equals: object, to: str) -> QuestionBrief:
    return replace(question, skips=(Skip((("equals", equals),), to),))
