"""A simulated rep at the queue page: signs in, goes available, accepts the first card, over the same addresses as a browser.

The page says THAT something changed over its WebSocket; the rep then fetches WHAT, finds the accept button, and presses it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

ACCEPT_BUTTON = re.compile(r'<button[^>]*formaction="(/queue/[^"]+/accept/)"')
CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
RECONNECT_S = 1.0
HEARTBEAT_S = 10.0


class SimulatedRep:
    def __init__(self, base_url: str, username: str, password: str) -> None:
        self._base_url = base_url
        self._username = username
        self._password = password
        self._client = httpx.AsyncClient(base_url=base_url, follow_redirects=True, timeout=10.0, headers={"Referer": base_url})

    async def work(self) -> None:
        """Until cancelled. A server that is being restarted is waited for, as a browser would."""
        is_signed_in = False
        async with self._client:
            while True:
                with contextlib.suppress(httpx.HTTPError, WebSocketException, OSError):
                    if not is_signed_in:
                        await self._sign_in()
                        is_signed_in = True
                    await self._go_available()
                    await self._watch()
                await asyncio.sleep(RECONNECT_S)

    async def _sign_in(self) -> None:
        page = await self._client.get("/account/login/")
        form = {"csrfmiddlewaretoken": _token_in(page.text), "username": self._username, "password": self._password}
        reply = await self._client.post("/account/login/", data=form)
        if reply.url.path.startswith("/account/login"):
            raise AssertionError(f"the demo's rep {self._username} could not sign in")

    async def _go_available(self) -> None:
        page = await self._client.get("/queue/")
        await self._post("/queue/presence/", page.text, is_available="1")

    def _connect(self) -> connect:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._client.cookies.jar)
        address = self._base_url.replace("http", "ws", 1) + "/ws/queue/"
        return connect(address, additional_headers={"Cookie": cookies}, origin=self._base_url)  # type: ignore[arg-type]

    async def _watch(self) -> None:
        async with self._connect() as socket:
            await self._take_first_card()
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_S):
                        await socket.recv()
                await self._take_first_card()

    async def _take_first_card(self) -> None:
        cards = await self._client.get("/queue/cards/")
        if found := ACCEPT_BUTTON.search(cards.text):
            await self._post(found[1], cards.text)

    async def _post(self, path: str, page: str, **fields: str) -> None:
        await self._client.post(path, data={"csrfmiddlewaretoken": _token_in(page), **fields})


def _token_in(page: str) -> str:
    found = CSRF_FIELD.search(page)
    return found[1] if found else ""
