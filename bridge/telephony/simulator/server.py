"""The simulated Sautikit as something that runs: in a test (`async with Simulator(settings) as sim`) or as a server of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator
from types import TracebackType
from typing import Self

import httpx
import uvicorn

from bridge.telephony.simulator.asgi import Application, app
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.exchange import Exchange
from bridge.telephony.simulator.people import load_people
from bridge.telephony.simulator.report import report_routes
from bridge.telephony.simulator.rest import RestApi
from bridge.telephony.simulator.run import ring_us
from bridge.telephony.simulator.settings import SimulatorSettings

_CONNECTIONS = httpx.Limits(max_connections=500, max_keepalive_connections=50)


class _Server(uvicorn.Server):
    """Leaves the process's signals to whoever owns the process, and says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: asyncio.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopped = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    async def main_loop(self) -> None:
        """Waits to be stopped instead of looking ten times a second."""
        await self._stopped.wait()

    def stop(self) -> None:
        self.should_exit = True
        self._stopped.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


@contextlib.asynccontextmanager
async def listening(application: Application, listener: socket.socket) -> AsyncIterator[str]:
    """Serves plain HTTP on a listening socket, which it closes, and gives its address."""
    ready = asyncio.Event()
    config = uvicorn.Config(application, lifespan="off", ws="none", log_config=None, access_log=False, date_header=False, timeout_graceful_shutdown=1)
    server = _Server(config, ready)
    # No TaskGroup: it would wrap what a test's body raises, and cancel the server before it has closed its sockets.
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await ready.wait()
        yield "http://{}:{}".format(*listener.getsockname()[:2])
    finally:
        server.stop()
        await serving


class Simulator:
    """`url` and `exchange` (its state: calls, dials, faults) are there once it has been entered."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.url = ""
        self.exchange: Exchange
        self._stop = asyncio.Event()
        self._is_ready = asyncio.Event()
        self._runner: asyncio.Task[None]

    def ring_us(self, *, from_: str, to: str, is_withheld: bool = False) -> Call:
        """The person who lives at `from_` calls one of the workspace's numbers. Raises ValueError if there is no such person or number."""
        return ring_us(self.exchange, from_=from_, to=to, is_withheld=is_withheld)

    async def __aenter__(self) -> Self:
        """Raises OSError if the port is taken, PersonaInvalid or UtteranceMissing for bad data."""
        self._runner = asyncio.create_task(self._run())
        ready = asyncio.create_task(self._is_ready.wait())
        await asyncio.wait({self._runner, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not self._is_ready.is_set():
            ready.cancel()
            await self._runner
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Live calls are cut off."""
        self._stop.set()
        await self._runner

    async def _run(self) -> None:
        """One task owns everything, so that whatever was begun ends here."""
        people = load_people(self.settings)
        listener = socket.create_server((self.settings.host, self.settings.port))
        timeout = httpx.Timeout(self.settings.callbacks.timeout_s)
        async with httpx.AsyncClient(timeout=timeout, limits=_CONNECTIONS, trust_env=False) as http, asyncio.TaskGroup() as group:
            self.exchange = Exchange(self.settings, people, http, group)
            api = RestApi(self.exchange, lambda: self.url)
            application = app([*api.routes(), *report_routes(self.exchange)], api.not_found)
            async with listening(application, listener) as self.url:
                self._is_ready.set()
                await self._stop.wait()
                self.exchange.shut()
