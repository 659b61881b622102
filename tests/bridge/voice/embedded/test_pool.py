from __future__ import annotations

import asyncio
import importlib.util
import os
import signal

import pytest

from bridge.events import CalleeSaid, Expectation, VoiceFailed
from bridge.ports import VoiceUnavailable
from bridge.voice.embedded.voice import EmbeddedVoices
from tests.bridge.voice.embedded import recordings
from tests.bridge.voice.embedded.questions import SEATS
from tests.bridge.voice.embedded.test_voice import BRIEF, DEADLINE_S, opened
from tests.bridge.voice.rig import hear


async def test_a_call_whose_worker_died_is_told_and_the_next_call_is_heard():
    async with EmbeddedVoices(n_workers=1) as voices:
        async with opened(voices) as (voice, listener):
            worker = voices.pool.workers[0]
            os.kill(worker.process_id or 0, signal.SIGKILL)
            assert await listener.wait_for(lambda event: isinstance(event, VoiceFailed)) == VoiceFailed("recognition")
            hear(voice, recordings.line("seats_few"))  # into the void, without harm
        async with opened(voices) as (voice, listener):
            voice.expect(Expectation(SEATS))
            hear(voice, recordings.line("seats_few"))
            assert await listener.wait_for(lambda event: isinstance(event, CalleeSaid))


async def test_the_calls_of_other_workers_go_on():
    async with EmbeddedVoices(n_workers=2) as voices:
        voices.start()
        async with asyncio.timeout(DEADLINE_S):
            for worker in voices.pool.workers:
                await worker.ready.wait()
        async with opened(voices) as (_doomed, to_doomed), opened(voices) as (voice, listener):
            doomed_worker = next(worker for worker in voices.pool.workers if 1 in worker.calls)
            os.kill(doomed_worker.process_id or 0, signal.SIGKILL)
            await to_doomed.wait_for(lambda event: isinstance(event, VoiceFailed))
            hear(voice, recordings.line("seats_few"))
            await listener.wait_for(lambda event: isinstance(event, CalleeSaid))
            assert not any(isinstance(event, VoiceFailed) for event in listener.events)


async def test_no_worker_outlives_the_voices():
    async with EmbeddedVoices(n_workers=1) as voices:
        await voices.open_voice().open(BRIEF)
        process_id = voices.pool.workers[0].process_id or 0
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


async def test_entering_starts_nothing():
    async with EmbeddedVoices(n_workers=1) as voices:
        assert voices.pool.workers[0].process_id is None


async def test_a_missing_package_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pocketsphinx" else find(name))
    async with EmbeddedVoices(n_workers=1) as voices:
        with pytest.raises(VoiceUnavailable, match=r"needs pocketsphinx.*pip install"):
            await voices.open_voice().open(BRIEF)
