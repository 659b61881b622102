from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import MAX_BODY_BYTES, ProviderEvent, Unreadable, parse_webhook

RINGING = {
    "sessionId": "HD_0123456789ab",
    "callerNumber": "+254711000001",
    "destinationNumber": "+254712345678",
    "callSessionState": "Ringing",
    "isActive": "1",
    "direction": "outbound",
    "clientRequestId": "c-42",
}


def as_form(record):
    return urlencode(record).encode()


def as_json(record):
    return json.dumps(record).encode()


def read(record, **around):
    event = parse_webhook(as_json(record), **around)
    assert isinstance(event, ProviderEvent)
    return event


class TestVoiceCallbacks:
    @pytest.mark.parametrize("encode", [as_form, as_json])
    def test_form_and_json_say_the_same(self, encode):
        assert parse_webhook(encode(RINGING)) == ProviderEvent(
            state=ProviderStatus.RINGING,
            session_id="HD_0123456789ab",
            client_request_id="c-42",
            caller="+254711000001",
            destination="+254712345678",
            direction="outbound",
            is_active=True,
        )

    @pytest.mark.parametrize("key", ["sessionId", "session_id", "SessionId", "CallId", "callSid", "call_sid", "call_id", "pbx_call_id"])
    def test_the_session_is_found_under_every_name(self, key):
        assert read({key: "HD_1"}).session_id == "HD_1"

    @pytest.mark.parametrize("key", ["CallId", "callSid", "call_sid", "call_id"])
    def test_so_is_the_calls_own_id(self, key):
        event = read({key: "5b1e", "pbx_call_id": "HD_1"})
        assert (event.call_id, event.session_id) == ("5b1e", "HD_1")

    def test_the_vendors_pages_speak_of_call_from_and_to(self):
        event = read({"CallId": "HD_1", "From": "+254711000001", "To": "+254712345678", "Digits": "1"})
        assert (event.caller, event.destination, event.digits) == ("+254711000001", "+254712345678", "1")

    def test_our_id_may_stand_in_the_url_only(self):
        assert read({"sessionId": "HD_1"}, query={"clientRequestId": "c-42"}).client_request_id == "c-42"

    def test_our_id_in_the_body_comes_first(self):
        assert read({"clientRequestId": "c-42"}, query={"clientRequestId": "c-43"}).client_request_id == "c-42"

    def test_the_url_does_not_speak_for_the_state(self):
        event = read({"clientRequestId": "c-42"}, query={"status": "completed"})
        assert event.state is ProviderStatus.UNKNOWN

    def test_an_empty_body_is_an_event_that_says_nothing(self):
        assert parse_webhook(b"", query={"clientRequestId": "c-42"}) == ProviderEvent(client_request_id="c-42")

    @pytest.mark.parametrize(
        ("given_text", "is_active"), [("1", True), ("true", True), ("True", True), ("0", False), ("false", False), ("maybe", None), ("", None)]
    )
    def test_whether_the_call_is_active_is_read_or_left_open(self, given_text, is_active):
        assert read({"sessionId": "HD_1", "isActive": given_text}).is_active is is_active

    @pytest.mark.parametrize("flag", [True, False])
    def test_a_json_flag_is_a_flag(self, flag):
        assert read({"sessionId": "HD_1", "isActive": flag}).is_active is flag

    @pytest.mark.parametrize(
        ("spelling", "text", "seconds"),
        [
            ("durationInSeconds", "42", 42.0),
            ("duration_seconds", 42, 42.0),
            ("duration", "0", 0.0),
            ("durationInSeconds", "-1", None),
            ("durationInSeconds", "nan", None),
            ("durationInSeconds", "1e999", None),
            ("durationInSeconds", "long", None),
        ],
    )
    def test_a_duration_is_a_number_of_seconds_or_not_said(self, spelling, text, seconds):
        assert read({"sessionId": "HD_1", spelling: text}).duration_s == seconds

    @pytest.mark.parametrize(
        ("spelling", "text", "digits"),
        [("Digits", "1", "1"), ("dtmfDigits", "12#*", "12#*"), ("digits", 7, "7"), ("Digits", "1; drop", None), ("Digits", "", None)],
    )
    def test_digits_are_keys_of_a_telephone(self, spelling, text, digits):
        assert read({"sessionId": "HD_1", spelling: text}).digits == digits


class TestStates:
    @pytest.mark.parametrize(
        ("record", "state"),
        [
            pytest.param({"callSessionState": "Completed", "durationInSeconds": "9"}, ProviderStatus.COMPLETED, id="completed"),
            pytest.param({"CallStatus": "no-answer"}, ProviderStatus.NO_ANSWER, id="no answer"),
            pytest.param({"callSessionState": "StreamStarted"}, ProviderStatus.STREAM_STARTED, id="stream as a state"),
            pytest.param({"streamSid": "s", "streamEvent": "stream-stopped"}, ProviderStatus.STREAM_STOPPED, id="stream as an event"),
            pytest.param({"streamSid": "s", "streamStatus": "error"}, ProviderStatus.STREAM_ERROR, id="stream in short"),
            pytest.param({"streamEvent": "warmed"}, ProviderStatus.UNKNOWN, id="a stream event we do not know"),
            pytest.param({"callSessionState": "Answered", "streamEvent": "stream-started"}, ProviderStatus.STREAM_STARTED, id="stream in a call"),
            pytest.param(
                {"callSessionState": "Completed", "streamEvent": "stream-stopped"}, ProviderStatus.COMPLETED, id="the end outranks the stream"
            ),
            pytest.param({"callSessionState": "failed", "hangupCause": "USER_BUSY"}, ProviderStatus.BUSY, id="the cause makes it exact"),
            pytest.param({"callSessionState": "Hovering"}, ProviderStatus.UNKNOWN, id="a word we do not know"),
        ],
    )
    def test_a_state_is_read_from_what_is_there(self, record, state):
        assert read(record).state is state

    @pytest.mark.parametrize("key", ["DialCallStatus", "dialCallStatus", "dial_call_status", "dialStatus"])
    def test_the_end_of_a_dial_is_known_by_its_status(self, key):
        event = read({"sessionId": "HD_1", "callSessionState": "Answered", key: "no-answer", "dialDurationInSeconds": "3"})
        assert (event.state, event.dial_status, event.dial_duration_s) == (ProviderStatus.DIAL_COMPLETED, ProviderStatus.NO_ANSWER, 3)

    def test_the_end_of_the_call_outranks_the_end_of_a_dial(self):
        event = read({"callSessionState": "Completed", "DialCallStatus": "completed"})
        assert (event.state, event.dial_status) == (ProviderStatus.COMPLETED, ProviderStatus.COMPLETED)


class TestEvents:
    DOCUMENTED = {
        "kind": "call.completed",
        "event_id": "e-1",
        "workspace_id": "w",
        "occurred_at": "2026-11-24T07:01:00Z",
        "data": {"call_id": "5b1e", "direction": "outbound", "from": "+254711000001", "status": "completed", "duration_seconds": 42},
    }

    def test_the_documented_envelope(self):
        event = read(self.DOCUMENTED)
        assert (event.kind, event.event_id, event.call_id) == ("call.completed", "e-1", "5b1e")
        assert (event.state, event.duration_s, event.caller) == (ProviderStatus.COMPLETED, 42, "+254711000001")

    def test_the_other_envelope(self):
        event = read({"event_kind": "call.recording.ready", "event_id": "e-2", "payload": {"call_id": "5b1e"}})
        assert (event.kind, event.event_id, event.call_id, event.state) == ("call.recording.ready", "e-2", "5b1e", ProviderStatus.UNKNOWN)

    def test_the_flat_body_of_the_exchange(self):
        event = read({"call_id": "5b1e", "pbx_call_id": "HD_1", "event": "call.failed", "failure_reason": "no_answer"})
        assert (event.state, event.hangup_cause, event.session_id) == (ProviderStatus.NO_ANSWER, "no_answer", "HD_1")

    @pytest.mark.parametrize("name", ["X-Sautikit-Event-Kind", "x-sautikit-event"])
    def test_the_kind_may_stand_in_a_header(self, name):
        event = read({"call_id": "5b1e"}, headers={name: "call.completed"})
        assert (event.kind, event.state) == ("call.completed", ProviderStatus.COMPLETED)

    @pytest.mark.parametrize("name", ["X-Sautikit-Event-Id", "x-sautikit-idempotency-key"])
    def test_the_events_id_may_stand_in_a_header(self, name):
        assert read({"call_id": "5b1e"}, headers={name: "e-9"}).event_id == "e-9"

    def test_a_failure_says_why(self):
        event = read({"kind": "call.failed", "data": {"call_id": "5b1e", "status": "failed", "failure_reason": "no_answer"}})
        assert (event.state, event.hangup_cause) == (ProviderStatus.NO_ANSWER, "no_answer")

    @pytest.mark.parametrize("inside", [None, 3, [], "text"], ids=repr)
    def test_an_envelope_with_nothing_in_it_is_survived(self, inside):
        assert read({"kind": "call.completed", "data": inside}).state is ProviderStatus.COMPLETED


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            pytest.param(b"{", "not JSON", id="half an object"),
            pytest.param(b"[1]", "not a JSON object", id="a list"),
            pytest.param(b'{"sessionId": ' + b"[" * 30000, "not JSON", id="brackets without end"),
            pytest.param(b"\xff\xfe", "not UTF-8", id="bytes"),
            pytest.param(b"garbage", "no known field", id="words"),
            pytest.param(b'{"colour": "blue"}', "no known field", id="nothing we know"),
            pytest.param(b"&".join([b"a=1"] * 300), "not a form", id="too many fields"),
            pytest.param(b" " * (MAX_BODY_BYTES + 1), "body too large", id="too large"),
        ],
    )
    def test_it_says_that_it_is_unreadable(self, body, reason):
        assert parse_webhook(body) == Unreadable(reason)

    @given(body=st.binary(max_size=300), header=st.text(max_size=30), query=st.text(max_size=30))
    def test_any_bytes_are_survived(self, body, header, query):
        event = parse_webhook(body, headers={"X-Sautikit-Event-Kind": header}, query={"clientRequestId": query})
        assert isinstance(event, ProviderEvent | Unreadable)

    @given(
        st.dictionaries(
            st.sampled_from(["sessionId", "callSessionState", "data", "payload", "Digits", "duration", "isActive", "kind", "x"]),
            st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)),
        )
    )
    def test_any_json_is_survived_and_leaves_only_text_a_database_takes(self, record):
        event = parse_webhook(as_json(record))
        if isinstance(event, ProviderEvent):
            assert all(text.isprintable() for text in (event.session_id or "", event.kind, event.hangup_cause))
