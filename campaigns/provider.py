"""Our clients of the platform, one a dialect, made from the settings. An event loop's own: open one in each."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx
from django.conf import settings

from bridge.telephony.client import DEADLINE_S, DEFAULT_TIMEOUT, SautikitClient
from bridge.telephony.dialect import Dialect

NO_KEY = "none"  # simulated lines: the simulator asks for none, and a real line is refused without one


class Provider:
    """Use as `async with`."""

    def __init__(
        self, *, timeout: httpx.Timeout = DEFAULT_TIMEOUT, deadline_s: float = DEADLINE_S, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        key = settings.SAUTIKIT_API_KEY or NO_KEY
        self._clients = {
            dialect: SautikitClient(settings.SAUTIKIT_API_URL, key, dialect=dialect, timeout=timeout, deadline_s=deadline_s, transport=transport)
            for dialect in Dialect
        }

    def client(self, dialect: str) -> SautikitClient:
        return self._clients[Dialect(dialect)]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None) -> None:
        for client in self._clients.values():
            await client.aclose()
