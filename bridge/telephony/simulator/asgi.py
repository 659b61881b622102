"""As much HTTP as the simulator's REST needs: requests in, JSON or bytes out, over plain ASGI."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    parts: Mapping[str, str] = field(default_factory=dict)  # of the path

    def json(self) -> dict[str, Any] | None:
        """None for what is no JSON object."""
        try:
            decoded = json.loads(self.body)
        except ValueError:
            return None
        return decoded if isinstance(decoded, dict) else None


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: re.Pattern[str]
    handler: Handler


def route(method: str, path: str, handler: Handler) -> Route:
    """`path` with `{name}` for one segment."""
    return Route(method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?"), handler)


def json_response(status: int, record: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, json.dumps(record).encode(), {"Content-Type": "application/json", **(headers or {})})


def app(routes: list[Route], not_found: Handler) -> Application:
    """An ASGI application: the first route that fits answers; 405 where only the method is wrong."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await _request(scope, receive)
        response = await _answer(routes, not_found, request)
        await send(
            {"type": "http.response.start", "status": response.status, "headers": [(k.encode(), v.encode()) for k, v in response.headers.items()]}
        )
        await send({"type": "http.response.body", "body": response.body})

    return application


async def _answer(routes: list[Route], not_found: Handler, request: Request) -> Response:
    is_path_known = False
    for candidate in routes:
        if not (fit := candidate.path.fullmatch(request.path)):
            continue
        is_path_known = True
        if candidate.method == request.method:
            return await candidate.handler(Request(request.method, request.path, request.query, request.headers, request.body, fit.groupdict()))
    return Response(405) if is_path_known else await not_found(request)


async def _request(scope: Scope, receive: Receive) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return Request(scope["method"], scope["path"], query, headers, body)
