"""A manager watches a call live in Chromium, hears both its sides, lets the bot say a sentence and ends it: over the product's own processes and
the simulated platform, at a desk and at a phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, WebSocket, expect

from bridge.telephony.simulator.persona import Persona
from tests.browser.desk import DESKTOP, PHONE, WCAG, WITHIN_MS
from tests.browser.scene import MANAGER, WATCHED, WATCHED_AT_A_PHONE
from tests.journeys.people import answering
from tests.journeys.scene import PASSWORD
from tests.journeys.stage import Stage, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LIVE = "/admin/campaigns/call/live/"
SENTENCE = "Delivery is free."
SLOW = answering("good_time_yes")  # and then says nothing: the bot asks again and again


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, platform: Stage) -> AsyncIterator[Page]:
    context = await browser.new_context(base_url=platform.server_url, viewport={"width": DESKTOP, "height": 800})
    opened = await context.new_page()
    await opened.goto("/account/login/")
    await opened.get_by_label("Username").fill(MANAGER)
    await opened.get_by_label("Password", exact=True).fill(PASSWORD)
    await opened.keyboard.press("Enter")
    await opened.wait_for_url(lambda url: "login" not in url, timeout=WITHIN_MS)
    yield opened
    await context.close()


class Sound:
    """What comes over the listening socket, as the browser gets it."""

    def __init__(self, page: Page) -> None:
        self.pieces: list[bytes] = []
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        if "/ws/listen/" in socket.url:
            socket.on("framereceived", lambda frame: self.pieces.append(frame) if isinstance(frame, bytes) else None)

    def n_heard(self) -> tuple[int, int]:
        """Samples of callee and bot that are no silence."""
        sound = np.frombuffer(b"".join(self.pieces), dtype="<i2").reshape(-1, 2)
        return int(np.count_nonzero(sound[:, 0])), int(np.count_nonzero(sound[:, 1]))

    def has_both(self) -> bool:
        return min(self.n_heard()) > 1000


async def called(on: Stage, campaign: str, name: str, who: Persona) -> None:
    ids = {campaign["name"]: campaign["id"] for campaign in await on.get("/campaigns")}
    lead = await on.lead(who, name=name)
    await on.run(ids[campaign], [lead])


def card_of(page: Page, name: str) -> Locator:
    return page.locator("article.sq-live-card").filter(has=page.get_by_role("heading", name=name))


async def holds_for_everybody(page: Page) -> None:
    """axe-core finds nothing in what is ours on the page, and nothing stands out at the side."""
    found = await Axe().run(page, context="#live", options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"the page is {wide} px too wide"


async def is_live(page: Page) -> None:
    await expect(page.locator("#line")).to_have_text("Live", timeout=WITHIN_MS)


async def test_a_manager_watches_a_call_hears_it_speaks_through_the_bot_and_ends_it(page: Page, platform: Stage):
    sound = Sound(page)
    await page.goto(LIVE)
    await is_live(page)
    await page.evaluate("window.isAsItWas = true")
    await expect(page.get_by_role("heading", name="Nobody is on the phone")).to_be_visible(timeout=WITHIN_MS)
    await holds_for_everybody(page)

    await called(platform, WATCHED, "Asha Otieno", SLOW)
    card = card_of(page, "Asha Otieno")
    await expect(card).to_contain_text("The bot talks", timeout=WITHIN_MS)
    await expect(card.locator("[data-since-ms]")).to_have_text(re.compile(r"\d+:\d\d"), timeout=WITHIN_MS)

    await card.get_by_role("button", name="Listen in").click()
    await expect(page.locator("#player-state")).to_contain_text("You hear Asha Otieno", timeout=WITHIN_MS)
    await until(sound.has_both, "callee and bot are both heard", within_s=WITHIN_MS / 1000)
    await expect(card.get_by_role("button", name="Listen in")).to_have_attribute("aria-pressed", "true")
    await expect(card).to_contain_text(re.compile(r"Question \d of \d"), timeout=WITHIN_MS)
    await holds_for_everybody(page)

    await card.get_by_role("link", name="Say through the bot").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("What the bot is to say").fill(SENTENCE)
    await holds_for_everybody(page)
    await page.keyboard.press("Enter")
    await expect(page.locator("#done")).to_contain_text("The bot says it as soon as it is its turn", timeout=WITHIN_MS)
    await expect(card.get_by_role("link", name="Say through the bot")).to_be_focused()
    await expect(card).to_contain_text(SENTENCE, timeout=WITHIN_MS)

    await card.get_by_role("link", name="End politely").click()
    await dialog.get_by_role("button", name="End the call politely").click()
    await expect(card).to_contain_text("Open the call", timeout=WITHIN_MS)
    await expect(page.locator("#player-state")).to_contain_text("is over", timeout=WITHIN_MS)
    await expect(card).to_have_count(0, timeout=WITHIN_MS)
    await expect(page.get_by_role("heading", name="Nobody is on the phone")).to_be_visible(timeout=WITHIN_MS)
    assert await page.evaluate("window.isAsItWas === true"), "the page was never reloaded"


async def test_a_phone_shows_the_same_and_catches_up_when_the_network_is_back(page: Page, platform: Stage):
    await page.set_viewport_size({"width": PHONE, "height": 800})
    await page.goto(LIVE)
    await is_live(page)
    await page.context.set_offline(True)
    await expect(page.locator("#line")).to_contain_text("connection is lost", timeout=WITHIN_MS)
    await called(platform, WATCHED_AT_A_PHONE, "Asha Wairimu", SLOW)
    await page.wait_for_timeout(3000)
    await page.context.set_offline(False)
    card = card_of(page, "Asha Wairimu")
    await expect(card).to_contain_text("The bot talks", timeout=WITHIN_MS)
    await is_live(page)
    await holds_for_everybody(page)
    await card.get_by_role("link", name="End politely").click()
    await holds_for_everybody(page)
    await page.get_by_role("dialog").get_by_role("button", name="End the call politely").click()
    await expect(card).to_have_count(0, timeout=WITHIN_MS)


async def test_a_campaign_is_paused_and_resumed_and_all_dialing_stopped_from_the_board(page: Page, platform: Stage):
    await page.goto(LIVE)
    await is_live(page)
    around, dialog = page.locator("#around"), page.get_by_role("dialog")
    row = around.locator("li").filter(has=page.get_by_text(WATCHED, exact=True))
    await row.get_by_role("link", name="Pause").click()
    await dialog.get_by_role("button", name="Pause").click()
    await expect(row.get_by_role("link", name="Resume")).to_be_visible(timeout=WITHIN_MS)
    await row.get_by_role("link", name="Resume").click()
    await dialog.get_by_role("button", name="Resume").click()
    await expect(row.get_by_role("link", name="Pause")).to_be_visible(timeout=WITHIN_MS)

    await around.get_by_role("link", name="Stop all dialing").click()
    await dialog.get_by_label("Why").fill("a wrong list")
    await dialog.get_by_role("button", name="Stop all dialing").click()
    await expect(around).to_contain_text("a wrong list", timeout=WITHIN_MS)
    await holds_for_everybody(page)
    await around.get_by_role("link", name="Resume dialing").click()
    await dialog.get_by_role("button", name="Resume dialing").click()
    await expect(around.get_by_role("link", name="Stop all dialing")).to_be_visible(timeout=WITHIN_MS)
