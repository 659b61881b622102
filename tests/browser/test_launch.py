"""A manager hears what leads will hear, sees what would stop or hurt the launch, and launches, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.desk import DESKTOP, PHONE, WCAG, WITHIN_MS
from tests.browser.launch_scene import CAMPAIGN, MANAGER
from tests.browser.manager import managers_page
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CUT = "all => all.filter(each => each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight + 1).map(each => each.textContent)"


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, platform: Stage) -> AsyncIterator[Page]:
    async with managers_page(browser, platform, MANAGER, scene="tests.browser.launch_scene") as opened:
        yield opened


async def holds_for_everybody(page: Page) -> None:
    """axe-core finds nothing in what is ours on the page, and nothing stands out at the side, at a desk and on a phone."""
    for width in (PHONE, DESKTOP):
        await page.set_viewport_size({"width": width, "height": 800})
        found = await Axe().run(page, context=".sq-launch", options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"the page is {wide} px too wide at {width}"


async def says_where_one_is(page: Page) -> None:
    """Beside all the actions of a campaign no name above it is cut, nor its own, and each can be pointed at."""
    for width in (PHONE, DESKTOP):
        await page.set_viewport_size({"width": width, "height": 800})
        names = page.locator(".sq-crumb > :first-child")
        await expect(names).to_have_text(["Campaigns", "Campaigns", CAMPAIGN.capitalize()], timeout=WITHIN_MS)
        assert await names.evaluate_all(CUT) == [], f"cut at {width}"
        assert [await name.get_attribute("title") for name in await names.all()] == await names.all_inner_texts()


async def presses(page: Page, link: str, button: str) -> None:
    await page.get_by_role("link", name=link, exact=True).click()
    await page.get_by_role("button", name=button, exact=True).click()
    await expect(page.get_by_role("heading", name=f"Launch “{CAMPAIGN}”")).to_be_visible(timeout=WITHIN_MS)


async def test_a_campaign_is_heard_checked_and_launched(page: Page):
    await page.goto("/admin/campaigns/campaign/")
    await page.get_by_role("link", name=CAMPAIGN, exact=True).click()
    await says_where_one_is(page)
    await page.get_by_role("link", name="Preview").first.click()
    await expect(page.get_by_text("Is now a good time?").first).to_be_visible(timeout=WITHIN_MS)
    await holds_for_everybody(page)
    async with page.expect_response(lambda reply: "preview/sound" in reply.url, timeout=WITHIN_MS) as sound:
        await page.locator("[data-key=disclosure] .sq-play").click()
    assert (await (await sound.value).all_headers())["content-type"] == "audio/wav"

    await page.get_by_role("link", name="Launch", exact=True).first.click()
    await expect(page.locator("#approval")).to_contain_text("Nobody has approved this campaign.")
    await expect(page.locator("#preflight")).to_contain_text("There is no preflight of this campaign yet.")
    await expect(page.locator("#consent")).to_contain_text("the rules refuse 1 of 1")
    await holds_for_everybody(page)

    await page.set_viewport_size({"width": PHONE, "height": 800})
    await presses(page, "Run the preflight", "Run the preflight")
    await expect(page.locator("#preflight[data-state=stops]")).to_have_count(0)
    await presses(page, "Approve", "Approve")
    await expect(page.get_by_text("Nothing stops it.")).to_be_visible(timeout=WITHIN_MS)
    await presses(page, "Start", "Start")
    await expect(page.get_by_role("heading", name="It runs. What happens now")).to_be_visible(timeout=WITHIN_MS)
    await holds_for_everybody(page)
