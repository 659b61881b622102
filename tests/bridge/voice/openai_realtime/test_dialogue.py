"""The conversation with a server, message by message, on a clock of our own."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bridge.audio import to_bytes
from bridge.brief import TurnControl
from bridge.events import (
    Expectation,
    Line,
    LineFailed,
    LineSaid,
    SpeechEnded,
    SpeechStarted,
    ToolCall,
    VoiceAudio,
    VoiceAudioEnd,
    VoiceFailed,
    VoiceFault,
    WordSource,
)
from bridge.voice.openai_realtime.dialogue import HEAR_LIMIT_S, MAX_ERRORS, STALL_S, Dialogue
from bridge.voice.openai_realtime.incoming import read
from bridge.voice.openai_realtime.settings import RealtimeSettings
from bridge.voice.openai_realtime.turnstile import CANCEL_LIMIT_S
from tests.bridge.cast import SEATS, brief
from tests.bridge.voice.openai_realtime.test_messages import event

SOUND = base64.b64encode(to_bytes(np.full(2400, 4000, np.int16))).decode()
ONE, TWO = Line(1, "How many?"), Line(2, "And when?")
ANSWER = '{"question_id": "seats", "value": "4", "quote": "four"}'


class Talk:
    """A dialogue and its clock; `asked` are the events that we asked for responses with."""

    def __init__(self, turns: TurnControl = TurnControl.LOCAL, **options: Any) -> None:
        self.dialogue = Dialogue(replace(brief(), turns=turns), replace(RealtimeSettings("k"), **options))
        self.now_s = 100.0

    def speak(self, line: Line) -> Talk:
        self.dialogue.expect(Expectation(SEATS))
        self.dialogue.speak(line, self.now_s)
        return self

    def hears(self, started_s: float = 1.0) -> Talk:
        self.dialogue.speech_started(started_s)
        self.dialogue.speech_ended(started_s + 0.5, self.now_s)
        return self

    def gets(self, name: str, /, heard_s: float = 9.0, **fields: Any) -> Talk:
        message = read(event(name, **fields))
        assert message is not None
        self.dialogue.handle(message, heard_s, self.now_s)
        return self

    def begins(self, response_id: str) -> Talk:
        return self.gets("response.created", response={"id": response_id})

    def sounds(self, response_id: str, item_id: str = "i") -> Talk:
        return self.gets("response.output_audio.delta", response_id=response_id, item_id=item_id, delta=SOUND)

    def calls(self, response_id: str, call_id: str = "c", arguments: str = ANSWER) -> Talk:
        fields = {"response_id": response_id, "call_id": call_id, "name": "record_answer", "arguments": arguments}
        return self.gets("response.function_call_arguments.done", **fields)

    def ends(self, response_id: str, status: str = "completed") -> Talk:
        return self.gets("response.done", response={"id": response_id, "status": status})

    def refused(self, code: str) -> Talk:
        return self.gets("error", error={"type": "invalid_request_error", "code": code, "event_id": self.asked[-1]})

    def waits(self, seconds: float) -> Talk:
        self.now_s += seconds
        self.dialogue.on_time(self.now_s)
        return self

    @property
    def asked(self) -> list[str]:
        return [message["event_id"] for message in self.dialogue.messages if message["type"] == "response.create"]

    @property
    def sent(self) -> list[str]:
        return [message["type"] for message in self.dialogue.messages]

    def told(self, *kinds: type) -> list[Any]:
        return [each for each in self.dialogue.events if isinstance(each, kinds)]


class TestWords:
    @pytest.mark.parametrize("name", ["response.output_audio_transcript.delta", "response.audio_transcript.delta"], ids=["ga", "beta"])
    def test_they_are_told_with_how_much_sound_had_come(self, name: str):
        talk = Talk().speak(ONE).begins("r1").gets(name, response_id="r1", delta="So, how")
        talk.sounds("r1").sounds("r1").gets(name, response_id="r1", delta=" many?").ends("r1")
        first, second = talk.told(LineSaid)
        assert first == LineSaid(1, "So, how", 0, WordSource.UNTIMED)
        assert (second.text, second.until_ms) == (" many?", pytest.approx(200, abs=2))

    def test_those_of_another_response_are_nobodys(self):
        talk = Talk().speak(ONE).begins("r1").sounds("r1")
        talk.gets("response.output_audio_transcript.delta", response_id="alien", delta="Hello!")
        assert talk.told(LineSaid) == []


class TestOneResponseAtATime:
    def test_a_line_while_another_is_produced_is_asked_for_when_that_has_ended(self):
        talk = Talk().speak(ONE).begins("r1").sounds("r1").speak(TWO)
        assert (len(talk.asked), talk.sent[-1]) == (1, "response.cancel")
        talk.sounds("r1").ends("r1", "cancelled")
        assert len(talk.asked) == 2
        assert [each.line_id for each in talk.told(VoiceAudio, VoiceAudioEnd)] == [1, 1]

    def test_a_line_waits_for_the_meaning_that_is_asked_for_and_becomes_its_reply(self):
        talk = Talk(transcription_model="").hears().begins("r1").speak(ONE)
        talk.calls("r1").ends("r1")
        assert talk.told(ToolCall)
        assert talk.dialogue.messages[-2]["item"]["type"] == "function_call_output"

    def test_but_not_forever(self):
        talk = Talk().hears().begins("r1").speak(ONE).waits(HEAR_LIMIT_S)
        assert talk.sent[-1] == "response.cancel"
        talk.waits(CANCEL_LIMIT_S)
        assert len(talk.asked) == 2

    def test_a_response_in_the_way_is_cancelled_and_the_line_asked_for_again_without_telling_it_twice(self):
        talk = Talk().speak(ONE).refused("conversation_already_has_active_response")
        assert talk.sent[-1] == "response.cancel"
        talk.ends("alien", "cancelled")
        assert (len(talk.asked), talk.sent.count("conversation.item.create")) == (2, 1)
        talk.begins("r2").sounds("r2").ends("r2")
        assert talk.told(VoiceAudioEnd) == [VoiceAudioEnd(1)]

    def test_when_nobody_says_that_it_has_ended_it_is_tried_again_all_the_same_and_in_the_end_given_up(self):
        talk = Talk().speak(ONE)
        for _ in range(3):
            talk.refused("conversation_already_has_active_response").waits(CANCEL_LIMIT_S)
        assert talk.told(LineFailed) == [LineFailed(1, "conversation_already_has_active_response")]

    def test_a_line_that_was_cancelled_meanwhile_is_not_asked_for_again(self):
        talk = Talk().speak(ONE)
        talk.dialogue.cancel(1, 0, talk.now_s)
        talk.refused("conversation_already_has_active_response").waits(STALL_S)
        assert len(talk.asked) == 1
        assert not talk.told(LineFailed)

    def test_sound_for_what_the_callee_meant_is_dropped_and_counted(self):
        talk = Talk().hears().begins("r1").sounds("r1").sounds("r0")
        assert not talk.told(VoiceAudio)
        assert talk.dialogue.n_stray_pieces == 2

    def test_a_tool_that_is_called_while_a_line_is_said_changes_nothing(self):
        talk = Talk().speak(ONE).begins("r1").calls("r1").sounds("r1").ends("r1")
        assert talk.told(ToolCall) == []
        assert talk.told(VoiceAudioEnd) == [VoiceAudioEnd(1)]


class TestMeaning:
    def test_a_call_is_told_once_however_often_it_is_sent(self):
        item = {"type": "function_call", "call_id": "c", "name": "record_answer", "arguments": ANSWER}
        talk = Talk(transcription_model="").hears().begins("r1").calls("r1")
        talk.gets("response.output_item.done", response_id="r1", item=item)
        talk.gets("response.done", response={"id": "r1", "status": "completed", "output": [item]})
        assert len(talk.told(ToolCall)) == 1

    def test_it_is_found_in_the_end_of_the_response_when_nowhere_else(self):
        item = {"type": "function_call", "call_id": "c", "name": "record_answer", "arguments": ANSWER}
        talk = Talk(transcription_model="").hears().gets("response.done", response={"id": "r1", "status": "completed", "output": [item]})
        assert [call.arguments["value"] for call in talk.told(ToolCall)] == [4]

    def test_a_hearing_that_fails_twice_tells_nothing(self):
        talk = Talk().hears().begins("r1").ends("r1", "failed").begins("r2").ends("r2", "failed")
        assert len(talk.asked) == 2
        assert [type(each) for each in talk.dialogue.events] == [SpeechStarted, SpeechEnded]

    def test_a_hearing_that_stalls_is_cancelled_and_the_session_lives(self):
        talk = Talk().hears().begins("r1").waits(STALL_S).waits(CANCEL_LIMIT_S).speak(ONE)
        assert len(talk.asked) == 2
        assert not talk.told(VoiceFailed)

    def test_a_server_that_hears_by_transcripts_is_asked_without_one_in_the_end(self):
        talk = Talk(hears_by_transcript=True).hears()
        assert talk.asked == []
        assert len(talk.waits(4.0).asked) == 1

    def test_an_empty_transcript_is_not_asked_about(self):
        talk = Talk(hears_by_transcript=True).hears()
        talk.gets("conversation.item.input_audio_transcription.completed", item_id="i", transcript=" ").waits(10.0)
        assert talk.asked == []


class TestTurnsOfTheProvider:
    @pytest.mark.parametrize(
        ("start_ms", "stop_ms", "expected_s"),
        [(5200, 7500, [5.5, 7.0]), (100, 400, [9.0, 9.0]), (99_000, 99_900, [9.0, 9.0])],
        ids=["the session's time", "time of another beginning", "the future"],
    )
    def test_its_times_are_taken_when_they_can_be_right(self, start_ms, stop_ms, expected_s):
        talk = Talk(TurnControl.PROVIDER)
        talk.gets("input_audio_buffer.speech_started", audio_start_ms=start_ms, item_id="i")
        talk.gets("input_audio_buffer.speech_stopped", audio_end_ms=stop_ms, item_id="i")
        assert [each.at_s for each in talk.told(SpeechStarted, SpeechEnded)] == expected_s
        assert talk.sent == ["response.create"]

    def test_they_are_ignored_where_turns_are_ours(self):
        talk = Talk().gets("input_audio_buffer.speech_started", audio_start_ms=1).gets("input_audio_buffer.speech_stopped", audio_end_ms=2)
        assert (talk.dialogue.events, talk.dialogue.messages) == ([], [])


class TestTheEnd:
    @pytest.mark.parametrize(
        ("happens", "fault"),
        [
            (lambda talk: talk, VoiceFault.UNREACHABLE),
            (lambda talk: talk.begins("r1"), VoiceFault.SILENT),
            (lambda talk: talk.begins("r1").sounds("r1"), VoiceFault.CUT),
        ],
        ids=["no word", "no sound", "no end"],
    )
    def test_a_line_that_stalls_ends_the_session(self, happens, fault):
        talk = happens(Talk().speak(ONE))
        assert talk.dialogue.next_deadline() == talk.now_s + STALL_S
        assert [failed.fault for failed in talk.waits(STALL_S).told(VoiceFailed)] == [fault]
        assert talk.dialogue.next_deadline() is None

    def test_after_it_nothing_is_sent_or_told(self):
        talk = Talk()
        talk.dialogue.fail("x", VoiceFault.CUT)
        talk.speak(ONE).sounds("r1").dialogue.cancel(1, 0, 0.0)
        assert talk.dialogue.messages == []
        assert len(talk.dialogue.events) == 1

    @pytest.mark.parametrize(
        ("code", "fault"), [("insufficient_quota", VoiceFault.QUOTA), ("invalid_api_key", VoiceFault.KEY), ("session_expired", VoiceFault.CUT)]
    )
    def test_an_error_that_means_the_session_ends_it(self, code, fault):
        talk = Talk().gets("error", error={"type": "invalid_request_error", "code": code})
        assert [failed.fault for failed in talk.told(VoiceFailed)] == [fault]

    def test_errors_without_end_end_it(self):
        talk = Talk()
        for _ in range(MAX_ERRORS + 1):
            talk.gets("error", error={"type": "invalid_request_error", "code": "unknown_parameter"})
        assert [failed.fault for failed in talk.told(VoiceFailed)] == [VoiceFault.REFUSED]

    def test_an_idle_session_has_no_deadline(self):
        assert Talk().dialogue.next_deadline() is None
