"""Whole calls on a line that gives our own voice back, through the simulator's player and echo, in jumping time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from bridge.audio import to_bytes, to_samples
from bridge.brief import ChannelLayout, LineTraits
from bridge.events import FRAME_SAMPLES, RATE_HZ, CalleeSaid, Line, Outcome, Samples, SpeechStarted, VoiceAudio, VoiceAudioEnd
from bridge.telephony.simulator.framing import Echo
from bridge.telephony.simulator.playout import Playout
from bridge.telephony.simulator.settings import EchoCodec
from bridge.telephony.simulator.sound import mix
from bridge.wire import KILL_AUDIO
from tests.bridge.cast import brief
from tests.bridge.echo.mixed_line import at_level, speech
from tests.bridge.fakes import in_jumping_time
from tests.bridge.whole_call import TEN, Call, ListeningVoice

MIXED = LineTraits(layout=ChannelLayout.MIXED, is_simulated=True)
CALLEE = at_level(speech("slt", 1.2, seed=3, pause_s=0.02), 0.8)


class SpeakingVoice(ListeningVoice):
    """Says recorded speech, as long as the text takes; hears by energy, as the scripted voice does."""

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceAudio(line.line_id, speech("rms", len(line.text) * 0.065, seed=line.line_id)))
        self._queue.put_nowait(VoiceAudioEnd(line.line_id))


class MixedCall(Call):
    def __init__(self, *args, echo: Echo, **settings) -> None:
        super().__init__(*args, **settings, voice=SpeakingVoice([TEN]))
        self.echo = echo
        self.playout = Playout(prebuffer_ms=160, honours_kill=True)
        self.n_taken = 0
        self.spoke_at_s = 0.0

    def own_voice(self) -> Samples:
        for _at_s, message in self.media.sent[self.n_taken :]:
            if isinstance(message, bytes):
                self.playout.push(to_samples(message))
            elif message == KILL_AUDIO:
                self.playout.kill()
        self.n_taken = len(self.media.sent)
        return self.playout.take(FRAME_SAMPLES, self.now()).pcm

    def mixed(self, callee: Samples) -> bytes:
        return to_bytes(mix(callee, self.echo.push(self.own_voice())))

    def line_health(self) -> list[str]:
        return [text for kind, text in self.desk.announced if kind == "line_health"]


def phone_echo(**settings) -> Echo:
    return Echo(delay_ms=180, gain=0.5, codec=EchoCodec.PHONE, **settings)


async def interrupted(echo: Echo) -> MixedCall:
    """A long question, and a callee who speaks into it after two seconds."""
    long_question = replace(brief().questions[0], wording="How many seats do you need? " * 6)
    call = MixedCall(brief(MIXED, questions=(long_question,)), echo=echo)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(call.hold())
        await call.until(lambda: any(kind == "bot_says" and text.startswith("How many") for kind, text in call.desk.announced))
        await asyncio.sleep(2.0)
        call.speaking = CALLEE
        call.spoke_at_s = call.now()
    return call


@in_jumping_time
async def test_a_callee_on_a_mixed_line_interrupts_and_is_understood():
    call = await interrupted(phone_echo())
    assert [answer.value for answer in call.desk.answers] == [10]
    assert call.media.texts() == [KILL_AUDIO]
    started_s, *_ = [event.at_s for event in call.voice.reported if isinstance(event, SpeechStarted)]
    assert 0 <= started_s - call.spoke_at_s < 0.4
    question = [turn for turn in call.desk.turns if turn.text.startswith("How many")][0]
    assert 0 < len(question.heard_text or "") < len(question.text) / 2
    assert call.report().outcome is Outcome.FINISHED


@in_jumping_time
async def test_a_line_that_cannot_be_learned_stays_half_duplex_and_the_callee_waits():
    call = await interrupted(phone_echo(drift_ms_per_min=600.0))
    assert call.media.texts() == []
    assert [text.split(":")[0] for text in call.line_health()] == ["half-duplex"]


@in_jumping_time
async def test_nobody_talking_is_never_taken_for_speech():
    call = MixedCall(brief(MIXED), echo=phone_echo())
    await call.hold()
    assert call.report().outcome is Outcome.NO_INPUT
    assert not [event for event in call.voice.reported if isinstance(event, (SpeechStarted, CalleeSaid))]


@in_jumping_time
async def test_it_says_once_that_the_line_is_full_duplex():
    call = await interrupted(phone_echo())
    (text,) = call.line_health()
    assert text.startswith("full-duplex: our own voice is taken out of this line (")


@in_jumping_time
async def test_the_voice_keeps_its_count_of_seconds():
    call = await interrupted(phone_echo())
    assert sum(pcm.size for pcm in call.voice.heard) / RATE_HZ == pytest.approx(call.now(), abs=0.2)
    assert all(pcm.dtype == np.int16 for pcm in call.voice.heard)
