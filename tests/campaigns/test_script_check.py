"""A script that can be launched has no faults; one that cannot says where and what to mend."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.route import read_skips, route
from campaigns.models import Question
from campaigns.script_check import ScriptFault, faults_of_script


@dataclass
class Written:
    key: str
    kind: str = "number"
    role: str = "ask"
    wording: str = "?"
    choices: list[str] = field(default_factory=list)
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    rubric: list[Any] = field(default_factory=list)
    skips: list[Any] = field(default_factory=list)
    translations: dict[str, Any] = field(default_factory=dict)


def skip(to: str, **when: Any) -> dict[str, Any]:
    return {"when": when, "to": to}


def points(n: int, **when: Any) -> dict[str, Any]:
    return {"when": when, "points": n}


def decider(*skips: dict[str, Any], **fields: Any) -> Written:
    return Written("decider", "yes_no", skips=list(skips), **fields)


def faults(*questions: Written, **how: Any) -> list[tuple[str, str]]:
    return [(fault.question_key, fault.message) for fault in faults_of_script(questions, **how)]


SEATS, BUDGET, TIMELINE = Written("seats"), Written("budget", "money"), Written("timeline", "timeline")


def test_a_script_whose_rules_lead_ahead_has_no_faults():
    assert faults(decider(skip("timeline", equals=False)), SEATS, BUDGET, TIMELINE) == []


def test_a_script_without_questions_is_a_fault_of_its_own():
    assert faults() == [("", "The script has no questions. Add some.")]


def test_rows_of_the_database_can_be_checked_as_they_are():
    assert faults_of_script([Question(key="decider", kind="yes_no", wording="?", skips=[skip("", equals=True)])]) == []


@pytest.mark.parametrize(
    ("to", "where"),
    [("decider", "leads to itself (“decider”)"), ("seats", "a question before it"), ("price", "no question of this script")],
    ids=["itself", "back", "nowhere"],
)
def test_a_rule_that_does_not_lead_ahead_is_a_fault(to, where):
    [(key, message)] = faults(SEATS, decider(skip(to, equals=False)), TIMELINE)
    assert key == "decider" and where in message and "choose a later question, or the end" in message


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Written("seats", minimum=1, maximum=9, skips=[skip("", at_least=10)]), "Skip rule 1 can never match"),
        (Written("seats", minimum=1, maximum=9, skips=[skip("", at_least=9)]), ""),
        (Written("seats", minimum=1, maximum=9, rubric=[points(5, at_least=10)]), "Row 1 of the points can never match"),
        (Written("seats", skips=[skip("", at_least=6, at_most=5)]), "Skip rule 1 can never match"),
        (Written("seats", skips=[skip("", at_least=5, at_most=5)]), ""),
        (Written("rating", "scale", minimum=1, maximum=5, skips=[skip("", equals=3.5)]), "Skip rule 1 can never match"),
        (Written("timeline", "timeline", skips=[skip("", at_most=-1)]), "Skip rule 1 can never match"),
        (Written("budget", "money", skips=[skip("", at_most=-1)]), "Skip rule 1 can never match"),
        (Written("why", "open", skips=[skip("", equals="none")]), ""),
    ],
    ids=str,
)
def test_a_condition_that_no_answer_meets_is_a_fault(question, words):
    found = [message for key, message in faults(question, TIMELINE if question.key != "timeline" else SEATS)]
    assert [message.startswith(words) for message in found] == ([True] if words else [])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Written("seats", skips=[skip("timeline", at_least=5), skip("", at_least=9)]), "Skip rule 2 never counts"),
        (Written("seats", skips=[skip("timeline", at_least=9), skip("", at_least=5)]), ""),
        (Written("seats", rubric=[points(1, at_least=5), points(2, at_least=9)]), "Row 2 of the points never counts"),
        (Written("seats", rubric=[points(1, at_most=5), points(2, at_least=5), points(3, at_most=9)]), "Row 3 of the points never counts"),
        (decider(skip("", equals=True), skip("budget", is_in=[True, False])), ""),
        (Written("x", "many_of", choices=["a", "b"], rubric=[points(1, contains="a"), points(2, is_in=["a", "b"])]), ""),
        (Written("x", "many_of", choices=["a", "b"], rubric=[points(1, is_in=["a", "b"]), points(2, contains="a")]), "Row 2 of the points never"),
        (Written("x", "one_of", choices=["a", "b"], rubric=[points(1, is_in=["A", "b"]), points(2, equals="a")]), "Row 2 of the points never"),
    ],
    ids=str,
)
def test_a_row_that_those_above_it_leave_no_answer_is_a_fault(question, words):
    assert [message.startswith(words) for _, message in faults(question, BUDGET, TIMELINE)] == ([True] if words else [])


def test_a_question_that_every_answer_leads_past_is_a_fault():
    [(key, message)] = faults(decider(skip("timeline", equals=False), skip("budget", equals=True)), SEATS, BUDGET, TIMELINE)
    assert key == "seats" and "Nobody is ever asked this" in message and "remove the question" in message


def test_a_script_that_ends_after_the_first_question_whatever_is_answered_is_one_fault():
    [(key, message)] = faults(decider(skip("", is_in=[True, False])), SEATS, TIMELINE)
    assert key == "decider" and "the interview ends" in message


def test_a_single_question_may_be_the_end():
    assert faults(decider(skip("", equals=True))) == []


def test_a_no_to_the_permission_leads_nowhere_and_needs_no_rule():
    asks = Written("time", "yes_no", role="permission", skips=[skip("timeline", equals=False)])
    [(key, message)] = faults(asks, SEATS, TIMELINE)
    assert key == "time" and "a no to this question ends the call" in message


@pytest.mark.parametrize(("threshold", "n_faults"), [(50, 0), (51, 1), (None, 0)], ids=["just reachable", "one too many", "nobody is to be hot"])
def test_a_threshold_that_no_way_reaches_is_a_fault(threshold, n_faults):
    fork = decider(skip("timeline", equals=False), rubric=[points(30, equals=False), points(10, equals=True)])
    way = [fork, Written("seats", rubric=[points(20, at_least=50)]), Written("timeline", "timeline", rubric=[points(20, at_most=30)])]
    found = faults(*way, hot_threshold=threshold)  # 30 + 20 one way, 10 + 20 + 20 the other: never 70
    assert len(found) == n_faults
    assert all(key == "" and "gives 50 points, and 51 are needed" in message for key, message in found)


def test_points_that_come_with_a_knock_out_make_nobody_hot():
    rubric = [{"when": {"at_least": 5}, "points": 90, "knock_out": True}, points(10, at_most=4)]
    assert "gives 10 points" in faults(Written("seats", rubric=rubric), hot_threshold=70)[0][1]


def test_a_script_without_points_is_no_fault():
    assert faults(SEATS, hot_threshold=70) == []


def test_a_question_with_a_fault_of_its_own_says_that_and_no_more():
    [(key, message)] = faults(Written("seats", skips=[skip("", equals="many")]), TIMELINE)
    assert key == "seats" and message.startswith("Skip rule 1: “is (equals)” can never match")


def test_a_question_without_words_is_a_fault():
    assert faults(Written("seats", wording=" ")) == [("seats", "It has no wording. Write what is asked.")]


SWAHILI = {"sw": {"wording": "Viti vingapi?"}}
COLOURS = {"kind": "many_of", "choices": ["red", "blue"]}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Written("seats", translations=SWAHILI), ""),
        (Written("seats"), "It has no wording in the language “sw”"),
        (Written("seats", translations={"sw": {"wording": " "}}), "It has no wording in the language “sw”"),
        (Written("seats", translations={"sw": "Viti?"}), "It has no wording in the language “sw”"),
        (Written("x", **COLOURS, translations={"sw": {"wording": "?", "choices": ["nyekundu", "buluu"]}}), ""),
        (Written("x", **COLOURS, translations={"sw": {"wording": "?", "choices": ["nyekundu"]}}), "It has 2 choices, but 1 in the language “sw”"),
        (Written("x", **COLOURS, translations={"sw": {"wording": "?", "choices": ["nyekundu", " "]}}), "It has 2 choices, but 1 in"),
        (Written("x", **COLOURS, translations={"sw": {"wording": "?"}}), "It has 2 choices, but 0 in"),
        (Written("x", **COLOURS, translations={"sw": {"wording": "?", "choices": ["bluu", "Bluu"]}}), "Two choices are the same in the language"),
    ],
    ids=str,
)
def test_what_is_not_written_in_a_language_of_the_script_is_a_fault(question, words):
    assert [message.startswith(words) for _, message in faults(question, languages=["sw"])] == ([True] if words else [])


def test_a_language_that_any_question_has_is_wanted_of_all_unless_the_script_says_which_it_speaks():
    pair = [Written("seats", translations=SWAHILI), TIMELINE]
    assert faults(*pair) == [("timeline", "It has no wording in the language “sw”. Write it, or take the language out of the script.")]
    assert faults(*pair, languages=[]) == []


RULES = st.lists(st.builds(lambda to, border: skip(to, at_most=border), st.sampled_from(["b", "c", "d", ""]), st.integers(0, 5)), max_size=2)


@given(st.tuples(RULES, RULES, RULES, RULES), st.lists(st.integers(0, 6), min_size=4, max_size=4))
def test_no_interview_ever_asks_what_nobody_can_reach(rules, numbers):
    questions = [Written(key, skips=own) for key, own in zip("abcd", rules, strict=True)]
    unreached = {fault.question_key for fault in faults_of_script(questions) if "Nobody is ever asked" in fault.message}
    steps = {question.key: read_skips(question.skips) for question in questions}
    answers: dict[str, Any] = {}
    while (asked := route(steps, answers).next) is not None:
        assert asked not in unreached
        answers[asked] = numbers[len(answers)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["when", "to", "equals", "points", "contains", "sw"]), inner),
    max_leaves=6,
)


@given(json_values, json_values, json_values, st.sampled_from(["number", "yes_no", "many_of", "scale", "money", "open"]))
def test_whatever_is_written_is_answered_not_crashed_on(rubric, skips, translations, kind):
    question = Written("x", kind, choices=["a", "b"], rubric=rubric, skips=skips, translations=translations)
    assert all(isinstance(fault, ScriptFault) for fault in faults_of_script([question], hot_threshold=5))


def test_faults_come_in_the_order_of_the_questions():
    found = [key for key, _ in faults(decider(skip("decider", equals=True)), Written("seats", skips=[skip("seats", at_least=1)]), TIMELINE)]
    assert all(first <= second for first, second in pairwise(found))
