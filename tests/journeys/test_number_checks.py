"""A rep's number is verified by a call: the page, the phone that rings, its keypad, and what the page then says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import httpx
import pytest

from bridge.telephony.simulator.persona import Persona, Rule
from sautiqual.demo.rep import CSRF_FIELD
from tests.journeys.people import REP, REP_WHO_IS_OUT
from tests.journeys.scene import PASSWORD, UNVERIFIED
from tests.journeys.stage import Stage, until

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
CODE = re.compile(r'class="code"[^>]*>(\d{4})<')
PHONE, CHECK = "/queue/phone/", "/queue/phone/check/"


class Keypad:
    """Of a person who picks up, and types what they have been told whenever they are asked for digits: the phone may ring before they know."""

    def __init__(self) -> None:
        self._rules = [Rule(when="nobody has told them yet")]
        self.person = Persona("typing", "", answer=REP.answer, rules=cast("tuple[Rule, ...]", self._rules))

    def told(self, keys: str, *, times: int | None = None) -> None:
        self._rules[0] = Rule(when="digits", press=keys, interrupt_after_ms=400, times=times)


class Browser:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def shown(self, path: str = PHONE) -> str:
        return (await self._http.get(path)).text

    async def post(self, path: str, page: str, **fields: str) -> str:
        token = CSRF_FIELD.search(page)
        assert token is not None, "no form on this page"
        return (await self._http.post(path, data={"csrfmiddlewaretoken": token[1], **fields})).text

    async def ask_for_call(self) -> str:
        """The code."""
        token = CSRF_FIELD.search(await self.shown())
        assert token is not None, "no form on this page"
        await self._http.post(f"{PHONE}verify/", data={"csrfmiddlewaretoken": token[1]}, follow_redirects=False)
        return self._http.cookies["number_check"].split(":")[1]

    async def told(self) -> str:
        """What the page says once the call is over."""

        async def over() -> str:
            page = await self.shown(CHECK)
            return "" if "data-live" in page else page

        return await until(over, "the call is over", within_s=90.0)


@asynccontextmanager
async def browser_of(login: str, on: Stage) -> AsyncIterator[Browser]:
    headers = {"Referer": on.server_url}
    async with httpx.AsyncClient(base_url=on.server_url, follow_redirects=True, timeout=10.0, headers=headers) as http:
        browser = Browser(http)
        await browser.post("/account/login/", await browser.shown("/account/login/"), username=login, password=PASSWORD)
        yield browser


async def test_a_rep_whose_first_tries_failed_verifies_her_number_by_a_call(shared: Stage):
    number = UNVERIFIED["wanja"]
    async with browser_of("wanja", shared) as wanja:
        shared.moves_in(REP_WHO_IS_OUT, number)
        await wanja.ask_for_call()
        assert "Nobody picked up." in await wanja.told()

        keypad = Keypad()
        shared.moves_in(keypad.person, number)
        code = await wanja.ask_for_call()
        keypad.told("1111" if code == "0000" else "0000")
        on_screen = CODE.search(await wanja.shown())
        assert on_screen is not None and on_screen[1] == code
        assert "wrong code was entered three times" in await wanja.told()

        keypad = Keypad()
        shared.moves_in(keypad.person, number)
        code = await wanja.ask_for_call()
        keypad.told(code, times=1)
        told = await wanja.told()

    assert "The code was right." in told, told
    assert "Verified by a call" in told and "Verify by a call" not in told
    calls = [call for call in shared.platform_calls if call.leg.number == number]
    assert Counter(dial.number for dial in shared.simulator.exchange.dials)[number] == 3
    assert "This call checks that this phone is yours" in calls[-1].platform_words[0]
    assert calls[-1].digits == code


async def test_a_number_on_the_do_not_call_list_is_not_rung_to_verify_it(shared: Stage):
    await shared.post("/do-not-call", {"phone": UNVERIFIED["baraka"], "reason": "asked not to be called"})
    async with browser_of("baraka", shared) as baraka:
        told = await baraka.post(f"{PHONE}verify/", await baraka.shown())
    assert "on the do-not-call list" in told
    assert UNVERIFIED["baraka"] not in [dial.number for dial in shared.simulator.exchange.dials]
