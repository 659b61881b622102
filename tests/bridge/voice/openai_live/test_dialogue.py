"""The conversation with the service, without a socket: what goes out, and when."""

from __future__ import annotations

import numpy as np

from bridge.audio import silence, to_bytes
from bridge.events import RATE_HZ, Line, LineFailed, UsageUnit, VoiceAudioEnd, VoiceFailed, VoiceFault, VoiceUsage
from bridge.voice.openai_live.dialogue import BEGIN_LIMIT_S, MAX_ERRORS, QUIET_LIMIT_S, STALL_S, Dialogue
from bridge.voice.openai_live.incoming import Ended, Sound, SpokenWords
from bridge.voice.openai_live.settings import LiveSettings
from bridge.voice.openai_socket.fields import ProviderError
from tests.bridge.cast import brief

LINE = Line(1, "How many seats do you need?")
LOUD = Sound(to_bytes(np.full(RATE_HZ // 2, 3000, np.int16)))
QUIET = Sound(to_bytes(silence(RATE_HZ // 2)))


class Call:
    def __init__(self) -> None:
        self.now_s = 100.0
        self.dialogue = Dialogue(brief(), LiveSettings("k"), opened_s=self.now_s)

    def get(self, *messages) -> Call:
        for message in messages:
            self.dialogue.handle(message, 0.0, self.now_s)
        return self

    def speak(self, line: Line = LINE) -> Call:
        self.dialogue.speak(line, self.now_s)
        return self

    def wait(self, seconds: float) -> Call:
        self.now_s += seconds
        self.dialogue.on_time(self.now_s)
        return self

    @property
    def sent(self) -> list[str]:
        return [message["type"].removeprefix("session.").removesuffix(".append") for message in self.dialogue.messages]


def test_a_line_is_sent_at_once_when_the_model_is_quiet():
    assert Call().speak().sent == ["thinking", "commentary"]


def test_a_line_that_finds_the_model_talking_tells_it_to_stop_and_waits_for_a_pause():
    call = Call().get(LOUD).speak()
    assert call.sent == ["instructions"]
    assert call.get(QUIET).sent == ["instructions", "thinking", "commentary"]


def test_it_does_not_wait_for_long():
    assert Call().get(LOUD).speak().wait(QUIET_LIMIT_S).sent == ["instructions", "thinking", "commentary"]


def test_a_line_that_is_not_begun_in_time_is_lost_and_the_session_lives():
    call = Call().speak()
    for _ in range(int(BEGIN_LIMIT_S)):
        call.wait(1.0).get(QUIET)
    assert call.dialogue.events == [LineFailed(1, "not said")]
    assert not call.dialogue.is_dead


def test_a_stream_that_stops_is_a_voice_that_is_dead():
    call = Call().speak().wait(STALL_S)
    billed, failed = call.dialogue.events
    assert billed == VoiceUsage("gpt-live-1", {UsageUnit.SESSION_S: STALL_S})  # up to this moment, and told before the end
    assert failed == VoiceFailed("no sound in time", VoiceFault.SILENT)
    assert call.dialogue.next_deadline() is None


def test_a_voice_that_is_dead_tells_no_more_of_what_is_heard():
    call = Call()
    call.dialogue.fail("a fault", VoiceFault.CUT, 1.0)
    call.dialogue.speech_started(1.0, session_s=1.0)
    call.dialogue.speech_ended(2.0, call.now_s)
    assert len(call.dialogue.events) == 1


def test_without_a_line_nobody_waits_for_sound():
    assert Call().get(QUIET).dialogue.next_deadline() is None


def test_a_line_taken_back_before_it_was_sent_needs_no_stop():
    call = Call().get(LOUD).speak()
    call.dialogue.cancel(1, heard_ms=0)
    assert call.get(QUIET).sent == ["instructions"]


def test_a_cancel_of_another_line_changes_nothing():
    call = Call().speak()
    call.dialogue.cancel(7, heard_ms=10)
    assert call.sent == ["thinking", "commentary"]


def test_a_call_that_is_shorter_than_the_first_figure_is_paid_for_as_well():
    call = Call().speak()
    call.now_s += 2.5
    call.get(SpokenWords(LINE.text, None, None), LOUD, QUIET)
    assert VoiceUsage("gpt-live-1", {UsageUnit.SESSION_S: 2.5}) in call.dialogue.events


def test_what_is_said_of_a_line_that_was_replaced_is_not_heard():
    call = Call().speak().speak(Line(2, "And when would that be?"))
    call.get(SpokenWords(LINE.text, None, None), LOUD, QUIET)
    assert call.dialogue.events == [VoiceAudioEnd(1)]


def test_errors_about_other_things_end_nothing_until_there_are_too_many():
    call = Call().speak()
    call.get(*[ProviderError("odd", "invalid_request_error", "")] * MAX_ERRORS)
    assert call.dialogue.events == []
    call.get(ProviderError("odd", "invalid_request_error", ""))
    assert call.dialogue.events[-1].fault is VoiceFault.REFUSED


def test_a_session_that_we_have_ended_ourselves_has_not_failed():
    call = Call()
    call.dialogue.is_closing = True
    call.get(Ended("close_requested", 12.0))
    assert [type(event).__name__ for event in call.dialogue.events] == ["VoiceUsage"]
