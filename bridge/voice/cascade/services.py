"""The three services over HTTP: transcribe, ask, speak, and prove that they answer.

Thin. Raises nothing but `ServiceFailed`; logs nothing, because everything that passes here is a key or what people say.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from bridge.events import RATE_HZ, Samples, UsageUnit, VoiceFault, VoiceUsage
from bridge.voice.cascade.chat import ChatReply
from bridge.voice.cascade.faults import ServiceFailed
from bridge.voice.cascade.outgoing import Message, chat_request, speech_request, transcription_form
from bridge.voice.cascade.settings import CascadeSettings, Service
from bridge.voice.cascade.sound import SoundReader
from bridge.voice.cascade.transcript import Transcript, Unreadable, read_transcript
from bridge.voice.cascade.wav import NoWav, wav_of
from bridge.voice.faults_by_status import fault_of_status

for _name in ("httpx", "httpcore"):  # they log URLs and headers
    logging.getLogger(_name).setLevel(logging.WARNING)

ASK_LIMIT_S = 3.0  # for a transcript, or for a meaning: the conversation asks again 4 s after the callee has spoken
SILENT_LIMIT_S = 4.0  # without a byte of a sentence that was asked for
CONNECT_LIMIT_S = 2.0
LONGEST_SENTENCE_S = 60.0
MAX_MODELS_BYTES = 1 << 20
REQUEST_ID = "X-Client-Request-Id"  # OpenAI's log shows it; all requests of one call share its beginning

_CONNECTIONS = httpx.Limits(max_connections=10, keepalive_expiry=60.0)  # a callee who thinks for a while does not wait for a handshake then

Reply = TypeVar("Reply")


class Services:
    """For one call. `tell_usage` is called for each request that is billed."""

    def __init__(self, settings: CascadeSettings, tell_usage: Callable[[VoiceUsage], None]) -> None:
        self._settings = settings
        self._tell_usage = tell_usage
        self._session_id = uuid4().hex
        self._n_requests = 0
        self._client: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Connects to nobody yet."""
        tls = await asyncio.to_thread(_tls)
        timeout = httpx.Timeout(SILENT_LIMIT_S, connect=CONNECT_LIMIT_S)
        self._client = httpx.AsyncClient(verify=tls, timeout=timeout, limits=_CONNECTIONS)

    async def close(self) -> None:
        """Idempotent, also without open."""
        if self._client is not None:
            await self._client.aclose()

    async def transcribe(self, pcm: Samples, language: str) -> Transcript:
        """16000 Hz. Raises ServiceFailed."""
        form = transcription_form(self._settings, language)
        files = {"file": ("speech.wav", wav_of(pcm), "audio/wav")}
        async with self._exchange(Service.STT, "audio/transcriptions", data=form, files=files) as response:
            text = await response.aread()
        self._tell(Service.STT, {UsageUnit.TRANSCRIBED_S: pcm.size / RATE_HZ})
        with _failures_of(Service.STT):
            return read_transcript(text)

    async def ask(self, messages: Sequence[Message], tools: Sequence[Message], options: Mapping[str, Any] | None = None) -> ChatReply:
        """Raises ServiceFailed, also for a reply that breaks off."""
        reply = ChatReply()
        body = {**chat_request(self._settings, messages, tools), **(options or {})}
        async with self._exchange(Service.LLM, "chat/completions", json=body) as response:
            async for line in response.aiter_lines():
                if reply.take(line):
                    break
        if reply.usage:
            self._tell(Service.LLM, reply.usage)
        if reply.has_failed or not reply.is_over:
            raise ServiceFailed(Service.LLM, VoiceFault.CUT)
        return reply

    async def speak(self, sentence: str) -> AsyncGenerator[Samples, None]:
        """16000 Hz, as it comes; nothing at all for silence. Raises ServiceFailed."""
        reader = SoundReader(self._settings)
        n_samples = 0
        body = speech_request(self._settings, sentence)
        async with self._exchange(Service.TTS, "audio/speech", is_endless=True, json=body) as response:
            self._tell(Service.TTS, {UsageUnit.SPOKEN_CHARACTERS: len(sentence)})
            async for piece in response.aiter_bytes():
                pcm = reader.read(piece)
                n_samples += pcm.size
                if n_samples > LONGEST_SENTENCE_S * RATE_HZ:
                    raise ServiceFailed(Service.TTS, VoiceFault.GARBAGE)
                if pcm.size:
                    yield pcm
        if (rest := reader.finish()).size:
            yield rest

    async def is_listed(self, service: Service) -> bool:
        """The service takes the key and has the model, by its list of models; False when it has no such list. Raises ServiceFailed for a
        wrong key, a used-up quota, and a service that does not answer."""
        try:
            async with self._exchange(service, "models", method="GET") as response:
                text = await response.aread()
        except ServiceFailed as failed:
            # A key of OpenAI may be allowed to speak and not to list (403).
            if failed.status is None or failed.status == 401 or failed.fault not in (VoiceFault.REFUSED, VoiceFault.KEY):
                raise
            return False
        return len(text) <= MAX_MODELS_BYTES and self._settings.model(service) in _model_ids(text)

    @asynccontextmanager
    async def _exchange(
        self, service: Service, path: str, *, method: str = "POST", is_endless: bool = False, **body: Any
    ) -> AsyncIterator[httpx.Response]:
        assert self._client is not None, "it is opened before anything is asked"
        endpoint = self._settings.endpoint(service)
        if not endpoint.is_address:
            raise ServiceFailed(service, VoiceFault.REFUSED)
        self._n_requests += 1
        headers = {REQUEST_ID: f"{self._session_id}-{self._n_requests}"}
        if endpoint.api_key:
            headers["Authorization"] = f"Bearer {endpoint.api_key}"
        with _failures_of(service):
            async with (
                asyncio.timeout(None if is_endless else ASK_LIMIT_S),
                self._client.stream(method, f"{endpoint.url.rstrip('/')}/{path}", headers=headers, **body) as response,
            ):
                if response.status_code >= 300:
                    raise ServiceFailed(service, fault_of_status(response.status_code), response.status_code)
                yield response

    def _tell(self, service: Service, amounts: Mapping[UsageUnit, float]) -> None:
        self._tell_usage(VoiceUsage(self._settings.model(service), amounts))


async def twice(attempt: Callable[[], Awaitable[Reply]]) -> Reply:
    """Once more where that can help. Raises ServiceFailed."""
    try:
        return await attempt()
    except ServiceFailed as failed:
        if not failed.may_be_asked_again:
            raise
    return await attempt()


@contextmanager
def _failures_of(service: Service) -> Iterator[None]:
    """Everything that HTTP can raise, as `ServiceFailed`."""
    try:
        yield
    except (httpx.ConnectError, httpx.TimeoutException, TimeoutError) as late:
        raise ServiceFailed(service, VoiceFault.UNREACHABLE) from late
    except (Unreadable, NoWav, httpx.DecodingError, UnicodeDecodeError) as garbage:
        raise ServiceFailed(service, VoiceFault.GARBAGE) from garbage
    except (httpx.NetworkError, httpx.RemoteProtocolError) as cut:
        raise ServiceFailed(service, VoiceFault.CUT) from cut
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeEncodeError) as refused:
        raise ServiceFailed(service, VoiceFault.REFUSED) from refused


@cache
def _tls() -> ssl.SSLContext:
    """Reads all root certificates, which takes 20 ms and more: once a process, and not on the event loop."""
    return httpx.create_ssl_context()


def _model_ids(text: bytes) -> list[str]:
    try:
        listed = json.loads(text)["data"]
        return [str(each["id"]) for each in listed]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
