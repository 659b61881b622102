"""Whole calls with voices that come late, break, or do not come at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.brief import CallBrief, LineTraits
from bridge.events import RATE_HZ, Outcome, VoiceEvent
from bridge.ports import VoiceUnavailable
from tests.bridge.cast import brief
from tests.bridge.fakes import in_jumping_time
from tests.bridge.whole_call import Call, ListeningVoice


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
        assert call.report().timing.first_word_ms == pytest.approx(1000, abs=40)
        assert sum(pcm.size for pcm in call.voice.heard) / RATE_HZ == pytest.approx(call.now(), abs=0.5)

    @in_jumping_time
    async def test_a_voice_that_breaks_ends_the_call(self):
        call = Call(brief(), voice=BrokenVoice())
        await call.hold()
        assert call.report().outcome is Outcome.VOICE_FAILED
        assert "hang_up" in call.desk.log
