"""A line is used only with voices that may speak on it, and whoever set it up is told what to mend."""

from __future__ import annotations

import pytest

from bridge.voice.catalogue import VOICES
from campaigns import line_guard, voice_setup
from campaigns.models import Line

pytestmark = pytest.mark.django_db

KEYS = ("GEMINI_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "CASCADE_STT_URL", "CASCADE_LLM_URL", "CASCADE_TTS_URL")


@pytest.fixture(autouse=True)
def no_keys(settings):
    for name in KEYS:
        setattr(settings, name, "")


@pytest.fixture
def real_line(settings, line: Line) -> Line:
    """Everything about it is in order."""
    settings.SAUTIKIT_API_URL, settings.SAUTIKIT_API_KEY, settings.PUBLIC_URL = "https://api.sautikit.com", "key", "https://calls.example.com"
    line.is_simulated = False
    line.save(update_fields=["is_simulated"])
    return line


@pytest.fixture
def all_keys(settings):
    for name in KEYS:
        setattr(settings, name, "https://voices.example.com/v1")


@pytest.mark.parametrize(
    ("strategy", "track", "is_allowed"),
    [("conference", "inbound_track", True), ("conference", "both_tracks", False), ("dial", "both_tracks", True)],
)
def test_a_room_needs_the_callee_s_voice_alone(loopback, line, strategy, track, is_allowed):
    line.strategy, line.track = strategy, track
    assert [said for said in line_guard.obstacles(line, "embedded") if "callee alone" in said] == ([] if is_allowed else line_guard.obstacles(line))


class TestWhatAVoiceNeeds:
    @pytest.mark.parametrize(
        ("voice", "needed"),
        [("gemini", "GEMINI_API_KEY"), ("openai", "OPENAI_API_KEY"), ("openai_live", "OPENAI_BASE_URL"), ("cascade", "CASCADE_TTS_URL")],
    )
    def test_what_is_not_set_is_named(self, voice, needed):
        (sentence,) = voice_setup.missing(voice)
        assert needed in sentence

    def test_only_what_is_missing_of_a_cascade_is_named(self, settings):
        settings.CASCADE_STT_URL = settings.CASCADE_LLM_URL = "http://127.0.0.1:8000/v1"
        (sentence,) = voice_setup.missing("cascade")
        assert "CASCADE_TTS_URL" in sentence
        assert "CASCADE_STT_URL" not in sentence

    def test_a_server_of_ones_own_needs_no_key(self, settings):
        settings.OPENAI_BASE_URL = "http://127.0.0.1:8000/v1"
        assert voice_setup.missing("openai") == []

    @pytest.mark.parametrize("voice", VOICES)
    def test_a_voice_that_is_set_up_lacks_nothing(self, voice, all_keys):
        assert voice_setup.missing(voice) == []

    def test_an_unknown_voice_is_told_from_those_there_are(self):
        (sentence,) = voice_setup.missing("parrot")
        assert "parrot" in sentence
        assert "gemini" in sentence


class TestARealLine:
    def test_a_voice_that_reads_the_disclosure_out_may_be_used(self, real_line, all_keys):
        assert line_guard.obstacles(real_line, "cascade") == []
        assert line_guard.may_speak(real_line, "cascade")

    @pytest.mark.parametrize("voice", ["gemini", "openai", "openai_live"])
    def test_a_voice_that_may_paraphrase_is_refused_where_nothing_is_prepared(self, voice, real_line, all_keys):
        (sentence,) = line_guard.obstacles(real_line, voice)
        assert "words of its own" in sentence
        assert not line_guard.may_speak(real_line, voice)

    def test_the_embedded_voice_is_refused(self, real_line):
        (sentence,) = line_guard.obstacles(real_line, "embedded")
        assert "demonstration" in sentence

    def test_every_voice_to_fall_back_on_must_be_allowed_too(self, real_line, all_keys):
        assert line_guard.obstacles(real_line, "cascade", "embedded") != []
        assert not line_guard.may_speak(real_line, "cascade", "embedded")

    def test_a_voice_without_its_key_is_refused(self, real_line):
        assert any("CASCADE_STT_URL" in sentence for sentence in line_guard.obstacles(real_line, "cascade"))


class TestASimulatedLine:
    @pytest.mark.parametrize("voice", VOICES)
    def test_any_voice_that_is_set_up_may_be_used(self, voice, line, settings, all_keys):
        settings.SAUTIKIT_API_URL = "http://127.0.0.1:8100"
        assert line_guard.obstacles(line, voice) == []
        assert line_guard.may_speak(line, voice)

    def test_an_unknown_voice_may_not_speak(self, line):
        assert not line_guard.may_speak(line, "parrot")
