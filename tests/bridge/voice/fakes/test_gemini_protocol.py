"""The faked Gemini is as strict as the real one, so that what our side does wrong shows."""

from __future__ import annotations

import base64
import json
import ssl
from typing import Any

import numpy as np
import pytest

from bridge.voice.fakes.gemini.certificate import tls_pair
from bridge.voice.fakes.gemini.protocol import Activity, Content, Heard, Refused, Response, Responses, Setup, read, read_setup

MANUAL = Setup("models/gemini-3.8-live", "", has_manual_activity=True, interrupts=True, handle=None, is_resumable=True, tools=frozenset())
AUTOMATIC = Setup("models/gemini-3.8-live", "", has_manual_activity=False, interrupts=True, handle=None, is_resumable=True, tools=frozenset())
AUDIO = {"mimeType": "audio/pcm;rate=16000", "data": base64.b64encode(b"\x01\x00\x02\x00").decode()}


def setup(**fields: Any) -> Setup:
    return read_setup(json.dumps({"setup": {"model": "models/gemini-3.8-live", **fields}}))


def taken(told: Any, of: Setup = MANUAL) -> Any:
    return read(json.dumps(told), of)


class TestSetup:
    def test_both_spellings_are_taken(self):
        made = setup(realtimeInputConfig={"automatic_activity_detection": {"disabled": True}}, sessionResumption={"handle": "h"})
        assert (made.has_manual_activity, made.handle, made.is_resumable) == (True, "h", True)

    def test_the_instruction_is_the_text_of_its_parts(self):
        assert setup(systemInstruction={"parts": [{"text": "a"}, {"text": "b"}]}).instruction == "a\nb"

    def test_names_in_a_schema_are_left_alone(self):
        tool = {"name": "t", "behavior": "BLOCKING", "parameters_json_schema": {"properties": {"question_id": {}}}}
        assert setup(tools=[{"functionDeclarations": [tool]}]).tools == {"t"}

    @pytest.mark.parametrize(
        "told",
        [
            {"setup": {"model": "models/gemini-3.8-live", "enableAffectiveDialog": True}},
            {"setup": {"model": "gemini-3.8-live"}},
            {"client_content": {}},
            {"setup": {"model": "models/gemini-3.8-live", "tools": [{"functionDeclarations": [{"name": "t"}]}]}},
        ],
        ids=["a field that was removed", "no model", "another message first", "tools that do not block"],
    )
    def test_what_the_service_refuses_is_refused(self, told: dict):
        with pytest.raises(Refused):
            read_setup(json.dumps(told))


class TestMessages:
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ({"realtime_input": {"activityStart": {}}}, Activity(is_start=True)),
            ({"realtimeInput": {"activity_end": {}}}, Activity(is_start=False)),
            ({"realtime_input": {"text": "hello"}}, Content("hello", is_turn=False)),
            (
                {"client_content": {"turns": [{"role": "user", "parts": [{"text": "hello"}]}], "turnComplete": True}},
                Content("hello", is_turn=True),
            ),
            (
                {"tool_response": {"functionResponses": [{"id": "1", "name": "t", "response": {"the_key": 1}}]}},
                Responses((Response("1", "t", {"the_key": 1}),)),
            ),
        ],
        ids=["start", "end", "text", "content", "response"],
    )
    def test_what_clients_may_send_is_read(self, told: dict, expected: Any):
        assert taken(told) == expected

    def test_audio_is_samples_in_either_alphabet(self):
        for data in (AUDIO["data"], base64.urlsafe_b64encode(b"\xff\xfb\xff\xef").decode()):
            heard = taken({"realtime_input": {"audio": {**AUDIO, "data": data}}})
            assert isinstance(heard, Heard)
            assert heard.pcm.dtype == np.int16

    @pytest.mark.parametrize(
        "told",
        [
            [],
            {},
            {"realtime_input": []},
            {"realtime_input": {}, "client_content": {}},
            {"realtime_input": {"audio": AUDIO, "text": "two at once"}},
            {"realtime_input": {"mediaChunks": [AUDIO]}},
            {"realtime_input": {"audio": {**AUDIO, "mimeType": "audio/pcm;rate=24000"}}},
            {"realtime_input": {"audio": {**AUDIO, "mimeType": "audio/pcm"}}},
            {"realtime_input": {"audio": {**AUDIO, "data": "?"}}},
            {"realtime_input": {"audio": {**AUDIO, "data": base64.b64encode(b"odd").decode()}}},
            {"realtime_input": {"audioStreamEnd": True}},
            {"client_content": {"turns": [{"parts": [{"text": "no role"}]}]}},
            {"client_content": {"turn": []}},
            {"tool_response": {"functionResponses": []}},
            {"tool_response": {"functionResponses": [{"name": "t", "response": {}}]}},
            {"tool_response": {"functionResponses": [{"id": "1", "name": "t", "response": "text"}]}},
        ],
    )
    def test_what_the_service_refuses_is_refused(self, told: Any):
        with pytest.raises(Refused):
            taken(told)

    def test_text_is_a_turn_of_its_own_when_the_service_finds_activity_itself(self):
        assert taken({"realtime_input": {"text": "hello"}}, AUTOMATIC) == Content("hello", is_turn=True)

    def test_signs_of_activity_are_refused_when_the_service_finds_it_itself(self):
        with pytest.raises(Refused):
            taken({"realtime_input": {"activityStart": {}}}, AUTOMATIC)

    @pytest.mark.parametrize("told", [b"\xff", b"{", b'"text"'])
    def test_what_is_no_object_is_refused(self, told: bytes):
        with pytest.raises(Refused):
            read(told, MANUAL)


def test_its_certificate_is_trusted_by_its_own_client_only():
    _server, certificate = tls_pair()
    client = ssl.create_default_context(cadata=certificate)
    assert client.check_hostname
    assert client.cert_store_stats()["x509"] == 1
