"""A manager's browser, signed in at the stage of all stories, once what their story needs was made there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page

from sautiqual.processes import Program
from tests.browser.desk import DESKTOP, WITHIN_MS
from tests.journeys.scene import PASSWORD
from tests.journeys.stage import Stage


@asynccontextmanager
async def managers_page(browser: Browser, platform: Stage, login: str, *, scene: str) -> AsyncIterator[Page]:
    """`scene`: the module that makes it."""
    process = await platform.processes.start(Program(scene, ("-m", scene)))
    assert await process.wait() == 0, f"{scene} could not be made"
    context = await browser.new_context(base_url=platform.server_url, viewport={"width": DESKTOP, "height": 800})
    page = await context.new_page()
    await page.goto("/account/login/")
    await page.get_by_label("Username").fill(login)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "login" not in url, timeout=WITHIN_MS)
    yield page
    await context.close()
