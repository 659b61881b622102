from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import CHOOSING, QuestionKind, QuestionRole
from campaigns.question_faults import WrittenQuestion, faults_of


def question(**changes: Any) -> WrittenQuestion:
    number: dict[str, Any] = {
        "kind": QuestionKind.NUMBER,
        "role": QuestionRole.ASK,
        "choices": [],
        "minimum": None,
        "maximum": None,
        "rubric": [{"when": {"at_least": 50}, "points": 30, "why": "large team"}],
    }
    return WrittenQuestion(**{**number, **changes})


def rubric(when: dict[str, Any], **row: Any) -> list[dict[str, Any]]:
    return [{"when": when, "points": 10, **row}]


def test_a_good_question_has_no_faults():
    assert faults_of(question()) == []


@pytest.mark.parametrize(
    ("kind", "when", "choices"),
    [
        pytest.param(QuestionKind.YES_NO, {"equals": True}, [], id="yes"),
        pytest.param(QuestionKind.TIMELINE, {"at_most": 31}, [], id="within a month"),
        pytest.param(QuestionKind.NUMBER, {"at_least": 2, "at_most": 9}, [], id="between"),
        pytest.param(QuestionKind.ONE_OF, {"is_in": ["red", "Blue"]}, ["Red", "blue"], id="choices, whatever the case"),
        pytest.param(QuestionKind.MANY_OF, {"contains": "red"}, ["Red", "blue"], id="one of several"),
        pytest.param(QuestionKind.MANY_OF, {"is_in": ["red", "blue"]}, ["Red", "blue"], id="any of several"),
        pytest.param(QuestionKind.MONEY, {"at_least": 50_000}, [], id="an amount"),
        pytest.param(QuestionKind.OPEN, {"equals": "none"}, [], id="words"),
    ],
)
def test_it_takes_points_that_fit_the_kind(kind, when, choices):
    assert faults_of(question(kind=kind, choices=choices, rubric=rubric(when))) == []


@pytest.mark.parametrize(
    ("kind", "when", "mend"),
    [
        pytest.param(QuestionKind.YES_NO, {"equals": "yes"}, "in JSON true or false", id="yes as a word"),
        pytest.param(QuestionKind.YES_NO, {"at_least": 1}, "compares numbers", id="yes compared"),
        pytest.param(QuestionKind.NUMBER, {"equals": "60"}, "Write a number", id="a number as text"),
        pytest.param(QuestionKind.NUMBER, {"equals": True}, "Write a number", id="yes for a number"),
        pytest.param(QuestionKind.TIMELINE, {"is_in": ["soon"]}, "number of days", id="soon"),
        pytest.param(QuestionKind.ONE_OF, {"equals": "green"}, "one of the choices", id="no such choice"),
        pytest.param(QuestionKind.OPEN, {"equals": 5}, "Write words", id="a number for words"),
        pytest.param(QuestionKind.MANY_OF, {"equals": "red"}, "Use “includes”", id="the whole of several choices"),
        pytest.param(QuestionKind.MANY_OF, {"contains": "green"}, "one of the choices", id="no such choice among several"),
        pytest.param(QuestionKind.ONE_OF, {"contains": "red"}, "a single one", id="part of a single choice"),
        pytest.param(QuestionKind.MONEY, {"equals": "50000"}, "Write an amount", id="an amount as text"),
    ],
)
def test_points_that_no_answer_could_get_are_a_fault(kind, when, mend):
    choices = ["red", "blue"] if kind in CHOOSING else []

    (fault,) = faults_of(question(kind=kind, choices=choices, rubric=rubric(when)))

    assert fault.field == "rubric"
    assert fault.message.startswith("Row 1 of the points") and mend in fault.message


@pytest.mark.parametrize(
    ("changes", "field", "mend"),
    [
        pytest.param({"role": QuestionRole.PERMISSION, "rubric": []}, "kind", "yes or no", id="permission asked with a number"),
        pytest.param({"kind": QuestionKind.ONE_OF, "choices": ["red"], "rubric": []}, "choices", "at least two", id="one choice"),
        pytest.param({"kind": QuestionKind.ONE_OF, "choices": ["red", "red"], "rubric": []}, "choices", "different", id="the same choice twice"),
        pytest.param({"choices": ["red", "blue"]}, "choices", "Remove them", id="choices for a number"),
        pytest.param({"minimum": 5, "maximum": 4}, "minimum", "above the maximum", id="bounds crossed"),
        pytest.param({"kind": QuestionKind.OPEN, "minimum": 5, "rubric": []}, "minimum", "Leave both empty", id="bounds for words"),
        pytest.param({"kind": QuestionKind.MANY_OF, "choices": ["red"], "rubric": []}, "choices", "at least two", id="one choice of several"),
        pytest.param({"kind": QuestionKind.ONE_OF, "choices": ["a", "b", "A "], "rubric": []}, "choices", "are the same", id="a choice again"),
        pytest.param({"kind": QuestionKind.SCALE, "rubric": []}, "minimum", "for example 1 and 5", id="a scale without ends"),
        pytest.param({"kind": QuestionKind.SCALE, "minimum": 1, "maximum": 5.5, "rubric": []}, "minimum", "whole steps", id="half a step"),
        pytest.param({"kind": QuestionKind.SCALE, "minimum": 0, "maximum": 101, "rubric": []}, "minimum", "whole steps", id="a scale too long"),
        pytest.param({"kind": QuestionKind.SCALE, "minimum": 3, "maximum": 3, "rubric": []}, "minimum", "at least two", id="a single step"),
        pytest.param({"kind": QuestionKind.MONEY, "unit": "shillings", "rubric": []}, "unit", "three capital letters", id="a currency in words"),
        pytest.param({"skips": "later"}, "skips", "list of rules", id="skip rules that are none"),
        pytest.param({"skips": [{"when": {"equals": 1}}]}, "skips", 'needs a "to"', id="a rule that leads nowhere"),
        pytest.param({"skips": [{"when": {"equals": "x"}, "to": ""}]}, "skips", "Skip rule 1: “is (equals)” can never", id="a rule no answer fits"),
        pytest.param({"rubric": {"when": {}}}, "rubric", "list of rows", id="no list"),
        pytest.param({"rubric": [50]}, "rubric", "list of rows", id="rows that are none"),
        pytest.param({"rubric": [{"points": 3}]}, "rubric", 'needs a "when"', id="no when"),
        pytest.param({"rubric": rubric({"more_than": 3})}, "rubric", "more_than", id="unknown test"),
        pytest.param({"rubric": rubric({"at_least": 3}, points=10_001)}, "rubric", "out of range", id="points out of range"),
    ],
)
def test_a_fault_names_the_field_and_the_mend(changes, field, mend):
    (fault,) = faults_of(question(**changes))

    assert fault.field == field and mend in fault.message


@pytest.mark.parametrize("unit", ["", "KES", "USD"])
def test_an_amount_is_in_a_currency_or_in_shillings(unit):
    assert faults_of(question(kind=QuestionKind.MONEY, unit=unit, rubric=rubric({"at_least": 1}))) == []


def test_the_longest_scale_is_allowed():
    assert faults_of(question(kind=QuestionKind.SCALE, minimum=0, maximum=100, rubric=rubric({"at_least": 9}))) == []


def test_equal_bounds_are_allowed():
    assert faults_of(question(minimum=5, maximum=5)) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["when", "points", "equals", "is_in", "at_least", "why"]), inner),
    max_leaves=8,
)


@given(rubric=json_values, kind=st.sampled_from(QuestionKind))
def test_whatever_is_typed_as_points_is_answered_not_crashed_on(rubric, kind):
    choices, ends = ["red", "blue"] if kind in CHOOSING else [], (1, 5) if kind is QuestionKind.SCALE else (None, None)
    written = question(kind=kind, choices=choices, minimum=ends[0], maximum=ends[1], rubric=rubric, skips=rubric)

    assert all(fault.field in {"rubric", "skips"} for fault in faults_of(written))
