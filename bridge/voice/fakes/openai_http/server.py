"""The faked services themselves: a port on this machine, who may ask what, and the replies as they go out."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np

from bridge.audio import to_samples
from bridge.events import RATE_HZ, Samples
from bridge.ports import VoiceModel
from bridge.telephony.simulator.asgi import Receive, Scope, Send
from bridge.telephony.simulator.server import listening
from bridge.voice.cascade.settings import Service, known
from bridge.voice.cascade.wav import NoWav, WavReader
from bridge.voice.fakes.openai_http import replies
from bridge.voice.fakes.openai_http.checking import chat_fault, form_fault, multipart, speech_fault
from bridge.voice.fakes.openai_http.faults import FakeFaults
from bridge.voice.fakes.openai_http.speech import Manners, Speaker
from bridge.voice.fakes.openai_http.understanding import Understanding

API_KEY = "key-of-the-fake"
NOT_JSON = b"<html>It works!</html>"

_SERVICES = {"/audio/transcriptions": Service.STT, "/chat/completions": Service.LLM, "/audio/speech": Service.TTS}
_PREFIXES = {"/stt": Service.STT, "/llm": Service.LLM, "/tts": Service.TTS}
_TALK = "Of course! How else can I help you today?"


class _Cut(Exception):
    """The connection ends here."""


@dataclass
class Request:
    service: Service
    path: str
    headers: dict[str, str]
    body: bytes
    told: dict[str, Any] = field(default_factory=dict)  # the body as JSON, or the form without its file

    @property
    def call(self) -> str:
        return self.headers.get("x-client-request-id", "").rpartition("-")[0]


class FakeOpenAIHttp:
    """`requests` in the order in which they came. The services are at one address and at one each: `/stt/v1`, `/llm/v1` and `/tts/v1`."""

    def __init__(self, new_voice: Callable[[], VoiceModel], manners: Manners | None = None, api_key: str = API_KEY, limit_s: float = 2.0) -> None:
        self.faults = FakeFaults()
        self.requests: list[Request] = []
        self.api_key = api_key
        self._manners = manners or Manners()
        self._understanding = Understanding(new_voice, limit_s)
        self.speaker = Speaker(new_voice, self._manners, self.faults)
        self._stack = AsyncExitStack()
        self._stopped = asyncio.Event()
        self._n_cached: dict[str, int] = {}
        self._origin = ""

    async def __aenter__(self) -> FakeOpenAIHttp:
        await self.speaker.open()
        self._stack.push_async_callback(self.speaker.close)
        self._stack.push_async_callback(self._understanding.close)

        async def application(scope: Scope, receive: Receive, send: Send) -> None:  # uvicorn takes a bound method for ASGI 2
            await self._handle(scope, receive, send)

        self._origin = await self._stack.enter_async_context(listening(application, socket.create_server(("127.0.0.1", 0))))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._stopped.set()
        await self._stack.aclose()

    @property
    def base_url(self) -> str:
        return f"{self._origin}/v1"

    def url_of(self, service: Service) -> str:
        """An address of its own, so that the list of models knows who is asked."""
        prefix = next(prefix for prefix, each in _PREFIXES.items() if each is service)
        return f"{self._origin}{prefix}/v1"

    def asked(self, service: Service) -> list[dict[str, Any]]:
        """What was asked of it, without the lists of models."""
        return [each.told for each in self.requests if each.service is service and each.path != "/models"]

    # -- HTTP --

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        prefix, found, path = scope["path"].partition("/v1")
        service = _SERVICES.get(path) or _PREFIXES.get(prefix, Service.LLM)
        if not found or (path != "/models" and path not in _SERVICES):
            await _send_json(send, 404, replies.error("not_found"))
            return
        request = Request(service, path, headers, body)
        self.requests.append(request)
        try:
            await self._answer(request, receive, send)
        except _Cut:  # uvicorn closes a connection whose reply was not finished
            return

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        service, faults = request.service, self.faults
        faults.asked(service)
        if request.headers.get("authorization", "") != (f"Bearer {self.api_key}" if self.api_key else ""):
            await _send_json(send, 401, replies.error("invalid_api_key"))
        elif (status := faults.refuses.get(service)) is not None and not faults.is_good_yet(service):
            faults.happened[f"refuses {service.name}"] += 1
            await _send_json(send, status, replies.error("insufficient_quota" if status == 429 else "refused"))
        elif request.path == "/models":
            await self._list_models(send)
        elif faults.happens("cuts_times", faults.cuts_times, service):
            await _begin(send, 200, "application/octet-stream")
            raise _Cut
        elif faults.happens("refuses_times", faults.refuses_times, service):
            await _send_json(send, 500, replies.error("server_error"))
        elif faults.happens("stalls", faults.stalls, service):
            await self._until_gone(receive)
        elif faults.happens("garbage", faults.garbage, service):
            await _send(send, 200, NOT_JSON, "text/html")
        else:
            await self._serve(request, receive, send)

    async def _until_gone(self, receive: Receive) -> None:
        """Says nothing until the client gives up or the server is stopped."""
        gone, stopped = asyncio.ensure_future(receive()), asyncio.ensure_future(self._stopped.wait())
        await asyncio.wait({gone, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for each in (gone, stopped):
            each.cancel()
        raise _Cut

    async def _list_models(self, send: Send) -> None:
        await asyncio.sleep(self.faults.open_late_s)
        if self.faults.has_no_models:
            self.faults.happened["has_no_models"] += 1
            await _send_json(send, 404, replies.error("not_found"))
            return
        names = [self._manners.model] if self._manners.model else [known()[name] for name in ("stt", "llm", "tts")]
        listed = [] if self.faults.lists_no_model else names
        await _send_json(send, 200, {"object": "list", "data": [{"id": name, "object": "model"} for name in listed]})

    async def _serve(self, request: Request, receive: Receive, send: Send) -> None:
        if request.service is Service.STT:
            await self._transcribe(request, send)
            return
        try:
            request.told = json.loads(request.body)
        except ValueError:
            await _send_json(send, 400, replies.error("invalid_json"))
            return
        fault = chat_fault(request.told) if request.service is Service.LLM else speech_fault(request.told)
        if fault is not None:
            await self._refuse(send, fault)
        elif request.service is Service.LLM:
            await self._chat(request, send)
        else:
            await self._speak(request, receive, send)

    async def _refuse(self, send: Send, param: str) -> None:
        self.faults.happened[f"refused {param}"] += 1
        await _send_json(send, 400, replies.error("invalid_value", param))

    # -- the three services --

    async def _transcribe(self, request: Request, send: Send) -> None:
        form = multipart(request.body, request.headers.get("content-type", ""))
        pcm = _recording(form.get("file", b""))
        request.told = {name: value.decode() for name, value in form.items() if name != "file"} | {"pcm": pcm}
        if (fault := form_fault(form, None if pcm is None else pcm.size / RATE_HZ)) is not None or pcm is None:
            await self._refuse(send, fault or "file")
            return
        if self.faults.happens("cuts", self.faults.cuts, Service.STT):
            await _begin(send, 200, "application/json")
            await _more(send, b'{"text": "Ab')
            raise _Cut
        is_verbose = form.get("response_format") == b"verbose_json"
        duration_s = pcm.size / RATE_HZ
        if (words := self.faults.invents) is not None:
            self.faults.happened["invents"] += 1
            reply = replies.transcript(words, duration_s, confidence=None, is_verbose=is_verbose)
        else:
            reply = await self._heard(request.call, pcm, is_verbose=is_verbose)
        await _send_json(send, 200, reply)

    async def _heard(self, call: str, pcm: Samples, *, is_verbose: bool) -> dict[str, Any]:
        said = None if self.faults.hears_nothing or not np.any(pcm) else await self._understanding.transcribe(call, pcm)
        text = said.text if said is not None else ""
        return replies.transcript(text, pcm.size / RATE_HZ, confidence=replies.confidence_of(said), is_verbose=is_verbose)

    async def _chat(self, request: Request, send: Send) -> None:
        messages = request.told["messages"]
        chunks = [] if self.faults.is_empty else list(await self._reply(request))
        replied = replies.wording(chunks)
        cached = self._n_cached.get(request.call, 0)
        self._n_cached[request.call] = replies.n_tokens(json.dumps(messages))
        await _begin(send, 200, "text/event-stream")
        if self.faults.breaks_in_stream:
            self.faults.happened["breaks_in_stream"] += 1
            await _more(send, replies.event(replies.error("server_error")))
            chunks = []
        for chunk in chunks:
            await _more(send, replies.event(chunk))
            if self.faults.happens("cuts", self.faults.cuts, Service.LLM):
                raise _Cut
        if request.told.get("stream_options", {}).get("include_usage"):
            await _more(send, replies.event(replies.usage_chunk(messages, replied, cached)))
        await _more(send, replies.event("[DONE]"), is_last=True)

    async def _reply(self, request: Request) -> list[dict[str, Any]]:
        if self.faults.talks_instead:
            self.faults.talks_instead -= 1
            self.faults.happened["talks_instead"] += 1
            return list(replies.talk_chunks(_TALK))
        if self.faults.calls_instead:
            self.faults.happened["calls_instead"] += 1
            return list(replies.call_chunks([self.faults.calls_instead.pop(0)]))
        calls = await self._understanding.meaning(request.call, request.told["messages"])
        return list(replies.call_chunks([*map(replies.as_named, calls)]) if calls else replies.talk_chunks(_TALK))

    async def _speak(self, request: Request, receive: Receive, send: Send) -> None:
        is_wav = request.told["response_format"] == "wav"
        await _begin(send, 200, "audio/wav" if is_wav else "audio/pcm")
        n_bytes = 0
        gone = asyncio.ensure_future(receive())
        try:
            async with aclosing(self.speaker.speak(request.told["input"], is_wav=is_wav)) as pieces:
                async for piece in pieces:
                    await _more(send, piece)
                    n_bytes += len(piece)
                    self._may_go_on(n_bytes, is_gone=gone.done())
        finally:
            gone.cancel()
        await _more(send, b"", is_last=True)

    def _may_go_on(self, n_bytes: int, *, is_gone: bool) -> None:
        if is_gone:
            self.faults.happened["hung up"] += 1
            raise _Cut
        if self.faults.cut_after_ms is not None and n_bytes >= self._bytes_of(self.faults.cut_after_ms):
            self.faults.happened["cut_after_ms"] += 1
            raise _Cut

    def _bytes_of(self, ms: int) -> float:
        return ms / 1000 * self._manners.speech_rate_hz * self._manners.n_channels * 2


def _recording(file: bytes) -> Samples | None:
    """Mono at 16000 Hz; None for anything else."""
    reader = WavReader()
    try:
        pcm = reader.read(file)
    except NoWav:
        return None
    return to_samples(pcm) if (reader.rate_hz, reader.n_channels) == (RATE_HZ, 1) and not len(pcm) % 2 else None


async def _body(receive: Receive) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


async def _send_json(send: Send, status: int, record: object) -> None:
    await _send(send, status, json.dumps(record).encode(), "application/json")


async def _send(send: Send, status: int, body: bytes, content_type: str) -> None:
    await _begin(send, status, content_type)
    await _more(send, body, is_last=True)


async def _begin(send: Send, status: int, content_type: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type.encode())]})


async def _more(send: Send, body: bytes, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not is_last})
