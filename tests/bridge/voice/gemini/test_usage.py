from __future__ import annotations

from typing import Any

import pytest
from google.genai import types

from bridge.events import UsageUnit
from bridge.voice.gemini.usage import amounts_of


def counted(**fields: Any) -> dict[UsageUnit, float]:
    return amounts_of(types.UsageMetadata.model_validate(fields))


def kinds(**counts: int) -> list[dict[str, Any]]:
    return [{"modality": name.upper(), "tokenCount": count} for name, count in counts.items()]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"promptTokenCount": 130, "promptTokensDetails": kinds(text=100, audio=30)},
            {UsageUnit.TEXT_IN: 100, UsageUnit.AUDIO_IN: 30},
        ),
        ({"responseTokenCount": 60, "responseTokensDetails": kinds(text=10, audio=50)}, {UsageUnit.TEXT_OUT: 10, UsageUnit.AUDIO_OUT: 50}),
        ({"responseTokenCount": 5, "thoughtsTokenCount": 7}, {UsageUnit.TEXT_OUT: 7, UsageUnit.AUDIO_OUT: 5}),
        ({"promptTokenCount": 50, "promptTokensDetails": kinds(text=20)}, {UsageUnit.TEXT_IN: 20, UsageUnit.AUDIO_IN: 30}),
        (
            {
                "promptTokenCount": 100,
                "promptTokensDetails": kinds(text=60, audio=40),
                "cachedContentTokenCount": 50,
                "cacheTokensDetails": kinds(text=50),
            },
            {UsageUnit.TEXT_IN: 10, UsageUnit.AUDIO_IN: 40, UsageUnit.CACHED_TEXT_IN: 50},
        ),
        ({"toolUsePromptTokenCount": 9}, {UsageUnit.TEXT_IN: 9}),
        ({"toolUsePromptTokenCount": 9, "toolUsePromptTokensDetails": kinds(text=9)}, {UsageUnit.TEXT_IN: 9}),
        ({}, {}),
    ],
    ids=["what went in", "what came out", "thoughts", "of no stated kind", "cached", "replies of tools", "and itemised", "nothing"],
)
def test_tokens_are_counted_by_what_they_cost(fields: dict, expected: dict):
    assert counted(**fields) == expected


def test_more_that_is_cached_than_was_asked_is_never_less_than_nothing():
    amounts = counted(promptTokenCount=10, promptTokensDetails=kinds(text=10), cachedContentTokenCount=20, cacheTokensDetails=kinds(text=20))
    assert UsageUnit.TEXT_IN not in amounts
