"""The media socket over real sockets: uvicorn as in production, a client that behaves and one that does not."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.urls import path
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bridge.audio import level_dbfs, silence, to_bytes, to_samples
from bridge.brief import LineTraits
from bridge.consumers import AudioStreamConsumer
from bridge.events import FRAME_BYTES, Outcome, SpeechStarted
from bridge.ports import OpenVoice, VoiceUnavailable
from bridge.session import SessionParts
from bridge.voice.scripted import ScriptedVoice
from bridge.wire import KILL_AUDIO, SUBPROTOCOL
from tests.bridge.cast import LINES, brief
from tests.bridge.fakes import FakeDesk, FakeLine, utterance

DEADLINE_S = 90.0  # on a machine on which much else runs
SILENT_FRAME = to_bytes(silence(320))


class Server:
    def __init__(self, desk: FakeDesk, open_voice: OpenVoice) -> None:
        self.desk = desk
        self.line = FakeLine(desk.log)
        consumer = AudioStreamConsumer.as_asgi(parts=SessionParts(desk=desk, open_voice=open_voice, line=self.line))
        # As in sautiqual/asgi.py: no Origin check here, a media server sends none; the token guards the route.
        config = uvicorn.Config(
            URLRouter([path("audio/<str:token>", consumer)]),
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=5,
        )
        self.uvicorn = uvicorn.Server(config)
        self.socket = socket.create_server(("127.0.0.1", 0))

    def url(self, token: str = "good") -> str:
        return f"ws://127.0.0.1:{self.socket.getsockname()[1]}/audio/{token}"

    def connect(self, token: str = "good", **options) -> connect:
        return connect(self.url(token), **{"subprotocols": [SUBPROTOCOL], "compression": None, "max_size": None, **options})


@asynccontextmanager
async def serving(desk: FakeDesk | None = None, voice: ScriptedVoice | None = None) -> AsyncIterator[Server]:
    server = Server(desk or FakeDesk(brief()), lambda _name: voice or ScriptedVoice())
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(server.uvicorn.serve(sockets=[server.socket]))
        try:
            yield server
        finally:
            server.uvicorn.should_exit = True


async def heard_ms(client: ClientConnection, n_ms: int) -> list[bytes | str]:
    """Messages until so much audio has come."""
    messages: list[bytes | str] = []
    while sum(len(message) for message in messages if isinstance(message, bytes)) < n_ms * 32:
        messages.append(await client.recv())
    return messages


class HearingVoice(ScriptedVoice):
    """Says when it has heard somebody speak."""

    def __init__(self) -> None:
        super().__init__()
        self.has_heard = asyncio.Event()

    async def events(self):
        async for event in super().events():
            if isinstance(event, SpeechStarted):
                self.has_heard.set()
            yield event


class UnavailableVoice(ScriptedVoice):
    async def open(self, brief):
        raise VoiceUnavailable("no key")


async def send_in_pieces(client: ClientConnection, pcm: bytes, n_bytes: int) -> None:
    for start in range(0, len(pcm), n_bytes):
        await client.send(pcm[start : start + n_bytes])


class TestHandshake:
    @pytest.mark.parametrize("subprotocols", [None, ["audio.example.org"]], ids=["none", "another"])
    async def test_without_the_subprotocol_it_is_refused_and_the_token_is_not_spent(self, subprotocols, caplog):
        caplog.set_level(logging.INFO, logger="bridge")
        async with serving() as server:
            with pytest.raises(InvalidStatus, match="403"):
                await server.connect(subprotocols=subprotocols)
            assert server.desk.tokens == {"good"}
        assert [record.levelname for record in caplog.records if record.name.startswith("bridge")] == ["WARNING"]

    async def test_with_a_bad_token_it_is_refused_and_no_call_is_touched(self, caplog):
        caplog.set_level(logging.INFO, logger="bridge")
        async with serving() as server:
            with pytest.raises(InvalidStatus, match="403"):
                await server.connect("bad-token")
            assert (server.desk.log, server.desk.tokens) == ([], {"good"})
        ours = [record.getMessage() for record in caplog.records if record.name.startswith("bridge")]
        assert ours == ["media socket refused: the token is not good"]

    async def test_a_token_works_once(self):
        async with serving() as server, server.connect():
            with pytest.raises(InvalidStatus, match="403"):
                await server.connect()

    async def test_it_takes_the_subprotocol_among_others(self):
        async with serving() as server, server.connect(subprotocols=["chat", SUBPROTOCOL]) as client:
            assert client.subprotocol == SUBPROTOCOL


class TestCall:
    async def test_the_bot_speaks_first_in_frames_of_20_ms(self):
        async with serving() as server, server.connect() as client:
            messages = await heard_ms(client, 200)
        assert {len(message) for message in messages} == {FRAME_BYTES}
        assert level_dbfs(to_samples(b"".join(message for message in messages if isinstance(message, bytes)))) > -20

    async def test_a_simulated_line_gets_the_words_first(self):
        desk = FakeDesk(brief(LineTraits(is_simulated=True, has_captions=True)))
        async with serving(desk) as server, server.connect() as client:
            assert json.loads(await client.recv())["data"]["text"] == LINES.disclosure

    async def test_a_callee_who_hangs_up_ends_the_call(self):
        async with serving() as server, server.connect() as client:
            await heard_ms(client, 200)
            await client.close(1000)
            await server.desk.finished.wait()
        assert server.desk.reports[0].outcome is Outcome.CALLEE_LEFT

    async def test_when_we_end_it_the_socket_is_closed_by_us_after_the_rest_hang_up(self):
        class Broken(ScriptedVoice):
            async def events(self):
                async for event in super().events():
                    yield event
                    return

        async with serving(voice=Broken()) as server, server.connect() as client:
            with suppress(ConnectionClosed):
                while True:
                    await client.recv()
            assert client.close_code == 1000
            await server.desk.finished.wait()
            assert server.desk.log.index("hang_up") < server.desk.log.index("finish")


class TestBadInput:
    @pytest.mark.parametrize(
        "messages",
        [
            [b"\x01", SILENT_FRAME[:-1], b"\x00" * 333],
            ["garbage", "", "[]", '{"type": "killAudio"}', KILL_AUDIO],
            ['{"event": "start", "streamSid": "s1", "metadata": {"callSid": "c2"}}'],
            [b'{"type": "disconnect"}', b"[1, 2]"],
            [b"\x00" * (2 << 20), "x" * (2 << 20)],
            [b"", b""],
        ],
        ids=["odd byte counts", "text garbage", "metadata of another call", "PCM that looks like JSON", "huge messages", "empty"],
    )
    async def test_the_call_goes_on(self, messages):
        voice = ScriptedVoice()
        async with serving(voice=voice) as server, server.connect() as client:
            for message in messages:
                await client.send(message)
            assert len(await heard_ms(client, 1000)) >= 50
            assert server.desk.reports == []

    async def test_the_callee_is_still_heard_after_an_odd_byte(self):
        voice = HearingVoice()
        async with serving(voice=voice) as server, server.connect() as client:
            await send_in_pieces(client, to_bytes(utterance(500)), n_bytes=641)
            await voice.has_heard.wait()

    async def test_a_socket_that_dies_ends_the_call_by_rest_and_keeps_the_report(self):
        async with serving() as server, server.connect() as client:
            await heard_ms(client, 200)
            client.transport.abort()
            await server.desk.finished.wait()
        assert server.desk.reports[0].outcome is Outcome.MEDIA_LOST
        assert "hang_up" in server.desk.log


class TestServer:
    async def test_a_server_that_stops_ends_its_calls_and_reports_them(self):
        async with serving() as server, server.connect() as client:
            await heard_ms(client, 200)
            server.uvicorn.should_exit = True
            await server.desk.finished.wait()
        assert server.desk.reports[0].outcome is Outcome.MEDIA_LOST
        assert "hang_up" in server.desk.log

    async def test_a_thread_that_is_busy_elsewhere_does_not_hold_up_the_audio(self):
        """Stock Channels dispatch waits for this very thread before each message."""
        release = asyncio.Event()
        loop = asyncio.get_running_loop()

        def block() -> None:
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result(DEADLINE_S)

        voice = HearingVoice()
        async with serving(voice=voice) as server:
            blocked = asyncio.ensure_future(sync_to_async(block, thread_sensitive=True)())
            async with server.connect() as client:
                await send_in_pieces(client, to_bytes(utterance(500)), FRAME_BYTES)
                await voice.has_heard.wait()
                assert not blocked.done()
            release.set()
            await blocked

    async def test_it_ends_with_the_call_even_if_the_server_never_tells_of_the_close(self):
        desk, sent = FakeDesk(brief()), []
        inbound: asyncio.Queue = asyncio.Queue()
        inbound.put_nowait({"type": "websocket.connect"})

        async def send(message) -> None:
            sent.append(message)

        parts = SessionParts(desk=desk, open_voice=lambda _name: UnavailableVoice(), line=FakeLine(desk.log))
        scope = {"type": "websocket", "subprotocols": [SUBPROTOCOL], "url_route": {"kwargs": {"token": "good"}}}
        async with asyncio.timeout(DEADLINE_S):
            await AudioStreamConsumer.as_asgi(parts=parts)(scope, inbound.get, send)
        assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
        assert desk.reports[0].outcome is Outcome.VOICE_FAILED

    async def test_a_frame_costs_little(self):
        """The client's share included, and ten times what was measured on a quiet machine."""
        n_frames = 2000
        async with serving() as server, server.connect() as client:
            await heard_ms(client, 200)
            before = resource.getrusage(resource.RUSAGE_SELF)
            for _ in range(n_frames):
                await client.send(SILENT_FRAME)
            await client.ping()
            after = resource.getrusage(resource.RUSAGE_SELF)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        assert cpu_s / n_frames < 0.002
