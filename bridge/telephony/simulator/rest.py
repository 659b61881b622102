"""The platform's REST endpoints as the vendor's SDK and pages describe them (provider notes §1, read 2026-11-22)."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge.telephony.dialect import IDEMPOTENCY_HEADER, REPLAY_HEADER, SPELLINGS, Field, ProviderStatus, squeeze
from bridge.telephony.simulator.asgi import Request, Response, Route, json_response, route
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.exchange import LOW_BALANCE_MINOR, Exchange, Subscription
from bridge.telephony.simulator.leg import Cause, EndedBy
from bridge.telephony.simulator.number import OwnNumber
from bridge.telephony.simulator.run import run_call
from bridge.telephony.simulator.settings import FaultKind, RecordingFate

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
MAX_LABEL = 5000
_FORBIDDEN_LABELS = ("mcp:", "broadcast:")
_UNECHOED = re.compile(r"[\s,{}\"']")  # the exchange refuses such labels: only the REST answer carries them (§1.2)


@dataclass(frozen=True, slots=True)
class Placed:
    """What an idempotency key stands for."""

    digest: str
    call: Call
    answer: dict[str, object]


@dataclass(frozen=True, slots=True)
class Search:
    """The filters of `GET /v1/calls`."""

    needle: str
    statuses: frozenset[str]
    direction: str
    session_id: str
    since: datetime | None
    until: datetime | None
    start: int
    limit: int

    @classmethod
    def of(cls, request: Request) -> Search:
        """Raises Problem."""
        query = request.query
        return cls(
            needle=query.get("q", ""),
            statuses=frozenset(squeeze(word) for word in query.get("status", "").split(",") if word),
            direction=query.get("direction", ""),
            session_id=query.get("session_id", ""),
            since=_moment(query.get("from", "")),
            until=_moment(query.get("to", "")),
            start=_whole(query.get("cursor", "0")),
            limit=min(100, max(1, _whole(query.get("limit", "25")))),
        )

    def finds(self, call: Call) -> bool:
        return (
            (not self.needle or self.needle in call.remote or self.needle in call.session_id)
            and (not self.statuses or squeeze(call.status.value) in self.statuses)
            and self.direction in ("", call.direction)
            and self.session_id in ("", call.session_id)
            and (self.since is None or call.created_at >= self.since)
            and (self.until is None or call.created_at <= self.until)
        )


class Problem(Exception):
    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.response = json_response(status, {"error": {"code": code, "message": message, "request_id": f"req_{secrets.token_hex(5)}"}}, headers)


class RestApi:
    def __init__(self, exchange: Exchange, base_url: Callable[[], str]) -> None:
        self._exchange = exchange
        self._base_url = base_url
        self._spelled = SPELLINGS[exchange.settings.dialect]
        self._placed: dict[str, Placed] = {}
        self._recording_tokens: dict[str, Call] = {}

    def routes(self) -> list[Route]:
        table = [
            ("POST", "/v1/calls", "calls.write", self._place),
            ("POST", "/v1/calls/originate", "calls.write", self._place),
            ("GET", "/v1/calls", "calls.read", self._list),
            ("GET", "/v1/calls/{call}", "calls.read", self._get),
            ("POST", "/v1/calls/{call}/hangup", "calls.write", self._hang_up),
            ("GET", "/v1/calls/{call}/recording", "calls.read", self._recording),
            ("GET", "/v1/wallet", "wallet.read", self._wallet),
            ("GET", "/v1/wallet/balance", "wallet.read", self._balance),
            ("GET", "/v1/numbers", "numbers.read", self._numbers),
            ("PATCH", "/v1/numbers/{number}", "numbers.claim", self._route_pages),
            ("PATCH", "/v1/numbers/{number}/routing", "numbers.claim", self._route_sdk),
            ("PUT", "/v1/numbers/{number}/routing", "numbers.claim", self._route_sdk),
            ("POST", "/v1/webhooks", "webhooks.manage", self._subscribe),
            ("GET", "/v1/webhooks", "webhooks.manage", self._subscriptions),
            ("POST", "/v1/webhooks/{hook}/rotate-secret", "webhooks.manage", self._rotate_secret),
        ]
        guarded = [route(method, path, self._guarded(scope, handler)) for method, path, scope, handler in table]
        return [*guarded, route("GET", "/storage/{token}", self._stored)]

    async def not_found(self, request: Request) -> Response:
        return Problem(404, "not_found", "no such endpoint").response

    def _guarded(self, scope: str, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            try:
                self._authorize(request, scope)
                return await handler(request)
            except Problem as problem:
                return problem.response

        return guarded

    def _authorize(self, request: Request, scope: str) -> None:
        given, key = request.headers.get("authorization", "").encode(), self._exchange.settings.api_key
        if key and not secrets.compare_digest(given, f"Bearer {key}".encode()):
            raise Problem(401, "api_key.invalid", "the API key is not valid")
        if scope not in self._exchange.settings.scopes:
            raise Problem(403, "api_key.scope_denied", f"the API key lacks {scope}")

    # ---- calls

    async def _place(self, request: Request) -> Response:
        body = _json(request)
        number, to = self._checked(body)
        label = str(body.get(self._spelled.client_request_id) or "")
        if len(label) > MAX_LABEL or not label.isprintable() or label.startswith(_FORBIDDEN_LABELS):
            raise Problem(422, "calls.invalid_client_request_id", "the client request id cannot be used")
        key, digest = request.headers.get(IDEMPOTENCY_HEADER.lower(), ""), hashlib.sha256(request.body).hexdigest()
        if earlier := self._earlier(key, digest):
            return json_response(201, earlier.answer, {REPLAY_HEADER: "true"})
        fault = self._exchange.next_fault()
        self._refuse(fault)
        answer = self._ring(body, number, to, label=label, key=key, digest=digest)
        await self._lose_reply(fault)
        await self._exchange.hold_reply()
        return json_response(201, answer)

    def _checked(self, body: dict[str, Any]) -> tuple[OwnNumber, str]:
        given = body.get("to")
        listed = given if isinstance(given, list) else [given]
        if len(listed) != 1 or not E164.fullmatch(str(listed[0])):
            raise Problem(422, "calls.invalid_to", "to must hold one number in E.164")
        number = self._exchange.own_number(e164=str(body.get("from")))
        if number is None or (body.get("caller_id") and not self._exchange.own_number(e164=str(body["caller_id"]))):
            raise Problem(403, "calls.number_not_owned", "the number is not one of this workspace")
        if number.is_suspended:
            raise Problem(403, "numbers.suspended", "the number is suspended")
        if self._exchange.wallet.balance_minor <= 0:
            raise Problem(402, "wallet.insufficient_funds", "the wallet is empty")
        return number, str(listed[0])

    def _earlier(self, key: str, digest: str) -> Placed | None:
        """A key replays only while its leg lives; afterwards the same request rings again (§1.0)."""
        placed = self._placed.get(key) if key else None
        if placed is None:
            return None
        if placed.digest != digest:
            raise Problem(409, "idempotency.conflict", "the key was used with another body")
        return placed if placed.call.is_live else None

    def _refuse(self, fault: FaultKind | None) -> None:
        if fault is FaultKind.RATE_LIMIT:
            raise Problem(429, "rate_limited", "too many requests", {"Retry-After": str(self._exchange.desk.retry_after_s)})
        if fault is FaultKind.SERVER_ERROR:
            raise Problem(500, "internal_error", "something broke")

    def _ring(self, body: dict[str, Any], number: OwnNumber, to: str, *, label: str, key: str, digest: str) -> dict[str, object]:
        """From here on the phone rings, whatever becomes of the reply."""
        voice_url = str(body.get(self._spelled.voice_callback_url) or "") if self._spelled.voice_callback_url else ""
        call = self._exchange.new_call(number, to, label="" if _UNECHOED.search(label) else label, voice_url=voice_url)
        answer: dict[str, object] = {
            self._spelled.answer[Field.CALL_ID]: call.call_id,
            self._spelled.answer[Field.SESSION_ID]: call.session_id,
            "status": self._spelled.status[ProviderStatus.RINGING],
            **({self._spelled.answer[Field.CLIENT_REQUEST_ID]: label} if label else {}),
        }
        if key:
            self._placed[key] = Placed(digest, call, answer)
        self._exchange.spawn(run_call(self._exchange, call))
        return answer

    async def _lose_reply(self, fault: FaultKind | None) -> None:
        """The caller does not learn that the phone rings."""
        if fault is FaultKind.HANG:
            await self._exchange.is_over.wait()
        if fault in (FaultKind.HANG, FaultKind.LOST_REPLY):
            raise Problem(502, "internal_error", "bad gateway")

    async def _list(self, request: Request) -> Response:
        search = Search.of(request)
        rows = [call for call in reversed(self._exchange.calls) if search.finds(call)]
        page, more = rows[search.start : search.start + search.limit], search.start + search.limit < len(rows)
        following = str(search.start + search.limit) if more else None
        return json_response(200, {"data": [call.cdr(self._exchange.settings.dialect) for call in page], "next_cursor": following})

    async def _get(self, request: Request) -> Response:
        return json_response(200, {"call": self._call(request).cdr(self._exchange.settings.dialect)})

    async def _hang_up(self, request: Request) -> Response:
        call = self._call(request)
        call.leg.hang_up(Cause.CLEARED if call.answered_at else Cause.CANCELED, EndedBy.API)
        return json_response(200, {"call_id": call.call_id, "status": "hung_up"})

    def _call(self, request: Request) -> Call:
        call = self._exchange.find(request.parts["call"])
        if call is None:
            raise Problem(404, "calls.not_found", "no such call")
        return call

    # ---- recordings

    async def _recording(self, request: Request) -> Response:
        """302 to a file once it is there; the answers before are of the bare shape (§1.1)."""
        call, settings = self._call(request), self._exchange.settings
        if call.answered_at is None or call.ended_at is None:
            return json_response(404, {"code": "calls.recording_not_found", "reason": "no_recording"})
        if settings.recording is RecordingFate.GONE or call.leg.tape.is_wiped:
            return json_response(410, {"code": "recording_unavailable", "reason": "pbx_deleted_before_capture"})
        waited_s = (self._exchange.clock.wall() - call.ended_at).total_seconds() * settings.speed
        if settings.recording is RecordingFate.NEVER or waited_s < settings.recording_delay_s:
            return json_response(202, {"status": "pending", "retry_after_seconds": max(1, round(settings.recording_delay_s / settings.speed))})
        token = secrets.token_urlsafe(16)
        self._recording_tokens[token] = call
        return Response(302, headers={"Location": f"{self._base_url()}/storage/{token}"})

    async def _stored(self, request: Request) -> Response:
        """Presigned: the address is the permission."""
        call = self._recording_tokens.get(request.parts["token"])
        if call is None:
            return Response(403)
        wav = await asyncio.to_thread(call.leg.tape.wav)
        return Response(200, wav, {"Content-Type": "audio/wav"})

    # ---- wallet, numbers, web hooks

    async def _wallet(self, request: Request) -> Response:
        return json_response(200, {"balance_minor": self._exchange.wallet.balance_minor, "currency": "KES", "status": "active"})

    async def _balance(self, request: Request) -> Response:
        record = {"workspace_id": "ws_simulator", "balance_minor": self._exchange.wallet.balance_minor, "currency": "KES"}
        return json_response(200, {**record, "low_balance_threshold_minor": LOW_BALANCE_MINOR})

    async def _numbers(self, request: Request) -> Response:
        return json_response(200, {"numbers": [_number_record(number) for number in self._exchange.numbers]})

    async def _route_pages(self, request: Request) -> Response:
        number, body = self._number(request), _json(request)
        number.voice_callback_url = _url(body.get("routing_url"))
        return json_response(200, _number_record(number))

    async def _route_sdk(self, request: Request) -> Response:
        if request.method not in self._exchange.settings.routing_methods:
            return Response(405)
        number, body = self._number(request), _json(request)
        number.voice_callback_url = _url(body.get("voice_callback_url"))
        number.events_url = _url(body["events_url"]) if body.get("events_url") else number.events_url
        number.signing_secret = str(body.get("voice_signing_secret") or number.signing_secret)
        return json_response(200, _number_record(number))

    def _number(self, request: Request) -> OwnNumber:
        number = self._exchange.own_number(number_id=request.parts["number"])
        if number is None:
            raise Problem(404, "numbers.not_found", "no such number")
        return number

    async def _subscribe(self, request: Request) -> Response:
        body = _json(request)
        hook = Subscription(f"wh_{secrets.token_hex(6)}", _url(body.get("url")), list(body.get("events") or ["*"]), _new_secret())
        self._exchange.subscriptions.append(hook)
        return json_response(201, {"id": hook.webhook_id, "url": hook.url, "events": hook.events, "secret": hook.secret})

    async def _subscriptions(self, request: Request) -> Response:
        rows = [{"id": hook.webhook_id, "url": hook.url, "events": hook.events} for hook in self._exchange.subscriptions]
        return json_response(200, {"data": rows, "next_cursor": None})

    async def _rotate_secret(self, request: Request) -> Response:
        hook = next((hook for hook in self._exchange.subscriptions if hook.webhook_id == request.parts["hook"]), None)
        if hook is None:
            raise Problem(404, "webhooks.not_found", "no such webhook")
        hook.secret = _new_secret()
        return json_response(200, {"id": hook.webhook_id, "secret": hook.secret})


def _new_secret() -> str:
    return f"whsec_{secrets.token_hex(16)}"


def _json(request: Request) -> dict[str, Any]:
    body = request.json()
    if body is None:
        raise Problem(400, "request.invalid_json", "the body is no JSON object")
    return body


def _url(value: object) -> str:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise Problem(422, "request.invalid_url", "an absolute URL is needed")
    return value


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise Problem(400, "request.invalid_query", "a whole number is needed")
    return int(text)


def _moment(text: str) -> datetime | None:
    """RFC 3339 or Unix seconds."""
    if not text:
        return None
    try:
        moment = datetime.fromtimestamp(float(text), UTC) if text.replace(".", "", 1).isdecimal() else datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(400, "request.invalid_query", "a time is needed") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number_record(number: OwnNumber) -> dict[str, object]:
    return {
        "id": number.number_id,
        "e164": number.e164,
        "country_iso2": "KE",
        "status": "suspended" if number.is_suspended else "active",
        "monthly_retail_minor": 10000,
        "currency": "KES",
        "inbound_per_min_minor": 0,
        "outbound_per_min_minor": 300,
        "capabilities": ["voice"],
        "voice_callback_url": number.voice_callback_url or None,
        "events_url": number.events_url or None,
    }
