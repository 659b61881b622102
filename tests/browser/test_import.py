"""A manager imports a list in Chromium, at a desk and at a phone: dropped, mapped, looked at, answered for, imported, taken back."""

from __future__ import annotations

import asyncio
import base64
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from sautiqual.crash_test.database import own_database
from sautiqual.processes import Processes, free_port, manage, server, until_ready
from tests.browser.desk import DESKTOP, PHONE, WITHIN_MS, Desk
from tests.journeys.stage import HOST
from tests.migrated import copy_to

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PASSWORD = "karibu-console"
LONG = "Baraka Mwangi, the elder of two of that name in the same office"
TEXT = f"Leads of November;;\nSimu;Jina;Seats\n0712 123 4{{n}}1;Asha;5\n+2547121234{{n}}2;{LONG};\n7.12E+08;Chiku;3\n"
DROP = """([zone, name, content]) => {
  const file = new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name, { type: "text/csv" });
  const dropped = new DataTransfer();
  dropped.items.add(file);
  document.querySelector(zone).dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""


@dataclass
class Console:
    server_url: str
    folder: Path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def console(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    """Server and worker over a database with a manager in it and nothing else."""
    folder, port = tmp_path_factory.mktemp("console"), free_port(HOST, ())
    with own_database(os.environ.get("DATABASE_URL", ""), folder, prefix="console") as database_url:
        url = f"http://{HOST}:{port}"
        environment = {
            "DATABASE_URL": database_url, "IMPORT_ROOT": str(folder / "imports"), "IMPORT_MAX_MB": "1", "SERVER_URL": url, "LOG_LEVEL": "WARNING",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD, "DJANGO_SUPERUSER_USERNAME": "mosi", "DJANGO_SUPERUSER_EMAIL": "mosi@example.com",
        }  # fmt: skip
        await asyncio.to_thread(copy_to, database_url)
        async with Processes(environment) as before:
            made = await before.start(manage("manager", "createsuperuser", "--noinput", "--verbosity", "0"))
            assert await made.wait() == 0
        async with Processes(environment) as processes:
            await processes.start(server(HOST, port))
            await processes.start(manage("worker", "db_worker", "--interval", "0.2"))
            await until_ready(f"{url}/readyz", processes, within_s=90.0)
            yield Console(url, folder)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def file_of(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


async def signed_in(browser: Browser, console: Console, *, width: int) -> tuple[BrowserContext, Page]:
    context = await browser.new_context(base_url=console.server_url, viewport={"width": width, "height": 800}, accept_downloads=True)
    page = await context.new_page()
    await page.goto("/account/login/?next=/admin/")
    await page.get_by_label("Username").fill("mosi")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r":[0-9]+/admin/$"), timeout=WITHIN_MS)
    return context, page


async def cut_off(at: Desk, where: str) -> list[str]:
    """What does not fit into its place there."""
    found: list[str] = await at.page.locator(where).evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)")
    return found


async def drops_it(at: Desk, text: str) -> None:
    content = base64.b64encode(text.encode()).decode()
    await at.page.evaluate(DROP, ["[data-drop]", "list.csv", content])
    await at.page.get_by_role("button", name="Look at it").press("Enter")


async def names_the_columns(at: Desk) -> None:
    await at.reads("Which column holds what?")
    await expect(at.page.get_by_label("Simu")).to_have_value("phone", timeout=WITHIN_MS)
    await expect(at.page.get_by_label("The headings stand in")).to_have_value("2")
    await at.holds_for_everybody()
    await at.page.get_by_label("Seats").select_option("ignored")
    await at.page.get_by_role("button", name="Check the list").click()

    await at.reads("What would come of it")
    await at.sees(at.page.locator(".sq-kinds"), "A spreadsheet cut digits off this number")
    await at.holds_for_everybody()
    assert await cut_off(at, ".sq-scroll") == []
    await at.page.get_by_role("link", name="Columns", exact=True).click()
    await expect(at.page.get_by_label("Seats")).to_have_value("ignored", timeout=WITHIN_MS)
    await at.page.get_by_role("button", name="Check the list").click()
    await at.page.get_by_role("link", name="Go on: consent").click()


async def answers_for_the_consent(at: Desk) -> None:
    await at.page.get_by_label("Nobody has agreed yet").check()
    assert await cut_off(at, "label > span") == []
    await expect(at.page.get_by_label("With which organisation?")).to_be_hidden()
    await at.page.get_by_label("I answer for it: they agreed").check()
    await at.page.get_by_label("What did they agree to?").select_option("research")
    await at.page.get_by_label("With which organisation?").fill("Acme Ltd")
    await at.page.get_by_label("How did they agree?").fill("paper form")
    await at.page.get_by_label("Which words were they shown or told?").fill("Acme may call me with a machine’s voice.")
    await at.page.get_by_label("I answer for it that everybody").check()
    await at.holds_for_everybody()
    await at.page.get_by_role("button", name="Check with this consent").click()


async def imports_it(at: Desk, errors: Path) -> None:
    await at.reads("Grade: attested, the weakest there is.")
    await at.holds_for_everybody()
    await at.page.get_by_role("button", name="Import the 2 good rows").click()
    await at.sees(at.page.get_by_role("link", name="Take it back"))  # the page has looked again by itself
    await at.holds_for_everybody()
    async with at.page.expect_download() as fetched:
        await at.page.get_by_role("link", name="CSV").click()
    await (await fetched.value).save_as(errors)
    assert "what to mend" in text_of(errors)


async def takes_it_back(at: Desk) -> None:
    await at.page.get_by_role("link", name="Take it back").click()
    await at.reads("Take this import back?")
    await at.holds_for_everybody()
    await at.page.get_by_role("button", name="Take it back").click()
    await at.reads("2 leads were taken back, 0 stay.")
    await at.page.goto("/admin/leads/leadimport/")
    await at.reads("taken back")


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_a_list_is_dropped_mapped_looked_at_imported_and_taken_back(browser: Browser, console: Console, width: int):
    context, page = await signed_in(browser, console, width=width)
    at = Desk(page, context)
    await page.get_by_role("link", name="Import a list of leads").click()
    await at.reads("Drop the file here, or choose it")
    await at.holds_for_everybody()
    await drops_it(at, TEXT.format(n=0 if width == DESKTOP else 1))
    await names_the_columns(at)
    await answers_for_the_consent(at)
    await imports_it(at, console.folder / f"to-mend-{width}.csv")
    await takes_it_back(at)
    await context.close()


async def test_a_file_that_is_too_large_is_told_before_it_is_sent_and_by_the_server_as_well(browser: Browser, console: Console):
    context, page = await signed_in(browser, console, width=DESKTOP)
    at = Desk(page, context)
    await page.goto("/admin/leads/leadimport/add/")
    large = file_of(console.folder / "large.csv", b"phone\n" + b"0712123401\n" * 300_000)

    await page.get_by_label("Drop the file here, or choose it").set_input_files(large)
    await at.reads("This file is larger than 1 MB.")
    await page.evaluate("document.querySelector('[data-upload]').dataset.maxBytes = '9e9'")  # as without the page's script
    await page.get_by_role("button", name="Look at it").click()
    await at.reads("so it was not read")

    file_of(large, bytes(200 * 2**20))
    await page.goto("/admin/leads/leadimport/add/")
    await page.evaluate("document.querySelector('[data-upload]').dataset.maxBytes = '9e9'")
    await page.get_by_label("Drop the file here, or choose it").set_input_files(large)
    await page.get_by_role("button", name="Look at it").click()
    await at.reads("This is larger than 65 MB, so it was not read.")
    await context.close()
