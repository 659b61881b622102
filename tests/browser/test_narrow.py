"""What a manager meets on a phone, beside what other stories look at on the way."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import WITHIN_MS
from tests.browser.writing import open_console
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE, A_THUMB_AND_A_NAME = 390, 200


async def test_a_box_that_searches_is_wide_before_anything_is_chosen_in_it(browser: Browser, platform: Stage):
    async with open_console(browser, platform.server_url, width=PHONE) as mosi:
        await mosi.page.goto("/admin/campaigns/campaign/add/")
        boxes = mosi.page.locator(".related-widget-wrapper > .select2-container")
        await expect(boxes).to_have_count(4, timeout=WITHIN_MS)  # script, line, further lines, reps
        assert min(await boxes.evaluate_all("all => all.map(each => each.offsetWidth)")) > A_THUMB_AND_A_NAME
