"""`make screenshots`: the README's pictures of the console, taken anew of the demo while it calls and after it. The queue's picture has two leads
waiting, which no demo lets happen; it is taken by hand."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import django
from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from playwright.async_api import Error as PlaywrightError

from sautiqual.processes import free_port
from sautiqual.settings import BASE_DIR
from tests.browser.conftest import chromium_path

FOLDER = BASE_DIR / "static" / "screenshots"
SIZE = ViewportSize(width=1280, height=900)
HOT = "hot_no_rep"  # who is scored, promised a call and recorded
CALLS = "/admin/campaigns/call/"
UP_WITHIN_S, ENDED_WITHIN_S, LIVE_WITHIN_MS = 120, 600, 120_000
BEGUN, ENDED = re.compile(b"Business time starts.*\\n"), re.compile(b"Look around")


async def main() -> None:
    base = f"http://127.0.0.1:{free_port('127.0.0.1', range(8000, 8010))}"  # which the demo takes, too
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "manage.py", "demo", cwd=BASE_DIR, env=dict(os.environ), stdout=asyncio.subprocess.PIPE
    )
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            await take_all(browser, demo, base)
            await browser.close()
    finally:
        demo.terminate()
        await demo.wait()


async def take_all(browser: Browser, demo: asyncio.subprocess.Process, base: str) -> None:
    await until(demo, BEGUN, UP_WITHIN_S)
    page = await (await browser.new_context(base_url=base, viewport=SIZE)).new_page()
    await sign_in(page)
    await page.goto(f"{CALLS}live/")
    await page.locator("article.sq-live-card").nth(1).wait_for(timeout=LIVE_WITHIN_MS)
    await page.get_by_text(re.compile("Roughly how many seats|handles buying decisions")).first.wait_for(timeout=LIVE_WITHIN_MS)
    await keep(page, "live")
    await until(demo, ENDED, ENDED_WITHIN_S)
    await take_what_came_of_it(page)


async def take_what_came_of_it(page: Page) -> None:
    await page.goto("/admin/")
    await keep(page, "home")
    await page.goto(CALLS)
    await page.get_by_role("link", name=re.compile(HOT)).first.click()
    await keep(page, "call")
    await page.goto(f"{page.url.rpartition('/change/')[0]}/review/")
    await keep(page, "review")


async def until(demo: asyncio.subprocess.Process, wanted: re.Pattern[bytes], within_s: float) -> None:
    """Until it has said so. Raises TimeoutError."""
    if demo.stdout is None:
        raise AssertionError("the demo's words go through a pipe")
    said = b""
    async with asyncio.timeout(within_s):
        while not wanted.search(said):
            piece = await demo.stdout.read(4096)
            if not piece:
                raise RuntimeError("the demo has ended")
            said += piece
            sys.stdout.write(piece.decode(errors="replace"))


async def sign_in(page: Page) -> None:
    from sautiqual.demo.cast import MANAGER_LOGIN, PASSWORD

    for attempt in range(UP_WITHIN_S):  # the server comes up a little later
        try:
            await page.goto("/account/login/")
            break
        except PlaywrightError:
            if attempt == UP_WITHIN_S - 1:
                raise
            await asyncio.sleep(1)
    await page.locator("[name=username]").fill(MANAGER_LOGIN)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("[name=password]").press("Enter")
    await page.wait_for_url(re.compile("/admin/|/queue/"))


async def keep(page: Page, name: str) -> None:
    await page.wait_for_load_state("networkidle")
    path = Path(FOLDER / f"{name}.png")
    await page.screenshot(path=path)
    print(f"kept {path.relative_to(BASE_DIR)}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    asyncio.run(main())
