from __future__ import annotations

import pytest

from bridge.audio import silence
from bridge.events import RATE_HZ, CalleeSaid, Line, Samples, SpeechEnded, SpeechStarted, Tool, ToolCall, VoiceAudio
from bridge.voice.scripted import MS_PER_LETTER, Reply, ScriptedVoice
from tests.bridge.fakes import utterance
from tests.bridge.voice.voice_conformance import VoiceConformance


class TestScriptedVoice(VoiceConformance):
    def new_voice(self) -> ScriptedVoice:
        return ScriptedVoice()

    def speech(self) -> Samples:
        return utterance(800)


async def heard(voice: ScriptedVoice, *pieces: Samples) -> list:
    for piece in pieces:
        voice.hear(piece)
    await voice.close()
    return [event async for event in voice.events()]


class TestListening:
    async def test_each_utterance_takes_the_next_reply_and_its_tools(self):
        voice = ScriptedVoice([Reply("ten", [(Tool.RECORD_ANSWER, {"value": 10})]), Reply("bye", [(Tool.END_CALL, {})])])
        spoken = (utterance(300), silence(RATE_HZ))
        events = await heard(voice, *spoken, *spoken)
        assert [event.text for event in events if isinstance(event, CalleeSaid)] == ["ten", "bye"]
        assert [event for event in events if isinstance(event, ToolCall)] == [
            ToolCall("scripted-1", Tool.RECORD_ANSWER, {"quote": "ten", "value": 10}),
            ToolCall("scripted-2", Tool.END_CALL, {"quote": "bye"}),
        ]

    async def test_beyond_its_list_it_understands_nothing(self):
        events = await heard(ScriptedVoice(), utterance(300), silence(RATE_HZ))
        assert events[-1] == ToolCall("scripted-1", Tool.NOT_UNDERSTOOD, {"quote": ""})

    async def test_its_times_are_those_of_the_speech_itself(self):
        events = await heard(ScriptedVoice(), silence(8000), utterance(300), silence(RATE_HZ))
        assert events[:2] == [SpeechStarted(0.5), SpeechEnded(0.8)]

    @pytest.mark.parametrize(
        ("pieces", "n_utterances"),
        [
            ((utterance(40), silence(RATE_HZ)), 0),
            ((utterance(60), silence(RATE_HZ)), 1),
            ((utterance(300, amplitude=100), silence(RATE_HZ)), 0),
            ((utterance(300), silence(4480), utterance(300), silence(RATE_HZ)), 1),
            ((utterance(300), silence(4800), utterance(300), silence(RATE_HZ)), 2),
        ],
        ids=["a click", "a short word", "a whisper", "a pause of 280 ms", "a pause of 300 ms"],
    )
    async def test_an_utterance_is_loud_for_60_ms_and_ends_with_300_ms_of_silence(self, pieces, n_utterances):
        events = await heard(ScriptedVoice(), *pieces)
        assert sum(isinstance(event, SpeechStarted) for event in events) == n_utterances


async def test_a_line_lasts_as_long_as_its_text():
    voice = ScriptedVoice()
    voice.speak(Line(1, "x" * 100))
    events = await heard(voice)
    assert sum(event.pcm.size for event in events if isinstance(event, VoiceAudio)) == 100 * MS_PER_LETTER * 16


def test_it_must_not_call_real_people():
    assert not ScriptedVoice().traits.may_call_real_people
