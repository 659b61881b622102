from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import QuestionBrief, QuestionKind
from bridge.events import Expectation, Line, Tool, ToolCall
from bridge.voice.prompting import (
    directive,
    expectation_json,
    read_tool_call,
    system_instruction,
    told_value,
    tool_declarations,
    tool_reply,
    typed_value,
)
from tests.bridge.cast import SEATS, brief

BRIEF = brief()


def question(kind: QuestionKind, *choices: str) -> QuestionBrief:
    return QuestionBrief("q", kind, "?", "?", choices=choices)


def read(tool: str, arguments: object) -> ToolCall | str:
    return read_tool_call("1", tool, arguments, BRIEF.questions)  # type: ignore[arg-type]


class TestWhatTheModelIsTold:
    def test_the_instruction_names_the_bot_the_organisation_and_the_language(self):
        instruction = system_instruction(BRIEF)
        assert all(word in instruction for word in (BRIEF.bot_name, BRIEF.organisation, BRIEF.language))

    def test_the_instruction_holds_every_question_as_json(self):
        script = json.loads(system_instruction(BRIEF).splitlines()[-1])["SCRIPT"]
        assert [each["question_id"] for each in script["questions"]] == [each.question_id for each in BRIEF.questions]

    def test_a_directive_is_one_line_of_json_with_the_exact_words(self):
        told = json.loads(directive(Line(1, 'He said "no".\nTwice.'), Expectation(SEATS)))
        assert told == {"SAY": 'He said "no".\nTwice.', "EXPECT": {"question_id": SEATS.question_id, "is_confirmation": False, "is_time": False}}

    def test_times_that_are_offered_are_told_on_the_callee_s_clock(self):
        offered = (datetime(2026, 11, 23, 15, 30, tzinfo=ZoneInfo("Africa/Nairobi")),)
        told = expectation_json(Expectation(None, is_time=True, offered=offered))
        assert told == {"question_id": None, "is_confirmation": False, "is_time": True, "offered": ["2026-11-23T15:30"]}

    def test_a_tool_reply_may_have_nothing_to_say(self):
        assert tool_reply(None, Expectation(None)) == {"SAY": None, "EXPECT": {"question_id": None, "is_confirmation": False, "is_time": False}}

    def test_every_tool_is_declared_once_and_takes_only_questions_of_the_script(self):
        declared = {tool["name"]: tool["parameters"] for tool in tool_declarations(BRIEF)}
        assert declared.keys() == {tool.value for tool in Tool}
        assert declared["record_answer"]["properties"]["question_id"]["enum"] == [each.question_id for each in BRIEF.questions]

    def test_no_tool_takes_a_price_or_a_number_to_call(self):
        properties = {name for tool in tool_declarations(BRIEF) for name in tool["parameters"]["properties"]}
        assert properties == {"question_id", "value", "quote", "is_doubtful", "is_yes", "at", "topic", "reason"}

    def test_a_model_may_doubt_an_opt_out_so_that_the_callee_is_asked(self):
        declared = {tool["name"]: tool["parameters"] for tool in tool_declarations(BRIEF)}
        assert "is_doubtful" in declared["opt_out"]["properties"]
        assert "is_doubtful" not in declared["opt_out"]["required"]


class TestWhatTheModelCalls:
    def test_a_number_in_a_string_becomes_a_number(self):
        called = read("record_answer", {"question_id": SEATS.question_id, "value": "40", "quote": "forty"})
        assert called == ToolCall("1", Tool.RECORD_ANSWER, {"question_id": SEATS.question_id, "value": 40, "quote": "forty"})

    def test_arguments_may_come_as_json(self):
        assert read("confirm", '{"is_yes": true}') == ToolCall("1", Tool.CONFIRM, {"is_yes": True})

    @pytest.mark.parametrize(
        ("tool", "arguments"),
        [
            ("record_answer", {"question_id": "price", "value": "1"}),
            ("record_answer", {"question_id": SEATS.question_id, "value": "many"}),
            ("record_answer", {}),
            ("transfer_to", {"number": "+254700000000"}),
            ("confirm", "{"),
            ("confirm", "[]"),
        ],
        ids=["an invented question", "no number", "nothing", "an invented tool", "broken json", "a list"],
    )
    def test_what_it_makes_up_is_refused_in_words(self, tool, arguments):
        assert isinstance(read(tool, arguments), str)

    @given(st.text(), st.one_of(st.text(), st.dictionaries(st.text(), st.text() | st.integers() | st.none())))
    def test_nothing_that_it_calls_breaks_the_reading(self, tool, arguments):
        assert isinstance(read(tool, arguments), ToolCall | str)


class TestValues:
    @pytest.mark.parametrize(
        ("kind", "given_value", "value"),
        [
            (QuestionKind.YES_NO, "Yes", True),
            (QuestionKind.YES_NO, False, False),
            (QuestionKind.YES_NO, "perhaps", None),
            (QuestionKind.NUMBER, "12.5", 12.5),
            (QuestionKind.NUMBER, " 7 ", 7),
            (QuestionKind.NUMBER, True, None),
            (QuestionKind.NUMBER, "nan", None),
            (QuestionKind.NUMBER, "1e999", None),
            (QuestionKind.TIMELINE, "14", 14),
            (QuestionKind.TIMELINE, "soon", None),
            (QuestionKind.NUMBER, "50k", 50_000),
            (QuestionKind.MONEY, "50,000", 50_000),
            (QuestionKind.MONEY, "elfu hamsini", 50_000),
            (QuestionKind.MONEY, "49999.6", 50_000),
            (QuestionKind.MONEY, "a lot", None),
            (QuestionKind.SCALE, "7", 7),
            (QuestionKind.SCALE, "seven", 7),
            (QuestionKind.SCALE, "7.5", 7.5),
            (QuestionKind.OPEN, "  maize ", "maize"),
            (QuestionKind.OPEN, " ", None),
            (QuestionKind.OPEN, 5, None),
        ],
    )
    def test_a_value_is_read_by_the_kind_of_its_question(self, kind, given_value, value):
        read_value = typed_value(question(kind), given_value)
        assert (read_value, type(read_value)) == (value, type(value))

    def test_a_choice_is_one_of_the_choices_however_it_is_written(self):
        assert typed_value(question(QuestionKind.ONE_OF, "Maize", "Beans"), "maize") == "Maize"
        assert typed_value(question(QuestionKind.ONE_OF, "Maize", "Beans"), "rice") is None

    @pytest.mark.parametrize(
        ("said", "value"),
        [
            ("maize; beans", ["Maize", "Beans"]),
            ("Maize, beans", ["Maize", "Beans"]),
            ("maize", ["Maize"]),
            ("Rice, peas; maize", ["Rice, peas", "Maize"]),
            ("rice, peas", ["Rice, peas"]),
            (["maize", "Beans"], ["Maize", "Beans"]),
            ("maize; wheat", None),
            ("", None),
            ([], None),
            (7, None),
            ([7], None),
        ],
        ids=str,
    )
    def test_several_choices_come_with_semicolons_between(self, said, value):
        assert typed_value(question(QuestionKind.MANY_OF, "Maize", "Beans", "Rice, peas"), said) == value

    @given(st.lists(st.sampled_from(["Maize", "Beans", "Rice, peas"]), min_size=1, unique=True) | st.booleans() | st.integers(0, 10**9))
    def test_a_value_is_read_as_it_is_told(self, value):
        kind = {list: QuestionKind.MANY_OF, bool: QuestionKind.YES_NO, int: QuestionKind.MONEY}[type(value)]
        assert typed_value(question(kind, "Maize", "Beans", "Rice, peas"), told_value(value)) == value

    def test_the_tool_says_how_every_kind_is_answered(self):
        described = next(tool for tool in tool_declarations(BRIEF) if tool["name"] == "record_answer")["parameters"]["properties"]["value"][
            "description"
        ]
        assert all(kind.value in described for kind in QuestionKind)
