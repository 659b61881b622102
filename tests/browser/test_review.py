"""A manager reviews calls in Chromium with nothing but the keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.desk import PHONE, WCAG, WITHIN_MS
from tests.browser.manager import managers_page
from tests.browser.review_scene import ANSWER_MS, CAMPAIGN, FIRST, MANAGER, SECOND
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
QUEUE = "/admin/campaigns/call/review/"


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, platform: Stage) -> AsyncIterator[Page]:
    async with managers_page(browser, platform, MANAGER, scene="tests.browser.review_scene") as opened:
        yield opened


async def asks_for(page: Page, campaign: str) -> None:
    """Other stories leave calls to review behind them."""
    await page.locator("summary", has_text="Filter").press("Enter")
    await page.get_by_label("Campaign", exact=True).select_option(label=campaign)
    await page.get_by_role("button", name="Show").press("Enter")
    await page.wait_for_url(lambda url: "campaign=" in url, timeout=WITHIN_MS)


async def at_word(page: Page, word: str) -> None:
    await expect(page.locator(".sq-word.now")).to_have_text(word, timeout=WITHIN_MS)


async def position_s(page: Page) -> float:
    return float(await page.evaluate("document.getElementById('sq-audio').currentTime"))


async def holds_for_everybody(page: Page) -> None:
    """axe-core finds nothing in what is ours on the page, and nothing stands out at the side."""
    found = await Axe().run(page, context="#review", options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"the page is {wide} px too wide"


async def goes_through_the_sound(page: Page) -> None:
    """A word on, and the sound goes with it; then the answer, and it stops where the answer ends."""
    await page.keyboard.press("ArrowRight")
    await at_word(page, "How")
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Space")
    await at_word(page, "many")
    await page.keyboard.press("1")
    await at_word(page, "sixteen")
    await page.wait_for_function("document.getElementById('sq-audio').paused", timeout=WITHIN_MS)
    assert ANSWER_MS[1] / 1000 <= await position_s(page) < ANSWER_MS[1] / 1000 + 1, "it stops at the end of the answer"


async def corrects_the_answer(page: Page) -> None:
    """The callee said sixty: the lead turns hot, and is offered to nobody by itself."""
    await page.keyboard.press("c")
    await expect(page.get_by_label("What was meant")).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("60")
    await page.keyboard.press("Tab")
    await page.keyboard.type("They say sixty; a key that is typed is no command: jkac")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Corrected. Score and reports count it so from now on.")).to_be_visible(timeout=WITHIN_MS)
    await expect(page.get_by_role("heading", name="Hot by correction")).to_be_visible()
    await expect(page.locator(".sq-acts")).to_contain_text("16 seats → 60 seats")


async def goes_on_to_the_next(page: Page) -> None:
    """Found right, the next one; whoever turned hot waits in a queue of their own."""
    await page.keyboard.press("a")
    await expect(page.get_by_role("heading", name=SECOND)).to_be_visible(timeout=WITHIN_MS)
    await page.keyboard.press("?")
    await expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": PHONE, "height": 800})
    await holds_for_everybody(page)
    await page.keyboard.press("a")
    await expect(page.get_by_text("That was the last one here.")).to_be_visible(timeout=WITHIN_MS)
    await page.get_by_role("link", name="Hot by correction").press("Enter")
    await expect(page.get_by_role("link", name=FIRST)).to_be_visible(timeout=WITHIN_MS)


async def test_a_call_is_heard_by_word_corrected_and_left_for_the_next_without_a_mouse(page: Page):
    await page.goto(QUEUE)
    await asks_for(page, CAMPAIGN)
    await page.get_by_role("link", name=FIRST).press("Enter")
    await expect(page.get_by_role("heading", name=FIRST)).to_be_visible(timeout=WITHIN_MS)
    await page.wait_for_function("document.getElementById('sq-audio').readyState >= 1", timeout=WITHIN_MS)
    await expect(page.locator("#review-wave")).to_be_visible()
    await holds_for_everybody(page)
    await goes_through_the_sound(page)
    await corrects_the_answer(page)
    await goes_on_to_the_next(page)
