from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.events import UsageUnit
from bridge.voice.cascade.chat import MAX_CALLS, ChatReply, chat_usage
from bridge.voice.cascade.transcript import Unreadable

ARGUMENTS = '{"question_id": "seats", "value": "40", "quote": "about forty"}'


def data(delta: dict, finish: str | None = None) -> str:
    return "data: " + json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def call(arguments: object = "", **more) -> dict:
    return {"tool_calls": [{"function": {"arguments": arguments, **more.pop("function", {})}, **more}]}


def read(*lines: str) -> ChatReply:
    reply = ChatReply()
    for line in lines:
        if reply.take(line):
            break
    return reply


class TestCalls:
    @given(cuts=st.sets(st.integers(0, len(ARGUMENTS)), max_size=8).map(sorted))
    def test_arguments_are_put_together_wherever_they_were_cut(self, cuts):
        pieces = [ARGUMENTS[begin:end] for begin, end in pairwise([0, *cuts, len(ARGUMENTS)])]
        reply = read(data(call(index=0, id="a", function={"name": "record_answer"})), *(data(call(piece, index=0)) for piece in pieces))
        assert [(each.name, each.arguments) for each in reply.calls] == [("record_answer", ARGUMENTS)]

    def test_two_that_come_interleaved_are_told_apart_by_index(self):
        reply = read(*(data(call(piece, index=index)) for piece, index in (("{", 0), ("[", 1), ("}", 0), ("]", 1))))
        assert [each.arguments for each in reply.calls] == ["{}", "[]"]

    def test_without_an_index_another_id_begins_another_call(self):
        reply = read(data(call("{", id="a")), data(call("}")), data(call("{}", id="b")), data(call("", id="b")))
        assert [each.arguments for each in reply.calls] == ["{}", "{}"]

    def test_arguments_that_are_an_object_already_are_taken(self):
        assert json.loads(read(data(call({"topic": "who"}, index=0))).calls[0].arguments) == {"topic": "who"}

    def test_a_call_that_comes_whole_in_a_message_is_taken(self):
        line = json.dumps({"choices": [{"message": call("{}", index=0), "finish_reason": "tool_calls"}]})
        assert read(f"data: {line}").is_over

    def test_talk_is_only_counted(self):
        reply = read(data({"content": "Of "}), data({"content": "course"}), data({}, "stop"))
        assert (reply.calls, reply.n_spoken, reply.is_over) == ([], 9, True)


class TestTheStream:
    def test_it_ends_with_done_and_nothing_after_it_counts(self):
        reply = ChatReply()
        assert reply.take("data: [DONE]")
        assert reply.is_over

    def test_comments_blank_lines_and_names_are_skipped(self):
        assert not read("", ": keep-alive", "event: message", "id: 7").is_over

    def test_one_that_stops_before_its_end_is_not_over(self):
        assert not read(data(call("{", index=0))).is_over

    def test_an_error_within_it_is_a_failure(self):
        assert read('data: {"error": {"code": "server_error"}}', "data: [DONE]").has_failed

    def test_the_usage_comes_in_a_chunk_without_choices(self):
        usage = {"prompt_tokens": 900, "completion_tokens": 30, "prompt_tokens_details": {"cached_tokens": 600}}
        reply = read("data: " + json.dumps({"choices": [], "usage": usage}))
        assert reply.usage == {UsageUnit.TEXT_IN: 300, UsageUnit.CACHED_TEXT_IN: 600, UsageUnit.TEXT_OUT: 30}

    @pytest.mark.parametrize(
        "line",
        [
            "<html>It works!</html>",
            "data: {",
            "data: []",
            'data: {"choices": 5}',
            'data: {"choices": [5]}',
            'data: {"choices": [{"delta": "x"}]}',
            'data: {"choices": [{"delta": {"tool_calls": {"a": 1}}}]}',
            'data: {"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]}',
        ],
    )
    def test_what_is_no_completion_is_unreadable(self, line):
        with pytest.raises(Unreadable):
            read(line)

    def test_a_model_that_does_not_stop_is_unreadable(self):
        with pytest.raises(Unreadable):
            read(*(data(call("{}", index=index)) for index in range(MAX_CALLS + 1)))
        with pytest.raises(Unreadable):
            read(*(data(call("a" * 5000, index=0)) for _ in range(5)))


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": "many"}, {"prompt_tokens": -1, "completion_tokens": True}])
def test_figures_that_are_none_count_as_nothing(usage):
    assert chat_usage(usage) == {}


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(["choices", "usage", "error"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["delta", "message", "tool_calls", "function", "index", "id", "name", "arguments", "content", "prompt_tokens"]),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=12,
        ),
    )
)
def test_no_json_breaks_the_reading_of_a_stream(chunk):
    reply = ChatReply()
    try:
        reply.take(f"data: {json.dumps(chunk)}")
    except Unreadable:
        return
    assert all(0 < amount < float("inf") for amount in reply.usage.values())


@given(st.text())
def test_no_line_breaks_it_either(line):
    try:
        ChatReply().take(line)
    except Unreadable:
        return
