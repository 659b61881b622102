"""The faked service refuses what the real one refuses, and does nothing that the real one would not do."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from bridge.voice.fakes.openai_live import FakeOpenAILive
from bridge.voice.openai_live import outgoing
from bridge.voice.openai_live.settings import LiveSettings
from tests.bridge.cast import brief
from tests.bridge.voice.openai_live.rig import FAST, faked
from tests.bridge.voice.rig import new_mind

START = outgoing.session_start(brief(), LiveSettings("k"))
SILENCE = outgoing.append(base64.b64encode(bytes(3200)).decode())


class Client:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, message: dict | str) -> None:
        await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def next(self, *names: str) -> dict:
        """The next event of one of these names."""
        async with asyncio.timeout(60):
            while True:
                event: dict = json.loads(await self.socket.recv())
                if event["type"] in names:
                    return event

    async def refusal(self) -> tuple[str, str | None]:
        error = (await self.next("error"))["error"]
        return error["code"], error["param"]


@asynccontextmanager
async def connected(fake: FakeOpenAILive) -> AsyncIterator[Client]:
    url = f"{fake.base_url.replace('http', 'ws')}/live/sessions"
    async with connect(url, additional_headers={"Authorization": f"Bearer {fake.api_key}"}) as socket:
        yield Client(socket)


@asynccontextmanager
async def started(fake: FakeOpenAILive) -> AsyncIterator[Client]:
    async with connected(fake) as client:
        await client.send(START)
        await client.next("session.started")
        yield client


def without(*path: str) -> dict:
    message: dict = json.loads(json.dumps(START))
    part = message["session"]
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return message


class TestTheHandshake:
    @pytest.mark.parametrize(("path", "key", "status"), [("live/sessions", "wrong", 401), ("realtime", "key-of-the-fake", 404)])
    async def test_a_wrong_key_or_path_is_refused(self, path, key, status):
        async with faked() as fake:
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"{fake.base_url.replace('http', 'ws')}/{path}", additional_headers={"Authorization": f"Bearer {key}"})
        assert refused.value.response.status_code == status

    async def test_nothing_comes_before_the_session_is_started(self):
        async with faked() as fake, connected(fake) as client:
            await client.send(SILENCE)
            assert await client.refusal() == ("session_not_started", "type")

    @pytest.mark.parametrize(
        ("message", "param"),
        [
            (without("model"), "session.model"),
            (without("audio", "format"), "session.audio.format"),
            (without("delegation", "responses", "model"), "session.delegation"),
            ({**START, "session": {**START["session"], "instructions": "x" * 70_000}}, "session.instructions"),
        ],
        ids=["no model", "no format", "no text model", "too long"],
    )
    async def test_a_session_that_cannot_be_is_refused(self, message, param):
        async with faked() as fake, connected(fake) as client:
            await client.send(message)
            assert await client.refusal() == ("invalid_value", param)

    async def test_a_session_is_started_once(self):
        async with faked() as fake, started(fake) as client:
            await client.send(START)
            assert await client.refusal() == ("invalid_value", "session")


class TestWhatItRefuses:
    @pytest.mark.parametrize(
        ("message", "refusal"),
        [
            ({"type": "session.input_audio.commit"}, ("unknown_parameter", "type")),
            ({"type": "session.commentary.append", "delegation_id": None, "content": "Hi", "voice": "x"}, ("unknown_parameter", "voice")),
            ({"type": "session.commentary.append", "content": "Hi"}, ("invalid_value", "delegation_id")),
            ({"type": "session.commentary.append", "delegation_id": "d", "content": "Hi"}, ("invalid_value", "delegation_id")),
            ({"type": "session.commentary.append", "delegation_id": None, "content": "x" * 2001}, ("invalid_value", "content")),
            ({"type": "session.input_audio.append", "audio": "AAAA"}, ("invalid_value", "audio")),
            (
                {"type": "response.item.create", "item": {"type": "function_call_output", "call_id": "x", "output": "{}"}},
                ("invalid_tool_call_id", "item.call_id"),
            ),
        ],
        ids=["a commit", "an unknown field", "no delegation", "a delegation", "too long", "half a sample", "an output nobody asked for"],
    )
    async def test_it_says_which_field(self, message, refusal):
        async with faked() as fake, started(fake) as client:
            await client.send(message)
            assert await client.refusal() == refusal
        assert fake.faults.happened["error"] == 1

    async def test_a_response_goes_on_only_when_all_its_outputs_are_there(self):
        async with faked() as fake, started(fake) as client:
            tone = np.rint(4000 * np.sin(np.arange(8000) / 9)).astype("<i2").tobytes()
            await client.send(outgoing.append(base64.b64encode(bytes(3200) + tone + bytes(32_000)).decode()))
            await client.next("response.event")
            await client.send(outgoing.respond())
            assert (await client.refusal())[0] == "tool_outputs_missing"


class TestItsTimeline:
    async def test_it_runs_from_the_start_and_is_silent(self):
        async with faked() as fake, started(fake) as client:
            pieces = [(await client.next("session.output_audio.delta"))["delta"] for _ in range(5)]
        assert {base64.b64decode(piece) for piece in pieces} == {bytes(1280)}

    async def test_what_is_appended_waits_for_audio(self):
        async with faked() as fake, started(fake) as client:
            await client.send(outgoing.commentary("e1", "Hello."))
            while fake.session.mouth.position_ms < 2000:
                assert (await client.next("session.commentary.appended", "session.output_audio.delta"))["type"] == "session.output_audio.delta"
            await client.send(SILENCE)
            assert (await client.next("session.commentary.appended"))["client_event_id"] == "e1"

    async def test_words_come_with_their_times_about_850_ms_after_the_commentary(self):
        async with faked() as fake, started(fake) as client:
            await client.send(SILENCE)
            await client.send(outgoing.commentary("e1", "Hello, how are you?"))
            await client.next("session.commentary.appended")
            appended_ms = fake.session.mouth.position_ms
            words = [await client.next("session.output_transcript.delta") for _ in range(4)]
        assert "".join(word["delta"] for word in words) == "Hello, how are you?"
        assert [word["start_ms"] for word in words[1:]] == [word["end_ms"] for word in words[:-1]]
        assert words[0]["start_ms"] - appended_ms == pytest.approx(FAST.begins_after_ms, abs=200)

    async def test_it_tells_its_seconds_and_closes_when_asked(self):
        async with FakeOpenAILive(new_mind(), FAST) as fake, started(fake) as client:
            used = await client.next("session.usage.updated")
            await client.send(outgoing.close())
            closed = await client.next("session.closed")
        assert closed["reason"] == "close_requested"
        assert closed["usage"]["seconds"] >= used["usage"]["seconds"] > 1.5
