"""The media socket over real sockets: handshake, layouts, sizes, playback and its exact account."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from bridge.brief import ChannelLayout
from bridge.events import FRAME_BYTES, RATE_HZ
from bridge.telephony.answer_xml import Stream, Track
from bridge.telephony.simulator.settings import FirstFrame, MediaSettings, SimulatorSettings
from bridge.telephony.simulator.sound import level_dbfs
from tests.bridge.telephony.simulator.rig import running


def with_media(settings: SimulatorSettings, **switches: object) -> SimulatorSettings:
    return replace(settings, media=replace(MediaSettings(), **switches))  # type: ignore[arg-type]


async def test_it_streams_640_byte_frames_without_drift(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        socket = await rig.socket()
        started_s = rig.sim.exchange.clock.now_s()
        n_before = len(socket.messages)
        await socket.until(lambda: len(socket.messages) > n_before + 500)
        took_s = rig.sim.exchange.clock.now_s() - started_s
        assert set(socket.messages) == {FRAME_BYTES}
        assert (len(socket.messages) - n_before) * 0.02 == pytest.approx(took_s, abs=1.5)
        assert call.streams[0].n_dropped == 0


@pytest.mark.parametrize("shape", list(FirstFrame))
async def test_the_first_text_frame_has_each_shape(settings: SimulatorSettings, shape: FirstFrame) -> None:
    async with running(with_media(settings, first_frame=shape)) as rig:
        call = await rig.call()
        socket = await rig.socket()
        await socket.until(lambda: len(socket.messages) > 10)
    if shape is FirstFrame.NONE:
        assert not socket.texts
        return
    (text,) = socket.texts
    frame = json.loads(text)
    assert (frame["metadata"] if shape is FirstFrame.NESTED else frame)["sessionId"] == call.session_id


async def test_a_server_that_does_not_echo_the_subprotocol_gets_no_audio(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.echoes_subprotocol = False
        call = await rig.ended(await rig.call())
        assert "the media socket was refused" in call.problems
        assert not rig.sockets[0].messages and not rig.sockets[0].texts


async def test_a_server_that_is_not_there_is_told_as_a_stream_error(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.media_url = "ws://127.0.0.1:9/audio"
        rig.stream = Stream(url="", status_callback=f"{rig.url}/stream/status")
        await rig.ended(await rig.call())
        await rig.until(lambda: [post.state for post in rig.paths("/stream/status")] == ["streamerror"])


async def test_the_query_of_the_url_reaches_the_server(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.media_url += "?call=7"
        await rig.call()
        assert (await rig.socket()).path == "/audio/token?call=7"


async def test_jitter_merges_frames_and_loses_none(settings: SimulatorSettings) -> None:
    async with running(with_media(settings, jitter=0.3)) as rig:
        call = await rig.call()
        socket = await rig.socket()
        await socket.until(lambda: len(socket.messages) > 100)
        assert max(socket.messages) > FRAME_BYTES
        assert call.leg.tape.callee.tobytes().find(bytes(socket.pcm)) >= 0


async def test_odd_sizes_are_odd_and_lose_nothing(settings: SimulatorSettings) -> None:
    async with running(with_media(settings, has_odd_sizes=True)) as rig:
        call = await rig.call()
        socket = await rig.socket()
        await socket.until(lambda: len(socket.messages) > 100)
        assert any(size % 2 for size in socket.messages)
        assert call.leg.tape.callee.tobytes().find(bytes(socket.pcm)) >= 0


@pytest.mark.parametrize(
    ("layout", "track", "n_channels"),
    [
        pytest.param(ChannelLayout.STEREO, Track.INBOUND, 1, id="inbound is mono on every line"),
        pytest.param(ChannelLayout.MONO, Track.BOTH, 1, id="both as mono"),
        pytest.param(ChannelLayout.STEREO, Track.BOTH, 2, id="both as stereo"),
    ],
)
async def test_the_bots_own_voice_is_only_where_the_layout_puts_it(
    settings: SimulatorSettings, layout: ChannelLayout, track: Track, n_channels: int
) -> None:
    async with running(with_media(settings, both_tracks=layout)) as rig:
        rig.stream = Stream(url="", track=track)
        call = await rig.call()
        socket = await rig.socket()
        await socket.say("A statement.", seconds=2.0)
        await socket.until(lambda: any(line.heard_ms >= 2000 for line in call.lines))
        await socket.until(lambda: socket.samples.size >= call.lines[0].n_samples * n_channels + RATE_HZ)
    channels = socket.samples[: socket.samples.size // n_channels * n_channels].reshape(-1, n_channels)
    assert level_dbfs(channels[:, 0]) < -60
    if n_channels == 2:
        assert level_dbfs(channels[:, 1]) > -30


async def test_mixed_mono_returns_our_own_voice_late_and_softer(settings: SimulatorSettings) -> None:
    async with running(with_media(settings, both_tracks=ChannelLayout.MIXED, echo_delay_ms=(400, 400), echo_gain=(0.5, 0.5))) as rig:
        rig.stream = Stream(url="", track=Track.BOTH)
        call = await rig.call()
        socket = await rig.socket()
        await socket.say("A statement.", seconds=2.0)
        await rig.until(lambda: bool(call.lines) and call.lines[0].heard_ms >= 2000)
        size = socket.samples.size
        await socket.until(lambda: socket.samples.size >= size + RATE_HZ)
    loud = np.flatnonzero(np.abs(socket.samples.astype(int)) > 500)
    assert level_dbfs(socket.samples[loud[0] : loud[0] + RATE_HZ]) == pytest.approx(-26.0, abs=1.0)
    assert loud[-1] - loud[0] == pytest.approx(2 * RATE_HZ, abs=RATE_HZ // 10)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
async def test_both_rates_are_spoken(settings: SimulatorSettings, rate_hz: int) -> None:
    async with running(settings) as rig:
        rig.stream = Stream(url="", output_hz=rate_hz, bidirectional_hz=rate_hz)
        call = await rig.call()
        socket = await rig.socket()
        await socket.say("A statement.", seconds=1.0)
        await rig.until(lambda: bool(call.lines) and call.lines[0].heard_ms >= 1000 * 16000 // rate_hz)
        assert set(socket.messages) == {FRAME_BYTES * rate_hz // 16000}


async def test_without_a_rate_back_nothing_is_played(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        rig.stream = Stream(url="", bidirectional_hz=None)
        call = await rig.call()
        socket = await rig.socket()
        await socket.say("A statement.", seconds=1.0)
        await rig.until(lambda: call.leg.talked_s > 3.0)
        assert not call.lines


@pytest.mark.parametrize("honours_kill", [True, False], ids=["honoured", "ignored"])
async def test_kill_audio_is_honoured_or_ignored(settings: SimulatorSettings, honours_kill: bool) -> None:
    async with running(replace(with_media(settings, honours_kill=honours_kill), speed=5.0)) as rig:
        call = await rig.call()
        socket = await rig.socket()
        await socket.say("A long statement.", seconds=6.0)
        await rig.until(lambda: bool(call.lines) and call.lines[0].heard_ms > 200)
        await socket.connection.send('{"type":"killAudio"}')
        await rig.until(lambda: call.streams[0].n_kills == 1 and call.streams[0].playout.queued_ms == 0)
        assert (call.lines[0].heard_ms < 5500) is honours_kill
        assert call.lines[0].is_cut is honours_kill


async def test_what_was_heard_is_known_to_the_sample_and_on_the_tape(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        socket = await rig.socket()
        line_id = await socket.say("A statement.", seconds=1.5)
        await rig.until(lambda: bool(call.lines) and call.lines[0].heard_ms == 1600)
        start = round(call.lines[0].started_s * RATE_HZ)
        heard = call.leg.tape.heard
    assert (call.lines[0].line.line_id, call.lines[0].line.text) == (line_id, "A statement.")
    assert not heard[:start].any()
    assert level_dbfs(heard[start : start + RATE_HZ]) == pytest.approx(-20.0, abs=0.2)


async def test_an_odd_number_of_bytes_is_joined_with_the_next(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        socket = await rig.socket()
        pcm = np.full(RATE_HZ, 1000, "<i2").tobytes()
        await socket.connection.send(pcm[:5001])
        await socket.connection.send(pcm[5001:])
        await rig.until(lambda: bool(call.lines) and call.lines[0].heard_ms == 1000)
        assert set(call.leg.tape.heard) == {0, 1000}


@pytest.mark.parametrize(
    "text", ["no json", "[1]", '{"type":"disconnect"}', '{"event":"clear"}', '{"type":"caption"}', '{"type":"caption","data":{"line_id":"x"}}']
)
async def test_unknown_text_is_survived(settings: SimulatorSettings, text: str) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        socket = await rig.socket()
        await socket.connection.send(text)
        await socket.say("A statement.", seconds=0.5)
        await rig.until(lambda: bool(call.lines) and call.lines[0].heard_ms >= 500)


async def test_pcm_that_looks_like_json_is_audio(settings: SimulatorSettings) -> None:
    async with running(settings) as rig:
        call = await rig.call()
        socket = await rig.socket()
        await socket.connection.send(b'{"type":"killAudio"}' * 500)
        await rig.until(lambda: bool(call.lines))
        assert call.streams[0].n_kills == 0
