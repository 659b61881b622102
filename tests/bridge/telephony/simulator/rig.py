"""A small server of the other side: it answers voice callbacks, takes events and holds media sockets, all over real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import numpy as np
import soundfile
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from bridge.events import RATE_HZ
from bridge.telephony.answer_xml import Stream, document
from bridge.telephony.dialect import MEDIA_SUBPROTOCOL
from bridge.telephony.simulator.asgi import Request, Response, app, route
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.server import Simulator, listening
from bridge.telephony.simulator.settings import CONTINUING_NUMBER, DEAD_AIR_NUMBER, SimulatorSettings
from bridge.telephony.simulator.sound import tone

SPEED = 20.0
DEADLINE_S = 90.0  # on a machine on which much else runs
LEAD = "+254711000101"
REP = "+254711000201"
LINE, DEAD_LINE = CONTINUING_NUMBER.e164, DEAD_AIR_NUMBER.e164
EMPTY = b"<Response></Response>"


@dataclass(frozen=True)
class Post:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, object]:
        return json.loads(self.body) if self.body.startswith(b"{") else dict(parse_qsl(self.body.decode()))

    @property
    def state(self) -> str:
        return str(self.fields.get("callSessionState", ""))


@dataclass
class MediaSocket:
    """One media socket as our server sees it. `pcm` and `texts` are what came; `say` sends words and a tone that lasts as long."""

    connection: ServerConnection
    path: str
    pcm: bytearray = field(default_factory=bytearray)
    messages: list[int] = field(default_factory=list)  # sizes
    texts: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    close_code: int | None = None
    n_lines: int = 0

    @property
    def samples(self) -> np.ndarray:
        return np.frombuffer(bytes(self.pcm[: len(self.pcm) // 2 * 2]), dtype=np.int16)

    async def say(self, text: str, *, seconds: float | None = None, dbfs: float = -20.0) -> int:
        self.n_lines += 1
        await self.connection.send(json.dumps({"type": "caption", "data": {"line_id": self.n_lines, "text": text}}))
        n = int((seconds if seconds is not None else len(text) / 15 + 0.2) * RATE_HZ)
        await self.connection.send(tone(400.0, n, dbfs=dbfs).tobytes() if dbfs > -100 else bytes(2 * n))
        await self.connection.send(bytes(2 * RATE_HZ // 10))
        return self.n_lines

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


class Rig:
    """`answers` decides what a voice callback gets; by default Stream until its socket is open, then the empty document."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.sockets: list[MediaSocket] = []
        self.echoes_subprotocol = True
        self.stream = Stream(url="", status_callback=None)
        self.then: tuple = ()
        self.answers: Callable[[Post], bytes | None] = self._answer
        self.url = ""
        self.media_url = ""
        self.sim: Simulator
        self.api: httpx.AsyncClient
        self._changed = asyncio.Event()

    def _answer(self, post: Post) -> bytes:
        is_set_up = post.state in ("Ringing", "Answered")
        return document(replace(self.stream, url=self.media_url), *self.then) if is_set_up else EMPTY

    async def receive(self, request: Request) -> Response:
        post = Post(request.path, dict(request.query), dict(request.headers), request.body)
        self.posts.append(post)
        self.tell()
        answer = self.answers(post) if request.path.startswith("/voice") else b""
        return Response(503) if answer is None else Response(200, answer, {"Content-Type": "application/xml"})

    async def media(self, connection: ServerConnection) -> None:
        socket = MediaSocket(connection, connection.request.path if connection.request else "")
        self.sockets.append(socket)
        self.tell()
        try:
            async for message in connection:
                if isinstance(message, str):
                    socket.texts.append(message)
                else:
                    socket.pcm += message
                    socket.messages.append(len(message))
                socket.changed.set()
                self.tell()
        except ConnectionClosed:
            pass
        socket.close_code = connection.close_code
        socket.closed.set()
        socket.changed.set()
        self.tell()

    def tell(self) -> None:
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                self._changed.clear()
                poll = asyncio.create_task(asyncio.sleep(0.02))  # the simulator's own state changes without a word to us
                changed = asyncio.create_task(self._changed.wait())
                _, pending = await asyncio.wait({poll, changed}, return_when=asyncio.FIRST_COMPLETED)
                for task in pending:
                    task.cancel()

    async def call(self, to: str = LEAD, *, line: str = LINE, **body: object) -> Call:
        reply = await self.api.post("/v1/calls", json={"from": line, "to": [to], "voice_callback_url": f"{self.url}/voice/answer", **body})
        assert reply.status_code == 201, reply.text
        found = self.sim.exchange.find(str(reply.json()["session_id"]))
        assert found is not None
        return found

    async def socket(self, position: int = 0) -> MediaSocket:
        await self.until(lambda: len(self.sockets) > position)
        return self.sockets[position]

    async def ended(self, call: Call) -> Call:
        await self.until(lambda: not call.is_live)
        return call

    def states(self) -> list[str]:
        return [post.state for post in self.posts if post.path.startswith("/voice")]

    def paths(self, path: str) -> list[Post]:
        return [post for post in self.posts if post.path == path]


@asynccontextmanager
async def running(settings: SimulatorSettings):
    """A rig and a simulator whose numbers are routed to it."""
    rig = Rig()
    application = app([route("POST", "/{a}", rig.receive), route("POST", "/{a}/{b}", rig.receive)], rig.receive)

    def choose(connection: ServerConnection, offered: list[Subprotocol]) -> Subprotocol | None:
        return Subprotocol(MEDIA_SUBPROTOCOL) if rig.echoes_subprotocol and MEDIA_SUBPROTOCOL in offered else None

    async with (
        listening(application, socket.create_server(("127.0.0.1", 0))) as rig.url,
        serve(rig.media, "127.0.0.1", 0, select_subprotocol=choose, compression=None, max_size=None, ping_interval=None) as media,
    ):
        rig.media_url = f"ws://127.0.0.1:{next(iter(media.sockets)).getsockname()[1]}/audio/token"
        routed = settings.answering_at(f"{rig.url}/voice", f"{rig.url}/events")
        async with (
            Simulator(routed) as rig.sim,
            httpx.AsyncClient(base_url=rig.sim.url, headers={"Authorization": f"Bearer {settings.api_key}"}, trust_env=False) as rig.api,
        ):
            yield rig


def write_people(folder: Path, **personas: str) -> Path:
    for name, text in personas.items():
        (folder / f"{name}.toml").write_text(text)
    return folder


def write_utterances(folder: Path, groups: dict[str, float]) -> Path:
    """One tone of so many seconds for each group."""
    rows = []
    for position, (group, seconds) in enumerate(groups.items()):
        soundfile.write(folder / f"{group}.flac", tone(300.0 + 40 * position, int(seconds * RATE_HZ), dbfs=-15.0), RATE_HZ)
        value = {"seats_some": "50", "seats_few": "5"}.get(group, "")
        rows.append(
            f'[[utterance]]\nid="{group}_1"\ngroup="{group}"\ntext="words of {group}"\nvoice="slt"\nfile="{group}.flac"\n'
            f'duration_ms={int(seconds * 1000)}\nvalue="{value}"\n'
        )
    (folder / "index.toml").write_text("\n".join(rows))
    return folder
