"""The processes of one machine: server, dialer, worker (and the simulator for the demo), started, watched and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import httpx

from sautiqual.settings import BASE_DIR

STOP_AFTER_S = 20.0
BELOW_EPHEMERAL = range(20_000, 32_000)  # Linux hands out 32768 to 60999 (ip_local_port_range)


class ProcessDied(Exception):
    """A process that must live has ended; its own output says why."""


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    arguments: tuple[str, ...]


def server(host: str, port: int) -> Program:
    """Daphne serves development; uvicorn carries 1.3 to 1.8 times the calls (uvloop, sans-I/O WebSockets, no compression).

    No access log: its lines would hold the tokens of answer and audio addresses.
    """
    options = f"--host {host} --port {port} --loop uvloop --http httptools --ws websockets-sansio --ws-per-message-deflate false"
    quiet = "--no-access-log --no-server-header --log-level warning --timeout-graceful-shutdown 10"
    return Program("server", ("-m", "uvicorn", "sautiqual.asgi:application", *options.split(), *quiet.split()))


def with_us(program: Program) -> Program:
    """The same, a Python module, but gone soon after us even if we are killed."""
    flag, *rest = program.arguments
    if flag != "-m":
        raise AssertionError("a module is run with us")
    return Program(program.name, ("-m", "sautiqual.with_parent", str(os.getpid()), *rest))


def manage(name: str, *arguments: str) -> Program:
    return Program(name, (str(BASE_DIR / "manage.py"), *arguments))


class Processes:
    """`async with` starts nothing and stops everything: SIGTERM, patience, SIGKILL."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self.cpu_s: dict[str, float] = {}  # of each stopped program and of what it had started in its turn

    async def __aenter__(self) -> Processes:
        return self

    async def __aexit__(self, *problem: object) -> None:
        # The last started goes first: the dialer places nothing new while the server still serves what is live.
        for name in reversed(list(self._running)):
            await self.stop(name)

    async def start(self, program: Program) -> asyncio.subprocess.Process:
        # A session of its own, so that Ctrl-C reaches us alone and we stop them in order; stdout is ours alone (`demo --json`).
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *program.arguments,
            env=self._environment,
            cwd=BASE_DIR,
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
        )
        self._running[program.name] = process
        return process

    async def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        process = self._running.pop(name)
        if process.returncode is not None:
            return
        before_s = _cpu_of_ended_children_s()
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            await asyncio.wait_for(process.wait(), STOP_AFTER_S)
        except TimeoutError:
            process.kill()
            await process.wait()
        self.cpu_s[name] = _cpu_of_ended_children_s() - before_s

    async def first_to_die(self) -> str:
        """Waits until one of them ends by itself; its name and exit status in words."""
        waits = {asyncio.ensure_future(process.wait()): name for name, process in self._running.items()}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
        dead = next(iter(done))
        return f"{waits[dead]} ended with status {dead.result()}"

    def check(self) -> None:
        for name, process in self._running.items():
            if process.returncode is not None:
                raise ProcessDied(f"{name} ended with status {process.returncode}")


def _cpu_of_ended_children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextlib.asynccontextmanager
async def cancelled_by_sigterm() -> AsyncIterator[None]:
    """SIGTERM stops the current task as Ctrl-C does, so that every process it started is stopped, too."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, task.cancel if task else loop.stop)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def until_ready(url: str, processes: Processes, *, within_s: float) -> None:
    """Returns when the address answers 200. Raises ProcessDied, or TimeoutError with the address."""
    async with httpx.AsyncClient(timeout=5.0) as client, asyncio.timeout(within_s):
        while True:
            processes.check()
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.1)


def lasting_port(host: str) -> int:
    """A free port that stays ours between a kill and the restart: the kernel gives those of the upper half to anybody who connects."""
    return free_port(host, random.sample(BELOW_EPHEMERAL, 100))


def free_port(host: str, wanted: Sequence[int]) -> int:
    """The first of the wanted ports that nobody listens on, else any free one."""
    for port in (*wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("port 0 always binds")
