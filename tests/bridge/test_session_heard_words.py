"""Whole calls in jumping time with a voice that puts lines in words of its own, and says so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from bridge.brief import ChannelLayout, LineTraits
from bridge.events import Line, LineSaid, VoiceAudio, VoiceAudioEnd, WordSource
from bridge.ports import VoiceTraits
from bridge.reports import Proof
from tests.bridge.cast import LINES, brief
from tests.bridge.fakes import in_jumping_time, utterance
from tests.bridge.whole_call import TEN, Call, ListeningVoice

LINE = LineTraits(is_simulated=True)
MS_PER_LETTER = 60


class NativeVoice(ListeningVoice):
    """As a native model: paraphrases everything but the disclosure, and transcribes itself word by word behind its sound."""

    def __init__(self) -> None:
        super().__init__([TEN])

    @property
    def traits(self) -> VoiceTraits:
        return VoiceTraits("native", speaks_verbatim=False, may_call_real_people=True)

    def speak(self, line: Line) -> None:
        words = line.text if line.text == LINES.disclosure else f"Well, {line.text}"
        at_ms = 0
        for word in words.split():
            n_ms = MS_PER_LETTER * (len(word) + 1)
            at_ms += n_ms
            self._queue.put_nowait(VoiceAudio(line.line_id, utterance(n_ms)))
            self._queue.put_nowait(LineSaid(line.line_id, f"{word} ", at_ms, WordSource.UNTIMED))
        self._queue.put_nowait(VoiceAudioEnd(line.line_id))


async def interrupted_call(layout: ChannelLayout, after_s: float) -> Call:
    question = replace(brief().questions[0], wording="How many seats do you need in all, for your team and for everybody else?")
    call = Call(brief(replace(LINE, layout=layout), questions=(question,)), voice=NativeVoice())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(call.hold())
        await call.until(lambda: any(kind == "bot_says" and text.startswith("How many") for kind, text in call.desk.announced))
        await asyncio.sleep(after_s)
        call.speaking = utterance(1500)
    return call


@pytest.mark.parametrize("layout", [ChannelLayout.MONO, ChannelLayout.STEREO])
@in_jumping_time
async def test_the_transcript_has_its_words_as_far_as_they_were_heard(layout: ChannelLayout):
    call = await interrupted_call(layout, after_s=1.5)
    turn = next(turn for turn in call.desk.turns if "seats" in turn.text)
    assert turn.text.startswith("Well, How many seats")
    assert turn.intended.startswith("How many seats")
    assert turn.heard_ms is not None and turn.heard_text
    assert turn.text.startswith(turn.heard_text) and turn.heard_text != turn.text
    assert MS_PER_LETTER * (len(turn.heard_text) + 1) <= turn.heard_ms < MS_PER_LETTER * (len(turn.heard_text) + 14)


@in_jumping_time
async def test_the_disclosure_counts_because_its_transcript_has_the_very_words():
    report = (await interrupted_call(ChannelLayout.MONO, after_s=1.5)).report()
    assert (report.is_disclosure_heard, report.disclosure_proof) == (True, Proof.TRANSCRIBED)


@in_jumping_time
async def test_who_hangs_up_in_the_middle_of_a_line_has_heard_what_the_ledger_says():
    call = Call(brief(LINE), voice=NativeVoice())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(call.hold())
        await call.until(call.media.audio_times)
        began_s = call.media.audio_times()[0]
        await asyncio.sleep(1.234)
        call.session.media_closed(1000)
        heard_ms = round((call.now() - began_s) * 1000)
    (turn,) = call.desk.turns
    assert turn.heard_ms == pytest.approx(heard_ms, abs=20)
    assert (turn.heard_text or "").split() == words_over_by(LINES.disclosure, turn.heard_ms or 0)
    assert not call.report().is_disclosure_heard


def words_over_by(text: str, heard_ms: int) -> list[str]:
    words = text.split()
    ends_ms = np.cumsum([MS_PER_LETTER * (len(word) + 1) for word in words])
    return [word for word, end_ms in zip(words, ends_ms, strict=True) if end_ms <= heard_ms]
