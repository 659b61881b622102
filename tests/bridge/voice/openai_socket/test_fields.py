"""Whatever a server sends, reading it raises nothing but `Unreadable`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.voice.openai_live import incoming as live
from bridge.voice.openai_realtime import incoming as realtime
from bridge.voice.openai_socket.fields import Fields, Unreadable, read_message

READS = pytest.mark.parametrize("read", [live.read, realtime.read], ids=["live", "realtime"])
TYPES = {
    live.read: ["session.output_audio.delta", "session.input_transcript.delta", "response.event", "session.usage.updated", "session.closed", "error"],
    realtime.read: ["response.audio.delta", "response.output_item.done", "response.created", "response.done", "session.updated", "error"],
}
NAMES = ["delta", "event", "usage", "error", "delegation", "item", "response", "output", "status_details", "start_ms", "content_index", "type"]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("function_call"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


class TestAnything:
    @READS
    @settings(max_examples=150)
    @given(told=st.binary() | st.text())
    def test_no_bytes_and_no_text_break_it(self, read: Callable, told: bytes | str):
        try:
            read(told)
        except Unreadable:
            return

    @READS
    @settings(max_examples=300)
    @given(value=VALUES)
    def test_no_json_breaks_it(self, read: Callable, value: Any):
        try:
            read(json.dumps(value))
        except Unreadable:
            return

    @READS
    @settings(max_examples=300)
    @given(picked=st.data(), fields=st.dictionaries(st.sampled_from(NAMES[:-1]), VALUES, max_size=4))
    def test_no_field_of_a_known_message_breaks_it(self, read: Callable, picked: st.DataObject, fields: dict[str, Any]):
        try:
            read(json.dumps({**fields, "type": picked.draw(st.sampled_from(TYPES[read]))}))
        except Unreadable:
            return

    @READS
    @given(at=st.integers(0, 90))
    def test_a_message_that_was_cut_anywhere_is_unreadable(self, read: Callable, at: int):
        whole = json.dumps({"type": TYPES[read][0], "response_id": "r", "delta": "AAECAwQFBgcICQ==", "event_id": "e"}, ensure_ascii=False)
        assert read(whole) is not None
        with pytest.raises(Unreadable):
            read(whole[: min(at, len(whole) - 1)])

    @READS
    @pytest.mark.parametrize(
        "told",
        ["", "[]", "7", "null", "{}", '{"type": 7}', '{"type": null}', "[" * 100_000, b"\xff\xfe", '{"type": "error", "error": "x"}', "9" * 5000],
        ids=range(11),
    )
    def test_what_is_no_message_is_unreadable(self, read: Callable, told: str | bytes):
        with pytest.raises(Unreadable):
            read(told)

    @READS
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
    def test_a_binary_frame_is_read_like_text(self, read: Callable, encoding: str):
        told = json.dumps({"type": TYPES[read][0], "delta": "AAE="})
        assert read(told.encode(encoding)) == read(told)

    @READS
    def test_an_event_of_tomorrow_is_nothing(self, read: Callable):
        assert read('{"type": "session.telepathy", "delta": {"no": "text"}}') is None


class TestFields:
    @pytest.mark.parametrize("name", ["missing", "none"])
    def test_what_is_missing_has_a_default(self, name):
        fields = Fields({"none": None})
        read = (fields.text(name), fields.number(name), fields.whole(name), fields.sound(name), fields.part(name).values, fields.parts(name))
        assert read == ("", None, None, b"", {}, [])

    @pytest.mark.parametrize("value", [True, "1", [], {}, 1e12, -1e12, float("nan"), float("inf"), 10**400])
    def test_what_is_no_figure_is_unreadable(self, value):
        with pytest.raises(Unreadable):
            Fields({"it": value}).number("it")

    @pytest.mark.parametrize(("value", "whole"), [(0, 0), (1.4, 1), (1.6, 2), (-3, -3), (999_999_999_999, 999_999_999_999)])
    def test_a_figure_is_rounded(self, value, whole):
        assert Fields({"it": value}).whole("it") == whole

    @pytest.mark.parametrize("value", ["!", "AAA", "AA=A", "é", "AAA=\n", 1, []])
    def test_what_is_no_base64_is_unreadable(self, value):
        with pytest.raises(Unreadable):
            Fields({"it": value}).sound("it")

    @pytest.mark.parametrize("value", [[1], [{}, None], "ab", {"a": {}}])
    def test_a_list_of_anything_but_objects_is_unreadable(self, value):
        with pytest.raises(Unreadable):
            Fields({"it": value}).parts("it")

    def test_a_message_is_read_by_the_reader_of_its_type(self):
        readers = {"a": lambda fields: ("a", fields.text("x")), "b": lambda fields: ("b", fields.text("x"))}
        assert read_message('{"type": "b", "x": "y"}', readers) == ("b", "y")
