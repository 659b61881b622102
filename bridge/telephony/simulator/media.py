"""The media socket of one call, as the exchange's module behaves: we are the client, frames are bare PCM, text frames are commands.

A server that does not echo the subprotocol, or cannot be reached, gets no audio. There is no reconnection.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from random import Random

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from bridge.brief import ChannelLayout
from bridge.events import Samples
from bridge.telephony.answer_xml import Stream, Track
from bridge.telephony.dialect import MEDIA_SUBPROTOCOL
from bridge.telephony.simulator.ear import EarFrame
from bridge.telephony.simulator.framing import Echo, Packets
from bridge.telephony.simulator.leg import Cause, EndedBy, Leg
from bridge.telephony.simulator.person import MouthFrame
from bridge.telephony.simulator.playout import Playout
from bridge.telephony.simulator.settings import FirstFrame, MediaSettings
from bridge.telephony.simulator.sound import from_rate, interleave, mix, to_rate

logger = logging.getLogger(__name__)

_SEND_BUFFER = 100  # messages: 2 s, then packets are dropped (§4.3)
_OPEN_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 2.0


class StreamEnd(StrEnum):
    REFUSED = "refused"  # the socket never opened
    CLOSED = "closed"  # the server, or the network, closed it


class TrackAudio:
    """A call's audio as the track of a Stream and the line's layout have it. Pure: randomness is handed in."""

    def __init__(self, stream: Stream, settings: MediaSettings, random: Random) -> None:
        self._layout = settings.both_tracks if stream.track is Track.BOTH else ChannelLayout.MONO
        self._rate_hz = settings.rate_hz or stream.output_hz
        self._is_callee_right = settings.is_callee_right
        self._echo = Echo(
            delay_ms=random.randint(*settings.echo_delay_ms),
            gain=random.uniform(*settings.echo_gain),
            codec=settings.echo_codec,
            drift_ms_per_min=settings.echo_drift_ms_per_min,
            jump_every_s=settings.echo_jump_every_s,
        )

    def frame(self, callee: Samples, heard: Samples) -> bytes:
        """`callee`: what they say; `heard`: what they hear, as long."""
        if self._layout is ChannelLayout.MIXED:
            return to_rate(mix(callee, self._echo.push(heard)), self._rate_hz).tobytes()
        theirs, ours = to_rate(callee, self._rate_hz), to_rate(heard, self._rate_hz)
        if self._layout is ChannelLayout.STEREO:
            return (interleave(ours, theirs) if self._is_callee_right else interleave(theirs, ours)).tobytes()
        return theirs.tobytes()


class MediaStream:
    def __init__(self, stream: Stream, leg: Leg, settings: MediaSettings, random: Random, identity: Mapping[str, str]) -> None:
        """`identity`: what the first text frame says about the call."""
        self.verb = stream
        self.stream_sid = f"MS_{random.getrandbits(64):016x}"
        self.playout = Playout(prebuffer_ms=settings.prebuffer_ms, honours_kill=settings.honours_kill)
        self.n_dropped = 0
        self.n_kills = 0
        self._leg = leg
        self._settings = settings
        self._identity = identity
        self._track = TrackAudio(stream, settings, random)
        self._packets = Packets(random, jitter=settings.jitter, has_odd_sizes=settings.has_odd_sizes)
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue(_SEND_BUFFER)
        self._odd_byte = b""
        self._socket: ClientConnection | None = None
        self._opened_s: float | None = None
        self._closed_s: float | None = None

    @property
    def streamed_s(self) -> float:
        """How long it has been open, in the leg's own time, which stands still once the leg has ended."""
        if self._opened_s is None:
            return 0.0
        return (self._leg.talked_s if self._closed_s is None else self._closed_s) - self._opened_s

    @property
    def was_open(self) -> bool:
        """Did the handshake succeed?"""
        return self._socket is not None

    async def run(self, opened: Callable[[], Awaitable[None]]) -> StreamEnd:
        """Until the server closes the socket; cancelled at the end of the call, which closes it with 1000."""
        try:
            socket = await connect(
                self.verb.url,
                subprotocols=[Subprotocol(MEDIA_SUBPROTOCOL)],
                compression=None,
                proxy=None,
                open_timeout=_OPEN_TIMEOUT_S,
                close_timeout=_CLOSE_TIMEOUT_S,
                ping_interval=None,
                max_size=None,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            logger.warning("media socket of call leg not opened: %s", type(error).__name__)
            return StreamEnd.REFUSED
        try:
            if socket.subprotocol != MEDIA_SUBPROTOCOL:
                logger.warning("media server did not echo the subprotocol")
                return StreamEnd.REFUSED
            self._socket = socket
            self._opened_s = self._leg.talked_s
            await opened()
            await self._relay(socket)
            if self._settings.hangs_up_on_close:
                self._leg.hang_up(Cause.CLEARED, EndedBy.PLATFORM)
                await asyncio.Event().wait()  # no verb runs any more: the end of the call cancels this
        finally:
            self._closed_s = self._leg.talked_s
            await socket.close()  # 1000 also when the call was cut off; the context manager would say 1011
        return StreamEnd.CLOSED

    def abort(self) -> None:
        """Cuts the connection without a closing handshake: the server sees 1006."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _relay(self, socket: ClientConnection) -> None:
        first = self._first_frame()
        self._leg.ears.append(self.playout)
        try:
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(self._send(socket, first))
                self._leg.listeners.append(self._listen)
                await self._receive(socket)
                sender.cancel()
        finally:
            self._leg.listeners.remove(self._listen)
            self._leg.ears.remove(self.playout)

    async def _send(self, socket: ClientConnection, first: str) -> None:
        try:
            if first:
                await socket.send(first)
            while True:
                await socket.send(await self._outgoing.get())
        except ConnectionClosed:
            return

    async def _receive(self, socket: ClientConnection) -> None:
        try:
            async for message in socket:
                if isinstance(message, bytes):
                    self._hear(message)
                else:
                    self._obey(message)
        except ConnectionClosed:
            return

    def _hear(self, message: bytes) -> None:
        if self.verb.bidirectional_hz is None:
            return  # "playback undefined": nothing is what a campaign should expect
        whole = self._odd_byte + message
        even = len(whole) // 2 * 2
        self._odd_byte = whole[even:]
        self.playout.push(from_rate(np.frombuffer(whole[:even], dtype="<i2").astype(np.int16), self.verb.bidirectional_hz))

    def _obey(self, text: str) -> None:
        """Two commands are known; every other text is ignored, as in the module."""
        try:
            command = json.loads(text)
        except ValueError:
            logger.info("text of %d characters that is no JSON on a media socket", len(text))
            return
        kind = command.get("type") if isinstance(command, dict) else None
        caption = command.get("data") if kind == "caption" else None
        if kind == "killAudio":
            self.n_kills += 1
            self.playout.kill()
        elif isinstance(caption, dict) and isinstance(caption.get("line_id"), int):
            self.playout.caption(caption["line_id"], str(caption.get("text", "")))
        else:
            logger.info("unknown command on a media socket: %.40r", kind)

    def _listen(self, mouth: MouthFrame, heard: EarFrame) -> None:
        message = self._packets.push(self._track.frame(mouth.pcm, heard.pcm))
        if not message:
            return
        try:
            self._outgoing.put_nowait(message)
        except asyncio.QueueFull:
            self.n_dropped += 1

    def _first_frame(self) -> str:
        identity = {"streamSid": self.stream_sid, **self._identity}
        match self._settings.first_frame:
            case FirstFrame.NONE:
                return ""
            case FirstFrame.FLAT:
                return json.dumps({"event": "start", **identity})
            case FirstFrame.NESTED:
                return json.dumps({"event": "start", "streamSid": self.stream_sid, "metadata": identity})
