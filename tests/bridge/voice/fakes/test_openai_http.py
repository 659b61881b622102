"""The faked services refuse what the real ones refuse."""

from __future__ import annotations

import json

import httpx
import numpy as np
import pytest

from bridge.events import RATE_HZ
from bridge.voice.cascade.wav import wav_of
from bridge.voice.fakes.openai_http import FakeOpenAIHttp
from bridge.voice.fakes.openai_http.checking import chat_fault, form_fault, messages_fault, multipart, speech_fault
from bridge.voice.fakes.openai_http.replies import call_chunks, talk_chunks, wording
from bridge.voice.scripted import ScriptedVoice

TOOL = {"type": "function", "function": {"name": "confirm", "parameters": {"type": "object"}}}
HELLO = {"role": "user", "content": "Hello."}
CHAT = {"model": "m", "messages": [HELLO], "tools": [TOOL], "tool_choice": "required", "stream": True, "stream_options": {"include_usage": True}}
SPEECH = {"model": "m", "input": "Hello.", "voice": "v", "response_format": "wav"}
FORM = {"file": b"", "model": b"m", "language": b"en", "response_format": b"json"}


def call(call_id: str = "a", arguments: str = "{}") -> dict:
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": call_id, "type": "function", "function": {"name": "confirm", "arguments": arguments}}],
    }


def reply(call_id: str = "a") -> dict:
    return {"role": "tool", "tool_call_id": call_id, "content": "{}"}


@pytest.mark.parametrize(
    ("chunks", "words"),
    [
        (call_chunks([("record_answer", '{"question_id": "seats"}')]), 'record_answer{"question_id": "seats"}'),
        (talk_chunks("Of course!"), "Of course! "),
        ([], ""),
    ],
    ids=["a call", "talk", "nothing"],
)
def test_only_what_a_model_wrote_is_paid_for(chunks, words):
    assert wording(list(chunks)) == words


class TestChat:
    def test_a_good_request_is_taken(self):
        assert chat_fault(CHAT) is None

    @pytest.mark.parametrize(
        ("change", "param"),
        [
            ({"seat": 1}, "seat"),
            ({"model": ""}, "model"),
            ({"messages": []}, "messages"),
            ({"stream": False}, "stream_options"),
            ({"tools": []}, "tool_choice"),
            ({"tools": [{"type": "function", "function": {"name": "x"}}]}, "tools"),
        ],
    )
    def test_what_is_wrong_is_named(self, change, param):
        assert chat_fault(CHAT | change) == param

    @pytest.mark.parametrize(
        ("messages", "fault"),
        [
            ([HELLO, call(), reply(), HELLO], None),
            ([HELLO, call(), HELLO, reply()], "messages[2]"),
            ([HELLO, call()], "messages"),
            ([HELLO, reply()], "messages[1]"),
            ([HELLO, call(), reply("b")], "messages[2]"),
            ([HELLO, call(arguments="{not"), reply()], "messages[1]"),
            ([{"role": "server", "content": ""}], "messages[0]"),
            ([{"role": "user", "content": None}], "messages[0]"),
        ],
        ids=["right", "words before the reply", "no reply", "no call", "another call", "broken arguments", "another role", "no content"],
    )
    def test_calls_and_replies_come_in_order(self, messages, fault):
        assert messages_fault(messages) == fault


class TestSpeechAndTranscripts:
    @pytest.mark.parametrize(
        ("change", "param"),
        [
            ({}, None),
            ({"input": " "}, "input"),
            ({"input": "a" * 4097}, "input"),
            ({"voice": 5}, "voice"),
            ({"response_format": "ogg"}, "response_format"),
        ],
    )
    def test_a_sentence_is_checked(self, change, param):
        assert speech_fault(SPEECH | change) == param

    @pytest.mark.parametrize(
        ("change", "duration_s", "param"),
        [
            ({}, 1.0, None),
            ({}, 0.09, "file"),
            ({}, None, "file"),
            ({"model": b""}, 1.0, "model"),
            ({"language": b"en-KE"}, 1.0, "language"),
            ({"response_format": b"xml"}, 1.0, "response_format"),
            ({"lang": b"en"}, 1.0, "lang"),
        ],
    )
    def test_a_form_is_checked(self, change, duration_s, param):
        assert form_fault(FORM | change, duration_s) == param

    def test_a_form_is_read_as_httpx_writes_it(self):
        sound = bytes(range(256)) * 3 + b"\r\n"
        request = httpx.Request("POST", "http://x", data={"model": "m"}, files={"file": ("a.wav", sound)})
        assert multipart(request.read(), request.headers["content-type"]) == {"model": b"m", "file": sound}

    def test_what_is_no_form_holds_nothing(self):
        assert multipart(b"{}", "application/json") == {}


class TestOverHttp:
    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [("/chat/completions", CHAT | {"x": 1}, 400), ("/audio/speech", SPEECH | {"x": 1}, 400), ("/embeddings", {}, 404)],
    )
    async def test_what_it_does_not_take_it_refuses(self, path, body, status):
        async with FakeOpenAIHttp(ScriptedVoice) as fake, httpx.AsyncClient(trust_env=False) as http:
            response = await http.post(fake.base_url + path, json=body, headers={"Authorization": f"Bearer {fake.api_key}"})
        assert (response.status_code, "error" in response.json()) == (status, True)

    async def test_a_body_that_is_no_json_is_refused(self):
        async with FakeOpenAIHttp(ScriptedVoice) as fake, httpx.AsyncClient(trust_env=False) as http:
            response = await http.post(f"{fake.base_url}/audio/speech", content=b"{", headers={"Authorization": f"Bearer {fake.api_key}"})
        assert response.status_code == 400

    async def test_silence_is_transcribed_as_nothing(self):
        async with FakeOpenAIHttp(ScriptedVoice) as fake, httpx.AsyncClient(trust_env=False) as http:
            files = {"file": ("a.wav", wav_of(np.zeros(RATE_HZ, np.int16)))}
            key = {"Authorization": f"Bearer {fake.api_key}"}
            response = await http.post(f"{fake.base_url}/audio/transcriptions", data={"model": "m"}, files=files, headers=key)
        assert response.json() == {"text": ""}

    async def test_words_that_it_never_heard_have_no_meaning(self):
        async with FakeOpenAIHttp(ScriptedVoice, limit_s=0.1) as fake, httpx.AsyncClient(trust_env=False) as http:
            response = await http.post(f"{fake.base_url}/chat/completions", json=CHAT, headers={"Authorization": f"Bearer {fake.api_key}"})
        chunks = [json.loads(line[5:]) for line in response.text.splitlines() if line.startswith("data: {")]
        assert not any("tool_calls" in choice["delta"] for chunk in chunks for choice in chunk["choices"])
        assert chunks[-1]["usage"]["prompt_tokens"] > 0
