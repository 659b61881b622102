"""A manager at the page of a script, in words; waits are generous, because machines are busy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.desk import WCAG, WITHIN_MS
from tests.browser.scene import MANAGER
from tests.journeys.scene import PASSWORD


@dataclass
class Writer:
    page: Page
    context: BrowserContext

    # ---- what is there

    def question(self, wording: str) -> Locator:
        return self.page.locator("#sq-qs > li").filter(has=self.page.get_by_role("button", name=wording))

    async def order(self) -> list[str]:
        return [wording.strip() for wording in await self.page.locator("#sq-qs > li:not(.gone) [data-words]").all_inner_texts()]

    def picture(self) -> Locator:
        return self.page.locator("#sq-flow svg")

    def check(self) -> Locator:
        return self.page.locator("#sq-check")

    async def reads(self, what: Locator, words: str) -> None:
        await expect(what).to_contain_text(words, timeout=WITHIN_MS)

    @property
    def script_id(self) -> int:
        return int(self.page.url.split("/script/")[1].split("/")[0])

    # ---- what they do

    async def starts_with(self, title: str) -> None:
        """A draft of a ready script, with its page open."""
        await self.page.goto("/admin/campaigns/script/add/")
        await self.page.get_by_role("button", name=f"Start with {title}").click()
        await expect(self.page.get_by_text("This is a draft of your own")).to_be_visible(timeout=WITHIN_MS)
        await self.ready()

    async def opens(self, script_id: int) -> None:
        await self.page.goto(f"/admin/campaigns/script/{script_id}/change/")
        await self.ready()

    async def ready(self) -> None:
        await expect(self.page.locator("form.sq-scripted")).to_be_visible(timeout=WITHIN_MS)
        await expect(self.page.locator("#sq-best")).to_be_visible(timeout=WITHIN_MS)

    async def opens_question(self, wording: str) -> Locator:
        await self.page.get_by_role("button", name=wording).click()
        return self.question(wording)

    async def saves(self) -> None:
        await self.page.get_by_role("button", name="Save and continue editing").click()
        await expect(self.page.get_by_text("was changed successfully")).to_be_visible(timeout=WITHIN_MS)
        await self.ready()

    # ---- what must hold of the page in every state

    async def holds_for_everybody(self) -> None:
        """axe-core finds nothing against WCAG 2.2 AA in what is ours, and nothing stands out at the side."""
        for part in ("#sq-editor", "#sq-languages"):
            found = await Axe().run(self.page, context=part, options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
            assert found.violations_count == 0, found.generate_report()
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"the page is {wide} px too wide"


@asynccontextmanager
async def open_console(browser: Browser, server_url: str, *, width: int) -> AsyncIterator[Writer]:
    context = await browser.new_context(base_url=server_url, viewport={"width": width, "height": 900}, has_touch=True)
    page = await context.new_page()
    page.set_default_timeout(WITHIN_MS)
    await page.goto("/account/login/")
    await page.get_by_label("Username").fill(MANAGER)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "login" not in url)
    yield Writer(page, context)
    await context.close()
