"""A body that is too large is refused before it is read, with a word that a browser gets to see."""

from __future__ import annotations

from typing import Any

import pytest

from sautiqual.body_limit import BodyLimit

MAX = 100


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Reads everything, as Django does, and answers how much it was."""
    n_bytes, more = 0, True
    while more:
        message = await receive()
        n_bytes += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(n_bytes).encode()})


async def answered(pieces: list[bytes], *, stated: int | None, to: Any = application) -> tuple[int, bytes, int]:
    """Status, words, and how many pieces were read when the answer came."""
    sent: list[Any] = []
    left, n_read_at_answer = list(pieces), -1

    async def receive() -> Any:
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left)}

    async def send(message: Any) -> None:
        nonlocal n_read_at_answer
        if not sent:
            n_read_at_answer = len(pieces) - len(left)
        sent.append(message)

    headers = [] if stated is None else [(b"content-length", str(stated).encode())]
    await BodyLimit(to, MAX)({"type": "http", "headers": headers}, receive, send)
    assert not sent[-1].get("more_body", False), "the answer has an end"
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent), n_read_at_answer


async def test_what_fits_is_passed_on():
    assert await answered([bytes(60), bytes(40)], stated=100) == (200, b"100", 2)


async def test_a_body_that_says_it_is_too_large_is_refused_before_a_byte_is_read():
    status, words, n_read = await answered([bytes(60)] * 10, stated=600)
    assert (status, n_read) == (413, 0)
    assert b"was not read" in words


@pytest.mark.parametrize("stated", [None, 5], ids=["says nothing", "lies"])
async def test_a_body_that_does_not_say_it_is_counted(stated):
    status, _words, n_read = await answered([bytes(60)] * 10, stated=stated)
    assert (status, n_read) == (413, 2)


async def test_a_socket_is_none_of_its_business():
    seen: list[str] = []

    async def socket(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    await BodyLimit(socket, MAX)({"type": "websocket"}, None, None)  # type: ignore[typeddict-item]
    assert seen == ["websocket"]
