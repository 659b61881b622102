from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from bridge.events import RATE_HZ
from bridge.ports import VoiceUnavailable
from bridge.voice.embedded.speech import Engine, EspeakRenderer, Speech, choose_engine

ENGINES = [
    Engine.ESPEAK,
    pytest.param(Engine.FLITE, marks=pytest.mark.skipif(shutil.which("flite") is None, reason="Debian's flite is not installed")),
]
TEXT = "Hello, this is Zawadi from Acme."


async def rendered(engine: Engine, *texts: str, folder: Path | None = None) -> list[np.ndarray]:
    speech = Speech(engine, folder)
    try:
        return [await speech.render(text) for text in texts]
    finally:
        await speech.close()


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_line_becomes_speech_at_the_one_loudness_with_a_silent_tail(engine: Engine):
    (pcm,) = await rendered(engine, TEXT)
    assert pcm.dtype == np.int16
    assert 1.0 < len(pcm) / RATE_HZ < 6.0
    level_dbfs = 20 * np.log10(np.sqrt(np.mean(np.square(pcm[: -RATE_HZ // 10], dtype=np.float64))) / 32768)
    assert -23 < level_dbfs < -19
    assert not np.any(pcm[-RATE_HZ // 10 :])
    assert np.any(np.abs(pcm[:160]) > 100)


async def test_no_words_become_silence():
    (pcm,) = await rendered(Engine.ESPEAK, "...")
    assert not np.any(pcm)


async def test_lines_asked_for_at_once_each_get_their_own_audio():
    speech = Speech(Engine.ESPEAK)
    short, long, again = await asyncio.gather(speech.render("Yes."), speech.render(TEXT), speech.render("Yes."))
    await speech.close()
    assert len(short) < len(long)
    assert np.array_equal(short, again)


async def test_a_rendered_line_is_kept_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (first,) = await rendered(Engine.ESPEAK, TEXT, folder=tmp_path / "lines")

    async def fail(*_: object) -> None:
        raise AssertionError("rendered anew")

    monkeypatch.setattr(EspeakRenderer, "render", fail)
    (second,) = await rendered(Engine.ESPEAK, TEXT, folder=tmp_path / "lines")
    assert np.array_equal(first, second)


async def test_a_dead_speech_process_is_started_anew():
    renderer = EspeakRenderer()
    await renderer.render("Yes.")
    await renderer.close()
    assert len((await renderer.render("Yes.")).pcm)
    await renderer.close()


async def test_a_speech_process_that_dies_while_it_speaks_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    mute = tmp_path / "mute"
    mute.write_text("#!/bin/sh\nread line\nexit 0\n")
    mute.chmod(mute.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(mute))
    with pytest.raises(VoiceUnavailable):
        await rendered(Engine.ESPEAK, "Yes.")


class TestChoosing:
    @pytest.fixture
    def only(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        def _only(*, has_espeak: bool, has_flite: bool) -> None:
            monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object() if has_espeak else None)
            monkeypatch.setenv("PATH", str(tmp_path))
            if has_flite:
                (tmp_path / "flite").write_text("")
                os.chmod(tmp_path / "flite", 0o755)

        return _only

    @pytest.mark.parametrize(
        ("has_espeak", "has_flite", "chosen"), [(True, True, Engine.ESPEAK), (True, False, Engine.ESPEAK), (False, True, Engine.FLITE)]
    )
    def test_espeak_comes_first_so_that_every_machine_sounds_the_same(self, only, has_espeak: bool, has_flite: bool, chosen: Engine):
        only(has_espeak=has_espeak, has_flite=has_flite)
        assert choose_engine(Engine.AUTO) is chosen

    @pytest.mark.parametrize("engine", list(Engine))
    def test_with_nothing_installed_it_says_what_to_install(self, only, engine: Engine):
        only(has_espeak=False, has_flite=False)
        with pytest.raises(VoiceUnavailable, match="flite"):
            choose_engine(engine)

    def test_an_engine_asked_for_is_not_replaced_by_another(self, only):
        only(has_espeak=True, has_flite=False)
        with pytest.raises(VoiceUnavailable):
            choose_engine(Engine.FLITE)
