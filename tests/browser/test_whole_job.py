"""The whole job, by somebody new: from a list of people to evidence of a call, over the product's own processes and a simulated platform."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from campaigns.reports.evidence.canonical import HASH, sha256_of
from tests.browser.desk import DESKTOP
from tests.browser.new_installation import MANAGER
from tests.browser.newcomer import WITHIN_MS, Newcomer, named
from tests.journeys.people import answering
from tests.journeys.scene import CONTINUES
from tests.journeys.stage import stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PHONE = 390

LIST = "list.csv"
PEOPLE = {"Asha Otieno": "0712 300 101", "Baraka Mwangi": "0712 300 102", "Chiku Wanjiru": "0712 300 103", "Daudi Kamau": "0712 300 104"}
GOES_ON = ("good_time_yes", "decider_yes", "seats_some")
SAY = {
    "Asha Otieno": GOES_ON,
    "Baraka Mwangi": ("good_time_yes", "decider_no", "seats_some"),
    "Chiku Wanjiru": GOES_ON,
    "Daudi Kamau": ("good_time_yes",),
}
AGREED = "Acme Ltd may call me with an automated voice about the phones I asked for, and record the call."
DISCLOSURE = (
    "I am {bot_name}, an AI calling for {organisation} with a few short questions about the phones you need. "
    "I record this call and share it with {organisation}. Say stop to stop."
)
CORRECTED = "Baraka Mwangi"  # says that he does not decide
SILENT = "Daudi Kamau"  # says that it is a good time, and then nothing
SCRIPT, CAMPAIGN = "New phones", "Phones in November"


async def imports_a_list(mosi: Newcomer, folder: Path) -> None:
    path = folder / LIST
    path.write_text("Phone,Name\n" + "".join(f"{phone},{name}\n" for name, phone in PEOPLE.items()))
    await mosi.follows("Import a list of leads")
    await mosi.page.get_by_label("Drop the file here, or choose it").set_input_files(path)
    await mosi.presses("Look at it")
    await mosi.chooses("Numbers written without a country are of", "Kenya")
    await mosi.presses("Check the list")
    await mosi.follows("Go on: consent")
    await mosi.ticks("I answer for it: they agreed")
    await mosi.chooses("What did they agree to?", "Service: about something they have or asked for")
    await mosi.fill("With which organisation?", "Acme Ltd")
    await mosi.fill("How did they agree?", "paper form")
    await mosi.fill("Which words were they shown or told?", AGREED)
    await mosi.ticks("These words say that an automated or AI voice may call")
    await mosi.ticks("I answer for it that everybody")
    await mosi.presses("Check with this consent")
    await mosi.reads("Grade: attested, the weakest there is.")
    await mosi.presses("Import all 4 rows")
    await mosi.reads("Put these into a campaign")


async def writes_a_script(mosi: Newcomer) -> None:
    await mosi.follows("Overview")
    await mosi.follows("Write a script")
    await mosi.page.locator("#id_name").fill(SCRIPT)
    await mosi.fill("On behalf of", "Acme Ltd")
    await mosi.fill("Hot from this score", "70")
    await mosi.fill("Disclosure", DISCLOSURE)
    await mosi.asks("Is now a good time?", "yes or no", role="is it a good time? (a no ends the call)")
    decider = await mosi.asks("Do you decide about buying?", "yes or no")
    await mosi.gives_points(decider, "yes", 50, "decides alone")
    seats = await mosi.asks("How many phones do you need?", "a number")
    await mosi.gives_points(seats, "100", 30, "a large order")
    await mosi.gives_points(seats, "1", 10, "an order")
    await mosi.reads("The best answers give 80 points.")
    await mosi.presses("Save and continue editing")
    await mosi.reads("was added successfully")


async def makes_a_campaign(mosi: Newcomer) -> None:
    await mosi.follows("Overview")
    await mosi.follows("Make a campaign")
    await mosi.page.locator("#id_name").fill(CAMPAIGN)
    await mosi.chooses("Purpose", "service")
    await mosi.fill("Organisation named in the consent", "Acme Ltd")
    await mosi.finds("Script", SCRIPT)
    await mosi.page.locator("#id_line + .select2 .select2-selection").click()
    await mosi.page.locator(".select2-results__option").filter(has_text=CONTINUES).first.click()
    await mosi.finds("Reps for hot leads", "Rehema")
    await mosi.fill("Hot leads a free rep", "")  # she is not at her desk, and does not hold the calls back
    await mosi.presses("Save and continue editing")
    await mosi.follows("Enrol leads")
    await mosi.page.get_by_label("Leads from").select_option(label=f"list “{LIST}” · 4")
    await mosi.presses("Enrol")
    await mosi.reads("4 leads enrolled.")


async def rehearses(mosi: Newcomer) -> None:
    await mosi.follows("Rehearse")
    await mosi.presses("Run them")
    result = mosi.page.locator("[data-result]")
    await expect(result.get_by_role("heading", name=re.compile("^Passed"))).to_be_visible(timeout=WITHIN_MS)
    await mosi.reads("Campaigns may start with this script.")
    await mosi.follows(f"Back to “{CAMPAIGN}”")


async def launches(mosi: Newcomer) -> None:
    await mosi.follows("Preview")
    await mosi.reads("Do you decide about buying?")
    await mosi.follows("Launch")
    for step in ("Run the preflight", "Approve", "Start"):
        await mosi.follows(step)
        await mosi.presses(step)
        await mosi.reads(f"Launch “{CAMPAIGN}”")
    await mosi.reads("It runs. What happens now")


async def watches(mosi: Newcomer) -> None:
    await mosi.follows("Watch them live")
    card = mosi.page.locator("article.sq-live-card").filter(has=mosi.page.get_by_role("heading", name=SILENT))
    await expect(card).to_contain_text("Is now a good time?", timeout=WITHIN_MS)
    mosi.sees()
    await expect(mosi.page.get_by_role("heading", name="Nobody is on the phone")).to_be_visible(timeout=WITHIN_MS)


async def corrects_an_answer(mosi: Newcomer) -> None:
    await mosi.opens_all_reviews()
    await mosi.follows(CORRECTED)
    answer = mosi.page.locator("li[data-answer]").filter(has_text="Do you decide about buying?")
    await answer.get_by_text("Correct", exact=True).click()
    await answer.get_by_label("What was meant").first.select_option(label="yes")
    await answer.get_by_label("Why").first.fill("He means his wife asks him.")
    await mosi.presses("Correct the answer", within=answer)
    await mosi.reads("Corrected. Score and reports count it so from now on.")
    await expect(mosi.page.locator(".sq-score strong")).to_have_text("60", timeout=WITHIN_MS)


async def replays_the_points(mosi: Newcomer) -> None:
    await mosi.follows("Scripts")
    await mosi.follows(SCRIPT)
    await mosi.follows("Replay calls with other points")
    await mosi.fill("Hot from this score", "60")
    await mosi.presses("Replay")
    await mosi.reads("Would turn hot: 3")
    for name in ("Asha Otieno", CORRECTED, "Chiku Wanjiru"):
        await expect(mosi.page.locator(".sq-turned")).to_contain_text(name, timeout=WITHIN_MS)
    await mosi.follows("Publish as new version")
    await mosi.presses("Publish")
    await mosi.reads("This is version 2, with the points you replayed.")


async def exports(mosi: Newcomer, folder: Path) -> None:
    await mosi.follows("Campaigns")
    await mosi.follows(CAMPAIGN)
    await mosi.page.locator("a", has_text=re.compile(r"^\s*More\s")).first.click()
    results = await mosi.downloads(mosi.page.get_by_role("link", name=named("Results as CSV")), folder)
    named_in = {row["name"] for row in csv.DictReader(io.StringIO(results.decode("utf-8-sig")))}
    assert named_in == set(PEOPLE)
    await mosi.opens_all_reviews()
    await mosi.follows("Asha Otieno")
    await mosi.follows("The whole call")
    await mosi.follows("Evidence pack")
    pdf = await mosi.downloads(mosi.page.get_by_role("button", name=named("Download as PDF")), folder)
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 10_000
    pack = await mosi.downloads(mosi.page.get_by_role("button", name=named("Download as JSON")), folder)
    told = json.loads(pack)
    assert told[HASH] == sha256_of(told)


async def fits_a_phone(mosi: Newcomer) -> None:
    """No page that they came by scrolls sideways."""
    await mosi.page.set_viewport_size({"width": PHONE, "height": 800})
    wide = {}
    for kind, address in mosi.pages.items():
        await mosi.page.goto(address)
        wide[kind] = await mosi.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {kind: px for kind, px in wide.items() if px > 0} == {}


@pytest_asyncio.fixture(loop_scope="session")
async def mosi(browser: Browser, tmp_path: Path) -> AsyncIterator[Newcomer]:
    """At a new installation with a simulated line and a rep; the people of the list live at their numbers."""
    async with stage(tmp_path, scene="tests.browser.new_installation") as installation:
        for name, phone in PEOPLE.items():
            installation.moves_in(answering(*SAY[name]), "+254" + phone.replace(" ", "")[1:])
        context = await browser.new_context(base_url=installation.server_url, viewport={"width": DESKTOP, "height": 900}, accept_downloads=True)
        yield Newcomer(await context.new_page())
        await context.close()


async def test_somebody_new_does_the_whole_job_by_what_the_screens_offer(mosi: Newcomer, tmp_path: Path):
    mosi.page.on("dialog", lambda dialog: dialog.accept())
    await mosi.opens_the_first_page(MANAGER)
    await imports_a_list(mosi, tmp_path)
    await writes_a_script(mosi)
    await makes_a_campaign(mosi)
    await rehearses(mosi)
    await launches(mosi)
    await watches(mosi)
    await corrects_an_answer(mosi)
    await replays_the_points(mosi)
    await exports(mosi, tmp_path)
    await fits_a_phone(mosi)
