"""Another session takes the place of one that ends: at a turn boundary, with its memory if there is one, and without a word lost."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest

from bridge.audio import silence
from bridge.events import RATE_HZ, Expectation, Line, LineFailed, Tool, ToolCall, VoiceAudio, VoiceFailed
from bridge.voice.gemini.link import HASTE_S, SHORTEST_S
from bridge.voice.prompting import EXPECT, SAY
from bridge.voice.scripted import Reply
from tests.bridge.cast import SEATS
from tests.bridge.fakes import utterance
from tests.bridge.voice.gemini.conftest import Rig
from tests.bridge.voice.gemini.test_interview import QUESTION, TEN, ask_and_answer, speak_to
from tests.bridge.voice.rig import is_a, until


async def renewed(rig: Rig, n_connections: int = 2) -> None:
    await until(lambda: len(rig.fake.setups) >= n_connections and rig.fake.n_connections == 1)


class TestGoAway:
    async def test_the_session_is_gone_on_with_by_its_handle(self, rig: Rig):
        async with rig.call():
            await until(lambda: rig.fake.n_connections == 1)
            await rig.fake.go_away(60)
            await renewed(rig)
        assert [setup.handle for setup in rig.fake.setups] == [None, rig.fake.sessions[0].handle]
        assert len(rig.fake.sessions) == 1

    async def test_nothing_of_the_history_is_sent_again(self, rig: Rig):
        async with rig.call() as (voice, listener):
            voice.expect(Expectation(SEATS))
            voice.speak(QUESTION)
            await listener.wait_for_end_of(1)
            await rig.fake.go_away(60)
            await renewed(rig)
        assert len(rig.sent("client_content")) == 1

    async def test_the_interview_goes_on_as_if_nothing_had_happened(self, rig: Rig):
        rig.replies += [TEN, Reply("stop", [(Tool.OPT_OUT, {})])]
        async with rig.call() as (voice, listener):
            await ask_and_answer(voice, listener)
            voice.speak(Line(2, "Thank you."))
            await listener.wait_for_end_of(2)
            await rig.fake.go_away(60)
            await renewed(rig)
            speak_to(voice)
            await listener.wait_for(lambda event: isinstance(event, ToolCall) and event.tool is Tool.OPT_OUT)

    async def test_a_line_is_said_to_its_end_first(self, rig: Rig):
        async with rig.call() as (voice, listener):
            voice.speak(Line(1, "x" * 300))
            await listener.wait_for(is_a(VoiceAudio))
            await rig.fake.go_away(60)
            await listener.wait_for_end_of(1)
            assert len(rig.fake.setups) == 1
            await renewed(rig)
        assert not any(isinstance(event, LineFailed | VoiceFailed) for event in listener.events)

    async def test_what_the_callee_says_in_between_is_not_lost(self, rig: Rig):
        rig.replies.append(TEN)
        async with rig.call() as (voice, listener):
            await until(lambda: rig.fake.n_connections == 1)
            rig.fake.faults.open_late_s = 0.2  # long enough to be seen from outside
            await rig.fake.go_away(60)
            await until(lambda: rig.fake.n_connections == 0)
            speak_to(voice)
            call = await listener.wait_for(is_a(ToolCall))
        assert call.arguments["value"] == 10

    async def test_a_line_that_is_wanted_in_between_is_asked_for_once(self, rig: Rig):
        async with rig.call() as (voice, listener):
            await until(lambda: rig.fake.n_connections == 1)
            rig.fake.faults.open_late_s = 0.2  # long enough to be seen from outside
            await rig.fake.go_away(60)
            await until(lambda: rig.fake.n_connections == 0)
            voice.speak(QUESTION)
            await listener.wait_for_end_of(1)
        assert len(rig.sent("client_content")) == 1
        assert not any(isinstance(event, LineFailed) for event in listener.events)

    async def test_an_open_call_is_answered_before_the_session_is_left(self, rig: Rig):
        rig.replies.append(TEN)
        async with rig.call() as (voice, listener):
            await ask_and_answer(voice, listener)
            await rig.fake.go_away(60)
            voice.speak(Line(2, "Thank you."))
            await listener.wait_for_end_of(2)
            await renewed(rig)
        assert len(rig.sent("tool_response")) == 1

    async def test_the_callee_who_speaks_through_it_is_heard(self, rig: Rig):
        rig.replies.append(TEN)
        async with rig.call() as (voice, listener):
            await until(lambda: rig.fake.n_connections == 1)
            voice.hear(np.concatenate((silence(RATE_HZ // 2), utterance(500))))
            await until(lambda: bool(rig.sent("realtime_input")))
            await rig.fake.go_away(HASTE_S + 0.05)
            await renewed(rig)
            voice.hear(np.concatenate((utterance(500), silence(RATE_HZ))))
            call = await listener.wait_for(is_a(ToolCall))
        assert [list(each) for each in rig.sent("realtime_input")] == [["activityStart"], ["activityStart"], ["activityEnd"]]
        assert call.arguments["value"] == 10

    async def test_sessions_that_end_at_once_do_not_follow_each_other_without_a_pause(self, rig: Rig):
        rig.faults.leaves_after_s = 60.0
        async with rig.call():
            began_s = asyncio.get_running_loop().time()
            await renewed(rig, 3)
            assert asyncio.get_running_loop().time() - began_s > 1.8 * SHORTEST_S

    @pytest.mark.parametrize("code", [1007, 1008, 1011])
    async def test_a_refused_handle_begins_a_session_that_is_told_what_is_open(self, rig: Rig, code: int):
        rig.faults.refuse_resumption = code
        async with rig.call() as (voice, listener):
            voice.expect(Expectation(SEATS))
            voice.speak(QUESTION)
            await listener.wait_for_end_of(1)
            await rig.fake.go_away(60)
            await renewed(rig, 3)
            await until(lambda: len(rig.sent("client_content")) == 2)
        rig.fake.refusals.clear()
        told = rig.sent("client_content")[1]
        assert told["turnComplete"] is False
        assert json.loads(told["turns"][0]["parts"][0]["text"]) == {
            SAY: None,
            EXPECT: {"question_id": "seats", "is_confirmation": False, "is_time": False},
        }
        assert [setup.handle is None for setup in rig.fake.setups] == [True, False, True]

    async def test_a_stop_that_cannot_be_waited_for_loses_the_line_and_not_the_voice(self, rig: Rig):
        async with rig.call() as (voice, listener):
            voice.speak(Line(1, "x" * 2000))
            await listener.wait_for(is_a(VoiceAudio))
            await rig.fake.go_away(HASTE_S + 0.1)
            failed = await listener.wait_for(is_a(LineFailed))
            voice.speak(Line(2, "Once more."))
            await listener.wait_for_end_of(2)
        assert failed == LineFailed(1, "the session ended in the middle")
        assert len(rig.fake.setups) == 2


class TestLostConnection:
    async def test_one_that_is_lost_while_nobody_speaks_is_made_again(self, rig: Rig, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bridge.voice.gemini.link.CALM_S", 0.0)
        async with rig.call() as (voice, listener):
            voice.speak(QUESTION)
            await listener.wait_for_end_of(1)
            await rig.fake.close_all(1011)
            await renewed(rig)
            voice.speak(Line(2, "Go on."))
            await listener.wait_for_end_of(2)
        assert not any(isinstance(event, VoiceFailed) for event in listener.events)

    async def test_a_line_of_which_nothing_was_heard_is_asked_for_again(self, rig: Rig, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bridge.voice.gemini.link.CALM_S", 0.0)
        rig.faults.cut_after_line_ms = 0
        async with rig.call() as (voice, listener):
            voice.speak(QUESTION)
            await listener.wait_for_end_of(1)
        assert rig.faults.counted["cut_after_line_ms"] == 1
        assert len(rig.sent("client_content")) == 2
        assert listener.n_ends_of(1) == 1
