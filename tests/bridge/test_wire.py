"""Messages of the media socket: whatever comes, an answer and no exception."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.wire import (
    KILL_AUDIO,
    MAX_MESSAGE_BYTES,
    CalleeAudio,
    StreamMetadata,
    UnknownMessage,
    Unreadable,
    caption,
    read_binary,
    read_text,
)


class TestBinary:
    @pytest.mark.parametrize(
        "pcm",
        [b"", b"\x00", b'{"type": "killAudio"}', b"[1, 2]", b"\x00" * MAX_MESSAGE_BYTES],
        ids=["empty", "odd", "like JSON", "like a list", "longest"],
    )
    def test_it_is_pcm_whatever_it_looks_like(self, pcm: bytes):
        assert read_binary(pcm) == CalleeAudio(pcm)

    def test_what_is_longer_than_a_mebibyte_is_not_read(self):
        assert read_binary(b"\x00" * (MAX_MESSAGE_BYTES + 1)) == Unreadable("too long")


class TestText:
    @pytest.mark.parametrize(
        ("message", "metadata"),
        [
            ({"callSid": "c1", "streamSid": "s1"}, StreamMetadata("c1", "s1")),
            ({"call_id": "c1"}, StreamMetadata("c1", None)),
            ({"event": "start", "sessionId": "c1", "headers": {}, "metadata": {}}, StreamMetadata("c1", None)),
            ({"metadata": {"client_request_id": "c1"}}, StreamMetadata("c1", None)),
            ({"headers": {"stream_id": "s1"}}, StreamMetadata(None, "s1")),
            ({"streamSid": "s1", "metadata": {"callSid": "c1"}, "callSid": 7}, StreamMetadata("c1", "s1")),
        ],
        ids=["flat", "snake case", "nested and empty", "nested", "in headers", "mixed, one of a wrong type"],
    )
    def test_the_ids_are_found_flat_and_nested(self, message, metadata):
        assert read_text(json.dumps(message)) == metadata

    @pytest.mark.parametrize(
        ("message", "kind"),
        [
            ({}, ""),
            ({"type": "mark", "data": {"name": "x"}}, "mark"),
            ({"event": "dtmf"}, "dtmf"),
            ({"type": 3}, ""),
            ({"callSid": ""}, ""),
            ({"type": "x" * 99}, "x" * 40),
        ],
        ids=["empty", "type", "event", "kind of a wrong type", "empty id", "long kind"],
    )
    def test_what_holds_no_id_is_unknown(self, message, kind):
        assert read_text(json.dumps(message)) == UnknownMessage(kind)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "not JSON"),
            ("hello", "not JSON"),
            ("{", "not JSON"),
            ("[" * 200_000, "not JSON"),
            ("[]", "not an object"),
            ("null", "not an object"),
            (" " * (MAX_MESSAGE_BYTES + 1), "too long"),
        ],
        ids=["empty", "words", "broken", "deep", "list", "null", "too long"],
    )
    def test_what_is_no_object_is_unreadable(self, text: str, reason: str):
        assert read_text(text) == Unreadable(reason)

    @given(text=st.text())
    def test_any_text_is_survived(self, text):
        assert isinstance(read_text(text), (StreamMetadata, UnknownMessage, Unreadable))

    @given(
        message=st.recursive(
            st.none() | st.booleans() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["callSid", "metadata", "headers", "type"]), inner),
        )
    )
    def test_any_json_is_survived(self, message):
        assert isinstance(read_text(json.dumps(message)), (StreamMetadata, UnknownMessage, Unreadable))


class TestOutgoing:
    def test_the_command_to_stop_playing_is_spelled_as_the_module_reads_it(self):
        assert json.loads(KILL_AUDIO) == {"type": "killAudio"}

    def test_a_caption_names_its_line(self):
        assert json.loads(caption(7, "Habari, “ndiyo”?")) == {"type": "caption", "data": {"line_id": 7, "text": "Habari, “ndiyo”?"}}
