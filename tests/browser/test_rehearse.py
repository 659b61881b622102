"""A manager rehearses in Chromium: talks to the bot over a real server, whose own voice listens, and runs the simulated people.

Chromium's microphone is a file: somebody says "yes, I am" every few seconds, whatever is asked.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from playwright.async_api import Page, async_playwright, expect

from bridge.telephony.simulator import utterances
from bridge.voice.catalogue import GEMINI, OPENAI
from sautiqual.crash_test.database import own_database
from sautiqual.demo.faked import KEYS, faked
from sautiqual.processes import Processes, Program, free_port, manage, server, until_ready
from tests.browser.conftest import chromium_path
from tests.browser.desk import DESKTOP, PHONE, WITHIN_MS, Desk
from tests.journeys.scene import PASSWORD
from tests.journeys.stage import HOST
from tests.migrated import copy_to

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

YES = Path(utterances.__file__).parent / "decider_yes_1_kal16.flac"
SILENCE_S = 2.5  # before and after it
TALK_MS = 180_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def console_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Server and worker with a script that nobody has rehearsed; the providers of two voices are faked on this machine."""
    folder, port = tmp_path_factory.mktemp("rehearsal"), free_port(HOST, ())
    with own_database(os.environ.get("DATABASE_URL", ""), folder, prefix="rehearsal") as database_url:
        url = f"http://{HOST}:{port}"
        environment = {"DATABASE_URL": database_url, "SERVER_URL": url, "LOG_LEVEL": "WARNING"}
        await asyncio.to_thread(copy_to, database_url)
        async with Processes(environment) as before:
            made = await before.start(Program("scene", ("-m", "tests.browser.rehearsal_scene")))
            assert await made.wait() == 0
        async with faked(GEMINI.name) as gemini, faked(OPENAI.name) as openai, Processes({**environment, **KEYS, **gemini, **openai}) as processes:
            await processes.start(server(HOST, port))
            await processes.start(manage("worker", "db_worker", "--interval", "0.2"))
            await until_ready(f"{url}/readyz", processes, within_s=90.0)
            yield url


@pytest.fixture(scope="module")
def voice_of_a_callee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pcm, rate_hz = soundfile.read(YES, dtype="int16")
    silence = np.zeros(int(SILENCE_S * rate_hz), dtype=np.int16)
    path = tmp_path_factory.mktemp("voice") / "yes.wav"
    soundfile.write(path, np.concatenate([silence, pcm, silence]), rate_hz, subtype="PCM_16")
    return path


@asynccontextmanager
async def rehearsing(url: str, *arguments: str, width: int = DESKTOP) -> AsyncIterator[Page]:
    """At the page of the script, come to by its button, in a browser that was started with these arguments."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox", *arguments])
        page = await (await browser.new_context(base_url=url, viewport={"width": width, "height": 800})).new_page()
        await page.goto("/account/login/?next=/admin/campaigns/script/")
        await page.get_by_label("Username").fill("mosi")
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Short").click(timeout=WITHIN_MS)
        way = await page.get_by_role("link", name="Rehearse", include_hidden=True).first.get_attribute("href")  # on a phone in a menu
        await page.goto(way or "")
        await expect(page.get_by_role("heading", name="Rehearse Short v1")).to_be_visible(timeout=WITHIN_MS)
        yield page
        await browser.close()


async def holds(page: Page) -> None:
    """A button under the mouse is lighter in unfold's look, and fades back."""
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(400)
    await Desk(page, page.context).holds_for_everybody()


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_without_a_microphone_it_says_so_and_begins_nothing(console_url: str, width: int):
    async with rehearsing(console_url, "--use-fake-ui-for-media-stream", width=width) as page:
        await page.get_by_role("button", name="Start talking").click()
        await expect(page.get_by_role("alert").filter(has_text="finds no microphone")).to_be_visible(timeout=WITHIN_MS)
        await expect(page.get_by_text("Nobody has rehearsed this version yet.")).to_be_visible()
        await expect(page.get_by_role("button", name="Start talking")).to_be_enabled()
        await holds(page)


async def test_a_microphone_that_is_refused_can_be_allowed_again(console_url: str):
    async with rehearsing(console_url, "--use-fake-ui-for-media-stream=deny", "--use-fake-device-for-media-stream") as page:
        await page.get_by_role("button", name="Start talking").click()
        await expect(page.get_by_role("alert").filter(has_text="allow the microphone")).to_be_visible(timeout=WITHIN_MS)


@pytest.mark.parametrize(
    ("missing", "words"),
    [("Object.defineProperty(window, 'isSecureContext', { value: false })", "over https"), ("delete window.AudioWorkletNode", "too old")],
    ids=["address", "browser"],
)
async def test_where_a_browser_cannot_it_says_what_would(console_url: str, missing: str, words: str):
    async with rehearsing(console_url, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream") as page:
        await page.evaluate(missing)
        await page.get_by_role("button", name="Start talking").click()
        await expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible(timeout=WITHIN_MS)
        await expect(page.get_by_text("Nobody has rehearsed this version yet.")).to_be_visible()


async def test_a_manager_talks_to_the_bot_and_sees_what_it_understood(console_url: str, voice_of_a_callee: Path):
    file = f"--use-file-for-fake-audio-capture={voice_of_a_callee}"
    async with rehearsing(console_url, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", file) as page:
        result = page.locator("[data-result]")
        await page.get_by_role("button", name="Start talking").click()
        await expect(result).to_contain_text("I am Zawadi, an AI calling for Acme.", timeout=TALK_MS)
        await expect(result.locator(".sq-answers")).to_contain_text("Is now a good time?", timeout=TALK_MS)
        await expect(result.locator(".sq-said .callee").first).to_contain_text("yes")
        await expect(result.locator(".sq-score")).to_contain_text("60", timeout=TALK_MS)
        await expect(result).to_contain_text("decides alone")
        await expect(result.get_by_role("heading", name=re.compile("^Passed"))).to_be_visible(timeout=TALK_MS)
        await expect(page.locator("[data-standing]")).to_contain_text("Campaigns may start with this script.")
        await expect(page.get_by_role("button", name="Start talking")).to_be_enabled()
        await holds(page)


@pytest.mark.parametrize("voice", [GEMINI.name, OPENAI.name])
async def test_a_manager_talks_to_a_providers_voice(console_url: str, voice_of_a_callee: Path, voice: str):
    """The same adapter as on a call, to a faked provider."""
    file = f"--use-file-for-fake-audio-capture={voice_of_a_callee}"
    async with rehearsing(console_url, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", file) as page:
        await page.get_by_label("Language and voice").select_option(f"en-KE|{voice}")
        result = page.locator("[data-result]")
        await page.get_by_role("button", name="Start talking").click()
        await expect(result.get_by_role("heading", name=re.compile("^Passed"))).to_be_visible(timeout=TALK_MS)
        await expect(result).to_contain_text("I am Zawadi, an AI calling for Acme.")
        await expect(result.locator(".sq-score")).to_contain_text("60")
        await expect(result).to_contain_text(voice)
        await holds(page)


async def test_who_hangs_up_has_not_rehearsed_it(console_url: str):
    async with rehearsing(console_url, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream") as page:
        await page.get_by_role("button", name="Start talking").click()
        await page.get_by_role("button", name="Hang up").click(timeout=WITHIN_MS)
        await expect(page.locator("[data-result]")).to_contain_text("you ended it", timeout=WITHIN_MS)
        await expect(page.locator("[data-result]")).to_contain_text("Start it again.")


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_the_simulated_people_are_run_and_each_is_told(console_url: str, width: int):
    async with rehearsing(console_url, width=width) as page:
        await page.get_by_role("button", name="Run them").click()
        result = page.locator("[data-result]")
        await expect(result.get_by_role("heading", name=re.compile("^Passed"))).to_be_visible(timeout=WITHIN_MS)
        await expect(result.locator("details")).to_have_count(6)
        await result.get_by_text("Knocked out").click()
        await expect(result.locator("details[open]")).to_contain_text("does not decide")
        await holds(page)
