from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.events import Line
from bridge.voice.gemini.turns import SETTLE_S, LineBroken, LineDone, NoTool, Turns

A, B = Line(1, "first"), Line(2, "second")


def asked(line: Line, turns: Turns | None = None, now_s: float = 0.0, *, is_reply: bool = False, waits: bool = True) -> Turns:
    turns = turns or Turns()
    turns.ask(line, now_s, waits_for_tools=waits, is_reply=is_reply)
    return turns


class TestOneLine:
    def test_sound_is_of_the_line_until_it_is_generated(self):
        turns = asked(A)
        assert turns.sound(1.0) == A
        assert turns.generated() == LineDone(A)
        assert turns.sound(1.1) is None
        assert turns.over("") is None
        assert turns.is_quiet

    def test_the_end_of_the_turn_will_do_as_well(self):
        turns = asked(A)
        turns.sound(1.0)
        assert turns.over("") == LineDone(A)
        assert turns.line is None

    @pytest.mark.parametrize("reason", ["", "RESPONSE_REJECTED"])
    def test_a_turn_without_sound_breaks_it(self, reason: str):
        turns = asked(A)
        assert turns.generated() is None
        assert turns.over(reason) == LineBroken(A, reason or "empty turn")

    def test_a_turn_that_is_rejected_in_the_middle_breaks_it(self):
        turns = asked(A)
        turns.sound(1.0)
        assert turns.over("RESPONSE_REJECTED") == LineBroken(A, "RESPONSE_REJECTED")

    def test_an_interruption_in_the_middle_is_its_end(self):
        turns = asked(A)
        turns.sound(1.0)
        assert turns.interrupted() == LineDone(A)
        assert turns.over("") is None

    def test_an_interruption_before_the_first_sound_breaks_it(self):
        assert asked(A).interrupted() == LineBroken(A, "interrupted")


class TestOneAfterTheOther:
    def test_sound_is_of_the_old_turn_until_it_has_ended(self):
        turns = asked(A)
        turns.sound(1.0)
        asked(B, turns, 1.1)
        assert turns.sound(1.2) is None
        assert turns.interrupted() is None
        assert turns.over("") is None
        assert turns.sound(1.3) == B

    def test_an_interruption_whose_end_is_left_out_makes_room_too(self):
        turns = asked(A)
        turns.sound(1.0)
        asked(B, turns, 1.1)
        turns.interrupted()
        assert turns.sound(1.2) == B
        assert turns.over("") == LineDone(B)

    def test_a_line_dropped_before_it_began_still_takes_its_turn(self):
        turns = asked(A)
        turns.drop()
        asked(B, turns, 0.1)
        assert turns.sound(0.2) is None
        turns.over("")
        assert turns.sound(0.5) == B

    def test_an_old_line_that_was_only_playing_is_over_without_a_word(self):
        turns = asked(A)
        turns.sound(1.0)
        turns.generated()
        asked(B, turns, 1.5)
        assert turns.over("") is None
        assert turns.line == B


class TestReplies:
    def test_a_line_that_answers_a_call_is_said_in_the_same_turn(self):
        turns = Turns()
        turns.callee_ended()
        turns.called(1.0, is_taken=True)
        asked(A, turns, 1.5, is_reply=True)
        assert turns.sound(1.51) == A
        assert turns.over("") == LineDone(A)
        assert turns.is_quiet

    def test_a_model_that_does_not_wait_may_end_its_turn_first(self):
        turns = Turns()
        turns.called(1.0, is_taken=True)
        asked(A, turns, 1.5, is_reply=True, waits=False)
        assert turns.over("") is None
        assert turns.sound(2.0) == A

    def test_a_turn_that_ended_with_its_call_leaves_room_for_the_lines_own(self):
        turns = Turns()
        turns.called(1.0, is_taken=True)
        turns.over("")
        asked(A, turns, 1.5, is_reply=True)
        assert turns.sound(2.0) == A


class TestOwedTools:
    def test_talk_instead_of_a_tool_is_not_heard_and_a_tool_is_asked_for_once(self):
        turns = Turns()
        turns.callee_ended()
        assert turns.sound(1.0) is None
        assert turns.over("") == NoTool()
        assert turns.sound(2.0) is None
        assert turns.over("") is None
        assert turns.is_quiet

    def test_an_empty_turn_is_no_tool_either(self):
        turns = Turns()
        turns.callee_ended()
        assert turns.over("RESPONSE_REJECTED") == NoTool()

    def test_nothing_is_asked_of_a_model_that_was_interrupted_by_the_callee(self):
        turns = Turns()
        turns.callee_ended()
        turns.callee_began()
        turns.interrupted()
        turns.callee_ended()
        assert turns.over("") is None
        assert not turns.is_quiet

    def test_a_call_that_was_refused_is_none(self):
        turns = Turns()
        turns.callee_ended()
        turns.called(1.0, is_taken=False)
        assert turns.over("") == NoTool()

    def test_talk_without_any_speech_of_the_callee_is_only_dropped(self):
        turns = Turns()
        assert turns.sound(1.0) is None
        assert turns.over("") is None

    def test_a_provider_that_answered_before_the_end_of_speech_owes_nothing(self):
        turns = Turns()
        turns.callee_began()
        turns.called(1.0, is_taken=True)
        turns.callee_ended()
        assert turns.over("") is None


class TestDoubt:
    """A line is asked for while the model may already be answering the callee."""

    def doubtful(self) -> Turns:
        turns = Turns()
        turns.callee_ended()
        return asked(A, turns, 10.0)

    def test_sound_that_comes_too_soon_is_talk(self):
        turns = self.doubtful()
        assert turns.sound(10.0 + SETTLE_S / 2) is None
        assert turns.sound(11.0) is None
        turns.interrupted()
        turns.over("")
        assert turns.sound(11.5) == A

    def test_sound_that_takes_its_time_is_the_line(self):
        assert self.doubtful().sound(10.0 + SETTLE_S) == A

    def test_the_end_of_a_hidden_turn_breaks_nothing(self):
        turns = self.doubtful()
        assert turns.over("") is None
        assert turns.over("") == LineBroken(A, "empty turn")

    def test_its_interruption_neither(self):
        turns = self.doubtful()
        assert turns.interrupted() is None
        assert turns.over("") is None
        assert turns.sound(10.05) == A


EVENTS = st.sampled_from(["ask", "drop", "sound", "generated", "over", "interrupted", "called", "began", "ended"])


@given(st.lists(EVENTS, max_size=60))
def test_no_line_is_told_of_twice_and_none_is_heard_after_its_end(story: list[str]):
    turns, told, n_lines = Turns(), set(), 0
    for now_s, event in enumerate(story):
        verdict = None
        match event:
            case "ask":
                n_lines += 1
                turns.ask(Line(n_lines, ""), now_s, waits_for_tools=True, is_reply=now_s % 2 == 0)
            case "drop":
                turns.drop()
            case "sound":
                line = turns.sound(now_s)
                assert line is None or (line.line_id == n_lines and line.line_id not in told)
            case "called":
                turns.called(now_s, is_taken=True)
            case "began":
                turns.callee_began()
            case "ended":
                turns.callee_ended()
            case "over":
                verdict = turns.over("")
            case "generated":
                verdict = turns.generated()
            case _:
                verdict = turns.interrupted()
        if isinstance(verdict, LineDone | LineBroken):
            assert verdict.line.line_id not in told
            told.add(verdict.line.line_id)
