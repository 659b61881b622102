from __future__ import annotations

import pytest

from bridge.events import CalleeSaid, SpeechEnded, SpeechStarted, Tool, ToolCall, VoiceEvent
from bridge.voice.gemini.hearing import FRAGMENT_S, WORDS_LIMIT_S, Hearing

CALL = ToolCall("1-a", Tool.NOT_UNDERSTOOD, {"quote": "ten seats"})
OPT_OUT = ToolCall("1-b", Tool.OPT_OUT, {"quote": "stop"})
SILENT_CALL = ToolCall("1-c", Tool.REQUEST_TRANSFER, {})


def after_speech() -> tuple[Hearing, list[VoiceEvent]]:
    """From 1.0 to 2.0 on the callee's clock; it is 2.5 on ours."""
    out: list[VoiceEvent] = []
    hearing = Hearing(out)
    hearing.started(SpeechStarted(1.0))
    hearing.ended(SpeechEnded(2.0), now_s=2.5)
    out.clear()
    return hearing, out


def said(text: str) -> CalleeSaid:
    return CalleeSaid(text, 1.0, 2.0, 0.8)


class TestOrder:
    def test_words_that_came_during_the_speech_are_told_with_the_call(self):
        out: list[VoiceEvent] = []
        hearing = Hearing(out)
        hearing.started(SpeechStarted(1.0))
        hearing.fragment("ten ", 1.5, is_last=False)
        hearing.ended(SpeechEnded(2.0), now_s=2.5)
        hearing.called(CALL, 2.6)
        assert out == [SpeechStarted(1.0), SpeechEnded(2.0), said("ten"), CALL]

    def test_a_call_waits_for_the_words(self):
        hearing, out = after_speech()
        hearing.called(CALL, 3.0)
        assert out == []
        hearing.fragment("ten seats", 3.1, is_last=True)
        assert out == [said("ten seats"), CALL]

    def test_a_call_waits_no_longer_for_the_next_fragment(self):
        hearing, out = after_speech()
        hearing.called(CALL, 3.0)
        hearing.fragment("ten", 3.1, is_last=False)
        assert hearing.due_s == pytest.approx(3.1 + FRAGMENT_S)
        hearing.fragment(" seats", 3.15, is_last=False)
        hearing.on_time(3.1 + FRAGMENT_S)
        assert out == [said("ten seats"), CALL]

    def test_without_words_the_quote_serves_when_the_time_is_up(self):
        hearing, out = after_speech()
        hearing.called(CALL, 3.0)
        hearing.on_time(3.0 + WORDS_LIMIT_S - 0.01)
        assert out == []
        hearing.on_time(3.0 + WORDS_LIMIT_S)
        assert out == [said("ten seats"), CALL]

    def test_without_words_or_quote_the_call_comes_alone(self):
        hearing, out = after_speech()
        hearing.called(SILENT_CALL, 3.0)
        hearing.on_time(4.0)
        assert out == [SILENT_CALL]

    def test_words_without_a_call_are_told_after_a_moment(self):
        hearing, out = after_speech()
        hearing.fragment("ten", 3.0, is_last=False)
        hearing.fragment(" seats", 3.2, is_last=False)
        hearing.on_time(3.0 + WORDS_LIMIT_S)
        assert out == []
        hearing.on_time(3.2 + WORDS_LIMIT_S)
        assert out == [said("ten seats")]

    def test_a_second_call_of_the_same_speech_waits_for_nothing(self):
        hearing, out = after_speech()
        hearing.fragment("ten seats", 3.0, is_last=True)
        hearing.called(CALL, 3.1)
        hearing.called(OPT_OUT, 3.2)
        assert out == [said("ten seats"), CALL, OPT_OUT]

    def test_a_call_that_comes_before_the_end_of_speech_is_told_in_time(self):
        out: list[VoiceEvent] = []
        hearing = Hearing(out)
        hearing.started(SpeechStarted(1.0))
        hearing.called(OPT_OUT, 1.9)
        hearing.on_time(1.9 + WORDS_LIMIT_S)
        assert out == [SpeechStarted(1.0), OPT_OUT]


class TestLateWords:
    def test_more_words_are_said_too_as_they_may_be_an_opt_out(self):
        hearing, out = after_speech()
        hearing.fragment("please", 3.0, is_last=False)
        hearing.called(CALL, 3.1)
        hearing.fragment("stop calling me", 3.2, is_last=True)
        assert out == [said("please"), CALL, said("stop calling me")]

    def test_the_transcript_of_what_was_quoted_is_not_said_twice(self):
        hearing, out = after_speech()
        hearing.called(CALL, 3.0)
        hearing.on_time(4.0)
        hearing.fragment("Ten seats", 4.1, is_last=True)
        assert out == [said("ten seats"), CALL]

    def test_words_of_the_last_speech_are_told_before_the_next_begins(self):
        hearing, out = after_speech()
        hearing.fragment("ten", 3.0, is_last=False)
        hearing.called(CALL, 3.0)
        hearing.started(SpeechStarted(3.1))
        assert out == [said("ten"), CALL, SpeechStarted(3.1)]

    def test_an_end_without_words_is_nothing(self):
        hearing, out = after_speech()
        hearing.fragment("", 3.0, is_last=True)
        assert out == []
        assert hearing.due_s is None


class TestCancelled:
    def test_a_call_that_nobody_was_told_of_is_forgotten(self):
        hearing, out = after_speech()
        hearing.called(CALL, 3.0)
        hearing.cancelled({"1-a"})
        hearing.on_time(4.0)
        assert CALL not in out

    def test_an_opt_out_is_never_taken_back(self):
        hearing, out = after_speech()
        hearing.called(OPT_OUT, 3.0)
        hearing.cancelled({"1-b"})
        hearing.on_time(4.0)
        assert OPT_OUT in out
