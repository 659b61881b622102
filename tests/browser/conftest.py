"""Chromium, and the stage of all stories in it: the product's own processes over the simulated platform, and the campaigns of `scene`."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from sautiqual.processes import Program
from tests.browser.desk import DESKTOP, Desk, open_desk
from tests.journeys.stage import Stage, stage

NAMES = ("chromium", "chromium-browser", "google-chrome")
NONE_FOUND = "No Chromium: run `make test-browser`, which installs it where it may, or set CHROMIUM to the browser's path."

OpenDesk = Callable[..., Awaitable[Desk]]


def chromium_path() -> str:
    """A missing browser fails the tests: skipped, they would look as if they had passed."""
    wanted = os.environ.get("CHROMIUM", "")
    found = next(filter(None, map(shutil.which, (wanted,) if wanted else NAMES)), None)
    if found is None:
        pytest.fail(NONE_FOUND)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    # Root, as CI is, may not use Chromium's sandbox; nothing but our own pages is opened.
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("browser")) as made:
        process = await made.processes.start(Program("scene", ("-m", "tests.browser.scene")))
        assert await process.wait() == 0, "the campaigns could not be made"
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, platform: Stage) -> AsyncIterator[OpenDesk]:
    """Opens a rep's queue in a browser of its own, signed in: `await desk("rehema")`. Closed when the test is over."""
    async with AsyncExitStack() as stack:

        async def opened(login: str, *, width: int = DESKTOP) -> Desk:
            return await stack.enter_async_context(open_desk(browser, platform.server_url, login, width=width))

        yield opened
