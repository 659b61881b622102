"""Two people judge a call blind and a third decides; a manager replays it with another threshold and publishes. In Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from sautiqual.processes import Program
from tests.browser.desk import DESKTOP, PHONE, WCAG, WITHIN_MS
from tests.browser.judging_scene import CAMPAIGN, FIRST, LEAD, SECOND, THIRD
from tests.journeys.scene import PASSWORD
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
DESK = "/admin/campaigns/call/review/double/"
OpenPage = Callable[[str, int], Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(browser: Browser, platform: Stage) -> AsyncIterator[OpenPage]:
    process = await platform.processes.start(Program("judging scene", ("-m", "tests.browser.judging_scene")))
    assert await process.wait() == 0, "the call could not be made"
    async with AsyncExitStack() as stack:

        async def opened(name: str, width: int) -> Page:
            context = await browser.new_context(base_url=platform.server_url, viewport={"width": width, "height": 800})
            stack.push_async_callback(context.close)
            page = await context.new_page()
            await page.goto("/account/login/")
            await page.get_by_label("Username").fill(name)
            await page.get_by_label("Password", exact=True).fill(PASSWORD)
            await page.keyboard.press("Enter")
            await page.wait_for_url(lambda url: "login" not in url, timeout=WITHIN_MS)
            return page

        yield opened


async def holds_for_everybody(page: Page, context: str) -> None:
    found = await Axe().run(page, context=context, options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"the page is {wide} px too wide"


async def judges(page: Page, seats: str) -> None:
    await page.goto(DESK)
    await holds_for_everybody(page, "#double")
    await page.get_by_role("button", name="Take the next call").click()
    await expect(page.get_by_role("heading", name="Judge a call")).to_be_visible(timeout=WITHIN_MS)
    await expect(page.locator("#review-words")).to_contain_text("about sixteen")
    await expect(page.get_by_text("16 seats")).to_have_count(0)
    await holds_for_everybody(page, "#review")
    await page.get_by_label("What was meant").fill(seats)
    await page.get_by_role("button", name="Keep my judgement").click()
    await expect(page.get_by_text("Kept. It cannot be changed any more.")).to_be_visible(timeout=WITHIN_MS)


async def test_from_two_blind_judgements_to_a_published_version(signed_in: OpenPage):
    await judges(await signed_in(FIRST, DESKTOP), "16")
    await judges(await signed_in(SECOND, PHONE), "60")

    # The third sees both, decides, and the lead turns hot.
    page = await signed_in(THIRD, DESKTOP)
    await page.goto(DESK)
    await page.get_by_role("link", name=CAMPAIGN).first.click()
    await expect(page.get_by_role("heading", name=f"{FIRST} and {SECOND}")).to_be_visible(timeout=WITHIN_MS)
    await holds_for_everybody(page, "#review")
    await page.set_viewport_size({"width": PHONE, "height": 800})
    await holds_for_everybody(page, "#review")
    await page.get_by_label(f"{SECOND}: 60 seats").check()
    await page.get_by_label("Why").fill("They say sixty")
    await page.get_by_role("button", name="Decide").click()
    await expect(page.get_by_text("Decided. What counts otherwise than before is corrected.")).to_be_visible(timeout=WITHIN_MS)
    await expect(page.get_by_text("Nowhere do two differ.")).to_be_visible()

    # With a higher threshold they would no longer be hot; that becomes version 2.
    await page.goto("/admin/campaigns/script/")
    await page.get_by_role("link", name=CAMPAIGN).first.click()
    await page.goto(f"{page.url.split('/change/')[0]}/replay/")
    await holds_for_everybody(page, "#replay")
    await page.set_viewport_size({"width": DESKTOP, "height": 800})
    await page.get_by_label("Hot from this score").fill("71")
    await page.get_by_role("button", name="Replay", exact=True).click()
    await expect(page.locator("#hot-cold")).to_have_text("1", timeout=WITHIN_MS)
    await expect(page.get_by_role("link", name=LEAD)).to_be_visible()
    await holds_for_everybody(page, "#replay")
    await page.set_viewport_size({"width": PHONE, "height": 800})
    await holds_for_everybody(page, "#replay")
    await page.get_by_role("link", name="Publish as new version").click()
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("This is version 2, with the points you replayed.")).to_be_visible(timeout=WITHIN_MS)
    await expect(page.locator("[name=hot_threshold]")).to_have_value("71")
