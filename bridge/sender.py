"""The one task that writes to the media socket: the bot's frames at their pace, and commands in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from bridge import wire
from bridge.audio import to_bytes
from bridge.events import HeardSoFar, Line, LineBegan, LineEnded, VoiceAudio
from bridge.playback import OutFrame, Playback


class Media(Protocol):
    """The media socket of one call. Each method raises OSError once the socket is gone."""

    async def send_bytes(self, pcm: bytes) -> None: ...

    async def send_text(self, text: str) -> None: ...

    async def close(self) -> None: ...


class Sender:
    """`now` is seconds since the media stream opened; `on_line` and `on_frame` are told at once and must not block."""

    def __init__(
        self,
        media: Media,
        playback: Playback,
        *,
        now: Callable[[], float],
        on_line: Callable[[LineBegan | LineEnded], None],
        on_frame: Callable[[OutFrame], None],
    ) -> None:
        self._media = media
        self._playback = playback
        self._now = now
        self._on_line = on_line
        self._on_frame = on_frame
        self._captions: dict[int, str] = {}
        self._outbox: deque[str | bytes] = deque()
        self._wake = asyncio.Event()
        self._is_draining = False

    def caption(self, line: Line) -> None:
        """Send these words right before the first frame of the line."""
        self._captions[line.line_id] = wire.caption(line.line_id, line.text)

    def push(self, audio: VoiceAudio) -> None:
        self._playback.push(audio.line_id, audio.pcm)
        self._wake.set()

    def end(self, line_id: int) -> None:
        self._playback.end(line_id)
        self._wake.set()

    def stop(self, line_id: int) -> int:
        """Barge-in: drop all that is not heard, here and on the platform; says how many ms of the line were heard."""
        now_s = self._now()
        heard_ms = self._playback.heard_ms(line_id, now_s)
        self._playback.clear(now_s)
        self._playback.end(line_id)  # its voice may not have begun: then it is over all the same
        self._outbox = deque(message for message in self._outbox if isinstance(message, str))
        self._outbox.append(wire.KILL_AUDIO)
        self._report_lines()
        self._wake.set()
        return heard_ms

    def heard_so_far(self) -> HeardSoFar | None:
        return self._playback.heard_so_far(self._now())

    async def drain(self) -> None:
        """Hand over nothing more; return when what was handed over has been heard."""
        self._is_draining = True
        await asyncio.sleep(max(0.0, self._playback.heard_out_at_s() - self._now()))

    async def run(self) -> None:
        """Until the socket is gone or the task is cancelled."""
        while True:
            self._wake.clear()
            self._take_due()
            try:
                await self._send()
            except OSError:  # whoever reads the socket tells the call
                return
            await self._sleep()

    def _take_due(self) -> None:
        for frame in () if self._is_draining else self._playback.due(self._now()):
            if frame.is_first and frame.line_id in self._captions:
                self._outbox.append(self._captions.pop(frame.line_id))
            self._outbox.append(to_bytes(frame.samples))
            self._on_frame(frame)
        self._report_lines()

    def _report_lines(self) -> None:
        for event in self._playback.events():
            self._on_line(event)

    async def _send(self) -> None:
        while self._outbox:
            message = self._outbox.popleft()
            if isinstance(message, str):
                await self._media.send_text(message)
                continue
            await self._media.send_bytes(message)

    async def _sleep(self) -> None:
        due_s = None if self._is_draining else self._playback.next_due()
        if due_s is None:
            await self._wake.wait()
            return
        timer = asyncio.get_running_loop().call_later(max(0.0, due_s - self._now()), self._wake.set)
        await self._wake.wait()
        timer.cancel()
