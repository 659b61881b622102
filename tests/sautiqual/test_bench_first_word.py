"""What the benchmark rests on: fakes that are as far away as they are told, and figures of what was heard."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from bridge.audio import silence
from bridge.events import RATE_HZ
from bridge.telephony.simulator.playout import Playout
from bridge.voice.catalogue import CASCADE, GEMINI, OPENAI, OPENAI_LIVE
from bridge.voice.scripted import ScriptedVoice
from sautiqual.bench_first_word.play import LISTENER, FirstWords
from sautiqual.voice_faults.stage import staged
from tests.bridge.cast import brief
from tests.bridge.fakes import utterance

LATE_S = 0.25


@pytest.mark.parametrize("voice", [GEMINI.name, OPENAI.name, OPENAI_LIVE.name, CASCADE.name])
async def test_a_fake_that_is_far_away_takes_so_long_to_open(voice):
    async def open_s() -> float:
        began_s = asyncio.get_running_loop().time()
        made = new()
        await made.open(brief())
        waited_s = asyncio.get_running_loop().time() - began_s
        await made.close()
        return waited_s

    async with staged(voice, ScriptedVoice) as (new, faults):
        await open_s()  # the first one of a process may ask for more
        near_s = min([await open_s() for _ in range(3)])  # one of them may meet a busy moment
        faults.open_late_s = LATE_S
        assert near_s < LATE_S < await open_s()


def test_what_is_heard_counts_from_the_first_sound_that_is_no_silence():
    playout = Playout(prebuffer_ms=0, honours_kill=True)
    playout.push(np.concatenate((silence(RATE_HZ // 5), utterance(200))))
    for n in range(30):
        playout.take(RATE_HZ // 50, 1.0 + n / 50)
    (line,) = playout.lines
    assert line.started_s == 1.0
    assert line.audible_from_s == pytest.approx(1.2, abs=0.021)


def test_percentiles_are_of_those_who_heard_something():
    figures = FirstWords("gemini", True, (400, 500, None, 600)).as_json()
    assert (figures["calls"], figures["heard_nothing"], figures["p50_ms"], figures["max_ms"]) == (4, 1, 500, 600)


def test_where_nobody_heard_anything_there_are_no_figures():
    figures = FirstWords("gemini", True, (None, None)).as_json()
    assert (figures["heard_nothing"], figures["p50_ms"], figures["max_ms"]) == (2, None, None)


def test_the_listener_hears_a_word_before_putting_the_receiver_down():
    (rule,) = LISTENER.rules
    assert rule.hang_up
    assert rule.interrupt_after_ms
