from __future__ import annotations

import numpy as np

from bridge.events import Samples
from bridge.voice.cascade.settings import CascadeSettings, Endpoint
from bridge.voice.cascade.spoken import SpokenSentences, key_of


def second(value: int = 1) -> Samples:
    return np.full(16_000, value, np.int16)


def test_what_was_kept_is_given_back():
    spoken = SpokenSentences()
    spoken.keep(("a",), second(7))
    assert np.array_equal(spoken.get(("a",)), second(7))
    assert spoken.get(("b",)) is None


def test_the_one_that_was_used_least_lately_goes_when_there_is_no_room():
    spoken = SpokenSentences(max_bytes=2 * 32_000)
    spoken.keep(("a",), second())
    spoken.keep(("b",), second())
    spoken.get(("a",))
    spoken.keep(("c",), second())
    assert [spoken.get((name,)) is not None for name in "abc"] == [True, False, True]


def test_keeping_the_same_again_takes_no_more_room():
    spoken = SpokenSentences(max_bytes=2 * 32_000)
    for _ in range(10):
        spoken.keep(("a",), second())
    spoken.keep(("b",), second())
    assert spoken.get(("a",)) is not None


def test_what_is_larger_than_all_the_room_is_not_kept():
    spoken = SpokenSentences(max_bytes=100)
    spoken.keep(("a",), second())
    assert spoken.get(("a",)) is None


def test_another_voice_or_service_never_speaks_for_this_one():
    here, there = Endpoint("http://here/v1"), Endpoint("http://there/v1")
    one, other_voice, other_service = (
        CascadeSettings(here, here, here),
        CascadeSettings(here, here, here, voice="x"),
        CascadeSettings(here, here, there),
    )
    assert len({key_of(each, "Hello.") for each in (one, other_voice, other_service)}) == 3
