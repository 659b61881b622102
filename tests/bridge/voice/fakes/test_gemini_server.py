"""The faked Gemini as a client without a library sees it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bridge.audio import to_bytes
from bridge.events import Expectation, Line, Tool
from bridge.voice.fakes.gemini import FakeGemini
from bridge.voice.fakes.gemini.server import PATH
from bridge.voice.prompting import directive, system_instruction, tool_reply
from bridge.voice.scripted import Reply, ScriptedVoice
from tests.bridge.cast import SEATS, brief
from tests.bridge.fakes import utterance

TEN = Reply("ten", [(Tool.RECORD_ANSWER, {"question_id": "seats", "value": 10})])
LINE = directive(Line(1, "How many seats?"), Expectation(SEATS))
SETUP = {
    "model": "models/gemini-3.8-live",
    "systemInstruction": {"parts": [{"text": system_instruction(brief())}]},
    "tools": [{"functionDeclarations": [{"name": "record_answer", "behavior": "BLOCKING"}]}],
    "realtimeInputConfig": {"automaticActivityDetection": {"disabled": True}},
    "sessionResumption": {},
}


class Client:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, **message: Any) -> None:
        await self._connection.send(json.dumps(message))

    async def tell(self, text: str) -> None:
        await self.send(client_content={"turns": [{"role": "user", "parts": [{"text": text}]}], "turnComplete": True})

    async def speak(self) -> None:
        data = base64.b64encode(to_bytes(utterance(500))).decode()
        await self.send(realtime_input={"activityStart": {}})
        await self.send(realtime_input={"audio": {"mimeType": "audio/pcm;rate=16000", "data": data}})
        await self.send(realtime_input={"activityEnd": {}})

    async def until(self, name: str) -> list[Mapping[str, Any]]:
        """All messages up to the first that holds this name, at its top or in its content."""
        found: list[Mapping[str, Any]] = []
        async with asyncio.timeout(60):
            while not found or (name not in found[-1] and name not in found[-1].get("serverContent", {})):
                found.append(json.loads(await self._connection.recv()))
        return found

    async def closed_with(self) -> int:
        async with asyncio.timeout(60):
            with pytest.raises(ConnectionClosed):
                while True:
                    await self._connection.recv()
        return self._connection.close_code or 0


@asynccontextmanager
async def connected(fake: FakeGemini, path: str = PATH, key: str = "key", **setup: Any) -> AsyncIterator[Client]:
    headers = {"x-goog-api-key": key} if key else {}
    async with connect(fake.base_url.replace("https", "wss") + path, ssl=fake.tls, additional_headers=headers, compression=None) as connection:
        client = Client(connection)
        await client.send(setup=SETUP | setup)
        yield client


def faked(*replies: Reply) -> FakeGemini:
    return FakeGemini(lambda: ScriptedVoice(replies))


def kinds(messages: list[Mapping[str, Any]]) -> list[str]:
    """What they hold, the same ones in a row once."""
    found = [next(iter(message.get("serverContent", message))) for message in messages]
    return [kind for i, kind in enumerate(found) if i == 0 or kind != found[i - 1]]


async def test_a_session_begins_with_its_setup_and_a_handle():
    async with faked() as fake, connected(fake) as client:
        assert kinds(await client.until("sessionResumptionUpdate")) == ["setupComplete", "sessionResumptionUpdate"]


async def test_a_line_is_sound_with_its_words_then_its_generation_then_its_turn_are_over():
    async with faked() as fake, connected(fake) as client:
        await client.until("sessionResumptionUpdate")
        await client.tell(LINE)
        told = await client.until("turnComplete")
    assert kinds(told)[-3:] == ["generationComplete", "usageMetadata", "turnComplete"]
    assert {"modelTurn", "outputTranscription"} <= set(kinds(told))


async def test_speech_becomes_a_transcript_and_a_call_and_the_turn_waits_for_the_reply():
    async with faked(TEN) as fake, connected(fake) as client:
        await client.speak()
        told = await client.until("toolCall")
        call = told[-1]["toolCall"]["functionCalls"][0]
        assert "inputTranscription" in kinds(told)
        assert call["args"] == {"question_id": "seats", "value": "10", "quote": "ten"}
        response = {"id": call["id"], "name": call["name"], "response": tool_reply(Line(2, "Thank you."), Expectation(None))}
        await client.send(tool_response={"functionResponses": [response]})
        assert "modelTurn" in kinds(await client.until("turnComplete"))


async def test_speech_interrupts_a_line_and_no_generation_is_complete_then():
    async with faked(TEN) as fake, connected(fake) as client:
        await client.tell(LINE)
        await client.until("modelTurn")
        await client.speak()
        told = kinds(await client.until("turnComplete"))
    assert told[-2:] == ["interrupted", "turnComplete"]
    assert "generationComplete" not in told


async def test_speech_while_a_call_is_open_takes_it_back():
    async with faked(TEN, TEN) as fake, connected(fake) as client:
        await client.speak()
        await client.until("toolCall")
        await client.speak()
        assert "toolCallCancellation" in kinds(await client.until("turnComplete"))


async def test_a_session_is_gone_on_with_by_its_handle_once_its_socket_is_closed():
    async with faked() as fake:
        async with connected(fake) as client:
            handle = (await client.until("sessionResumptionUpdate"))[-1]["sessionResumptionUpdate"]["newHandle"]
            async with connected(fake, sessionResumption={"handle": handle}) as second:
                assert await second.closed_with() == 1011
        async with connected(fake, sessionResumption={"handle": handle}) as third:
            await third.until("setupComplete")
        assert len(fake.sessions) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"realtime_input": {"activityEnd": {}}},
        {"tool_response": {"functionResponses": [{"id": "unknown", "name": "record_answer", "response": {}}]}},
        {"response.create": {}},
    ],
    ids=["an end without a beginning", "a response to no call", "another provider's message"],
)
async def test_what_does_not_fit_closes_the_session(message: dict[str, Any]):
    async with faked() as fake, connected(fake) as client:
        await client.send(**message)
        assert await client.closed_with() == 1007
        assert len(fake.refusals) == 1


@pytest.mark.parametrize(("path", "key", "status"), [(PATH, "", 403), (PATH.replace("v1beta", "v1"), "key", 404)], ids=["no key", "no such version"])
async def test_a_wrong_door_stays_shut(path: str, key: str, status: int):
    async with faked() as fake:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(fake, path, key):
                pass
    assert refused.value.response.status_code == status


async def test_it_says_that_it_goes_and_goes():
    async with faked() as fake, connected(fake) as client:
        await client.until("setupComplete")
        await fake.go_away(0.1)
        assert (await client.until("goAway"))[-1]["goAway"] == {"timeLeft": "0.1s"}
        assert await client.closed_with() == 1011
