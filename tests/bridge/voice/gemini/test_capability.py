from __future__ import annotations

import pytest

from bridge.voice.gemini.capability import Capability, LinesAs, UnknownModel, capability_of, version_of
from bridge.voice.gemini.settings import gemini_settings

GENERATIONS = {"2.5": {"lines_as": "content"}, "3.1": {"lines_as": "text"}, "3.8": {"tool_behavior": "BLOCKING"}}


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("gemini-3.8-live", (3, 8)),
        ("gemini-3.8-live-extended-thinking", (3, 8)),
        ("gemini-3.1-flash-live-preview", (3, 1)),
        ("gemini-2.5-flash-native-audio-preview-12-2025", (2, 5)),
        ("gemini-live-2.5-flash-native-audio", (2, 5)),
        ("models/gemini-4-live", (4, 0)),
        ("gemini-live-latest", None),
        ("another-model-1.0", None),
    ],
)
def test_the_version_is_read_from_the_name(model: str, version: tuple[int, int] | None):
    assert version_of(model) == version


class TestTable:
    @pytest.mark.parametrize(
        ("model", "capability"),
        [
            ("gemini-2.5-flash-live", Capability()),
            ("gemini-3.0-live", Capability()),
            ("gemini-3.1-flash-live-preview", Capability(lines_as=LinesAs.TEXT)),
            ("gemini-3.8-live", Capability(tool_behavior="BLOCKING")),
            ("gemini-4-live", Capability(tool_behavior="BLOCKING")),
        ],
        ids=["the same", "between two", "text", "the newest", "newer than all"],
    )
    def test_a_model_takes_the_newest_table_that_is_not_newer_than_itself(self, model: str, capability: Capability):
        assert capability_of(model, GENERATIONS, {}) == capability

    def test_an_override_by_name_comes_on_top(self):
        found = capability_of("gemini-3.8-live", GENERATIONS, {"gemini-3.8-live": {"thinking_level": "LOW"}})
        assert found == Capability(tool_behavior="BLOCKING", thinking_level="LOW")

    def test_a_name_without_a_version_needs_an_override(self):
        with pytest.raises(UnknownModel):
            capability_of("gemini-live-latest", GENERATIONS, {})
        assert capability_of("gemini-live-latest", GENERATIONS, {"gemini-live-latest": {}}) == Capability()

    def test_a_model_that_is_older_than_all_tables_is_not_tried(self):
        with pytest.raises(UnknownModel):
            capability_of("gemini-2.0-flash-live", GENERATIONS, {})

    def test_a_misspelt_capability_stops_the_start(self):
        with pytest.raises(UnknownModel, match="tool_behaviour"):
            capability_of("gemini-3.8-live", GENERATIONS, {"gemini-3.8-live": {"tool_behaviour": "BLOCKING"}})


class TestSettings:
    def test_what_is_not_said_comes_from_the_data_file(self):
        settings = gemini_settings("key")
        assert (settings.model, settings.api_version) == ("gemini-3.8-live", "v1beta")
        assert settings.capability.tool_behavior == "BLOCKING"
        assert settings.compression.target_tokens < settings.compression.trigger_tokens

    def test_a_slash_at_the_end_of_the_address_is_not_doubled(self):
        assert gemini_settings("key", base_url="https://example.test/").base_url == "https://example.test"

    def test_the_thinking_model_does_not_wait_for_tools(self):
        capability = gemini_settings("key", model="gemini-3.8-live-extended-thinking").capability
        assert not capability.waits_for_tools
        assert capability.tool_behavior == ""

    def test_an_override_of_the_owner_comes_on_top_of_our_own(self):
        name = "gemini-3.8-live-extended-thinking"
        capability = gemini_settings("key", model=name, overrides={name: {"thinking_level": "HIGH"}}).capability
        assert (capability.thinking_level, capability.reply_scheduling) == ("HIGH", "INTERRUPT")

    def test_the_key_is_not_in_its_words(self):
        assert "secret" not in repr(gemini_settings("secret"))
