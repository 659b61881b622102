"""Whole calls in jumping time: a scripted voice, a platform that sends 20 ms of the callee every 20 ms."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio import decode_mulaw, encode_mulaw, level_dbfs, silence, to_bytes, to_samples
from bridge.brief import CallBrief, ChannelLayout, HandoffStrategy, LineTraits
from bridge.events import FRAME_SAMPLES, RATE_HZ, CalleeSaid, NoRep, Outcome, ProviderEnded, RepAccepted, Samples, SpeechStarted, Tool, VoiceEvent
from bridge.live_call import MEDIA_SILENT_S
from bridge.ports import VoiceTraits, VoiceUnavailable
from bridge.recorder import Recorded, Recordings
from bridge.session import CallSession, SessionParts
from bridge.voice.scripted import Reply, ScriptedVoice
from bridge.wire import KILL_AUDIO
from tests.bridge.cast import LINES, brief
from tests.bridge.fakes import AtOnce, FakeDesk, FakeLine, FakeMedia, in_jumping_time, utterance

TEN = Reply("ten seats", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 10, "confidence": 0.9, "is_doubtful": False})])
STOP_CALLING = Reply("stop calling me", [(Tool.OPT_OUT, {"is_doubtful": False})])
LIMIT_S = 400.0


class ListeningVoice(ScriptedVoice):
    """Keeps what it reported, what it heard and what was cut."""

    def __init__(self, replies=()) -> None:
        super().__init__(replies)
        self.reported: list[VoiceEvent] = []
        self.heard: list[Samples] = []
        self.cut: list[tuple[int, int]] = []
        self.is_closed = False

    def hear(self, pcm: Samples) -> None:
        self.heard.append(pcm)
        super().hear(pcm)

    def cancel(self, line_id: int, heard_ms: int) -> None:
        self.cut.append((line_id, heard_ms))
        super().cancel(line_id, heard_ms)

    async def events(self) -> AsyncIterator[VoiceEvent]:
        async for event in super().events():
            self.reported.append(event)
            yield event

    async def close(self) -> None:
        self.is_closed = True
        await super().close()


class Call:
    """A session and everything around it. `utterances` are said one by one, each once the bot has been quiet for a while."""

    def __init__(
        self, a_brief: CallBrief, replies=(), utterances: int = 0, *, voice: ListeningVoice | None = None, recordings=None, line_fails=False, **desk
    ) -> None:
        self.brief = a_brief
        self.desk = FakeDesk(a_brief, **desk)
        self.media = FakeMedia(self.desk.log)
        self.voice = voice or ListeningVoice(replies)
        self.line = FakeLine(self.desk.log, fails=line_fails)
        loop = asyncio.get_running_loop()
        parts = SessionParts(desk=self.desk, open_voice=lambda _name: self.voice, line=self.line, recordings=recordings, clock=loop.time)
        self.session = CallSession(a_brief, self.media, parts)
        self.now = loop.time
        self.utterances = [utterance(600) for _ in range(utterances)]
        self.speaking = silence(0)
        self.bot_quiet_s = 1.0
        self.platform_is_quiet = False
        self.tick = asyncio.Event()  # set with each frame, and replaced
        self.echo_delay_frames = 20
        self.echo_gain = 0.7

    async def hold(self) -> None:
        async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as tasks:
            platform = tasks.create_task(self.send_audio())
            await self.session.run()
            platform.cancel()

    async def send_audio(self) -> None:
        spoke_at_s = 0.0
        while True:
            if not self.speaking.size and self.utterances and self.is_bot_quiet() and self.now() - spoke_at_s > 1.5:
                self.speaking = self.utterances.pop(0)
            if self.speaking.size:
                spoke_at_s = self.now()
            frame, self.speaking = self.speaking[:FRAME_SAMPLES], self.speaking[FRAME_SAMPLES:]
            if not self.platform_is_quiet:
                self.session.read_binary(self.mixed(np.concatenate((frame, silence(FRAME_SAMPLES - frame.size)))))
            self.tick.set()
            self.tick = asyncio.Event()
            await asyncio.sleep(0.02)

    async def until(self, has_come: Callable[[], object]) -> None:
        while not has_come():
            await self.tick.wait()

    def is_bot_quiet(self) -> bool:
        times_s = self.media.audio_times()
        return bool(times_s) and self.now() - times_s[-1] > self.bot_quiet_s

    def mixed(self, callee: Samples) -> bytes:
        """The callee's frame in the line's layout; our own voice comes back late, through mu-law, at another gain."""
        layout = self.brief.line.layout
        if layout is ChannelLayout.MONO:
            return to_bytes(callee)
        ours = self.own_voice()
        if layout is ChannelLayout.STEREO:
            return to_bytes(np.stack((callee, ours), axis=1).reshape(-1))
        echo = decode_mulaw(encode_mulaw((ours * self.echo_gain).astype(np.int16)))
        return to_bytes(np.clip(callee.astype(int) + echo, -32768, 32767).astype(np.int16))

    def own_voice(self) -> Samples:
        """What the platform plays, delayed: frames in the order they came, from the moment each run of them began."""
        plays_at_s, found = 0.0, silence(FRAME_SAMPLES)
        wanted_s = self.now() - self.echo_delay_frames * 0.02
        for at_s, message in self.media.sent:
            if isinstance(message, bytes):
                plays_at_s = max(plays_at_s, at_s)
                if plays_at_s <= wanted_s < plays_at_s + 0.02:
                    found = to_samples(message)
                plays_at_s += 0.02
        return found

    def report(self):
        assert len(self.desk.reports) == 1
        return self.desk.reports[0]


def recordings_in(folder: Path, kept: list[Recorded]) -> Recordings:
    async def keep(call_id: str, recorded: Recorded) -> None:
        kept.append(recorded)

    return Recordings(folder, AtOnce(), keep)


def played_out_at_s(sent_at_s: list[float]) -> float:
    """When a platform that plays 20 ms for each frame has played all that was sent at these times."""
    plays_until_s = 0.0
    for at_s in sent_at_s:
        plays_until_s = max(plays_until_s, at_s) + 0.02
    return plays_until_s


@in_jumping_time
async def test_a_call_goes_from_the_disclosure_to_the_report():
    call = Call(brief(), [TEN], utterances=1)
    await call.hold()
    assert [answer.value for answer in call.desk.answers] == [10]
    report = call.report()
    assert (report.outcome, report.is_disclosure_heard) == (Outcome.FINISHED, True)
    assert report.first_audio_ms < 50
    assert len(report.turn_latency_ms) >= 1


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


class TestMedia:
    @in_jumping_time
    async def test_a_platform_that_sends_nothing_for_5_s_ends_the_call(self):
        call = Call(brief())
        call.platform_is_quiet = True
        await call.hold()
        assert call.report().outcome is Outcome.MEDIA_LOST
        assert MEDIA_SILENT_S <= call.now() < MEDIA_SILENT_S + 1.0

    @in_jumping_time
    async def test_a_platform_that_falls_silent_while_an_opt_out_is_saved_loses_nothing(self):
        call = Call(brief(), [STOP_CALLING], utterances=1, slow_s=8.0)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(call.hold())
            await call.until(lambda: any(isinstance(event, CalleeSaid) for event in call.voice.reported))
            call.platform_is_quiet = True
        assert call.report().outcome is Outcome.OPTED_OUT
        assert call.desk.opt_outs

    @pytest.mark.parametrize(
        ("code", "outcome"), [(1000, Outcome.CALLEE_LEFT), (1001, Outcome.CALLEE_LEFT), (1006, Outcome.MEDIA_LOST), (1005, Outcome.MEDIA_LOST)]
    )
    @in_jumping_time
    async def test_a_socket_closed_from_outside_ends_the_call(self, code: int, outcome: Outcome):
        call = Call(brief())
        asyncio.get_running_loop().call_later(0.5, call.session.media_closed, code)
        await call.hold()
        assert call.report().outcome is outcome
        assert "hang_up" in call.desk.log

    @in_jumping_time
    async def test_a_call_that_the_provider_has_ended_is_not_hung_up_again(self):
        call = Call(brief())
        call.desk.note(ProviderEnded())
        await call.hold()
        assert call.report().outcome is Outcome.CALLEE_LEFT
        assert "hang_up" not in call.desk.log

    @in_jumping_time
    async def test_garbage_changes_nothing(self):
        call = Call(brief(), [TEN], utterances=1)
        call.session.read_text("garbage")
        call.session.read_text('{"type": "killAudio", "callSid": "other"}')
        call.session.read_binary(b"\x01")
        call.session.read_binary(b"\x00" * (2 << 20))
        call.session.read_binary(b"\x02")
        await call.hold()
        assert call.report().outcome is Outcome.FINISHED

    @in_jumping_time
    async def test_what_waits_too_long_is_dropped_and_the_voice_keeps_its_count_of_seconds(self):
        call = Call(brief())
        call.platform_is_quiet = True
        for _ in range(10):
            call.session.read_binary(to_bytes(silence(RATE_HZ)))
        await call.hold()
        assert sum(pcm.size for pcm in call.voice.heard) == 10 * RATE_HZ


class TestLayouts:
    """Our own voice never counts as the callee's."""

    @pytest.mark.parametrize("delay_frames", [4, 20], ids=["80 ms", "400 ms"])
    @pytest.mark.parametrize("layout", ChannelLayout)
    @in_jumping_time
    async def test_our_own_voice_is_not_heard_as_the_callees(self, layout: ChannelLayout, delay_frames: int):
        call = Call(brief(LineTraits(layout=layout, is_simulated=True)))
        call.echo_delay_frames = delay_frames
        await call.hold()
        assert call.report().outcome is Outcome.NO_INPUT
        assert level_dbfs(call.media.audio()) > -30
        assert not [event for event in call.voice.reported if isinstance(event, SpeechStarted)]

    @pytest.mark.parametrize("layout", ChannelLayout)
    @in_jumping_time
    async def test_the_callee_is_heard_in_every_layout(self, layout: ChannelLayout):
        call = Call(brief(LineTraits(layout=layout, is_simulated=True)), [TEN], utterances=1)
        await call.hold()
        assert [event.text for event in call.voice.reported if isinstance(event, CalleeSaid)] == ["ten seats"]
        assert call.report().outcome is Outcome.FINISHED

    @pytest.mark.parametrize(("layout", "n_times"), [(ChannelLayout.MONO, 0), (ChannelLayout.STEREO, 0), (ChannelLayout.MIXED, 1)])
    @in_jumping_time
    async def test_a_half_duplex_line_says_so_once(self, layout: ChannelLayout, n_times: int):
        call = Call(brief(LineTraits(layout=layout, is_simulated=True)))
        await call.hold()
        assert [kind for kind, _text in call.desk.announced].count("line_health") == n_times


class TestCaptions:
    @in_jumping_time
    async def test_a_simulated_callee_gets_the_words_right_before_their_first_frame(self):
        call = Call(brief(LineTraits(has_captions=True, is_simulated=True)), [TEN], utterances=1)
        await call.hold()
        first = json.loads(call.media.sent[0][1])
        assert first == {"type": "caption", "data": {"line_id": 1, "text": LINES.disclosure}}
        assert isinstance(call.media.sent[1][1], bytes)
        assert call.media.sent[0][0] == call.media.sent[1][0]

    @pytest.mark.parametrize("line", [LineTraits(is_simulated=True), LineTraits(has_captions=True)], ids=["not asked for", "a real line"])
    @in_jumping_time
    async def test_nobody_else_gets_them(self, line: LineTraits):
        call = Call(brief(line), voice=RealVoice())
        await call.hold()
        assert not [text for text in call.media.texts() if "caption" in text]


class RealVoice(ListeningVoice):
    @property
    def traits(self) -> VoiceTraits:
        return VoiceTraits(name="real", speaks_verbatim=True, may_call_real_people=True)


class SilentVoice(ListeningVoice):
    """Cannot be opened."""

    async def open(self, brief: CallBrief) -> None:
        raise VoiceUnavailable("no key")


class StuckVoice(ListeningVoice):
    async def open(self, brief: CallBrief) -> None:
        await asyncio.Event().wait()


class SlowVoice(ListeningVoice):
    async def open(self, brief: CallBrief) -> None:
        await asyncio.sleep(1.0)


class BrokenVoice(ListeningVoice):
    """Its library raises in the middle of the call."""

    async def events(self) -> AsyncIterator[VoiceEvent]:
        async for event in super().events():
            yield event
            raise ConnectionError("provider")


class TestVoices:
    @pytest.mark.parametrize(
        ("voice", "line"),
        [(SilentVoice, LineTraits(is_simulated=True)), (StuckVoice, LineTraits(is_simulated=True)), (ListeningVoice, LineTraits())],
        ids=["unavailable", "never opens", "must not call real people"],
    )
    @in_jumping_time
    async def test_without_a_voice_the_call_is_hung_up_and_reported(self, voice, line):
        call = Call(brief(line), voice=voice())
        await call.hold()
        assert call.report().outcome is Outcome.VOICE_FAILED
        assert [what for what in call.desk.log if what != "save_usage"][-3:] == ["hang_up", "close", "finish"]
        assert call.desk.uses[-1] == ((), True)
        assert call.media.sent == []
        assert call.now() < 10.0

    @in_jumping_time
    async def test_the_time_to_the_first_audio_counts_from_the_open_socket(self):
        call = Call(brief(), voice=SlowVoice())
        await call.hold()
        assert call.report().first_audio_ms == 1000
        assert sum(pcm.size for pcm in call.voice.heard) / RATE_HZ == pytest.approx(call.now(), abs=0.5)

    @in_jumping_time
    async def test_a_voice_that_breaks_ends_the_call(self):
        call = Call(brief(), voice=BrokenVoice())
        await call.hold()
        assert call.report().outcome is Outcome.VOICE_FAILED
        assert "hang_up" in call.desk.log


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
    async def test_a_release_that_cannot_be_saved_becomes_a_call_right_back(self):
        call = self.dial_call(fails={"release_to_handoff"})
        call.desk.note(RepAccepted("Rehema"))
        await call.hold()
        assert call.report().outcome is Outcome.CALLING_BACK
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


class TestRecording:
    @in_jumping_time
    async def test_it_holds_the_callee_left_and_the_bot_right_for_the_whole_call(self, tmp_path: Path):
        kept: list[Recorded] = []
        call = Call(brief(), [TEN], utterances=1, recordings=recordings_in(tmp_path, kept))
        await call.hold()
        samples, _rate_hz = soundfile.read(kept[0].path, dtype="int16")
        answer = call.desk.answers[0]
        assert level_dbfs(samples[answer.started_ms * 16 : answer.ended_ms * 16, 0]) > -25
        assert level_dbfs(samples[:RATE_HZ, 1]) > -20
        assert kept[0].duration_ms == pytest.approx(call.now() * 1000, abs=100)

    @in_jumping_time
    async def test_a_call_that_must_not_be_recorded_is_not(self, tmp_path: Path):
        kept: list[Recorded] = []
        call = Call(replace(brief(), is_recorded=False), recordings=recordings_in(tmp_path, kept))
        await call.hold()
        assert (kept, os.listdir(tmp_path)) == ([], [])
