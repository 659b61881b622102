"""Sautikit over HTTP: place, end and look up calls; recordings, wallet, numbers.

`place_call` sends once and never again, whatever happens: a phone may already ring. Everything else may be asked twice.
Knows the provider's contract, not why we call; logs nothing, because everything it handles is a number, a token or money.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import quote

import httpx

from bridge.telephony.dialect import IDEMPOTENCY_HEADER, REPLAY_HEADER, SPELLINGS, Dialect, squeeze
from bridge.telephony.errors import (
    NotFound,
    NotSent,
    OutcomeUnknown,
    PlaceCallProblem,
    ProviderUnavailable,
    Refused,
    RequestProblem,
    RequestRefused,
    TooManyRequests,
    WalletEmpty,
)
from bridge.telephony.replies import (
    Cdr,
    Direction,
    OwnNumber,
    PlacedCall,
    RecordingGone,
    RecordingPending,
    RecordingReady,
    UnreadableReply,
    Wallet,
    read_cdr,
    read_json,
    read_numbers,
    read_page,
    read_placed_call,
    read_problem,
    read_wait,
    read_wallet,
)

for _name in ("httpx", "httpcore"):  # they log URLs and headers, and ours carry phone numbers and the key
    logging.getLogger(_name).setLevel(logging.WARNING)

DEFAULT_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
DEADLINE_S = 30.0  # of one exchange; httpx's own limits start anew with every byte
RETRY_AFTER_S = 30.0  # where a 429 does not say
PAGE_SIZE = 100
MAX_PAGES = 20
CLIENT_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")  # the exchange refuses blanks, commas, braces and quotes; a colon makes it reserved
WALLET_EMPTY = "walletinsufficientfunds"  # as the SDK and as a concept page spell it, squeezed
MAYBE_PLACED = frozenset({408, 409})  # cut off while sending; the key was used before: in both a phone may ring
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class PlaceCall:
    """`client_request_id`: an opaque label of [A-Za-z0-9._-], another for every call. `answer_url` is not sent in the dialect `pages`."""

    to: str = field(repr=False)  # E.164
    from_number: str = field(repr=False)  # E.164, active and ours
    client_request_id: str
    answer_url: str = field(repr=False)
    idempotency_key: str

    def __post_init__(self) -> None:
        if not CLIENT_REQUEST_ID.fullmatch(self.client_request_id):
            raise ValueError("client_request_id: only letters, digits, dot, underscore and hyphen")


@dataclass(frozen=True, slots=True)
class CallSearch:
    """`since`, `until`: aware, about when the call was created. Empty and None: do not care."""

    remote_e164: str = field(default="", repr=False)
    direction: Direction | None = None
    since: datetime | None = None
    until: datetime | None = None
    session_id: str = ""

    def matches(self, call: Cdr) -> bool:
        """Asked again of every reply: a filter the provider ignores must not make us adopt another person's call."""
        began_at = call.created_at or call.started_at
        return (
            (not self.remote_e164 or squeeze(call.remote_e164) == squeeze(self.remote_e164))
            and (self.direction is None or call.direction is self.direction)
            and (not self.session_id or call.session_id == self.session_id)
            and (self.since is None or began_at is None or began_at >= self.since)
            and (self.until is None or began_at is None or began_at <= self.until)
        )

    def parameters(self) -> dict[str, str]:
        asked = {
            "q": self.remote_e164,
            "direction": self.direction or "",
            "from": self.since.astimezone(UTC).isoformat() if self.since else "",
            "to": self.until.astimezone(UTC).isoformat() if self.until else "",
            "session_id": self.session_id,
        }
        return {name: value for name, value in asked.items() if value}


class SautikitClient:
    """One workspace's key. Use as `async with`, in the event loop it was made for."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        dialect: Dialect = Dialect.SDK,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: httpx.Timeout = DEFAULT_TIMEOUT,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._spellings = SPELLINGS[dialect]
        self._deadline_s = deadline_s
        self._http = httpx.AsyncClient(
            base_url=_base_url(base_url),
            headers={"Authorization": f"Bearer {clean_api_key(api_key)}", "Accept": "application/json"},
            transport=transport,
            timeout=timeout,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def place_call(self, call: PlaceCall) -> PlacedCall:
        """A phone rings. Raises NotSent, Refused (WalletEmpty, TooManyRequests) or OutcomeUnknown; see errors.py for what each allows."""
        body: dict[str, object] = {"to": [call.to], "from": call.from_number, self._spellings.client_request_id: call.client_request_id}
        if self._spellings.voice_callback_url:
            body[self._spellings.voice_callback_url] = call.answer_url
        try:
            async with asyncio.timeout(self._deadline_s):
                reply = await self._http.post("/v1/calls", json=body, headers={IDEMPOTENCY_HEADER: call.idempotency_key})
        except NOT_SENT as error:
            raise NotSent(type(error).__name__) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise OutcomeUnknown(type(error).__name__) from error
        if not reply.is_success:
            raise _place_call_problem(reply)
        try:
            return read_placed_call(reply.content, is_replay=reply.headers.get(REPLAY_HEADER, "").lower() == "true")
        except UnreadableReply as error:
            raise OutcomeUnknown(f"unreadable reply with {reply.status_code}") from error

    async def hang_up(self, provider_id: str) -> None:
        """`provider_id`: the call's id or its session's. An ended call counts as done. Raises RequestProblem."""
        _expect_success(await self._ask("POST", f"/v1/calls/{_segment(provider_id)}/hangup"))

    async def get_call(self, provider_id: str) -> Cdr:
        """Raises NotFound for a call the provider does not know, or not yet; else RequestProblem."""
        reply = _expect_success(await self._ask("GET", f"/v1/calls/{_segment(provider_id)}"))
        try:
            return read_cdr(read_json(reply.content))
        except UnreadableReply as error:
            raise ProviderUnavailable("unreadable call") from error

    async def list_calls(self, search: CallSearch) -> tuple[Cdr, ...]:
        """Newest first, all pages. Raises RequestProblem; also when there are too many pages, as part of a list proves nothing."""
        found: list[Cdr] = []
        parameters = {**search.parameters(), "limit": str(PAGE_SIZE)}
        for _ in range(MAX_PAGES):
            reply = _expect_success(await self._ask("GET", "/v1/calls", params=parameters))
            try:
                calls, cursor = read_page(reply.content)
            except UnreadableReply as error:
                raise ProviderUnavailable("unreadable list of calls") from error
            found += [call for call in calls if search.matches(call)]
            if cursor is None:
                return tuple(found)
            parameters["cursor"] = cursor
        raise ProviderUnavailable("too many calls to look through")

    async def recording(self, provider_id: str) -> RecordingReady | RecordingPending | RecordingGone:
        """Where the recording is now. Raises RequestProblem for anything but ready, pending, missing."""
        reply = await self._ask("GET", f"/v1/calls/{_segment(provider_id)}/recording")
        if reply.has_redirect_location:
            return RecordingReady(_location(reply))
        if reply.status_code == httpx.codes.ACCEPTED:
            return RecordingPending(read_wait(reply.content))
        if reply.status_code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            code, reason = read_problem(reply.content)
            return RecordingGone(code, reason, is_final=reply.status_code == httpx.codes.GONE)
        _expect_success(reply)
        raise ProviderUnavailable(f"unexpected {reply.status_code} for a recording")

    async def wallet(self) -> Wallet:
        """Raises RequestProblem. A 402 here means what it says: nothing left."""
        reply = await self._ask("GET", "/v1/wallet")
        if reply.status_code in {httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED}:
            reply = await self._ask("GET", "/v1/wallet/balance")  # the quickstart's older path
        if reply.status_code == httpx.codes.PAYMENT_REQUIRED:
            return Wallet(balance_minor=0, currency="")
        try:
            return read_wallet(_expect_success(reply).content)
        except UnreadableReply as error:
            raise ProviderUnavailable("unreadable wallet") from error

    async def numbers(self) -> tuple[OwnNumber, ...]:
        """The workspace's own numbers. Raises RequestProblem."""
        reply = _expect_success(await self._ask("GET", "/v1/numbers"))
        try:
            return read_numbers(reply.content)
        except UnreadableReply as error:
            raise ProviderUnavailable("unreadable list of numbers") from error

    async def route_number(self, number_id: str, *, voice_callback_url: str, events_url: str) -> None:
        """Where the platform asks what to do with this number's calls. `pages` cannot set `events_url`. Raises RequestProblem."""
        routing = self._spellings.routing
        body = {routing.voice_url: voice_callback_url} | ({routing.events_url: events_url} if routing.events_url else {})
        path = routing.path.format(number_id=_segment(number_id))
        for method in routing.methods:
            reply = await self._ask(method, path, body=body)
            if reply.status_code != httpx.codes.METHOD_NOT_ALLOWED:
                break
        _expect_success(reply)

    async def _ask(self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Mapping[str, str] | None = None) -> httpx.Response:
        """For requests that do no harm twice: one more try if there was no connection."""
        for is_last in (False, True):
            try:
                async with asyncio.timeout(self._deadline_s):
                    return await self._http.request(method, path, params=params, json=body)
            except NOT_SENT as error:
                if is_last:
                    raise ProviderUnavailable(type(error).__name__) from error
            except (httpx.HTTPError, TimeoutError) as error:
                raise ProviderUnavailable(type(error).__name__) from error
        raise AssertionError("the last try returns or raises")


def clean_api_key(text: str) -> str:
    """What people paste around a key is taken off: quotes, blanks, `Bearer`, a variable's name. Raises ValueError if no key is left."""
    key = re.sub(r"^\s*(export\s+)?(SAUTIKIT_API_KEY\s*=)?[\s\"']*(Authorization:)?\s*(Bearer\s+)?", "", text, flags=re.IGNORECASE).strip(
        " \t\r\n\"'"
    )
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("the API key is empty or holds characters no key has")
    return key


def _place_call_problem(reply: httpx.Response) -> PlaceCallProblem:
    status = reply.status_code
    if not reply.is_client_error or status in MAYBE_PLACED:
        return OutcomeUnknown(f"status {status}")
    code, message = read_problem(reply.content)
    if status == httpx.codes.PAYMENT_REQUIRED or squeeze(code) == WALLET_EMPTY:
        return WalletEmpty(status, code, message)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        wait_s = _retry_after_s(reply)
        return TooManyRequests(status, code, message, RETRY_AFTER_S if wait_s is None else wait_s)
    return Refused(status, code, message)


def _expect_success(reply: httpx.Response) -> httpx.Response:
    if reply.is_success:
        return reply
    raise _request_problem(reply)


def _request_problem(reply: httpx.Response) -> RequestProblem:
    status = reply.status_code
    if not reply.is_client_error or status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUEST_TIMEOUT}:
        return ProviderUnavailable(f"status {status}", _retry_after_s(reply))
    code, message = read_problem(reply.content)
    if status == httpx.codes.NOT_FOUND:
        return NotFound(status, code, message)
    return RequestRefused(status, code, message)


def _retry_after_s(reply: httpx.Response) -> float | None:
    """RFC 9110 §10.2.3: seconds, or a date."""
    value = reply.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _base_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip().rstrip("/"))
    except httpx.InvalidURL as error:
        raise ValueError("the provider's address is no URL") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("the provider's address must begin with http:// or https://")
    return url


def _location(reply: httpx.Response) -> str:
    try:
        url = reply.url.join(reply.headers["Location"])
    except httpx.InvalidURL as error:
        raise ProviderUnavailable("unreadable address of a recording") from error
    if url.scheme not in {"http", "https"}:
        raise ProviderUnavailable("a recording that is not on the web")
    return str(url)


def _segment(provider_id: str) -> str:
    return quote(provider_id, safe="")
