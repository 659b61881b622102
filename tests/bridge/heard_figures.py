"""Prints how well the heard-ledger knows what the simulator's callee was played: `python -m tests.bridge.heard_figures`.

Calls of the simulated platform over real sockets, in real time. Lines of any length, said at once or as they are made, are cut at any moment; the
ledger's word is compared with the simulator's account at that instant, and with what of the line was ever played.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np

from bridge.brief import ChannelLayout
from bridge.events import RATE_HZ, Line, VoiceAudio
from bridge.playback import Playback
from bridge.sender import Sender
from bridge.telephony.answer_xml import Stream, Track
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.settings import MediaSettings, SimulatorSettings
from bridge.telephony.simulator.sound import tone
from tests.bridge.telephony.simulator.rig import MediaSocket, Rig, running, write_people, write_utterances

PREBUFFER_MS = 160  # of the simulated platform
TOLERANCE_MS = 20
PIECE_S = 0.1
PROBE_S = 0.002
JITTERS_MS = (0, 30)
N_CALLS, N_CUTS = 6, 6
SILENT_TOML = 'number = "{number}"\nexpected = ""\nnoise_dbfs = -70.0\nhas_common_rules = false\n[answer]\nafter_rings = 1\n'


@dataclass(frozen=True)
class Cut:
    """Milliseconds of one line."""

    line_id: int
    heard_ms: int  # by the ledger, when it was cut
    played_ms: int  # by the simulator, at the same instant
    late_ms: int  # by how much this machine has kept the event loop waiting while the line was said
    in_all_ms: int = 0  # by the simulator, at the end of the call


class Lateness:
    """A machine with other work to do is late with our timers and the simulator's: neither the ledger's doing nor the line's."""

    def __init__(self) -> None:
        self._worst_s = 0.0

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + PROBE_S
            await asyncio.sleep(PROBE_S)
            self._worst_s = max(self._worst_s, loop.time() - due_s)

    def begin(self) -> None:
        self._worst_s = 0.0

    def worst_ms(self) -> int:
        return round(self._worst_s * 1000)


class JitteryMedia:
    """Our end of the socket. What is sent comes late by up to `jitter_ms`, and in order."""

    def __init__(self, socket: MediaSocket, random: Random, jitter_ms: int) -> None:
        self._socket = socket
        self._random = random
        self._jitter_s = jitter_ms / 1000
        self._after = asyncio.get_running_loop().time()
        self._on_its_way: deque[bytes | str] = deque()

    async def send_bytes(self, pcm: bytes) -> None:
        await self._send(pcm)

    async def send_text(self, text: str) -> None:
        await self._send(text)

    async def _send(self, message: bytes | str) -> None:
        """The line's way is long, the sender is not slow: it does not wait for what is on its way."""
        loop = asyncio.get_running_loop()
        self._after = max(self._after, loop.time() + self._random.uniform(0, self._jitter_s))
        if not self._jitter_s:
            await self._socket.connection.send(message)
            return
        self._on_its_way.append(message)
        loop.call_at(self._after, self._arrive)

    def _arrive(self) -> None:
        """Whichever timer fires, the first message comes first."""
        message, protocol = self._on_its_way.popleft(), self._socket.connection.protocol
        if isinstance(message, str):
            protocol.send_text(message.encode())
        else:
            protocol.send_binary(message)
        for piece in protocol.data_to_send():
            self._socket.connection.transport.write(piece)

    async def close(self) -> None:
        await self._socket.connection.close()


class CutCall:
    """One call on which every line is cut."""

    def __init__(self, call: Call, socket: MediaSocket, random: Random, *, jitter_ms: int, prebuffer_ms: int) -> None:
        loop = asyncio.get_running_loop()
        opened_s = loop.time()
        self._call = call
        self._random = random
        self._lateness = Lateness()
        self._sender = Sender(
            JitteryMedia(socket, random, jitter_ms),
            Playback(prebuffer_ms),
            now=lambda: loop.time() - opened_s,
            on_line=lambda _event: None,
            on_frame=lambda _frame: None,
        )

    async def cut_lines(self, n_lines: int) -> list[Cut]:
        async with asyncio.TaskGroup() as tasks:
            watching, sending = tasks.create_task(self._lateness.watch()), tasks.create_task(self._sender.run())
            cuts = [await self._cut_line(line_id) for line_id in range(1, n_lines + 1)]
            self._say(n_lines + 1, 0.5)  # whatever the platform still holds of the last line is played before this
            await asyncio.sleep(1.2)
            watching.cancel()
            sending.cancel()
        return [replace(cut, in_all_ms=self._played_ms(cut.line_id)) for cut in cuts]

    async def _cut_line(self, line_id: int) -> Cut:
        self._lateness.begin()
        length_s = self._random.uniform(0.2, 1.6)
        is_slow = self._random.random() < 0.5
        saying = asyncio.create_task(self._say_slowly(line_id, length_s)) if is_slow else None
        if saying is None:
            self._say(line_id, length_s)
        await asyncio.sleep(self._random.uniform(0.05, length_s + 0.2))
        cut = Cut(line_id, self._sender.stop(line_id), self._played_ms(line_id), self._lateness.worst_ms())
        if saying is not None:
            saying.cancel()
        await asyncio.sleep(self._random.uniform(0, 0.2))
        return cut

    def _played_ms(self, line_id: int) -> int:
        return sum(line.heard_ms for line in self._call.lines if line.line.line_id == line_id)

    def _say(self, line_id: int, length_s: float) -> None:
        self._sender.caption(Line(line_id, f"line {line_id}"))
        self._sender.push(VoiceAudio(line_id, tone(400.0, int(length_s * RATE_HZ), dbfs=-20.0)))

    async def _say_slowly(self, line_id: int, length_s: float) -> None:
        """As it is made, a little faster than it is spoken, and sometimes not fast enough."""
        self._sender.caption(Line(line_id, f"line {line_id}"))
        for _ in range(int(length_s / PIECE_S)):
            self._sender.push(VoiceAudio(line_id, tone(400.0, int(PIECE_S * RATE_HZ), dbfs=-20.0)))
            await asyncio.sleep(PIECE_S * self._random.uniform(0.3, 1.4))


async def cuts_on(
    layout: ChannelLayout, *, n_calls: int, n_cuts: int, jitter_ms: int = 0, prebuffer_ms: int = PREBUFFER_MS, seed: int = 1
) -> list[Cut]:
    with tempfile.TemporaryDirectory() as folder:
        people, sounds = Path(folder) / "people", Path(folder) / "sounds"
        people.mkdir()
        sounds.mkdir()
        numbers = [f"+2547110002{n:02d}" for n in range(n_calls)]
        write_people(people, **{f"p{n}": SILENT_TOML.format(number=number) for n, number in enumerate(numbers)})
        settings = SimulatorSettings(
            personas_folder=people,
            utterances_folder=write_utterances(sounds, {"hello": 0.5}),
            ring_s=0.1,
            media=MediaSettings(both_tracks=layout, prebuffer_ms=prebuffer_ms),
        )
        async with running(settings) as rig:
            rig.stream = Stream(url="", status_callback=None, track=Track.INBOUND if layout is ChannelLayout.MONO else Track.BOTH)
            return await _cut_calls(rig, numbers, n_cuts, jitter_ms, prebuffer_ms, Random(seed))


async def _cut_calls(rig: Rig, numbers: Sequence[str], n_cuts: int, jitter_ms: int, prebuffer_ms: int, random: Random) -> list[Cut]:
    calls = []
    for position, number in enumerate(numbers):
        call = await rig.call(number)
        calls.append(CutCall(call, await rig.socket(position), Random(random.random()), jitter_ms=jitter_ms, prebuffer_ms=prebuffer_ms))
    async with asyncio.TaskGroup() as tasks:
        jobs = [tasks.create_task(call.cut_lines(n_cuts)) for call in calls]
    return [cut for job in jobs for cut in job.result()]


def errors_ms(cuts: Sequence[Cut]) -> np.ndarray:
    """Positive: the ledger claims more than was played."""
    return np.array([cut.heard_ms - cut.played_ms for cut in cuts])


def is_close(cut: Cut, jitter_ms: int) -> bool:
    """Within what the way of a message and this machine's own lateness explain."""
    error_ms = cut.heard_ms - cut.played_ms
    return -TOLERANCE_MS - cut.late_ms <= error_ms <= TOLERANCE_MS + jitter_ms + cut.late_ms


def row(name: str, cuts: Sequence[Cut], jitter_ms: int = 0) -> str:
    errors = errors_ms(cuts)
    later, late = np.array([cut.in_all_ms - cut.heard_ms for cut in cuts]), np.array([cut.late_ms for cut in cuts])
    figures = [
        len(cuts),
        sum(not is_close(cut, jitter_ms) for cut in cuts),
        np.median(errors),
        np.percentile(np.abs(errors), 95),
        np.abs(errors).max(),
        later.max(),
        np.percentile(late, 95),
        late.max(),
    ]
    return f"{name:<24}" + "".join(f"{figure:>12.0f}" for figure in figures)


HEADINGS = ("cuts", "too far", "median", "p95", "max", "played on", "loop p95", "loop max")


async def main() -> None:
    print(f"{'ms':<24}" + "".join(f"{heading:>12}" for heading in HEADINGS))
    for layout in ChannelLayout:
        for jitter_ms in JITTERS_MS:
            cuts = await cuts_on(layout, n_calls=N_CALLS, n_cuts=N_CUTS, jitter_ms=jitter_ms)
            print(row(f"{layout.value}, jitter {jitter_ms}", cuts, jitter_ms), flush=True)
    cuts = await cuts_on(ChannelLayout.MONO, n_calls=N_CALLS, n_cuts=N_CUTS, prebuffer_ms=0)
    print(row("mono, no pre-buffer", cuts))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
