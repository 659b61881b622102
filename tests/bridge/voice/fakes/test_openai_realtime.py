"""The faked server refuses what the real one refuses."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from bridge.audio import silence, to_bytes
from bridge.voice.fakes.openai_realtime import FakeOpenAIRealtime, Manners
from bridge.voice.openai_realtime import outgoing
from bridge.voice.openai_realtime.settings import Dialect, RealtimeSettings
from bridge.voice.scripted import ScriptedVoice
from tests.bridge.cast import brief
from tests.bridge.fakes import utterance

SETTINGS = RealtimeSettings("k")


class Client:
    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, message: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(message))

    async def until(self, name: str) -> dict[str, Any]:
        while True:
            event: dict[str, Any] = json.loads(await self._socket.recv())
            if event["type"] == name:
                return event

    async def error_after(self, message: dict[str, Any]) -> str:
        await self.send({"event_id": "mine", **message})
        error = (await self.until("error"))["error"]
        assert error["event_id"] == "mine"
        code: str = error["code"]
        return code


@asynccontextmanager
async def joined(manners: Manners | None = None, settings: RealtimeSettings = SETTINGS) -> AsyncIterator[Client]:
    async with FakeOpenAIRealtime(ScriptedVoice, manners) as fake, connected(fake, settings) as client:
        await client.send(outgoing.session_update(brief(), settings))
        await client.until("session.updated")
        yield client


@asynccontextmanager
async def connected(fake: FakeOpenAIRealtime, settings: RealtimeSettings = SETTINGS) -> AsyncIterator[Client]:
    headers = {**settings.headers(), "Authorization": f"Bearer {fake.api_key}"}
    url = fake.base_url.replace("http", "ws")
    async with connect(f"{url}/realtime?model=m", additional_headers=headers) as socket:
        yield Client(socket)


def audio(n_ms: int) -> dict[str, Any]:
    pcm = np.full(n_ms * 24, 4000, np.int16)
    return {"type": "input_audio_buffer.append", "audio": base64.b64encode(to_bytes(pcm)).decode()}


class TestWhatItRefuses:
    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ({"type": "response.make"}, "unknown_parameter"),
            ({"type": "response.create", "response": {"modalities": ["audio"]}}, "unknown_parameter"),
            ({"type": "response.cancel"}, "response_cancel_not_active"),
            ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty"),
            ({"type": "input_audio_buffer.append", "audio": "AAA="[:3]}, "invalid_value"),
            (outgoing.truncate("nothing", 0, 1), "item_truncate_invalid_item_id"),
            (outgoing.tool_output("nobody", {}), "invalid_tool_call_id"),
            ({"type": "session.update", "session": {"audio": {"input": {"speed": 2}}}}, "unknown_parameter"),
            ({"type": "session.update", "session": {"instructions": "x"}}, "invalid_value"),
        ],
        ids=lambda value: value if isinstance(value, str) else value["type"],
    )
    async def test_a_message_that_is_wrong(self, message, code):
        async with joined() as client:
            assert await client.error_after(message) == code

    async def test_beta_fields_in_ga_and_ga_fields_in_beta(self):
        beta = RealtimeSettings("k", dialect=Dialect.BETA)
        async with joined() as client:
            assert await client.error_after(outgoing.session_update(brief(), beta) | {"event_id": "mine"}) == "unknown_parameter"
        async with joined(Manners(dialect=Dialect.BETA), beta) as client:
            assert await client.error_after(outgoing.session_update(brief(), SETTINGS) | {"event_id": "mine"}) == "unknown_parameter"

    async def test_less_than_100_ms(self):
        async with joined() as client:
            await client.send(audio(99))
            assert await client.error_after(outgoing.commit()) == "input_audio_buffer_commit_empty"

    async def test_a_second_response_while_one_is_active(self):
        async with joined() as client:
            await client.send(outgoing.speaking("one", Dialect.GA))
            assert await client.error_after(outgoing.speaking("mine", Dialect.GA)) == "conversation_already_has_active_response"

    async def test_more_of_an_item_than_was_produced(self):
        async with joined() as client:
            await client.send(outgoing.speaking("one", Dialect.GA))
            item_id = (await client.until("response.output_audio.done"))["item_id"]
            assert await client.error_after(outgoing.truncate(item_id, 0, 60_000)) == "invalid_value"
            await client.send(outgoing.truncate(item_id, 0, 10))
            assert (await client.until("conversation.item.truncated"))["audio_end_ms"] == 10

    async def test_a_path_without_a_model(self):
        async with FakeOpenAIRealtime(ScriptedVoice) as fake:
            with pytest.raises(InvalidStatus):
                async with connect(fake.base_url.replace("http", "ws") + "/realtime"):
                    pass


class TestWhatItDoes:
    async def test_without_a_line_it_talks_as_it_likes(self):
        async with joined() as client:
            await client.send(outgoing.speaking("one", Dialect.GA))
            words = (await client.until("response.output_audio_transcript.done"))["transcript"]
        assert words == "Hello, how can I help you today?"

    async def test_it_answers_by_itself_unless_it_is_told_not_to(self):
        async with FakeOpenAIRealtime(ScriptedVoice) as fake, connected(fake) as client:
            update = outgoing.session_update(brief(), SETTINGS)
            update["session"]["audio"]["input"]["turn_detection"] = {"type": "server_vad"}
            await client.send(update)
            pcm = np.concatenate((utterance(500), silence(16_000)))
            await client.send({"type": "input_audio_buffer.append", "audio": base64.b64encode(to_bytes(np.repeat(pcm, 2))).decode()})
            assert (await client.until("response.created"))["response"]["metadata"] is None

    async def test_a_cancelled_response_ends_as_cancelled(self):
        async with joined() as client:
            await client.send(outgoing.user_text('{"SAY": "' + "word " * 200 + '", "EXPECT": {}}'))
            await client.send(outgoing.speaking("one", Dialect.GA))
            await client.until("response.output_audio.delta")
            await client.send(outgoing.cancel())
            ended = (await client.until("response.done"))["response"]
        assert (ended["status"], ended["status_details"]["reason"]) == ("cancelled", "client_cancelled")

    async def test_its_figures_grow_with_the_conversation_and_what_was_read_is_cached(self):
        used = []
        async with joined() as client:
            for number in range(2):
                await client.send(outgoing.speaking(f"e{number}", Dialect.GA))
                used.append((await client.until("response.done"))["response"]["usage"])
        assert used[1]["input_token_details"]["cached_tokens"] == used[0]["input_tokens"]
        assert used[1]["input_tokens"] == used[0]["input_tokens"] + used[0]["output_tokens"]
