from __future__ import annotations

from dataclasses import replace

import pytest
from google.genai import types

from bridge.brief import TurnControl
from bridge.voice.gemini.settings import gemini_settings
from bridge.voice.gemini.setup import connect_config
from bridge.voice.prompting import system_instruction
from tests.bridge.cast import brief

SETTINGS = gemini_settings("key", voice="Puck")


def config(model: str = "", turns: TurnControl = TurnControl.LOCAL, handle: str | None = None) -> types.LiveConnectConfig:
    settings = gemini_settings("key", model=model, voice="Puck")
    return types.LiveConnectConfig(**connect_config(replace(brief(), turns=turns), settings, handle))


def test_the_library_takes_all_of_it():
    made = config()
    assert made.response_modalities == [types.Modality.AUDIO]
    assert made.speech_config.voice_config.prebuilt_voice_config.voice_name == "Puck"
    assert made.system_instruction == system_instruction(brief())
    assert made.output_audio_transcription is not None


@pytest.mark.parametrize(
    ("model", "behavior"),
    [("gemini-3.8-live", "BLOCKING"), ("gemini-3.1-flash-live-preview", None), ("gemini-3.8-live-extended-thinking", None)],
)
def test_tools_are_declared_as_the_model_takes_them(model: str, behavior: str | None):
    declared = connect_config(brief(), gemini_settings("key", model=model), None)["tools"][0]["function_declarations"]
    assert {each.get("behavior") for each in declared} == {behavior}
    assert "record_answer" in {each["name"] for each in declared}


def test_only_a_model_that_asks_for_it_is_told_how_much_to_think():
    assert config().thinking_config is None
    assert config("gemini-3.8-live-extended-thinking").thinking_config.thinking_level is types.ThinkingLevel.LOW


def test_our_own_turns_switch_the_providers_detection_off():
    made = config().realtime_input_config
    assert made.automatic_activity_detection.disabled is True


def test_the_providers_turns_are_set_in_full_and_never_cut_a_line():
    made = config(turns=TurnControl.PROVIDER).realtime_input_config
    assert made.automatic_activity_detection.disabled is False
    assert made.automatic_activity_detection.silence_duration_ms == SETTINGS.detection.silence_duration_ms
    assert made.activity_handling is types.ActivityHandling.NO_INTERRUPTION


def test_a_session_of_its_own_has_no_handle_and_can_all_the_same_be_resumed():
    assert config().session_resumption == types.SessionResumptionConfig()
    assert config(handle="h").session_resumption.handle == "h"


def test_the_transcript_is_told_the_language_where_that_is_taken():
    assert config().input_audio_transcription.language_codes == ["en-KE"]
    assert config("gemini-3.1-flash-live-preview").input_audio_transcription.language_codes is None


def test_the_context_is_kept_short_as_it_is_paid_for_with_each_turn():
    compression = config().context_window_compression
    assert (compression.trigger_tokens, compression.sliding_window.target_tokens) == (25000, 12000)
