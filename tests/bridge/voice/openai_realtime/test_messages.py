"""What is sent and what is read, without a server."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from bridge.brief import TurnControl
from bridge.events import UsageUnit, VoiceUsage
from bridge.voice.fakes.openai_realtime.checking import unknown_field
from bridge.voice.openai_realtime import outgoing
from bridge.voice.openai_realtime.incoming import (
    AudioPiece,
    Called,
    ResponseBegan,
    ResponseOver,
    Transcribed,
    WordsPiece,
    read,
)
from bridge.voice.openai_realtime.settings import Dialect, RealtimeSettings
from bridge.voice.openai_realtime.usage import response_usage, transcription_usage
from bridge.voice.openai_socket.fields import ProviderError, Unreadable
from tests.bridge.cast import brief

BRIEF = brief()
LISTENED = replace(BRIEF, turns=TurnControl.PROVIDER)
GA, BETA = RealtimeSettings("k"), RealtimeSettings("k", dialect=Dialect.BETA)


class TestTheAddress:
    @pytest.mark.parametrize(
        ("base_url", "expected"),
        [
            ("https://api.openai.com/v1", "wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1"),
            ("http://127.0.0.1:8000/v1/", "ws://127.0.0.1:8000/v1/realtime?model=gpt-realtime-2.1"),
            ("wss://host/v1?region=eu", "wss://host/v1/realtime?region=eu&model=gpt-realtime-2.1"),
        ],
    )
    def test_it_is_the_base_url_with_a_socket(self, base_url, expected):
        assert RealtimeSettings("k", base_url=base_url).socket_url() == expected

    def test_a_model_is_quoted(self):
        assert RealtimeSettings("k", model="a b&c").socket_url().endswith("?model=a+b%26c")

    def test_the_key_goes_in_the_header_only_and_is_not_shown(self):
        settings = RealtimeSettings("secret")
        assert settings.headers() == {"Authorization": "Bearer secret"}
        assert "secret" not in settings.socket_url() + repr(settings)

    def test_a_server_without_a_key_gets_none(self):
        assert RealtimeSettings("").headers() == {}

    def test_beta_says_so(self):
        assert BETA.headers()["OpenAI-Beta"] == "realtime=v1"

    def test_a_rate_that_cannot_be_resampled_is_refused_at_once(self):
        with pytest.raises(ValueError, match="no small ratio"):
            RealtimeSettings("k", output_rate_hz=22_051)


class TestTheSession:
    @pytest.mark.parametrize("settings", [GA, BETA], ids=["ga", "beta"])
    @pytest.mark.parametrize("call", [BRIEF, LISTENED], ids=["local turns", "provider's turns"])
    def test_it_holds_only_what_its_dialect_knows(self, settings, call):
        assert unknown_field(outgoing.session_update(call, settings), settings.dialect) is None

    @pytest.mark.parametrize("settings", [GA, BETA], ids=["ga", "beta"])
    def test_the_provider_never_answers_or_interrupts_by_itself(self, settings):
        told = json.dumps(outgoing.session_update(LISTENED, settings))
        assert '"create_response": false, "interrupt_response": false' in told
        assert '"turn_detection": null' in json.dumps(outgoing.session_update(BRIEF, settings))

    @pytest.mark.parametrize(("model", "is_asked"), [("gpt-realtime-2.1", True), ("gpt-realtime-1.5", False), ("my-own", False)])
    def test_only_a_model_that_reasons_is_asked_to_reason_little(self, model, is_asked):
        session = outgoing.session_update(BRIEF, replace(GA, model=model))["session"]
        assert ("reasoning" in session, "parallel_tool_calls" in session) == (is_asked, is_asked)

    @pytest.mark.parametrize(
        ("model", "language", "expected"),
        [
            (None, "sw-KE", {"model": "gpt-live-transcribe", "languages": ["sw", "en"]}),
            (None, "en-KE", {"model": "gpt-live-transcribe", "languages": ["en"]}),
            ("whisper-1", "en", {"model": "whisper-1", "language": "en"}),
            ("whisper-1", "sw", {"model": "whisper-1"}),
            ("my-own", "fr", {"model": "my-own", "language": "fr"}),
            ("", "en", None),
        ],
    )
    def test_the_transcription_knows_which_languages_may_be_spoken(self, model, language, expected):
        assert replace(GA, transcription_model=model).transcription(replace(BRIEF, language=language)) == expected

    def test_languages_may_be_set(self):
        asked = replace(GA, languages=("luo", "sw")).transcription(BRIEF)
        assert asked == {"model": "gpt-live-transcribe", "languages": ["luo", "sw"]}

    def test_a_model_that_needs_our_turns_is_not_used_with_the_providers(self):
        settings = replace(GA, transcription_model="gpt-realtime-whisper")
        assert (settings.transcription(BRIEF) is None, settings.transcription(LISTENED) is None) == (False, True)


class TestMessages:
    @pytest.mark.parametrize("dialect", Dialect)
    def test_each_holds_only_what_its_dialect_knows(self, dialect):
        messages = [
            json.loads(outgoing.append("AAAA")),
            outgoing.commit(),
            outgoing.user_text("x"),
            outgoing.tool_output("c", {}),
            outgoing.hearing("e", dialect),
            outgoing.speaking("e", dialect, "say"),
            outgoing.cancel("r"),
            outgoing.truncate("i", 0, 5),
        ]
        assert [unknown_field(message, dialect) for message in messages] == [None] * len(messages)

    def test_a_tools_reply_is_json_in_a_string(self):
        assert json.loads(outgoing.tool_output("c", {"SAY": "Habari?"})["item"]["output"]) == {"SAY": "Habari?"}

    def test_cancelling_names_a_response_only_when_it_is_known(self):
        assert outgoing.cancel() == {"type": "response.cancel"}
        assert outgoing.cancel("r1") == {"type": "response.cancel", "response_id": "r1"}


def event(name: str, /, **fields: object) -> str:
    return json.dumps({"type": name, **fields})


class TestReading:
    @pytest.mark.parametrize("name", ["response.output_audio.delta", "response.audio.delta"])
    def test_audio_has_two_names(self, name):
        delta = base64.b64encode(b"\1\2").decode()
        assert read(event(name, response_id="r", item_id="i", delta=delta)) == AudioPiece("r", "i", 0, b"\1\2")

    @pytest.mark.parametrize("name", ["response.output_audio_transcript.delta", "response.audio_transcript.delta"])
    def test_so_have_its_words(self, name):
        assert read(event(name, response_id="r", delta="Hi")) == WordsPiece("r", "Hi")

    def test_a_call_is_read_from_its_arguments_or_from_its_item(self):
        item = {"type": "function_call", "call_id": "c", "name": "confirm", "arguments": "{}"}
        assert read(event("response.output_item.done", response_id="r", item=item)) == Called("r", "c", "confirm", "{}")
        assert read(event("response.output_item.added", response_id="r", item=item)) == Called("r", "c", "confirm", None)
        assert read(event("response.function_call_arguments.done", response_id="r", call_id="c", arguments="{}")) == Called("r", "c", "", "{}")

    def test_an_item_that_is_no_call_is_nothing(self):
        assert read(event("response.output_item.done", item={"type": "message"})) is None

    def test_a_response_tells_who_asked_for_it(self):
        assert read(event("response.created", response={"id": "r", "metadata": {"event_id": "e"}})) == ResponseBegan("r", "e")
        assert read(event("response.created", response={"id": "r", "metadata": None})) == ResponseBegan("r", "")

    def test_an_end_tells_why(self):
        details = {"type": "failed", "error": {"type": "server_error", "code": "rate_limit_exceeded"}}
        over = read(event("response.done", response={"id": "r", "status": "failed", "status_details": details, "output": []}))
        assert over == ResponseOver("r", "failed", "rate_limit_exceeded", "server_error", {})

    def test_a_failed_transcription_has_no_words(self):
        assert read(event("conversation.item.input_audio_transcription.failed", item_id="i", error={})) == Transcribed("i", "", {})

    def test_an_error_names_the_message_it_is_about(self):
        assert read(event("error", error={"type": "t", "code": "c", "event_id": "e", "message": "m"})) == ProviderError("c", "t", "e")

    @pytest.mark.parametrize("message", [event("rate_limits.updated", rate_limits=[]), event("anything.new", x=1), b'{"type": "pong"}'])
    def test_the_rest_is_nothing(self, message):
        assert read(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            event("response.audio.delta", delta="!"),
            event("response.audio.delta", delta=1),
            event("response.audio.delta", delta="", content_index="0"),
            event("response.done", response=[]),
            event("response.done", response={"output": [1]}),
        ],
        ids=range(5),
    )
    def test_what_is_of_the_wrong_type_is_unreadable(self, message):
        with pytest.raises(Unreadable):
            read(message)


class TestUsage:
    def test_cached_tokens_are_counted_apart(self):
        cached = {"text_tokens": 60, "audio_tokens": 10}
        heard = {"text_tokens": 100, "audio_tokens": 40, "cached_tokens": 70, "cached_tokens_details": cached}
        used = response_usage("m", {"input_token_details": heard, "output_token_details": {"text_tokens": 5, "audio_tokens": 20}})
        assert used == VoiceUsage(
            "m",
            {
                UsageUnit.TEXT_IN: 40,
                UsageUnit.AUDIO_IN: 30,
                UsageUnit.CACHED_TEXT_IN: 60,
                UsageUnit.CACHED_AUDIO_IN: 10,
                UsageUnit.TEXT_OUT: 5,
                UsageUnit.AUDIO_OUT: 20,
            },
        )

    def test_tokens_without_details_are_text(self):
        assert response_usage("m", {"input_tokens": 7, "output_tokens": 2}) == VoiceUsage("m", {UsageUnit.TEXT_IN: 7, UsageUnit.TEXT_OUT: 2})

    @pytest.mark.parametrize(
        ("usage", "amounts"),
        [
            ({"type": "duration", "seconds": 1.5}, {UsageUnit.TRANSCRIBED_S: 1.5}),
            ({"type": "tokens", "input_tokens": 12, "output_tokens": 3}, {UsageUnit.AUDIO_IN: 12, UsageUnit.TEXT_OUT: 3}),
            (
                {"type": "tokens", "input_tokens": 12, "output_tokens": 3, "input_token_details": {"audio_tokens": 10, "text_tokens": 2}},
                {UsageUnit.AUDIO_IN: 10, UsageUnit.TEXT_IN: 2, UsageUnit.TEXT_OUT: 3},
            ),
        ],
        ids=["seconds", "tokens", "tokens in detail"],
    )
    def test_a_transcript_is_counted_by_seconds_or_by_tokens(self, usage, amounts):
        assert transcription_usage("t", usage) == VoiceUsage("t", amounts)
