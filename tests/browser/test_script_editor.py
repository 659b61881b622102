"""A manager who writes a script in Chromium, with mouse, finger and keys, alone and beside somebody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Dialog, Locator, expect

from tests.browser.desk import DESKTOP, WITHIN_MS
from tests.browser.writing import Writer, open_console
from tests.journeys.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = 390
CHALLENGE, AUTHORITY, PRIORITY = "Is there something in your daily work", "Who decides about a solution", "From one to five, how urgent"
Open = Callable[..., Awaitable[Writer]]


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: Browser, platform: Stage) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def opened(*, width: int = DESKTOP) -> Writer:
            return await stack.enter_async_context(open_console(browser, platform.server_url, width=width))

        yield opened


async def kept(platform: Stage, writer: Writer) -> dict[str, Any]:
    """As an integrator reads it."""
    script: dict[str, Any] = await platform.get(f"/scripts/{writer.script_id}")
    return script


async def keys(platform: Stage, writer: Writer) -> list[str]:
    return [question["key"] for question in (await kept(platform, writer))["questions"]]


async def middle(of: Locator) -> tuple[float, float]:
    box = await of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def test_questions_are_put_in_order_with_the_mouse(console: Open, platform: Stage):
    mosi = await console()
    await mosi.starts_with("CHAMP")
    await mosi.question(CHALLENGE).scroll_into_view_if_needed()
    x, y = await middle(mosi.question(AUTHORITY).locator("[data-handle]"))
    _, to = await middle(mosi.question(CHALLENGE).locator("[data-handle]"))
    await mosi.page.mouse.move(x, y)
    await mosi.page.mouse.down()
    await mosi.page.mouse.move(x, to - 30, steps=8)
    await mosi.page.mouse.up()
    await mosi.reads(mosi.picture(), "2. Who decides about a")
    await mosi.saves()
    assert await keys(platform, mosi) == ["permission", "authority", "has-challenge", "challenge", "money", "priority"]


async def test_questions_are_put_in_order_with_a_finger_on_a_phone(console: Open, platform: Stage):
    mosi = await console(width=PHONE)
    await mosi.starts_with("CHAMP")
    first = mosi.question("Is now a good time")
    await first.scroll_into_view_if_needed()
    x, y = await middle(first.locator("[data-handle]"))
    _, to = await middle(mosi.question("What is it that troubles").locator("[data-handle]"))
    touch = await mosi.context.new_cdp_session(mosi.page)
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        await touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + (to + 40 - y) * step / 8}]})
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await mosi.reads(mosi.picture(), "1. Is there something in")
    await mosi.saves()
    assert (await keys(platform, mosi))[:3] == ["has-challenge", "challenge", "permission"]


async def test_questions_are_put_in_order_with_keys_and_it_is_said(console: Open, platform: Stage):
    mosi = await console()
    await mosi.starts_with("CHAMP")
    down = mosi.question("What is it that troubles").get_by_role("button", name="Down")
    await down.focus()
    await mosi.page.keyboard.press("Enter")
    await mosi.page.keyboard.press("Enter")
    await expect(down).to_be_focused()
    await mosi.reads(mosi.page.locator("#sq-said"), "Question 5 of 6")
    await mosi.saves()
    assert await keys(platform, mosi) == ["permission", "has-challenge", "authority", "money", "challenge", "priority"]


async def test_a_skip_is_drawn_while_it_is_written_and_a_question_nobody_is_asked_is_marked(console: Open, platform: Stage):
    mosi = await console(width=PHONE)
    await mosi.starts_with("CHAMP")
    await mosi.holds_for_everybody()
    row = await mosi.opens_question(AUTHORITY)
    before = await mosi.picture().locator(".skip").count()
    for answer in ("alone", "together with others", "somebody else"):
        await row.get_by_role("button", name="Add a skip").click()
        rule = row.locator("[data-field=skips] .sq-rows > div").last
        await rule.get_by_label("this value").select_option(answer)
        await rule.get_by_label("go on with").select_option("priority")
    await expect(mosi.picture().locator(".skip")).to_have_count(before + 3, timeout=WITHIN_MS)
    await mosi.reads(mosi.picture(), "nobody gets here")
    await mosi.reads(mosi.question("What does this problem cost").locator("[data-count]"), "1 fault")
    await mosi.reads(mosi.check(), "This cannot be launched yet")
    await mosi.page.get_by_text("The same in words").click()
    await mosi.reads(mosi.page.locator("#sq-flow"), "If the answer is alone: question 6")
    await mosi.holds_for_everybody()
    await mosi.saves()
    await mosi.reads(mosi.page.locator("body"), "It cannot be launched yet")
    authority = next(q for q in (await kept(platform, mosi))["questions"] if q["key"] == "authority")
    assert authority["skips"][0] == {"when": {"equals": "alone"}, "to": "priority"}
    faults = (await kept(platform, mosi))["faults"]
    assert [fault["question_key"] for fault in faults] == ["money", ""]
    assert "for whom you call" in faults[1]["message"]  # the ready script's organisation stands there still


async def test_a_question_is_added_duplicated_and_deleted_with_a_way_back(console: Open, platform: Stage):
    mosi = await console()
    await mosi.starts_with("BANT")
    await mosi.page.get_by_role("button", name="Add a question").click()
    new = mosi.page.locator("#sq-qs > li").last
    await new.get_by_label("Wording", exact=False).first.fill("How many people work with you?")
    await new.get_by_label("Kind").select_option("number")
    await expect(new.get_by_label("Unit")).to_be_visible()
    await expect(new.get_by_label("Choices")).to_be_hidden()
    await mosi.question("Do you decide about this").get_by_role("button", name="Duplicate").click()
    gone = mosi.question("How much have you set aside")
    await gone.get_by_role("button", name="Delete").click()
    await mosi.reads(gone, "Deleted when you save.")
    await gone.get_by_role("button", name="Undo").click()
    await mosi.question("What do you need most").get_by_role("button", name="Delete").click()
    assert len(await mosi.order()) == 6
    await mosi.holds_for_everybody()
    await mosi.saves()
    assert await keys(platform, mosi) == ["permission", "authority", "decide-about-this", "budget", "timing", "many-people-work"]


async def test_a_language_is_added_to_the_whole_script_and_tells_what_is_missing(console: Open, platform: Stage):
    mosi = await console()
    await mosi.starts_with("BANT")
    await mosi.page.get_by_label("Add a language").select_option("fr")
    tab = mosi.page.get_by_role("tab", name="Français")
    await expect(tab).to_have_attribute("aria-selected", "true")
    await mosi.reads(tab, "missing")
    before = int((await tab.inner_text()).split("·")[1].split()[0])
    await mosi.page.get_by_label("Disclosure (Français)", exact=True).fill("Bonjour, ici {bot_name}, un assistant automatique de {organisation}.")
    row = await mosi.opens_question("When do you want to start?")
    await row.get_by_label("Wording (Français)", exact=True).fill("Quand voulez-vous commencer ?")
    await mosi.reads(tab, f"{before - 2} missing")
    await expect(row.get_by_label("Kind")).to_be_hidden()
    await mosi.holds_for_everybody()
    await mosi.page.get_by_role("tab", name="Kiswahili").click()
    await expect(row.get_by_label("(Kiswahili)").first).to_have_value("Ungependa kuanza lini?")
    await mosi.saves()
    script = await kept(platform, mosi)
    timing = next(question for question in script["questions"] if question["key"] == "timing")
    assert timing["translations"]["fr"] == {"wording": "Quand voulez-vous commencer ?"}
    assert timing["translations"]["sw"]["wording"] == "Ungependa kuanza lini?"
    assert script["translations"]["fr"]["disclosure"].startswith("Bonjour")


async def test_of_two_who_write_at_once_the_second_is_shown_both_and_loses_nothing(console: Open, platform: Stage):
    mosi, amina = await console(), await console(width=PHONE)
    await mosi.starts_with("CHAMP")
    await amina.opens(mosi.script_id)
    for writer, wording in ((mosi, "What troubles you most?"), (amina, "Which problem is it?")):
        row = await writer.opens_question("What is it that troubles")
        await row.get_by_label("Wording", exact=False).first.fill(wording)
    await amina.page.locator("#id_hot_threshold").fill("50")
    await mosi.saves()
    await amina.page.get_by_role("button", name="Save and continue editing").click()
    await amina.reads(amina.page.locator("body"), "Your changes are not saved yet, and not lost.")
    assert (await kept(platform, mosi))["hot_threshold"] == 65
    await amina.page.get_by_label("challenge: wording").check()
    await amina.page.get_by_role("button", name="Save with the chosen changes").click()
    await amina.ready()
    script = await kept(platform, mosi)
    assert (script["hot_threshold"], script["revision"]) == (50, 2)
    assert script["questions"][2]["wording"] == "Which problem is it?"


async def test_what_was_not_saved_is_offered_again_after_a_crash_and_forgotten_once_saved(console: Open, platform: Stage):
    mosi = await console()
    await mosi.starts_with("BANT")
    script_id = mosi.script_id
    row = await mosi.opens_question("When do you want to start?")
    await row.get_by_label("Wording", exact=False).first.fill("When shall we start?")
    await mosi.page.get_by_role("button", name="Add a question").click()
    await mosi.page.locator("#sq-qs > li").last.get_by_label("Wording", exact=False).first.fill("Where do you work?")
    await mosi.page.wait_for_function("Object.values(localStorage).some((kept) => kept.includes('Where do you work?'))")
    await mosi.page.close()  # as in a crash, nobody is asked

    mosi.page = await mosi.context.new_page()
    mosi.page.set_default_timeout(WITHIN_MS)
    await mosi.opens(script_id)
    assert "When do you want to start?" in await mosi.order()
    await mosi.page.get_by_role("button", name="Bring them back").click()
    assert (await mosi.order())[-2:] == ["When shall we start?", "Where do you work?"]
    await mosi.page.locator("#sq-qs > li").last.get_by_label("Kind").select_option("open")
    await mosi.saves()
    await mosi.opens(script_id)
    await expect(mosi.page.get_by_role("button", name="Bring them back")).to_be_hidden()
    assert (await mosi.order())[-1] == "Where do you work?"


async def test_leaving_with_unsaved_changes_asks_and_without_them_does_not(console: Open, platform: Stage):
    mosi = await console()
    await mosi.starts_with("Phone survey")
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    mosi.page.on("dialog", stay)
    await mosi.opens(mosi.script_id)
    await mosi.page.goto("/admin/")
    assert asked == []
    await mosi.page.go_back()
    await mosi.ready()
    row = await mosi.opens_question("Would you recommend us")
    await row.get_by_label("Wording", exact=False).first.fill("Would you tell a friend about us?")
    await mosi.page.goto("/admin/")
    assert asked == ["beforeunload"]
