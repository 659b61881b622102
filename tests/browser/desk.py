"""What a rep sees and does at the queue page, in words; waits are generous, because machines are busy."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys.scene import PASSWORD

DESKTOP, PHONE = 1280, 360
WITHIN_MS = 60_000
MOST_TABS = 40
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Desk:
    page: Page
    context: BrowserContext

    # ---- what is there

    def card(self, lead: str) -> Locator:
        return self.page.locator("article.card").filter(has=self.page.get_by_role("heading", name=lead))

    def offer(self, lead: str) -> Locator:
        return self.page.locator("article[data-offer]").filter(has=self.page.get_by_role("heading", name=lead))

    async def sees(self, what: Locator, *words: str | re.Pattern[str]) -> None:
        await expect(what).to_be_visible(timeout=WITHIN_MS)
        for each in words:
            await expect(what).to_contain_text(each, timeout=WITHIN_MS)

    async def reads(self, words: str | re.Pattern[str]) -> None:
        """Anywhere on the page."""
        await expect(self.page.get_by_text(words).first).to_be_visible(timeout=WITHIN_MS)

    async def sees_no_more(self, what: Locator) -> None:
        await expect(what).to_have_count(0, timeout=WITHIN_MS)

    # ---- what they do

    async def goes(self, wanted: str) -> None:
        """ "available" or "away"; whoever is that already stays it."""
        button = self.page.get_by_role("button", name=f"Go {wanted}")
        other = self.page.get_by_role("button", name="Go away" if wanted == "available" else "Go available")
        await expect(button.or_(other)).to_be_visible(timeout=WITHIN_MS)
        if await button.is_visible():
            await button.click()
        await expect(other).to_be_visible(timeout=WITHIN_MS)

    async def presses(self, key: str) -> None:
        await self.marks_at_rest()
        await self.page.keyboard.press(key)

    async def marks_at_rest(self) -> None:
        """A mark that has moved by itself is not answered at once, see keys.js."""
        await self.page.wait_for_timeout(700)

    async def tabs_to(self, what: Locator) -> None:
        """With the keyboard alone, from wherever they are."""
        await expect(what).to_be_visible(timeout=WITHIN_MS)
        for _ in range(MOST_TABS):
            if await what.evaluate("each => each === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{what} is not reached with the keyboard")

    # ---- what happens to the page

    async def is_renewed(self) -> None:
        """As when they come back from another tab."""
        queue = self.page.locator("#queue")
        before = await queue.get_attribute("data-now-ms") or ""
        await self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(queue).not_to_have_attribute("data-now-ms", before, timeout=WITHIN_MS)

    async def loses_the_line(self) -> None:
        """… and has it again."""
        await self.context.set_offline(True)
        await self.reads("Connection lost. What you see is no longer renewed.")
        await self.context.set_offline(False)
        await expect(self.page.locator("#line")).to_have_text("Live", timeout=WITHIN_MS)

    # ---- what must hold of the page in every state

    async def holds_for_everybody(self) -> None:
        """axe-core finds nothing against WCAG 2.2 AA, and nothing stands out at the side."""
        found = await Axe().run(self.page, options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"the page is {wide} px too wide"


@asynccontextmanager
async def open_desk(browser: Browser, server_url: str, login: str, *, width: int) -> AsyncIterator[Desk]:
    """A context is a browser of its own: cookies, cache, network."""
    context = await browser.new_context(base_url=server_url, viewport={"width": width, "height": 800})
    page = await context.new_page()
    made = Desk(page, context)
    await page.goto("/account/login/")
    await page.get_by_label("Username").fill(login)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#line")).to_have_text("Live", timeout=WITHIN_MS)
    await page.evaluate("window.isAsItWas = true")  # gone after a reload
    yield made
    await context.close()


async def was_never_reloaded(desk: Desk) -> bool:
    return bool(await desk.page.evaluate("window.isAsItWas === true"))
