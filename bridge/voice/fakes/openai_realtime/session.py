"""One session at the faked server: what the client sends is checked and obeyed, what the mind hears is told.

Responses are made in `responding.py`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from bridge.audio import Resampler, silence, to_samples
from bridge.events import RATE_HZ, CalleeSaid, Samples, SpeechEnded, SpeechStarted, ToolCall, VoiceAudio, VoiceAudioEnd
from bridge.ports import VoiceModel
from bridge.voice.fakes.ending import Ending, Moment
from bridge.voice.fakes.mind import Mind, MindEvent
from bridge.voice.fakes.openai_realtime.checking import unknown_field
from bridge.voice.fakes.openai_realtime.counting import Tokens
from bridge.voice.fakes.openai_realtime.faults import FakeFaults
from bridge.voice.fakes.openai_realtime.hearing import Heard, Hearing
from bridge.voice.fakes.openai_realtime.responding import Responder
from bridge.voice.fakes.openai_realtime.wording import Manners, error, worded
from bridge.voice.fakes.openai_socket.wire import Message, Wire, sound_in, until_gone
from bridge.voice.openai_realtime.settings import Dialect

SHORTEST_MS = 100  # of a buffer that may be committed
TURN_ENDS_S = 1.2  # of silence after a commit, so that the mind knows that the turn is over
UNDERSTAND_LIMIT_S = 5.0


class FakeSession:
    """`received` are the client's messages, audio left out."""

    def __init__(self, socket: ServerConnection, manners: Manners, faults: FakeFaults, new_voice: Callable[[], VoiceModel]) -> None:
        self.manners = manners
        self.faults = faults
        self.mind = Mind(new_voice)
        self.hearing = Hearing(UNDERSTAND_LIMIT_S)
        self.tokens = Tokens()
        self.wire = Wire(socket)
        self.ending = Ending(faults.ends, faults.happened, socket)
        self.received = self.wire.received
        self.settings: Message = {}
        self.items: dict[str, Message] = {}
        self.produced_ms: dict[str, int] = {}
        self.truncated_ms: dict[str, int] = {}
        self.to_say: str | None = None  # by the last message that held a line
        self._buffer: list[bytes] = []
        self._resampler = Resampler(manners.input_rate_hz, RATE_HZ)
        self._mind_samples = 0
        self._turn: Heard | None = None  # found by our own detection
        self._responder = Responder(self)

    async def run(self) -> None:
        """Until the client has gone."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                pump = tasks.create_task(self._pump_mind())
                try:
                    await self._greet()
                    await self._read()
                except ConnectionClosed:
                    pass
                finally:
                    pump.cancel()
                    self._responder.stop()
        finally:
            await self.mind.close()

    async def send(self, event: Message) -> None:
        if (said := worded({"event_id": self.wire.new_id("event"), **event}, self.manners)) is not None:
            await self.wire.send(said)

    def begin(self, job: Awaitable[None]) -> asyncio.Task[None]:
        return self._tasks.create_task(until_gone(job))

    async def add_item(self, item: Message) -> None:
        self.items[item["id"]] = item
        await self.send({"type": "conversation.item.added", "item": item})
        await self.send({"type": "conversation.item.done", "item": item})

    @property
    def has_transcripts(self) -> bool:
        return self._audio_setting("transcription", "input_audio_transcription") is not None

    # -- the client's messages --

    async def _greet(self) -> None:
        await self.send({"type": "session.created", "session": {}})

    async def _read(self) -> None:
        async for message in self.wire.messages():
            if (field := unknown_field(message, self.manners.dialect)) is not None:
                await self._refuse(message, "unknown_parameter", field)
                continue
            await self._obey(message)

    async def _obey(self, message: Message) -> None:
        match message["type"]:
            case "session.update":
                await self._on_session(message)
            case "input_audio_buffer.append":
                await self._on_audio(message)
            case "input_audio_buffer.commit":
                await self._on_commit(message)
            case "input_audio_buffer.clear":
                self._buffer.clear()
                await self.send({"type": "input_audio_buffer.cleared"})
            case "conversation.item.create":
                await self._on_item(message)
            case "conversation.item.truncate":
                await self._on_truncate(message)
            case "response.create":
                await self._responder.create(message)
            case "response.cancel":
                await self._responder.cancel(message)

    async def _refuse(self, message: Message, code: str, param: str | None = None) -> None:
        self.faults.happened["error"] += 1
        await self.send(error(code, message.get("event_id"), param=param))

    async def _on_session(self, message: Message) -> None:
        session = message["session"]
        is_ga = self.manners.dialect is Dialect.GA
        if self.faults.refuses_session or (is_ga and (session.get("type") != "realtime" or not self._is_rate_right(session))):
            await self._refuse(message, "invalid_value", "session")
            return
        is_first = not self.settings
        if is_first and await self.ending.at(Moment.SETUP):
            return
        self.settings |= session
        if is_first:
            await self.mind.instruct(session["instructions"])
            self.tokens.add_text(session["instructions"] + json.dumps(session["tools"]))
        if self.faults.never_set_up:
            self.faults.happened["never_set_up"] += 1
            return
        await self.send({"type": "session.updated", "session": self.settings})

    def _is_rate_right(self, session: Message) -> bool:
        audio = session["audio"]
        rates = (self.manners.input_rate_hz, self.manners.output_rate_hz)
        return all(audio[way]["format"] == {"type": "audio/pcm", "rate": rate} for way, rate in zip(("input", "output"), rates, strict=True))

    async def _on_audio(self, message: Message) -> None:
        pcm = sound_in(message)
        if pcm is None:
            await self._refuse(message, "invalid_value", "audio")
            return
        await self.ending.hears(to_samples(pcm))
        if self._turns_are_ours:
            self._give_mind(self._resampler.resample(to_samples(pcm)))
        else:
            self._buffer.append(pcm)

    async def _on_commit(self, message: Message) -> None:
        pcm = to_samples(b"".join(self._buffer))
        self._buffer.clear()
        duration_s = pcm.size / self.manners.input_rate_hz
        if duration_s * 1000 < SHORTEST_MS:
            await self._refuse(message, "input_audio_buffer_commit_empty")
            return
        heard = self.hearing.begin(self.wire.new_id("item"), self._mind_samples / RATE_HZ, duration_s)
        await self._committed(heard)
        self._give_mind(np.concatenate((self._resampler.resample(pcm), silence(round(TURN_ENDS_S * RATE_HZ)))))
        if self.faults.speaks_by_itself:
            self.faults.happened["speaks_by_itself"] += 1
            await self._responder.create({"type": "response.create"}, is_asked=False)

    async def _on_item(self, message: Message) -> None:
        item = {"id": self.wire.new_id("item"), **message["item"]}
        if item["type"] == "function_call_output":
            text = item["output"]
            if not any(each.get("call_id") == item["call_id"] and each["type"] == "function_call" for each in self.items.values()):
                await self._refuse(message, "invalid_tool_call_id", "item.call_id")
                return
        else:
            text = "\n".join(part["text"] for part in item["content"])
        self.tokens.add_text(text)
        self.to_say = self.mind.read(text) or self.to_say
        await self.add_item(item)

    async def _on_truncate(self, message: Message) -> None:
        item_id, audio_end_ms = message["item_id"], message["audio_end_ms"]
        if item_id not in self.produced_ms or message["content_index"] != 0:
            await self._refuse(message, "item_truncate_invalid_item_id", "item_id")
        elif not 0 <= audio_end_ms <= self.produced_ms[item_id]:
            await self._refuse(message, "invalid_value", "audio_end_ms")
        else:
            self.truncated_ms[item_id] = audio_end_ms
            await self.send({"type": "conversation.item.truncated", "item_id": item_id, "content_index": 0, "audio_end_ms": audio_end_ms})

    # -- what the mind makes of it --

    def _give_mind(self, pcm: Samples) -> None:
        self._mind_samples += pcm.size
        self.mind.hear(pcm)

    async def _pump_mind(self) -> None:
        async for event in self.mind.events():
            try:
                await self._on_mind(event)
            except ConnectionClosed:
                return

    async def _on_mind(self, event: MindEvent) -> None:
        match event:
            case VoiceAudio():
                self._responder.sound(event.line_id, event.pcm)
            case VoiceAudioEnd():
                self._responder.sound(event.line_id, None)
            case CalleeSaid():
                if (heard := self.hearing.said(event)) is not None and self.has_transcripts:
                    self.begin(self.transcribe(heard))
            case ToolCall():
                self.hearing.called(event)
            case SpeechStarted() if self._turns_are_ours:
                self._turn = self.hearing.begin(self.wire.new_id("item"), event.at_s, 0.0)
                at_ms = round(event.at_s * 1000) - self._detection.get("prefix_padding_ms", 300)
                await self.send({"type": "input_audio_buffer.speech_started", "item_id": self._turn.item_id, "audio_start_ms": max(0, at_ms)})
            case SpeechEnded() if self._turns_are_ours and self._turn is not None:
                await self._turn_ended(self._turn, event.at_s)

    async def _turn_ended(self, turn: Heard, at_s: float) -> None:
        turn.duration_s = at_s - turn.began_s
        at_ms = round(at_s * 1000) + self._detection.get("silence_duration_ms", 500)
        await self.send({"type": "input_audio_buffer.speech_stopped", "item_id": turn.item_id, "audio_end_ms": at_ms})
        await self._committed(turn)
        if self._detection.get("create_response", True):
            await self._responder.create({"type": "response.create"}, is_asked=False)

    async def _committed(self, heard: Heard) -> None:
        self.tokens.add_heard(heard.duration_s)
        await self.send({"type": "input_audio_buffer.committed", "item_id": heard.item_id, "previous_item_id": None})
        if not self.manners.hears_by_transcript:
            await self._add_speech(heard)

    async def _add_speech(self, heard: Heard) -> None:
        await self.add_item({"id": heard.item_id, "type": "message", "role": "user", "content": [{"type": "input_audio"}]})

    async def transcribe(self, heard: Heard) -> None:
        """Told once; empty when the mind found no words."""
        if heard.is_transcribed:
            return
        heard.is_transcribed = True
        await asyncio.sleep(self.faults.transcript_late_s)
        name = "conversation.item.input_audio_transcription"
        if self.faults.fails_transcription:
            self.faults.happened["fails_transcription"] += 1
            await self.send({"type": f"{name}.failed", "item_id": heard.item_id, "content_index": 0, "error": {"code": "audio_unintelligible"}})
            return
        text = heard.said.text if heard.said is not None else ""
        if text and self.manners.hears_by_transcript:
            await self._add_speech(heard)
        await self.send({"type": f"{name}.delta", "item_id": heard.item_id, "content_index": 0, "delta": text})
        usage = {"type": "duration", "seconds": round(heard.duration_s, 2)}
        await self.send({"type": f"{name}.completed", "item_id": heard.item_id, "content_index": 0, "transcript": text, "usage": usage})

    @property
    def _detection(self) -> Message:
        return self._audio_setting("turn_detection", "turn_detection") or {}

    @property
    def _turns_are_ours(self) -> bool:
        return bool(self._detection)

    def _audio_setting(self, ga_name: str, beta_name: str) -> Any:
        if self.manners.dialect is Dialect.BETA:
            return self.settings.get(beta_name)
        return self.settings.get("audio", {}).get("input", {}).get(ga_name)
