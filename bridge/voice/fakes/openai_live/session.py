"""One session at the faked server: what the client sends is checked and obeyed, what the mind hears is told.

It speaks in `speaking.py` and calls tools in `delegating.py`. Like the real one it takes in nothing that is appended while no audio comes in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from bridge.audio import to_samples
from bridge.events import CalleeSaid, ToolCall, VoiceAudio, VoiceAudioEnd
from bridge.ports import VoiceModel
from bridge.voice.fakes.ending import Ending, Moment
from bridge.voice.fakes.mind import Mind, MindEvent
from bridge.voice.fakes.openai_live.checking import unknown_field, wrong_setting
from bridge.voice.fakes.openai_live.delegating import Delegate
from bridge.voice.fakes.openai_live.faults import FakeFaults, Strike
from bridge.voice.fakes.openai_live.speaking import SMALL_TALK, Mouth
from bridge.voice.fakes.openai_live.wording import MOST_TOKENS, Manners, Message, error, tokens_of
from bridge.voice.fakes.openai_socket.wire import Wire, sound_in, until_gone

IN_FLIGHT_S = 0.5  # audio that came so long ago is not in flight any more
LATE_S = 0.02  # words of the callee come before what they mean
SOUND = "session.output_audio.delta"


class FakeSession:
    """`received` are the client's messages, audio left out."""

    def __init__(self, socket: ServerConnection, manners: Manners, faults: FakeFaults, new_voice: Callable[[], VoiceModel]) -> None:
        self.manners = manners
        self.faults = faults
        self.mind = Mind(new_voice)
        self.mouth = Mouth(self)
        self.wire = Wire(socket)
        self.ending = Ending(faults.ends, faults.happened, socket)
        self.received = self.wire.received
        self.settings: Message = {}
        self.small_talk = SMALL_TALK
        self.n_heard = 0  # samples
        self.said_s = 0.0  # where the last words of the callee ended
        self._delegate = Delegate(self)
        self._has_audio = asyncio.Event()
        self._heard_at_s = 0.0
        self._appended: asyncio.Queue[Message] = asyncio.Queue()
        self._jobs: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the client has gone."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                others = [tasks.create_task(until_gone(job)) for job in (self._pump_mind(), self._take_in())]
                try:
                    await self._read()
                except ConnectionClosed:
                    pass
                finally:
                    self._end(others)
        finally:
            await self.mind.close()

    @property
    def backend(self) -> Message:
        """The text model's settings."""
        settings: Message = self.settings["delegation"]["responses"]
        return settings

    async def send(self, event: Message) -> None:
        if not self.faults.strikes(Strike.STALLS):
            await self.wire.send({"event_id": self.wire.new_id("event"), **event})

    async def refuse(self, message: Message, code: str, param: str | None = None) -> None:
        self.faults.happened["error"] += 1
        await self.send(error(code, message.get("event_id"), param=param))

    # -- the client's messages --

    async def _read(self) -> None:
        async for message in self.wire.messages():
            if (field := unknown_field(message)) is not None:
                await self.refuse(message, "unknown_parameter", field)
            elif not self.settings and message["type"] != "session.start":
                await self.refuse(message, "session_not_started", "type")
            else:
                await self._obey(message)

    async def _obey(self, message: Message) -> None:
        match message["type"]:
            case "session.start":
                await self._start(message)
            case "session.input_audio.append":
                await self._on_audio(message)
            case "session.commentary.append" | "session.thinking.append" | "session.instructions.append":
                await self._on_append(message)
            case "response.item.create":
                await self._delegate.add_item(message)
            case "response.create":
                await self._delegate.create(message)
            case "session.close":
                await self.close("close_requested")

    async def _start(self, message: Message) -> None:
        session = message["session"]
        if self.settings or (wrong := wrong_setting(session)) is not None:
            await self.refuse(message, "invalid_value", "session" if self.settings else wrong)
            return
        if self.faults.strikes(Strike.NEVER_SET_UP) or await self.ending.at(Moment.SETUP):
            return
        self.settings = session
        await self.mind.instruct(session["instructions"])
        await self.send({"type": "session.started", "session": {"id": self.wire.new_id("live"), **session}})
        self._begin(self.mouth.run())
        self._begin(self._meter())

    async def _on_audio(self, message: Message) -> None:
        pcm = sound_in(message)
        if pcm is None:
            await self.refuse(message, "invalid_value", "audio")
            return
        self._heard_at_s = asyncio.get_running_loop().time()
        self._has_audio.set()
        self.n_heard += len(pcm) // 2
        self.mind.hear(to_samples(pcm))
        await self.ending.hears(to_samples(pcm))

    async def _on_append(self, message: Message) -> None:
        if message.get("delegation_id", "missing") is not None:
            await self.refuse(message, "invalid_value", "delegation_id")
        elif not isinstance(message.get("content"), str) or not 0 < tokens_of(message["content"]) <= MOST_TOKENS:
            await self.refuse(message, "invalid_value", "content")
        elif message["type"] == "session.commentary.append" and self.faults.rejects_with is not None:
            self.faults.happened["rejects_with"] += 1
            await self.send(error(self.faults.rejects_with, message.get("event_id")))
        else:
            self._appended.put_nowait(message)

    async def _take_in(self) -> None:
        """What was appended, while audio comes in."""
        clock = asyncio.get_running_loop()
        while True:
            message = await self._appended.get()
            while clock.time() > self._heard_at_s + IN_FLIGHT_S:
                self._has_audio.clear()
                await self._has_audio.wait()
            await self.send({"type": f"{message['type']}ed", "client_event_id": message.get("event_id")})
            match message["type"]:
                case "session.commentary.append":
                    await self._on_commentary(message["content"])
                case "session.thinking.append":
                    self.mind.read(message["content"])
                case _ if not self.faults.strikes(Strike.IGNORES_STOP):
                    self.mouth.stop()

    async def _on_commentary(self, words: str) -> None:
        faults = self.faults
        if faults.garbage is not None:
            faults.happened["garbage"] += 1
            await self.wire.send_garbage(faults.garbage, SOUND)
        if faults.end_at_line is not None:
            faults.happened["end_at_line"] += 1
            await self.close(faults.end_at_line)
        if await self.ending.at(Moment.REPLY):
            return
        if faults.strikes(Strike.EMPTY):
            return
        if faults.strikes(Strike.TALKS_BEFORE):
            self.mouth.say(self.small_talk, is_own=True)
        self.mouth.say(f"{words} {self.small_talk}" if faults.strikes(Strike.TALKS_BEHIND) else words)

    # -- what the mind makes of it --

    async def _pump_mind(self) -> None:
        async for event in self.mind.events():
            await self._on_mind(event)

    async def _on_mind(self, event: MindEvent) -> None:
        match event:
            case VoiceAudio():
                self.mouth.sound(event.line_id, event.pcm)
            case VoiceAudioEnd():
                self.mouth.sound(event.line_id, None)
            case CalleeSaid():
                self.said_s = event.ended_s
                self._begin(self._transcribe(event))
            case ToolCall():
                self._begin(self._mean(event, round(self.said_s * 1000)))

    async def _mean(self, call: ToolCall, offset_ms: int) -> None:
        await asyncio.sleep(LATE_S)
        await self._delegate.take(call, offset_ms)

    async def _transcribe(self, said: CalleeSaid) -> None:
        """Word by word, each with its share of the time."""
        if self.faults.strikes(Strike.LOSES_TRANSCRIPT):
            return
        await asyncio.sleep(self.faults.transcript_late_s)
        words = said.text.split()
        started_ms, takes_ms = round(said.started_s * 1000), round((said.ended_s - said.started_s) * 1000)
        for at, word in enumerate(words):
            times = {"start_ms": started_ms + takes_ms * at // len(words), "end_ms": started_ms + takes_ms * (at + 1) // len(words)}
            await self.send({"type": "session.input_transcript.delta", "delta": f" {word}" if at else word, **times})

    # -- the session --

    @property
    def seconds(self) -> float:
        """That are billed."""
        return self.mouth.position_ms / 1000

    async def close(self, reason: str) -> None:
        await self.send({"type": "session.closed", "reason": reason, "usage": {"seconds": self.seconds}})
        await self.wire.close(1000)

    async def _meter(self) -> None:
        while True:
            await asyncio.sleep(self.manners.usage_every_s / self.manners.times_real_time)
            await self.send({"type": "session.usage.updated", "usage": {"seconds": self.seconds}, "context_window": {"usage_ratio": 0.01}})

    def _begin(self, job: Any) -> None:
        self._jobs.add(task := self._tasks.create_task(until_gone(job)))
        task.add_done_callback(self._jobs.discard)

    def _end(self, others: list[asyncio.Task[None]]) -> None:
        for task in (*others, *self._jobs):
            task.cancel()
