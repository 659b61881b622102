"""Whole calls in jumping time, from the disclosure to the report."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import soundfile

from bridge.audio import level_dbfs
from bridge.brief import HandoffStrategy, LineTraits
from bridge.events import (
    RATE_HZ,
    CalleeSaid,
    Outcome,
    Tool,
)
from bridge.notes import NoRep, RepAccepted, RepReady
from bridge.recorder import Recordings
from bridge.recording_file import Recorded
from bridge.voice.scripted import Reply
from bridge.wire import KILL_AUDIO
from tests.bridge.cast import LINES, brief
from tests.bridge.conversing import MORNING
from tests.bridge.fakes import in_jumping_time, utterance
from tests.bridge.whole_call import STOP_CALLING, TEN, Call, played_out_at_s, recordings_in


@in_jumping_time
async def test_a_call_goes_from_the_disclosure_to_the_report():
    call = Call(brief(), [TEN], utterances=1)
    await call.hold()
    assert [answer.value for answer in call.desk.answers] == [10]
    report = call.report()
    assert (report.outcome, report.is_disclosure_heard) == (Outcome.FINISHED, True)
    assert 0 <= report.timing.first_word_ms < 50
    assert len(report.timing.voice_to_voice_ms) >= 1


@in_jumping_time
async def test_it_hangs_up_then_closes_then_reports():
    call = Call(brief(), [TEN], utterances=1)
    await call.hold()
    assert [what for what in call.desk.log if what in ("hang_up", "close", "finish")] == ["hang_up", "close", "finish"]
    assert call.voice.is_closed


@in_jumping_time
async def test_all_that_was_handed_over_is_heard_before_the_hang_up():
    call = Call(brief(), [TEN], utterances=1)
    await call.hold()
    farewell = [turn for turn in call.desk.turns if turn.text == LINES.cold_close][0]
    assert farewell.heard_text == LINES.cold_close
    assert call.line.hung_up_at_s >= played_out_at_s(call.media.audio_times()) - 0.001


@in_jumping_time
async def test_the_report_comes_after_all_that_was_to_be_saved():
    call = Call(brief(), [TEN], utterances=1, slow_s=0.5)
    await call.hold()
    assert call.desk.log[-2:] == ["finish", "save_usage"]
    assert [turn.text for turn in call.desk.turns][-1] == LINES.cold_close


@in_jumping_time
async def test_the_turns_are_saved_in_order_with_what_was_heard():
    call = Call(brief(), [TEN], utterances=1)
    await call.hold()
    assert [turn.position for turn in call.desk.turns] == list(range(len(call.desk.turns)))
    assert [turn.text for turn in call.desk.turns][0] == LINES.disclosure


@in_jumping_time
async def test_the_next_line_waits_until_the_answer_is_saved_and_the_audio_does_not():
    call = Call(brief(), [TEN], utterances=1, slow_s=2.0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(call.hold())
        await call.until(lambda: call.desk.answers)
        saved_at_s, n_heard = call.now(), sum(pcm.size for pcm in call.voice.heard)
        sent_while_saving = [at_s for at_s in call.media.audio_times() if saved_at_s - 1.9 < at_s < saved_at_s - 0.01]
    assert sent_while_saving == []
    assert n_heard / RATE_HZ > saved_at_s - 0.1


@in_jumping_time
async def test_an_opt_out_is_saved_before_the_goodbye():
    call = Call(brief(), [STOP_CALLING], utterances=1, slow_s=1.0)
    await call.hold()
    assert call.desk.opt_outs == ["stop calling me"]
    assert call.report().outcome is Outcome.OPTED_OUT
    assert call.desk.log.index("save_opt_out") < call.desk.log.index("hang_up")


@in_jumping_time
async def test_an_answer_that_cannot_be_saved_is_not_lost_silently():
    call = Call(brief(), [TEN], utterances=1, fails={"save_answer"})
    await call.hold()
    assert call.report().outcome is not Outcome.FINISHED
    assert call.desk.answers == []


@in_jumping_time
async def test_transcript_and_announcements_that_fail_do_not_disturb_the_call():
    call = Call(brief(), [TEN], utterances=1, fails={"save_turn", "announce"})
    await call.hold()
    assert call.report().outcome is Outcome.FINISHED


@in_jumping_time
async def test_a_provider_that_refuses_the_hang_up_does_not_stop_the_ending():
    call = Call(brief(), [TEN], utterances=1, line_fails=True)
    await call.hold()
    assert [what for what in call.desk.log if what in ("close", "finish")] == ["close", "finish"]


class TestBargeIn:
    async def barge_in(self, recordings: Recordings | None = None) -> Call:
        """A long question, and a callee who speaks into it after a second."""
        long_question = replace(brief().questions[0], wording="How many seats do you need? " * 20)
        call = Call(brief(questions=(long_question,)), [TEN], recordings=recordings)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.hold())
            await call.until(lambda: any(kind == "bot_says" and text.startswith("How many") for kind, text in call.desk.announced))
            await asyncio.sleep(1.0)
            call.speaking = utterance(1500)
        return call

    @in_jumping_time
    async def test_the_platform_and_the_voice_are_told_to_stop(self):
        call = await self.barge_in()
        assert call.media.texts() == [KILL_AUDIO]
        (line_id, heard_ms), *_rest = call.voice.cut
        assert line_id == 2
        assert 1000 < heard_ms < 2500

    @in_jumping_time
    async def test_the_transcript_has_only_what_was_heard(self):
        call = await self.barge_in()
        question = [turn for turn in call.desk.turns if turn.text.startswith("How many")][0]
        assert question.heard_ms == call.voice.cut[0][1]
        assert 0 < len(question.heard_text or "") < len(question.text) / 2

    @in_jumping_time
    async def test_nothing_of_the_line_is_sent_after_the_stop(self):
        call = await self.barge_in()
        stopped_at_s = [at_s for at_s, message in call.media.sent if message == KILL_AUDIO][0]
        assert not [at_s for at_s in call.media.audio_times() if stopped_at_s < at_s < stopped_at_s + 0.3]

    @in_jumping_time
    async def test_at_no_moment_was_more_sent_than_250_ms_ahead(self):
        call = Call(brief(), [TEN], utterances=1)
        await call.hold()
        times_s = call.media.audio_times()
        assert max(played_out_at_s(times_s[: n + 1]) - at_s for n, at_s in enumerate(times_s)) <= 0.25

    @in_jumping_time
    async def test_the_recording_has_nothing_of_what_was_cut(self, tmp_path: Path):
        kept: list[Recorded] = []
        call = await self.barge_in(recordings_in(tmp_path, kept))
        stopped_at = round([at_s for at_s, message in call.media.sent if message == KILL_AUDIO][0] * RATE_HZ)
        bot = soundfile.read(kept[0].path, dtype="int16")[0][:, 1]
        assert level_dbfs(bot[stopped_at - 3200 : stopped_at]) > -20
        assert not bot[stopped_at + 1 : stopped_at + 3200].any()


class TestHandoff:
    def dial_call(self, **desk) -> Call:
        return Call(brief(LineTraits(is_simulated=True, strategy=HandoffStrategy.DIAL)), [TEN], utterances=1, is_hot=True, **desk)

    @in_jumping_time
    async def test_a_hot_lead_is_released_to_the_rep_and_not_hung_up(self):
        call = self.dial_call()
        call.desk.note(RepAccepted("Rehema"))
        await call.hold()
        assert call.report().outcome is Outcome.HANDED_OFF
        assert [what for what in call.desk.log if what in ("release_to_handoff", "hang_up", "close", "finish")] == [
            "release_to_handoff",
            "close",
            "finish",
        ]

    @in_jumping_time
    async def test_without_a_rep_the_call_is_promised_and_hung_up(self):
        call = self.dial_call()
        call.desk.note(NoRep())
        await call.hold()
        assert call.report().outcome is Outcome.PROMISED
        assert "hang_up" in call.desk.log

    @in_jumping_time
    async def test_without_a_rep_a_time_is_chosen_booked_and_said(self):
        tomorrow = MORNING.opened_at + timedelta(days=1)
        lines = replace(LINES, offer_slots="{first}, or {second}?", offer_slot="{when}?", slot_booked="You are called {when}.")
        second = Reply("the second one", [(Tool.NOT_UNDERSTOOD, {})])
        call = Call(replace(self.dial_call().brief, lines=lines, clock=MORNING), [TEN, second], utterances=2, is_hot=True)
        call.desk.slots = (tomorrow, tomorrow + timedelta(hours=4))
        call.desk.note(NoRep())
        await call.hold()
        assert call.report().outcome is Outcome.PROMISED
        assert [turn.text for turn in call.desk.turns][-1] == "You are called tomorrow at two 20 in the afternoon."
        assert call.desk.log.index("find_slots") < call.desk.log.index("book_slot") < call.desk.log.index("hang_up")

    @in_jumping_time
    async def test_a_release_that_cannot_be_saved_becomes_a_call_right_back(self):
        call = self.dial_call(fails={"release_to_handoff"})
        call.desk.note(RepAccepted("Rehema"))
        await call.hold()
        assert call.report().outcome is Outcome.CALLING_BACK
        assert "hang_up" in call.desk.log


class TestConference:
    def room_call(self, **desk) -> Call:
        return Call(brief(LineTraits(is_simulated=True, strategy=HandoffStrategy.CONFERENCE)), [TEN], utterances=1, is_hot=True, **desk)

    def ending(self, call: Call) -> list[str]:
        return [what for what in call.desk.log if what in ("release_to_handoff", "hang_up", "close", "finish")]

    @in_jumping_time
    async def test_the_socket_is_closed_and_the_call_is_not_hung_up(self):
        call = self.room_call()
        call.desk.note(RepAccepted("Rehema"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.hold())
            await call.until(lambda: "release_to_handoff" in call.desk.log)
            call.desk.note(RepReady())
        assert call.report().outcome is Outcome.HANDED_OFF
        assert self.ending(call) == ["release_to_handoff", "close", "finish"]

    @in_jumping_time
    async def test_a_server_that_goes_down_does_not_part_lead_and_rep(self):
        call = self.room_call()
        call.desk.note(RepAccepted("Rehema"))
        async with asyncio.TaskGroup() as tasks:
            platform = tasks.create_task(call.send_audio())
            running = tasks.create_task(call.session.run())
            await call.until(lambda: "release_to_handoff" in call.desk.log)
            call.desk.note(RepReady())
            await call.until(lambda: any(text == LINES.connecting for _, text in call.desk.announced))
            running.cancel()
            await asyncio.wait([running])
            platform.cancel()
        assert call.report().outcome is Outcome.HANDED_OFF
        assert "hang_up" not in call.desk.log

    @in_jumping_time
    async def test_a_rep_who_cannot_be_let_in_leaves_the_promise(self):
        call = self.room_call(fails={"release_to_handoff"})
        call.desk.note(RepAccepted("Rehema"))
        await call.hold()
        assert call.report().outcome is Outcome.PROMISED
        assert "hang_up" in call.desk.log


class TestShutdown:
    @pytest.mark.parametrize("after_s", [0.0, 0.5, 3.0])
    @in_jumping_time
    async def test_a_server_that_goes_down_reports_and_hangs_up_quickly(self, after_s: float):
        call = Call(brief())
        async with asyncio.TaskGroup() as tasks:
            platform = tasks.create_task(call.send_audio())
            running = tasks.create_task(call.session.run())
            await asyncio.sleep(after_s)
            await asyncio.sleep(0)
            running.cancel()
            await asyncio.wait([running])
            platform.cancel()
        assert call.now() - after_s < 1.0
        assert call.report().outcome is Outcome.MEDIA_LOST
        assert call.desk.log.count("hang_up") == 1

    @in_jumping_time
    async def test_an_opt_out_that_is_just_being_saved_is_saved(self):
        call = Call(brief(), [STOP_CALLING], utterances=1, slow_s=1.0)
        async with asyncio.TaskGroup() as tasks:
            platform = tasks.create_task(call.send_audio())
            running = tasks.create_task(call.session.run())
            await call.until(lambda: any(isinstance(event, CalleeSaid) for event in call.voice.reported))
            running.cancel()
            await asyncio.wait([running])
            platform.cancel()
        assert call.desk.opt_outs == ["stop calling me"]
        assert call.report().outcome is Outcome.OPTED_OUT
