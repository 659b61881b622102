"""What the bot asks in the crash test, and a voice that takes each utterance for the right answer to the open question.

Short, because every letter is spoken in real time; each question begins with the word that the simulated people listen for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bridge.events import Expectation, Tool
from bridge.voice.scripted import Reply, ScriptedVoice

PERMISSION: dict[str, Any] = {"key": "time", "kind": "yes_no", "role": "permission", "wording": "Time? Is now good?"}  # asked on every call anew
QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "key": "buyer",
        "kind": "yes_no",
        "wording": "Buyer? Please say yes or no.",
        "rubric": [{"when": {"equals": True}, "points": 30, "why": "decides on buying"}],
    },
    {
        "key": "seats",
        "kind": "number",
        "unit": "seats",
        "wording": "Seats? How many would you need?",
        "rubric": [{"when": {"at_least": 100}, "points": 50, "why": "many seats"}, {"when": {"at_most": 99}, "points": 10, "why": "few seats"}],
    },
)
LINES = {
    "cold_close": "Thank you, that is all. Goodbye.",
    "opted_out": "We will not call you again. Goodbye.",
    "checking": "Please stay on the line.",
    "connecting": "Connecting you. Should it drop, we call right back.",
    "promise": "A colleague will call you back today. Goodbye.",
    "call_right_back": "A colleague calls you right back. Goodbye.",
}
SCRIPT = {
    "name": "Two questions",
    "organisation": "Acme",
    "disclosure": "Zawadi, the AI of Acme. Two questions. We record; Acme hears it. Say stop to stop.",
    "lines": LINES,
    "hot_threshold": 70,
}
COLD, HOT, OPTING_OUT = "crash_cold", "crash_hot", "crash_opting_out"


def _answer(question: str, value: Any) -> Reply:
    return Reply(f"the answer about {question}", [(Tool.RECORD_ANSWER, {"question_id": question, "value": value})])


REPLIES: Mapping[str, Mapping[str, Reply]] = MappingProxyType(
    {
        COLD: {"time": _answer("time", True), "buyer": _answer("buyer", True), "seats": _answer("seats", 40)},
        HOT: {"time": _answer("time", True), "buyer": _answer("buyer", True), "seats": _answer("seats", 250)},
        OPTING_OUT: {"time": _answer("time", True), "buyer": _answer("buyer", True), "seats": Reply("stop calling me", [(Tool.OPT_OUT, {})])},
    }
)
NOTHING = Reply("")


class AskedVoice(ScriptedVoice):
    """Unlike the list of replies it extends, it also understands a call that goes on with the second question."""

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        super().__init__()
        self._by_question = replies
        self._open = ""

    def expect(self, expectation: Expectation) -> None:
        self._open = expectation.question.question_id if expectation.question else ""

    def next_reply(self) -> Reply:
        return self._by_question.get(self._open, NOTHING)
