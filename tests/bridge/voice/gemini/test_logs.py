"""Nothing that is secret or somebody's words gets into a log, not even when everything is logged."""

from __future__ import annotations

import logging

import pytest

from bridge.events import Line, VoiceFailed
from tests.bridge.voice.gemini.conftest import Rig
from tests.bridge.voice.gemini.test_interview import QUESTION, TEN, ask_and_answer
from tests.bridge.voice.rig import is_a, until


async def test_a_call_leaves_neither_key_nor_words_in_the_log(rig: Rig, caplog: pytest.LogCaptureFixture):
    rig.replies.append(TEN)
    with caplog.at_level(logging.DEBUG):
        async with rig.call() as (voice, listener):
            await ask_and_answer(voice, listener)
            voice.speak(Line(2, "Thank you."))
            await listener.wait_for_end_of(2)
    assert "c1" in caplog.text
    for secret in ("a key", "ten seats", QUESTION.text, "Thank you", rig.fake.sessions[0].handle):
        assert secret not in caplog.text


async def test_the_words_of_the_provider_are_not_in_it_when_it_fails(rig: Rig, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        async with rig.call() as (_voice, listener):
            await rig.fake.close_all(1008, "project 12345 of owner@example.com")
            await listener.wait_for(is_a(VoiceFailed))
    assert "12345" not in caplog.text


async def test_a_change_of_sessions_is_told_with_its_gap(rig: Rig, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        async with rig.call():
            await until(lambda: rig.fake.n_connections == 1)
            await rig.fake.go_away(60)
            await until(lambda: "another session after" in caplog.text)
    [told] = [record for record in caplog.records if "another session" in record.getMessage()]
    call_id, gap_ms, is_resumed = told.args
    assert (call_id, is_resumed) == ("c1", True)
    assert isinstance(gap_ms, float)
    assert 0 < gap_ms < 5000
