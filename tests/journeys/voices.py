"""What scripted voices take the callee's utterances to mean, in order, by the voice's name; and the script they are asked."""

from __future__ import annotations

from typing import Any

from bridge.events import Tool
from bridge.voice.scripted import Reply


def _answers(question: str, value: Any) -> Reply:
    return Reply(f"the answer about {question}", [(Tool.RECORD_ANSWER, {"question_id": question, "value": value})])


_GOOD_TIME = _answers("good_time", True)
_SCREENING = Reply("Go ahead and say your name and why you're calling.")
REPLIES = {
    "scripted_cold": (_GOOD_TIME, _answers("decider", True), _answers("seats", 40)),
    "scripted_no_decider": (_GOOD_TIME, _answers("decider", False)),
    "scripted_swahili": (
        _GOOD_TIME,
        _answers("decider", False),
        _answers("channels", ["simu", "ujumbe"]),
        _answers("spending", 50_000),
        Reply("ndiyo", [(Tool.CONFIRM, {"is_yes": True})]),
    ),
    "scripted_far": (_GOOD_TIME, _answers("decider", True), _answers("seats", 40)),
    "scripted_hot": (_GOOD_TIME, _answers("decider", True), _answers("seats", 250)),
    "scripted_second_time": (
        _GOOD_TIME,
        _answers("decider", True),
        _answers("seats", 250),
        Reply("the second one, please", [(Tool.SCHEDULE_CALLBACK, {})]),
    ),
    "scripted_hot_early": (_GOOD_TIME, _answers("seats", 250), _answers("decider", True)),
    "scripted_screened": (_SCREENING, Reply("Hello?"), _GOOD_TIME, _answers("decider", True), _answers("seats", 40)),
    "scripted_first_two": (_GOOD_TIME, _answers("decider", True), _answers("seats", 40)),
    "scripted_last_one": (_GOOD_TIME, _answers("budget", True)),
    "scripted_stop": (Reply("stop calling me", [(Tool.OPT_OUT, {})]),),
    "scripted_opt_out": (_GOOD_TIME, _answers("decider", True), Reply("stop calling me", [(Tool.OPT_OUT, {})])),
    "scripted_another_time": (
        Reply("not now, call me another time", [(Tool.SCHEDULE_CALLBACK, {})]),
        Reply("in two hours", [(Tool.SCHEDULE_CALLBACK, {})]),
    ),
    "scripted_deaf_to_opt_outs": (_GOOD_TIME, _answers("decider", True), Reply("Hapana, usinipigie tena bana", [(Tool.NOT_UNDERSTOOD, {})])),
}

# Short, because every letter is spoken in real time; a person hears a turn only from a quarter of a second on.
DISCLOSURE = "Zawadi, the AI of Acme. Two questions. We record; Acme hears it. Say stop to stop."
QUESTIONS = [
    {
        "key": "decider",
        "kind": "yes_no",
        "wording": "Are you the person who decides?",
        "rubric": [{"when": {"equals": True}, "points": 30, "why": "decides on buying"}],
    },
    {
        "key": "seats",
        "kind": "number",
        "unit": "seats",
        "wording": "How many seats do you need?",
        "rubric": [{"when": {"at_least": 100}, "points": 50, "why": "many seats"}, {"when": {"at_most": 99}, "points": 10, "why": "few seats"}],
    },
]
GOOD_TIME: dict[str, Any] = {"key": "good_time", "kind": "yes_no", "role": "permission", "wording": "Is now a good time?"}
BUDGET = {
    "key": "budget",
    "kind": "yes_no",
    "wording": "Is there a budget for it?",
    "rubric": [{"when": {"equals": True}, "points": 30, "why": "has a budget"}],
}
LINES = {
    "cold_close": "Thank you, that is all. Goodbye.",
    "opted_out": "We will not call you again. Goodbye.",
    "checking": "Please stay on the line.",
    "connecting": "Connecting you. Should it drop, we call right back.",
    "promise": "A colleague will call you back today. Goodbye.",
    "call_right_back": "A colleague calls you right back. Goodbye.",
    "colleagues_busy": "All are busy.",
    "offer_slots": "Which one: {first}, or {second}?",
    "slot_booked": "You are called {when}. Goodbye.",
}
# Its opt-out goodbye is the standard one of its language.
SWAHILI = {
    "language": "sw-KE",
    "disclosure": "Zawadi, akili bandia ya Acme. Maswali mawili. Tunarekodi; Acme inapewa. Sema acheni kuacha.",
    "lines": {name: text for name, text in LINES.items() if name != "opted_out"},
}
SCRIPT = {"name": "Two questions", "organisation": "Acme", "disclosure": DISCLOSURE, "lines": LINES, "hot_threshold": 70}
