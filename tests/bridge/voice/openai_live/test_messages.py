"""What goes over the wire, both ways, and what is kept of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import UsageUnit, VoiceFault, VoiceUsage
from bridge.voice.fakes.openai_live.checking import unknown_field, wrong_setting
from bridge.voice.openai_live import outgoing
from bridge.voice.openai_live.faults import fault_of_end
from bridge.voice.openai_live.incoming import (
    BackendCalled,
    BackendOver,
    Delegated,
    Ended,
    HeardWords,
    SecondsUsed,
    Sound,
    SpokenWords,
    Started,
    read,
)
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_live.usage import SessionMeter, backend_usage
from bridge.voice.openai_socket.fields import ProviderError, Unreadable
from bridge.voice.prompting import SCRIPT
from tests.bridge.cast import brief

CALL = {"type": "function_call", "call_id": "c", "name": "confirm", "arguments": "{}"}


def envelope(event: dict) -> dict:
    return {"type": "response.event", "delegation_id": "d", "event": event}


class TestReading:
    @pytest.mark.parametrize(
        ("message", "meaning"),
        [
            ({"type": "session.started", "session": {"id": "s"}}, Started()),
            ({"type": "session.output_audio.delta", "delta": "AAA="}, Sound(b"\0\0")),
            ({"type": "session.output_transcript.delta", "delta": "Hi", "start_ms": 10, "end_ms": 20}, SpokenWords("Hi", 10, 20)),
            ({"type": "session.input_transcript.delta", "delta": "Hi"}, HeardWords("Hi", None, None)),
            ({"type": "session.delegation.created", "offset_ms": 7, "delegation": {"id": "d"}}, Delegated("d", 7)),
            (envelope({"type": "response.output_item.done", "item": CALL}), BackendCalled("d", "c", "confirm", "{}")),
            (envelope({"type": "response.completed", "response": {"usage": {}}}), BackendOver("d", True, "", {})),
            (envelope({"type": "response.failed", "response": {"error": {"code": "x"}}}), BackendOver("d", False, "x", {})),
            ({"type": "session.usage.updated", "usage": {"seconds": 2.5}}, SecondsUsed(2.5)),
            ({"type": "session.closed", "reason": "expired", "usage": {"seconds": 3}}, Ended("expired", 3)),
            ({"type": "error", "error": {"type": "t", "code": "c", "client_event_id": "e"}}, ProviderError("c", "t", "e")),
        ],
        ids=lambda value: value.get("type") if isinstance(value, dict) else None,
    )
    def test_what_matters_is_read(self, message, meaning):
        assert read(json.dumps(message)) == meaning

    @pytest.mark.parametrize(
        "message",
        [
            {"type": "session.commentary.appended", "client_event_id": "line-1"},
            {"type": "session.telepathy"},
            envelope({"type": "response.output_text.delta", "delta": "x"}),
            envelope({"type": "response.output_item.done", "item": {"type": "message"}}),
        ],
    )
    def test_what_does_not_is_nothing(self, message):
        assert read(json.dumps(message)) is None

    @pytest.mark.parametrize(
        "message",
        [
            '{"type": "session.output_audio.delta", "delta": "?"}',
            '{"type": "session.output_audio.delta", "delta": 1}',
            '{"type": "session.output_transcript.delta", "delta": "x", "start_ms": "soon"}',
            '{"type": "session.closed", "usage": [1]}',
            '{"type": "session.usage.updated", "usage": {"seconds": true}}',
            '{"type": "response.event", "event": {"type": "response.output_item.done", "item": []}}',
        ],
        ids=range(6),
    )
    def test_what_is_wrong_is_unreadable(self, message):
        with pytest.raises(Unreadable):
            read(message)


class TestSending:
    def test_the_session_is_one_that_the_service_takes(self):
        message = outgoing.session_start(brief(), LiveSettings("k"))
        assert unknown_field(message) is None
        assert wrong_setting(message["session"]) is None
        assert json.loads(json.dumps(message)) == message

    def test_both_models_know_the_script(self):
        session = outgoing.session_start(brief(), LiveSettings("k"))["session"]
        for instructions in (session["instructions"], session["delegation"]["responses"]["instructions"]):
            assert any(line.startswith(f'{{"{SCRIPT}"') for line in instructions.splitlines())

    def test_the_key_is_never_in_a_message_or_in_the_settings_text(self):
        with_key = LiveSettings("very-secret")
        assert "very-secret" not in json.dumps(outgoing.session_start(brief(), with_key)) + repr(with_key)

    @given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1, max_size=40), min_size=1, max_size=200))
    def test_pieces_of_a_line_are_short_enough_and_together_the_line(self, words):
        parts = outgoing.parts_of(" ".join(words))
        assert " ".join(parts).split() == " ".join(words).split()
        assert all(len(part.encode()) <= outgoing.LONGEST_BYTES for part in parts)

    @pytest.mark.parametrize(
        ("base_url", "socket_url"),
        [
            ("https://api.openai.com/v1", "wss://api.openai.com/v1/live/sessions"),
            ("http://127.0.0.1:9/v1/", "ws://127.0.0.1:9/v1/live/sessions"),
        ],
    )
    def test_the_address_has_no_query(self, base_url, socket_url):
        assert LiveSettings("k", base_url=base_url).socket_url() == socket_url


class TestCounting:
    def test_the_sum_of_the_session_is_told_as_what_came_to_it(self):
        meter = SessionMeter("m", opened_s=100.0)
        used = [meter.read(seconds) for seconds in (10.0, 10.0, 25.5, 3.0)]
        assert used == [VoiceUsage("m", {UsageUnit.SESSION_S: 10.0}), None, VoiceUsage("m", {UsageUnit.SESSION_S: 15.5}), None]

    def test_our_clock_counts_only_what_the_service_has_not_counted_yet(self):
        meter = SessionMeter("m", opened_s=100.0)
        used = [meter.by_clock(104.0), meter.read(3.0), meter.read(6.0), meter.by_clock(105.0)]
        assert used == [VoiceUsage("m", {UsageUnit.SESSION_S: 4.0}), None, VoiceUsage("m", {UsageUnit.SESSION_S: 2.0}), None]

    def test_cached_tokens_are_not_counted_twice(self):
        used = backend_usage("m", {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 80}, "output_tokens": 7})
        assert used.amounts == {UsageUnit.TEXT_IN: 20, UsageUnit.CACHED_TEXT_IN: 80, UsageUnit.TEXT_OUT: 7}


@pytest.mark.parametrize("reason", ["expired", "remote_hangup", "connection_lost", "anything"])
def test_a_session_that_ends_is_a_cut(reason):
    assert fault_of_end(reason) is VoiceFault.CUT
