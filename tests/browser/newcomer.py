"""Somebody who has never seen the product: opens the first page, and then clicks only what screens name. Waits are generous."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Download, Locator, Page, expect

from tests.journeys.scene import PASSWORD

WITHIN_MS = 60_000
NUMBER_IN_PATH = re.compile(r"/(\d+|[0-9a-f-]{36})(?=/)")


def named(words: str) -> re.Pattern[str]:
    """An icon's name stands before the words in the menu."""
    return re.compile(rf"^\s*([a-z_]+\s+)?{re.escape(words)}\s*$")


@dataclass
class Newcomer:
    page: Page
    pages: dict[str, str] = field(default_factory=dict)  # seen on the way: the address of each kind of page

    # ---- what they do

    async def opens_the_first_page(self, login: str) -> None:
        """The one address that they type."""
        self.page.set_default_timeout(WITHIN_MS)
        await self.page.goto("/")
        await self.fills(Username=login)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.reads("First steps")

    async def follows(self, link: str, *, within: Locator | None = None) -> None:
        await (within or self.page).get_by_role("link", name=named(link)).first.click()
        await self._arrives()

    async def presses(self, button: str, *, within: Locator | None = None) -> None:
        await (within or self.page).get_by_role("button", name=named(button)).first.click()
        await self._arrives()

    async def fills(self, **by_label: str) -> None:
        for label, text in by_label.items():
            await self.fill(label, text)

    async def fill(self, label: str, text: str) -> None:
        await self.page.get_by_label(label).first.fill(text)

    async def chooses(self, label: str, option: str) -> None:
        await self.page.get_by_label(label).first.select_option(label=option)

    async def ticks(self, label: str) -> None:
        await self.page.get_by_label(label).first.check()

    async def finds(self, label: str, words: str) -> None:
        """In a box that searches while one types."""
        box = self.page.get_by_label(label, exact=False).first
        await box.locator("xpath=following-sibling::span[1]").locator(".select2-selection").click()
        await self.page.locator(".select2-results__option").filter(has_text=words).first.click()

    async def asks(self, wording: str, kind: str, *, role: str = "") -> Locator:
        """One more question in the editor of a script, at its end."""
        await self.page.get_by_role("button", name="Add a question").click()
        question = self.page.locator("#sq-qs > li").last
        await question.get_by_label("Wording:", exact=True).fill(wording)
        await question.get_by_label("Kind").select_option(label=kind)
        if role:
            await question.get_by_label("Role").select_option(label=role)
        return question

    async def gives_points(self, question: Locator, answer: str, points: int, why: str) -> None:
        await question.get_by_role("button", name="Add points").click()
        row = question.locator("[data-field=rubric] .sq-rows > div").last
        value = row.get_by_label("this value")
        await (value.select_option(answer) if answer in ("yes", "no") else value.fill(answer))
        await row.get_by_label("points", exact=True).fill(str(points))
        await row.get_by_label("why, in words").fill(why)

    async def opens_all_reviews(self) -> None:
        """Beside the queues of those that need a look, each with how many wait in it."""
        await self.follows("Review")
        await self.page.get_by_role("link", name=re.compile(r"^All\s*\d+$")).click()
        await self._arrives()

    async def downloads(self, button: Locator, to: Path) -> bytes:
        async with self.page.expect_download(timeout=WITHIN_MS) as fetched:
            await button.click()
        download: Download = await fetched.value
        path = to / download.suggested_filename
        await download.save_as(path)
        return path.read_bytes()

    # ---- what they see

    async def reads(self, words: str | re.Pattern[str]) -> None:
        await expect(self.page.get_by_text(words).first).to_be_visible(timeout=WITHIN_MS)
        self.sees()

    async def _arrives(self) -> None:
        await self.page.wait_for_load_state()
        self.sees()

    def sees(self) -> None:
        path = urlsplit(self.page.url).path
        self.pages.setdefault(NUMBER_IN_PATH.sub("/…", path), self.page.url)
