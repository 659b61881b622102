"""What the platform POSTs to our web hooks: voice callbacks that are answered with a document, and events that only inform.

Every delivery that fails is repeated, so that a server which restarts is asked again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Coroutine, Mapping
from random import Random
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import httpx

from bridge.telephony.dialect import (
    CALLBACK_STATUS,
    EVENT_ID_HEADERS,
    EVENT_KIND_HEADERS,
    SIGNATURE_HEADER,
    SPELLINGS,
    Field,
    ProviderStatus,
)
from bridge.telephony.signatures import sign
from bridge.telephony.simulator.clock import Clock
from bridge.telephony.simulator.settings import EventShape, SimulatorSettings

logger = logging.getLogger(__name__)

_MAX_QUERY_LABEL = 2048  # bytes, percent-encoded; longer ones are dropped from the query (§1.2)
_LATE_S = (0.3, 2.5)


class Spawn(Protocol):
    def __call__(self, work: Coroutine[Any, Any, Any]) -> object: ...


class Callbacks:
    def __init__(self, settings: SimulatorSettings, http: httpx.AsyncClient, clock: Clock, spawn: Spawn) -> None:
        self._settings = settings.callbacks
        self._mishaps = settings.mishaps
        self._names = SPELLINGS[settings.dialect].callback
        self._http = http
        self._clock = clock
        self._random = Random(settings.seed + 1)
        self._luck = Random(settings.seed + 3)
        self._spawn = spawn

    async def ask(self, url: str, state: ProviderStatus, fields: Mapping[Field, object], secret: str) -> bytes | None:
        """The document that answers, or None: nobody gave one within all repeats."""
        body = self._spell({**fields, Field.STATUS: CALLBACK_STATUS[state]})
        url = self._with_label(url, str(fields.get(Field.CLIENT_REQUEST_ID) or ""))
        reply = await self._post(url, body, secret)
        if self._settings.is_duplicated or self._happens(self._mishaps.duplicated):
            self._spawn(self._post(url, body, secret))
        return reply.content if reply is not None else None

    async def tell(self, url: str, state: ProviderStatus, fields: Mapping[Field, object], secret: str) -> bytes | None:
        """As `ask`, for edges whose answer decides nothing; late if the line's deliveries are out of order."""
        if self._happens(self._mishaps.lost):
            return None
        await self._be_late()
        return await self.ask(url, state, fields, secret)

    async def event(self, url: str, kind: str, fields: Mapping[Field, object], record: Mapping[str, object], secret: str) -> None:
        """`record`: the documented `data` of this kind; `fields`: the same call as the exchange itself says it."""
        if not url or self._settings.are_events_silent or self._happens(self._mishaps.lost):
            return
        event_id = f"evt_{self._random.getrandbits(64):016x}"
        shapes: dict[EventShape, dict[str, object]] = {
            EventShape.ENVELOPE: {
                "kind": kind,
                "event_id": event_id,
                "workspace_id": "ws_simulator",
                "occurred_at": self._now(),
                "data": dict(record),
            },
            EventShape.PAYLOAD: {"event_kind": kind, "event_id": event_id, "payload": {**record, "occurred_at": self._now()}},
            EventShape.RAW: self._spell(fields),
        }
        headers = {EVENT_KIND_HEADERS[0]: kind, EVENT_ID_HEADERS[0]: event_id}
        await self._be_late()
        for _ in range(2 if self._settings.is_duplicated or self._happens(self._mishaps.duplicated) else 1):
            await self._post(url, shapes[self._settings.events], secret, headers=headers, is_json=True)

    async def _be_late(self) -> None:
        if self._settings.is_out_of_order or self._happens(self._mishaps.late):
            await self._clock.sleep(self._random.uniform(*_LATE_S))

    def _happens(self, share: float) -> bool:
        return self._luck.random() < share

    def _now(self) -> str:
        return self._clock.wall().isoformat()

    def _spell(self, fields: Mapping[Field, object]) -> dict[str, object]:
        is_dropped = {Field.CLIENT_REQUEST_ID} if self._settings.drops_request_id else set()
        return {self._names[field]: value for field, value in fields.items() if value not in ("", None) and field not in is_dropped}

    def _with_label(self, url: str, label: str) -> str:
        encoded = quote(label, safe="")
        if not label or self._settings.drops_request_id or len(encoded) > _MAX_QUERY_LABEL:
            return url
        parts = urlsplit(url)
        return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, f"clientRequestId={encoded}")))))

    async def _post(
        self, url: str, record: Mapping[str, object], secret: str, *, headers: Mapping[str, str] | None = None, is_json: bool = False
    ) -> httpx.Response | None:
        is_json = is_json or self._settings.is_json
        body = json.dumps(record).encode() if is_json else urlencode(record).encode()
        content_type = "application/json" if is_json else "application/x-www-form-urlencoded"
        for wait_s in (*self._settings.retry_waits_s, None):
            signature = {SIGNATURE_HEADER: sign(body, secret, at=self._clock.wall(), form=self._settings.signature)} if secret else {}
            reply = await self._try(url, body, {"Content-Type": content_type, **(headers or {}), **signature})
            if reply is not None and self._happens(self._mishaps.reply_lost):
                reply = None
            if reply is not None and reply.is_success:
                return reply
            if reply is not None and reply.is_client_error:
                logger.warning("a web hook refused a delivery with %d", reply.status_code)
                return None
            if wait_s is not None:
                await self._clock.sleep(wait_s)
        logger.warning("a web hook did not answer any of %d deliveries", len(self._settings.retry_waits_s) + 1)
        return None

    async def _try(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response | None:
        try:
            return await self._http.post(url, content=body, headers=dict(headers))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            logger.info("a web hook cannot be reached: %s", type(error).__name__)
            return None
