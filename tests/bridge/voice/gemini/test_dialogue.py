from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from bridge.audio import silence, to_bytes
from bridge.brief import QuestionBrief, QuestionKind, TurnControl
from bridge.events import RATE_HZ, Expectation, Line, LineFailed, SpeechEnded, Tool, ToolCall, UsageUnit, VoiceAudio, VoiceAudioEnd, VoiceUsage
from bridge.voice.gemini.calls import REPLY_LIMIT_S
from bridge.voice.gemini.dialogue import CALL_A_TOOL, SOUND_LIMIT_S, Dialogue
from bridge.voice.gemini.incoming import Called, Cancelled, GenerationOver, GoAway, ModelCall, Sound, Spoken, TurnOver, Used
from bridge.voice.gemini.outgoing import ActivityEnd, ActivityStart, Outgoing, Replies, Reply, Told
from bridge.voice.gemini.settings import gemini_settings
from bridge.voice.prompting import directive, tool_reply
from tests.bridge.cast import SEATS, brief
from tests.bridge.fakes import utterance

EXPECTATION = Expectation(SEATS)
LINE, NEXT = Line(1, "How many seats?"), Line(2, "Thank you.")
SOUND = Sound(to_bytes(np.tile(np.array([6000, -6000], np.int16), 1200)))
ZEROS = Sound(to_bytes(silence(24_000)))
ANSWER = ModelCall("a", "record_answer", {"question_id": "seats", "value": "10", "quote": "ten"})
NONSENSE = ModelCall("x", "record_answer", {"question_id": "invented", "value": "1"})


def dialogue(model: str = "", turns: TurnControl = TurnControl.LOCAL) -> Dialogue:
    made = Dialogue(replace(brief(), turns=turns), gemini_settings("key", model=model))
    made.expect(EXPECTATION)
    return made


def callee_speaks(to: Dialogue, now_s: float = 0.0) -> None:
    to.hear(np.concatenate((silence(RATE_HZ // 2), utterance(500), silence(RATE_HZ))), now_s)


def told(to: Dialogue) -> list[Outgoing]:
    """What was sent since the last look, audio excepted."""
    found: list[Outgoing] = [message for message in to.out if isinstance(message, Told | Replies | ActivityStart | ActivityEnd)]
    to.out.clear()
    return found


def tools(to: Dialogue) -> list[Tool]:
    return [event.tool for event in to.events if isinstance(event, ToolCall)]


class TestASessionThatTookAnothersPlace:
    """It was asked for no line, and the callee answers the one before it."""

    def test_it_is_told_what_is_asked_before_it_hears_the_callee(self):
        talk = dialogue()
        callee_speaks(talk)
        first, begin, *_rest = told(talk)
        assert first == Told(json.dumps(tool_reply(None, EXPECTATION)), is_turn=False)
        assert isinstance(begin, ActivityStart)

    def test_and_not_again(self):
        talk = dialogue()
        callee_speaks(talk)
        told(talk)
        callee_speaks(talk, 10.0)
        assert not [message for message in told(talk) if isinstance(message, Told)]


class TestLines:
    def test_a_line_without_an_open_call_is_a_turn_of_the_user(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        assert told(talk) == [Told(directive(LINE, EXPECTATION))]

    def test_its_sound_and_its_end_are_the_lines(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.take(SOUND, 1.0)
        talk.take(GenerationOver(), 1.1)
        assert [type(event) for event in talk.events] == [VoiceAudio, VoiceAudioEnd]

    def test_what_comes_after_its_end_or_before_any_line_is_dropped_and_counted(self):
        talk = dialogue()
        talk.take(SOUND, 0.0)
        talk.take(TurnOver(""), 0.1)
        talk.speak(LINE, 0.2)
        talk.take(SOUND, 1.0)
        talk.take(GenerationOver(), 1.1)
        talk.take(SOUND, 1.2)
        assert talk.n_sounds_dropped == 2
        assert sum(isinstance(event, VoiceAudio) for event in talk.events) == 1

    def test_nothing_of_a_cancelled_line_comes_any_more(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.take(SOUND, 1.0)
        talk.cancel(1)
        talk.events.clear()
        talk.take(SOUND, 1.1)
        talk.take(GenerationOver(), 1.2)
        talk.take(TurnOver(""), 1.3)
        assert talk.events == []
        assert talk.is_quiet

    def test_cancelling_another_line_changes_nothing(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.cancel(99)
        talk.take(SOUND, 1.0)
        assert isinstance(talk.events[0], VoiceAudio)

    def test_a_line_of_zeros_fails_before_anybody_has_waited_long(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        for _ in range(4):
            talk.take(ZEROS, 1.0)
        assert talk.events == [LineFailed(1, "silent audio")]

    def test_a_short_line_of_zeros_fails_at_its_end(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.take(ZEROS, 1.0)
        talk.take(GenerationOver(), 1.1)
        assert talk.events == [LineFailed(1, "silent audio")]

    def test_a_line_without_any_sign_fails_in_time(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        assert talk.next_due_s() == SOUND_LIMIT_S
        talk.on_time(SOUND_LIMIT_S - 0.1)
        assert talk.events == []
        talk.on_time(SOUND_LIMIT_S)
        assert talk.events == [LineFailed(1, "no sound came")]
        assert talk.next_due_s() is None

    def test_the_limit_counts_from_the_last_sign(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.take(SOUND, 3.0)
        talk.on_time(SOUND_LIMIT_S)
        assert talk.next_due_s() == 3.0 + SOUND_LIMIT_S

    def test_a_model_that_says_it_otherwise_is_noticed(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.take(SOUND, 1.0)
        talk.take(GenerationOver(), 1.1)
        talk.take(Spoken("So, how many seats would you like?"), 1.2)
        assert talk.n_lines_said_otherwise() == 1


class TestCalls:
    def answered(self, model: str = "") -> Dialogue:
        talk = dialogue(model)
        callee_speaks(talk)
        talk.take(Called((ANSWER,)), 1.0)
        talk.on_time(2.0)
        talk.out.clear()
        return talk

    def test_a_call_is_read_with_the_type_of_its_question(self):
        talk = self.answered()
        [call] = [event for event in talk.events if isinstance(event, ToolCall)]
        assert call == ToolCall("1-a", Tool.RECORD_ANSWER, {"question_id": "seats", "value": 10, "quote": "ten"})

    def test_the_next_line_answers_it(self):
        talk = self.answered()
        talk.speak(NEXT, 2.5)
        assert told(talk) == [Replies((Reply("a", "record_answer", tool_reply(NEXT, EXPECTATION)),))]

    def test_after_a_time_there_is_nothing_to_say(self):
        talk = self.answered()
        assert talk.next_due_s() == 1.0 + REPLY_LIMIT_S
        talk.on_time(1.0 + REPLY_LIMIT_S)
        assert told(talk) == [Replies((Reply("a", "record_answer", tool_reply(None, EXPECTATION)),))]
        talk.speak(NEXT, 4.0)
        assert told(talk) == [Told(directive(NEXT, EXPECTATION))]

    def test_the_callee_who_speaks_on_closes_it_before_being_heard(self):
        talk = self.answered()
        callee_speaks(talk, 2.5)
        assert [type(message) for message in told(talk)] == [Replies, ActivityStart, ActivityEnd]

    def test_one_that_is_taken_back_needs_no_reply(self):
        talk = self.answered()
        talk.take(Cancelled(frozenset({"a"})), 2.1)
        talk.speak(NEXT, 2.5)
        assert told(talk) == [Told(directive(NEXT, EXPECTATION))]

    def test_one_that_comes_after_the_next_line_was_asked_for_is_told_and_closed(self):
        talk = dialogue()
        callee_speaks(talk)
        talk.speak(NEXT, 1.0)
        talk.out.clear()
        talk.take(Called((ANSWER,)), 1.1)
        talk.on_time(1.5)
        assert tools(talk) == [Tool.RECORD_ANSWER]
        assert [type(message) for message in told(talk)] == [Replies]

    def test_one_without_an_id_is_told_and_the_line_comes_on_its_own(self):
        talk = dialogue()
        callee_speaks(talk)
        talk.take(Called((replace(ANSWER, call_id=""),)), 1.0)
        talk.on_time(2.0)
        talk.out.clear()
        talk.speak(NEXT, 2.5)
        assert tools(talk) == [Tool.RECORD_ANSWER]
        assert told(talk) == [Told(directive(NEXT, EXPECTATION))]

    def test_a_model_that_does_not_wait_is_told_to_speak_now(self):
        talk = self.answered("gemini-3.8-live-extended-thinking")
        talk.speak(NEXT, 2.5)
        [replies] = told(talk)
        assert replies.replies[0].scheduling == "INTERRUPT"


class TestNonsense:
    def test_it_is_refused_with_the_reason(self):
        talk = dialogue()
        callee_speaks(talk)
        talk.out.clear()
        talk.take(Called((NONSENSE,)), 1.0)
        assert told(talk) == [Replies((Reply("x", "record_answer", {"error": "There is no question of this id."}),))]
        assert tools(talk) == []

    def test_the_second_time_it_means_that_nothing_was_understood(self):
        talk = dialogue()
        callee_speaks(talk)
        talk.take(Called((NONSENSE,)), 1.0)
        talk.take(Called((replace(NONSENSE, call_id="y"),)), 1.5)
        talk.on_time(2.5)
        assert tools(talk) == [Tool.NOT_UNDERSTOOD]

    def test_the_next_words_of_the_callee_have_a_try_of_their_own(self):
        talk = dialogue()
        for now_s in (0.0, 10.0):
            callee_speaks(talk, now_s)
            talk.take(Called((NONSENSE,)), now_s + 1.0)
        talk.on_time(20.0)
        assert tools(talk) == []

    @pytest.mark.parametrize("name", ["transfer_money", "", "SAY", "end_call; drop table"])
    def test_a_tool_that_does_not_exist_is_refused(self, name: str):
        talk = dialogue()
        callee_speaks(talk)
        talk.take(Called((ModelCall("x", name, {}),)), 1.0)
        talk.on_time(2.0)
        assert tools(talk) == []

    def test_talk_is_answered_with_a_request_for_a_tool_once(self):
        talk = dialogue()
        callee_speaks(talk)
        talk.out.clear()
        for now_s in (1.0, 2.0, 3.0):
            talk.take(SOUND, now_s)
            talk.take(TurnOver(""), now_s + 0.5)
        assert told(talk) == [Told(CALL_A_TOOL)]
        assert talk.is_quiet


class TestTurns:
    def test_the_pause_of_the_open_question_is_in_force(self):
        talk = dialogue()
        talk.expect(Expectation(QuestionBrief("q", QuestionKind.OPEN, "?", "?")))
        talk.hear(np.concatenate((silence(RATE_HZ // 2), utterance(500), silence(round(0.7 * RATE_HZ)))), 0.0)
        assert not any(isinstance(event, SpeechEnded) for event in talk.events)

    def test_a_line_under_way_holds_the_callees_turn_and_its_end_lets_it_go(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.take(SOUND, 0.5)
        talk.out.clear()
        callee_speaks(talk, 0.6)
        assert told(talk) == []
        talk.take(GenerationOver(), 1.0)
        assert told(talk) == [ActivityStart(), ActivityEnd()]

    def test_a_barge_in_lets_it_go_at_once(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.take(SOUND, 0.5)
        talk.out.clear()
        callee_speaks(talk, 0.6)
        talk.cancel(1)
        assert told(talk) == [ActivityStart(), ActivityEnd()]

    def test_the_providers_turns_need_no_signs(self):
        talk = dialogue(turns=TurnControl.PROVIDER)
        callee_speaks(talk)
        assert all(isinstance(message, Told) for message in told(talk))
        talk.take(TurnOver(""), 1.0)
        assert told(talk) == [Told(CALL_A_TOOL)]


class TestAnotherSession:
    def test_one_with_its_memory_is_told_nothing(self):
        talk = dialogue()
        talk.renewed(1.0, is_resumed=True)
        assert told(talk) == []

    def test_one_without_is_told_what_is_expected(self):
        talk = dialogue()
        talk.renewed(1.0, is_resumed=False)
        assert told(talk) == [Told(json.dumps(tool_reply(None, EXPECTATION)), is_turn=False)]

    @pytest.mark.parametrize("is_resumed", [True, False])
    def test_a_line_that_has_not_begun_is_asked_for_again(self, is_resumed: bool):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.out.clear()
        talk.renewed(1.0, is_resumed=is_resumed)
        assert told(talk) == [Told(directive(LINE, EXPECTATION))]
        talk.take(SOUND, 2.0)
        assert isinstance(talk.events[-1], VoiceAudio)

    def test_a_line_that_was_half_said_has_failed(self):
        talk = dialogue()
        talk.speak(LINE, 0.0)
        talk.take(SOUND, 0.5)
        talk.renewed(1.0, is_resumed=True)
        assert talk.events[-1] == LineFailed(1, "the session ended in the middle")

    def test_calls_of_the_last_session_are_not_answered_in_the_next(self):
        talk = dialogue()
        talk.take(Called((ANSWER,)), 0.0)
        talk.renewed(1.0, is_resumed=True)
        talk.speak(NEXT, 1.5)
        assert told(talk) == [Told(directive(NEXT, EXPECTATION))]

    def test_the_same_id_in_the_next_session_is_another_call(self):
        talk = dialogue()
        for now_s in (0.0, 10.0):
            talk.take(Called((ANSWER,)), now_s)
            talk.on_time(now_s + 1)
            talk.renewed(now_s + 2, is_resumed=False)
        assert len({event.tool_call_id for event in talk.events if isinstance(event, ToolCall)}) == 2

    def test_what_is_about_the_connection_does_not_come_here(self):
        with pytest.raises(AssertionError):
            dialogue().take(GoAway(1.0), 0.0)


def test_usage_is_told_under_the_name_of_the_model():
    talk = dialogue("gemini-3.1-flash-live-preview")
    talk.take(Used({UsageUnit.TEXT_IN: 5.0}), 0.0)
    assert talk.events == [VoiceUsage("gemini-3.1-flash-live-preview", {UsageUnit.TEXT_IN: 5.0})]


def test_quiet_is_when_nobody_speaks_and_nobody_is_waited_for():
    talk = dialogue()
    assert talk.is_quiet
    callee_speaks(talk)
    assert not talk.is_quiet
    talk.take(Called((ANSWER,)), 1.0)
    assert not talk.is_quiet
    talk.on_time(3.0)
    talk.take(TurnOver(""), 3.1)
    assert talk.is_quiet
