"""What a rep types at the queue page: it is theirs, whatever becomes of the page meanwhile; and no hand leaves the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenDesk
from tests.browser.desk import WITHIN_MS, Desk, was_never_reloaded
from tests.browser.scene import SHORTLY_WRITTEN_UP, WRITTEN_UP
from tests.browser.test_queue import HOT_EARLY, called, handed_over
from tests.journeys.people import answering
from tests.journeys.stage import Stage, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HALF, WHOLE = "Delivery is", "Delivery is free."
GOING_QUIET = answering("good_time_yes", "seats_many")  # so that the bot goes on asking


async def survives(desk: Desk, field: str, typed: str) -> None:
    """A renewal of the cards, a lost line, and the focus is where it was."""
    box = desk.page.get_by_label(field)
    for happens in (desk.is_renewed, desk.loses_the_line, desk.is_renewed):
        await happens()
        await expect(box).to_have_value(typed)
        await expect(box).to_be_focused()


async def test_by_keyboard_alone_a_lead_is_accepted_led_and_written_up_and_nothing_half_typed_is_lost(desk: OpenDesk, platform: Stage):
    rehema = await desk("rehema")
    page, keys = rehema.page, rehema.page.keyboard
    go = page.get_by_role("button", name="Go available")
    if await go.is_visible():
        await rehema.tabs_to(go)
        await keys.press("Enter")
    lead = await called(platform, WRITTEN_UP, "Asha Achieng", who=GOING_QUIET)
    await rehema.sees(rehema.offer("Asha Achieng"))
    await rehema.presses("a")

    await rehema.tabs_to(page.get_by_label("Say to the lead through the bot"))
    await keys.type(HALF)
    await survives(rehema, "Say to the lead through the bot", HALF)
    await keys.type(WHOLE.removeprefix(HALF))
    await keys.press("Enter")
    await rehema.sees(rehema.page.locator(".led"), WHOLE)
    await expect(page.get_by_label("Say to the lead through the bot")).to_have_value("")
    await rehema.holds_for_everybody()
    await until(lambda: platform.heard(lead, WHOLE), "the lead hears the rep's sentence")  # whoever takes over sooner says it themselves
    await rehema.tabs_to(page.get_by_role("button", name="Take over now"))
    await keys.press("Enter")

    await handed_over(platform, lead, "bridged")
    await rehema.sees(rehema.card("Asha Achieng"), "Time left")
    await rehema.tabs_to(page.get_by_label("Notes"))
    await keys.type("Wants an off")
    await survives(rehema, "Notes", "Wants an off")
    await keys.type("er.")
    await rehema.holds_for_everybody()
    await rehema.tabs_to(page.get_by_label("What came of it"))
    await keys.type("to follow")
    await rehema.tabs_to(page.get_by_role("button", name="Save"))
    await keys.press("Enter")
    await rehema.reads(re.compile(r"Saved\. You are available\."))
    await rehema.sees_no_more(rehema.card("Asha Achieng"))
    assert await was_never_reloaded(rehema)
    written = ((await platform.call_of(lead))["handoff"] or {})["wrap_up"]
    assert (written["disposition"], written["notes"]) == ("follow_up", "Wants an offer.")
    assert platform.heard(lead, WHOLE)


async def test_the_time_for_a_write_up_runs_its_end_is_said_and_what_was_typed_can_still_be_saved(desk: OpenDesk, platform: Stage):
    rehema = await desk("rehema")
    await rehema.goes("available")
    lead = await called(platform, SHORTLY_WRITTEN_UP, "Asha Nduta", who=HOT_EARLY)
    await rehema.sees(rehema.offer("Asha Nduta"))
    await rehema.presses("a")
    left = rehema.card("Asha Nduta").locator(".until")
    await rehema.sees(left, re.compile(r"^[1-8] s$"))
    first = int((await left.inner_text()).split()[0])
    await rehema.page.get_by_label("Notes").fill("Wants an off")
    await expect(left).to_have_text(f"{first - 2} s", timeout=WITHIN_MS)
    await rehema.sees(rehema.card("Asha Nduta"), "The time for it is up. What you write is still kept.")
    await expect(rehema.page.get_by_label("Notes")).to_have_value("Wants an off")
    await rehema.sees(rehema.page.locator("#standing"), "You are available")
    await rehema.page.get_by_label("What came of it").select_option("won")
    await rehema.page.get_by_role("button", name="Save").click()
    await rehema.sees_no_more(rehema.card("Asha Nduta"))
    assert ((await platform.call_of(lead))["handoff"] or {})["wrap_up"]["notes"] == "Wants an off"
