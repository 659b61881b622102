"""Whatever the service sends, in whatever order, the callee hears nothing but lines that were asked for, one after the other."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import silence, to_bytes
from bridge.events import Line, LineFailed, ToolCall, VoiceAudio, VoiceAudioEnd, VoiceFailed
from bridge.voice.openai_live.dialogue import Dialogue
from bridge.voice.openai_live.incoming import (
    BackendBegan,
    BackendCalled,
    BackendOver,
    Delegated,
    Ended,
    HeardWords,
    SecondsUsed,
    Sound,
    SpokenWords,
    Started,
)
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_socket.fields import ProviderError
from tests.bridge.cast import brief

TEXT = "How many seats do you need?"
_SOUNDS = [Sound(to_bytes(silence(8000))), Sound(to_bytes(np.full(8000, 3000, np.int16))), Sound(b"\1")]
_NAMES = st.sampled_from(["", "d1", "d2"])
_TIMES = st.none() | st.integers(-1000, 20_000)
_MESSAGES = st.one_of(
    st.sampled_from([*_SOUNDS, *_SOUNDS, Started(), Ended("expired", 3.0)]),
    st.builds(SpokenWords, st.sampled_from([TEXT, "How many", "Well, well, my friend", " "]), _TIMES, _TIMES),
    st.builds(HeardWords, st.sampled_from(["yes", " forty", ""]), _TIMES, _TIMES),
    st.builds(Delegated, _NAMES, _TIMES),
    st.builds(BackendBegan, _NAMES),
    st.builds(
        BackendCalled,
        _NAMES,
        st.sampled_from(["c1", "c2"]),
        st.sampled_from(["confirm", "nonsense"]),
        st.sampled_from(["", "{", '{"is_yes": true, "quote": "yes"}']),
    ),
    st.builds(BackendOver, _NAMES, st.booleans(), st.just(""), st.just({})),
    st.builds(SecondsUsed, st.floats(0, 100)),
    st.builds(ProviderError, st.sampled_from(["", "odd"]), st.just(""), st.sampled_from(["", "line-1-1", "line-2-2"])),
)
_STEPS = st.lists(_MESSAGES | st.sampled_from(["speak", "cancel", "start", "end"]) | st.floats(0.1, 6.0), max_size=60)


def run(steps) -> tuple[list, set[int]]:
    """Events, and the lines that were asked for."""
    now_s, n_lines, dialogue = 0.0, 0, Dialogue(brief(), LiveSettings("k"), opened_s=0.0)
    for step in steps:
        if isinstance(step, float):
            now_s += step
            dialogue.on_time(now_s)
        elif step == "speak":
            n_lines += 1
            dialogue.speak(Line(n_lines, TEXT), now_s)
        elif step == "cancel":
            dialogue.cancel(n_lines, heard_ms=10)
        elif step == "start":
            dialogue.speech_started(now_s, now_s)
        elif step == "end":
            dialogue.speech_ended(now_s, now_s)
        else:
            dialogue.handle(step, now_s, now_s)
    return dialogue.events, set(range(1, n_lines + 1))


@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_only_lines_that_were_asked_for_are_heard_in_order_and_not_after_their_end(steps):
    events, asked = run(steps)
    ids = [event.line_id for event in events if isinstance(event, VoiceAudio | VoiceAudioEnd | LineFailed)]
    assert set(ids) <= asked
    assert ids == sorted(ids)
    over: set[int] = set()
    for event in events:
        if isinstance(event, VoiceAudio | VoiceAudioEnd | LineFailed):
            assert event.line_id not in over
        if isinstance(event, VoiceAudioEnd | LineFailed):
            over.add(event.line_id)


@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_a_voice_that_has_failed_says_nothing_more(steps):
    events, _asked = run(steps)
    failed = [at for at, event in enumerate(events) if isinstance(event, VoiceFailed)]
    assert failed in ([], [len(events) - 1])


@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_a_call_is_told_once_for_each_time_it_was_made(steps):
    events, _asked = run(steps)
    n_made = sum(isinstance(step, BackendCalled) for step in steps)
    assert sum(isinstance(event, ToolCall) for event in events) <= n_made
