"""Whole calls as the platform hears and sends them: its silence, its layouts of channels, captions, the recording."""

from __future__ import annotations

import asyncio
import json

import pytest

from bridge.audio import level_dbfs, silence, to_bytes
from bridge.brief import ChannelLayout, LineTraits
from bridge.events import (
    RATE_HZ,
    CalleeSaid,
    Outcome,
    SpeechStarted,
)
from bridge.live_call import MEDIA_SILENT_S
from bridge.notes import ProviderEnded
from tests.bridge.cast import LINES, brief
from tests.bridge.fakes import in_jumping_time
from tests.bridge.whole_call import STOP_CALLING, TEN, Call, RealVoice


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
