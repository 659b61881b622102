from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import UsageUnit, VoiceUsage
from bridge.voice.openai_live.usage import backend_usage
from bridge.voice.openai_realtime.usage import response_usage, transcription_usage
from bridge.voice.openai_socket.usage import count, part, used

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
DETAILS = st.dictionaries(st.sampled_from(["text_tokens", "audio_tokens", "cached_tokens", "cached_tokens_details"]), ODD)
USAGE = st.dictionaries(
    st.sampled_from(["type", "seconds", "input_tokens", "output_tokens", "input_token_details", "output_token_details", "input_tokens_details"]),
    ODD | DETAILS,
)


@pytest.mark.parametrize("figure", [None, True, "9", -1, float("nan"), float("inf"), 10**400, [], {}])
def test_what_is_no_figure_counts_as_nothing(figure):
    assert count({"it": figure}, "it") == 0


@pytest.mark.parametrize("figure", [0, 1, 2.5, 10**9])
def test_a_figure_counts_as_it_is(figure):
    assert count({"it": figure}, "it") == figure


@pytest.mark.parametrize("value", [None, 3, "x", [1]])
def test_a_part_that_is_none_is_empty(value):
    assert part({"it": value}, "it") == {}


def test_what_is_zero_is_not_told():
    assert used("m", {UsageUnit.TEXT_IN: 0, UsageUnit.TEXT_OUT: 2}) == VoiceUsage("m", {UsageUnit.TEXT_OUT: 2})
    assert used("m", {UsageUnit.TEXT_IN: 0}) is None


@pytest.mark.parametrize("read", [response_usage, transcription_usage, backend_usage])
@given(usage=USAGE)
def test_whatever_a_server_counts_nothing_is_billed_below_zero(read, usage):
    told = read("m", usage)
    assert told is None or all(0 < amount < float("inf") for amount in told.amounts.values())
