"""The script that the tests of the embedded voice ask: a permission, a yes/no, a number, a timeline."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.brief import QuestionBrief, QuestionKind, QuestionRole
from bridge.events import Expectation

TIME = QuestionBrief("time", QuestionKind.YES_NO, "Is now a good time?", "", role=QuestionRole.PERMISSION)
DECIDER = QuestionBrief("decider", QuestionKind.YES_NO, "Do you decide?", "")
SEATS = QuestionBrief("seats", QuestionKind.NUMBER, "How many seats?", "", unit="seats")
TIMELINE = QuestionBrief("timeline", QuestionKind.TIMELINE, "When?", "")
COLOUR = QuestionBrief("colour", QuestionKind.ONE_OF, "Which?", "", choices=("red apples", "green tomatoes"))
FRUIT = QuestionBrief("fruit", QuestionKind.MANY_OF, "Which?", "", choices=("Apples", "red apples", "Plums"))
TWO = QuestionBrief("two", QuestionKind.MANY_OF, "Which?", "", choices=("tea", "coffee"))
RATING = QuestionBrief("rating", QuestionKind.SCALE, "How likely?", "", minimum=0, maximum=10)
BUDGET = QuestionBrief("budget", QuestionKind.MONEY, "What budget?", "", unit="KES")
WISH = QuestionBrief("wish", QuestionKind.OPEN, "What would help you?", "")
SCRIPT = (TIME, DECIDER, SEATS, TIMELINE)

READ_BACK = Expectation(SEATS, is_confirmation=True)
OPT_OUT_QUESTION = Expectation(None, is_confirmation=True)
NOTHING_OPEN = Expectation(None)
WHEN_BETTER = Expectation(None, is_time=True)
TWO_TIMES = Expectation(None, is_time=True, offered=(datetime(2026, 11, 23, 15, 30, tzinfo=UTC), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)))
EXPECTATIONS = {
    **{question.question_id: Expectation(question) for question in (*SCRIPT, COLOUR, WISH)},
    "read_back": READ_BACK,
    "opt_out": OPT_OUT_QUESTION,
    "nothing": NOTHING_OPEN,
    "when_better": WHEN_BETTER,
    "two_times": TWO_TIMES,
}
