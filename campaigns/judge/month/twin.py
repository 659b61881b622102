"""A working twin of the phone platform in memory: takes calls, refuses some, loses some replies, is down for a while, and tells what it knows.

It speaks Sautikit's REST to our own client, so that what is placed, read and classified is what runs in production.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import httpx

from bridge.telephony.dialect import ProviderStatus


@dataclass(slots=True)
class Placed:
    """One call as the platform knows it."""

    call_id: str
    label: str  # our client_request_id
    number: str = field(repr=False)
    our_number: str = field(repr=False)
    created_at: datetime
    status: ProviderStatus = ProviderStatus.RINGING
    duration_s: float | None = None
    cost_minor: int | None = None

    def record(self) -> dict[str, Any]:
        known = {"duration_seconds": self.duration_s, "cost_minor": self.cost_minor}
        return {
            "id": self.call_id,
            "client_request_id": self.label,
            "direction": "outbound",
            "local_e164": self.our_number,
            "remote_e164": self.number,
            "status": self.status.value,
            "cost_currency": "KES",
            **{name: value for name, value in known.items() if value is not None},
        }


class Twin(httpx.AsyncBaseTransport):
    """`now` tells the virtual time; `on_placed` is called for each phone that rings."""

    def __init__(self, chance: Random, *, now: Callable[[], datetime], on_placed: Callable[[Placed], None]) -> None:
        self.is_down = False
        self.calls: dict[str, Placed] = {}
        self._chance, self._now, self._on_placed = chance, now, on_placed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path == "/v1/calls":
            return self._place(request)
        if request.url.path == "/v1/calls":
            wanted = request.url.params.get("q", "")
            found = [call.record() for call in self.calls.values() if call.number == wanted]
            return httpx.Response(200, json={"data": found, "next_cursor": None})
        call = self.calls.get(request.url.path.split("/")[3])
        if call is None:
            return httpx.Response(404, json={"error": {"code": "calls.not_found", "message": "no such call"}})
        return httpx.Response(200, json={"call": call.record()})

    def _place(self, request: httpx.Request) -> httpx.Response:
        luck = self._chance.random()
        if self.is_down:
            if luck < 0.7:
                raise httpx.ConnectError("the platform is down", request=request)
            if luck < 0.85:
                self._ring(request)  # the phone rings, and the reply is lost
            raise httpx.ReadTimeout("no reply", request=request)
        if luck < 0.01:
            return httpx.Response(422, json={"error": {"code": "calls.invalid_destination", "message": "cannot be routed"}})
        if luck < 0.02:
            return httpx.Response(429, headers={"Retry-After": "20"}, json={"error": {"code": "rate_limited", "message": "slow down"}})
        if luck < 0.03:
            return httpx.Response(503, text="bad gateway")  # nobody can say whether it rang
        placed = self._ring(request)
        return httpx.Response(201, json={"call_id": placed.call_id, "status": "ringing", "client_request_id": placed.label})

    def _ring(self, request: httpx.Request) -> Placed:
        asked = json.loads(request.content)
        placed = Placed(f"twin-{len(self.calls) + 1}", asked["client_request_id"], asked["to"][0], asked["from"], self._now())
        self.calls[placed.call_id] = placed
        self._on_placed(placed)
        return placed
