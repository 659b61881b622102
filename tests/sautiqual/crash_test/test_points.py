"""Every step of the table is one of the product's, and an armed one strikes at its passage and at no other."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import httpx
import pytest

from sautiqual.crash_test import points
from sautiqual.crash_test.killing import SUSPENDED_AT
from sautiqual.crash_test.points import BY_NAME, POINTS, SENT, Kind, Point, When, arm, resolve

HERE = SimpleNamespace()


@pytest.fixture(autouse=True)
def a_module(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A module of the product, as it were, and what happened in it."""
    happened: list[str] = []

    async def wait() -> str:
        happened.append("waited")
        return "kept"

    HERE.save, HERE.wait = lambda: happened.append("saved"), wait
    monkeypatch.setattr("importlib.import_module", lambda name: HERE if name == "here" else pytest.fail(name))
    return happened


def point(when: When, target: str = "here:save") -> Point:
    return Point("a step", Kind.SERVER, when, target)


@pytest.mark.parametrize("armed", POINTS, ids=lambda armed: armed.name)
def test_a_step_names_something_that_there_is(armed: Point, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    owner, name = resolve(armed.target)
    assert callable(getattr(owner, name))


def test_each_step_has_a_name_of_its_own_and_the_suspended_one_is_among_them():
    assert len(BY_NAME) == len(POINTS)
    assert BY_NAME[SUSPENDED_AT].kind is Kind.DIALER


@pytest.mark.parametrize(("when", "expected"), [(When.BEFORE, ["struck", "saved"]), (When.AFTER, ["saved", "struck"])])
def test_it_strikes_on_its_side_of_the_step(when: When, expected: list[str], a_module: list[str]):
    arm(point(when), 1, lambda: a_module.append("struck"))
    HERE.save()
    assert a_module == expected


def test_it_strikes_at_its_passage_only(a_module: list[str]):
    arm(point(When.AFTER), 2, lambda: a_module.append("struck"))
    for _ in range(4):
        HERE.save()
    assert a_module == ["saved", "saved", "struck", "saved", "saved"]


async def test_a_step_that_waits_keeps_its_result(a_module: list[str]):
    arm(point(When.AFTER, "here:wait"), 1, lambda: a_module.append("struck"))
    assert await HERE.wait() == "kept"
    assert a_module == ["waited", "struck"]


@pytest.mark.parametrize(
    ("to", "path", "n_struck"),
    [("+254712300001", "/v1/calls", 1), ("+254711000201", "/v1/calls", 0), ("+254712300001", "/v1/calls/x/hangup", 0)],
    ids=["a lead's", "a rep's", "no placing"],
)
async def test_on_the_wire_it_strikes_when_the_request_has_left_and_no_reply_has_come(
    to: str, path: str, n_struck: int, a_module: list[str], monkeypatch: pytest.MonkeyPatch
):
    HERE.AsyncClient = type("Client", (httpx.AsyncClient,), {})
    arm(Point("a step", Kind.DIALER, When.SENT, "here:AsyncClient.post", points.LEADS), 1, lambda: a_module.append("struck"))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = json.dumps({"to": [to]}, separators=(",", ":")).encode()
        await reader.readuntil(body)
        a_module.append("read")
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server, HERE.AsyncClient() as http:
        address = "http://{}:{}".format(*server.sockets[0].getsockname())
        assert (await http.post(address + path, json={"to": [to]})).status_code == 201
    assert a_module.count("struck") == n_struck
    assert SENT.startswith("http11.")
