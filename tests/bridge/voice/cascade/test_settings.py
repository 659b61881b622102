from __future__ import annotations

import pytest

from bridge.events import VoiceFault
from bridge.voice.cascade.faults import message_for
from bridge.voice.cascade.outgoing import chat_request, speech_request, transcription_form
from bridge.voice.cascade.settings import CascadeSettings, Endpoint, Service, TranscriptFormat

HERE = Endpoint("http://127.0.0.1:8000/v1", "secret-key")


def settings(**options) -> CascadeSettings:
    return CascadeSettings(**({"stt": HERE, "llm": HERE, "tts": HERE} | options))


def test_a_key_is_never_shown():
    assert "secret-key" not in repr(settings())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:pw@host.example:81/v1?key=x", "https://host.example:81/v1"),
        ("nonsense", "://nonsense"),
        ("http://[::1", "no address"),
        ("http://host:port/v1", "no address"),
    ],
)
def test_an_address_is_shown_without_what_is_secret_in_it(url, shown):
    assert Endpoint(url).address() == shown


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("https://api.example/v1", True),
        ("", False),
        ("api.example/v1", False),
        ("ftp://api.example/v1", False),
        ("http:///v1", False),
        ("http://host:0/v1", False),
        ("http://host:65536/v1", False),
    ],
)
def test_an_address_is_http_with_a_port_that_there_is(url, is_one):
    assert Endpoint(url).is_address is is_one


def test_what_is_wrong_is_told_by_the_name_of_its_setting():
    message = message_for(Service.TTS, HERE, VoiceFault.KEY)
    assert message == "CASCADE_TTS_URL (http://127.0.0.1:8000/v1) refuses the API key."


class TestWhatIsAskedFor:
    @pytest.mark.parametrize(
        ("given", "language", "sent"),
        [(None, "en-KE", "en"), (None, "sw", "sw"), ("sw", "en-KE", "sw"), ("", "en-KE", None)],
        ids=["of the call", "without a region", "as set", "found out by the service"],
    )
    def test_the_language_is_that_of_the_call_unless_it_is_set(self, given, language, sent):
        assert transcription_form(settings(language=given), language).get("language") == sent

    def test_probabilities_are_asked_for_where_the_model_gives_them(self):
        assert settings().transcripts is TranscriptFormat.VERBOSE
        assert settings(stt=Endpoint("http://x/v1", model="gpt-4o-transcribe")).transcripts is TranscriptFormat.JSON
        assert settings(transcript_format=TranscriptFormat.JSON).transcripts is TranscriptFormat.JSON

    def test_a_model_that_reasons_is_told_to_be_quick_and_others_to_be_sure(self):
        reasoning = chat_request(settings(llm=Endpoint("http://x/v1", model="gpt-5-mini")), [], [])
        own = chat_request(settings(llm=Endpoint("http://x/v1", model="qwen")), [], [])
        assert ("temperature" in reasoning, own["temperature"]) == (False, 0)

    def test_a_tool_is_always_required_and_the_usage_asked_for(self):
        request = chat_request(settings(), [], [])
        assert (request["tool_choice"], request["stream"], request["stream_options"]) == ("required", True, {"include_usage": True})

    def test_a_sentence_is_asked_for_with_a_header(self):
        request = speech_request(settings(voice="swh"), "Habari.")
        assert (request["input"], request["voice"], request["response_format"]) == ("Habari.", "swh", "wav")
