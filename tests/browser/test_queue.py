"""Reps at the queue page in Chromium, over the product's own processes and the simulated platform."""

from __future__ import annotations

import asyncio
import re

import pytest

from bridge.telephony.simulator.persona import Persona
from tests.browser.conftest import OpenDesk
from tests.browser.desk import PHONE, WITHIN_MS, Desk, was_never_reloaded
from tests.browser.scene import ONE_AFTER_ANOTHER, QUICKLY_OVER, TO_BOTH
from tests.journeys.people import answering
from tests.journeys.stage import Lead, Stage, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOT_EARLY = answering("good_time_yes", "seats_many", "decider_yes")
WITHIN_S = WITHIN_MS / 1000


async def called(on: Stage, campaign: str, name: str, *, who: Persona = HOT_EARLY) -> Lead:
    """The bot rings them, and they turn hot while it still asks."""
    ids = {campaign["name"]: campaign["id"] for campaign in await on.get("/campaigns")}
    lead = await on.lead(who, name=name)
    await on.run(ids[campaign], [lead])
    return lead


async def handed_over(on: Stage, lead: Lead, status: str) -> None:
    async def is_so() -> bool:
        return ((await on.call_of(lead))["handoff"] or {}).get("status") == status

    await until(is_so, f"the hand-off is {status}", within_s=WITHIN_S)


async def test_both_see_a_lead_live_and_of_two_who_press_at_once_one_has_it_and_talks(desk: OpenDesk, platform: Stage):
    """One at a desk, one at a phone; one with a key, one with a finger."""
    rehema, juma = reps = await desk("rehema"), await desk("juma", width=PHONE)
    for rep in reps:
        await rep.goes("available")
    lead = await called(platform, TO_BOTH, "Asha Mwangi")
    for rep in reps:
        await rep.sees(rep.offer("Asha Mwangi"), "Answer within", "250 seats")
    call = await platform.call_of(lead)
    assert (call["status"], call["disposition"]) == ("in_progress", None), "the bot still talks to them"
    for rep in reps:
        await rep.holds_for_everybody()
        await rep.sees(rep.offer("Asha Mwangi").locator(".words"), "Are you the person who decides?")
        assert await was_never_reloaded(rep)

    await rehema.marks_at_rest()
    await asyncio.gather(rehema.page.keyboard.press("a"), juma.offer("Asha Mwangi").get_by_role("button", name="Accept").click())

    winner, loser = await by_speed(reps)
    await loser.reads(re.compile(r"\w+ was faster and has taken it\."))
    await loser.sees_no_more(loser.card("Asha Mwangi"))
    await winner.reads("Asha Mwangi is yours.")
    await winner.holds_for_everybody()
    await winner.sees(winner.card("Asha Mwangi"), "Your phone is ringing")
    assert platform.heard(lead, "Connecting you"), "the bot has said what comes next"
    await winner.sees(winner.page.locator("#ended"), "Asha Mwangi", "You have talked.")
    on_platform = platform.platform_call(lead)
    assert on_platform is not None and len(on_platform.bridged) == 1
    assert platform.rings([lead]) == [1], "on the same call"
    await handed_over(platform, lead, "bridged")


async def by_speed(reps: tuple[Desk, ...]) -> list[Desk]:
    """Who has a lead comes first."""

    async def has_one() -> list[bool]:
        has = [await rep.page.locator("article.mine").count() > 0 for rep in reps]
        return has if any(has) else []

    has: list[bool] = await until(has_one, "somebody has it", within_s=WITHIN_S)
    assert has.count(True) == 1
    return [rep for _, rep in sorted(zip(has, reps, strict=True), key=lambda each: not each[0])]


async def test_what_one_declines_is_shown_to_the_other_and_a_promise_is_kept_from_the_page(desk: OpenDesk, platform: Stage):
    rehema, juma = await desk("rehema"), await desk("juma")
    for rep in (rehema, juma):
        await rep.goes("available")
    lead = await called(platform, ONE_AFTER_ANOTHER, "Asha Wanjiru")
    await juma.sees(juma.offer("Asha Wanjiru"))
    await rehema.sees_no_more(rehema.offer("Asha Wanjiru"))
    await juma.presses("d")
    await rehema.sees(rehema.offer("Asha Wanjiru"))
    await juma.sees_no_more(juma.card("Asha Wanjiru"))
    await rehema.presses("d")

    promised = rehema.card("Asha Wanjiru")
    await rehema.sees(promised, "Every rep who was there declined.", "by")
    await handed_over(platform, lead, "promised")
    assert platform.heard(lead, "A colleague will call you back today."), "the bot has made the promise"
    await rehema.holds_for_everybody()
    await promised.get_by_role("button", name="Call now").click()
    await rehema.sees(rehema.card("Asha Wanjiru"), "Listen to the brief and press 1")
    await rehema.sees(rehema.page.locator("#ended"), "Asha Wanjiru", "You have talked.")
    assert platform.rings([lead]) == [2]
    await handed_over(platform, lead, "bridged")
    for rep in (rehema, juma):
        await rep.sees_no_more(rep.card("Asha Wanjiru"))


async def test_who_misses_an_offer_is_away_and_reads_why(desk: OpenDesk, platform: Stage):
    rehema = await desk("rehema")
    await rehema.goes("available")
    lead = await called(platform, QUICKLY_OVER, "Asha Njeri")
    await rehema.sees(rehema.offer("Asha Njeri"), re.compile(r"Answer within\s+\d s"))
    await rehema.sees_no_more(rehema.offer("Asha Njeri"))
    await rehema.reads(re.compile(r"You missed an offer at \d\d:\d\d\."))
    await rehema.holds_for_everybody()
    await rehema.goes("available")
    await rehema.sees_no_more(rehema.page.get_by_text("You missed an offer"))
    await handed_over(platform, lead, "promised")


async def test_a_page_that_lost_the_network_says_so_and_catches_up(desk: OpenDesk):
    lost, at_hand = await desk("rehema"), await desk("rehema")
    await at_hand.goes("available")
    await lost.sees(lost.page.get_by_role("button", name="Go away"))
    await lost.context.set_offline(True)
    await lost.reads("Connection lost. What you see is no longer renewed.")
    await lost.holds_for_everybody()
    await at_hand.goes("away")
    await lost.page.get_by_role("button", name="Go away").click()
    await lost.reads(re.compile("Not sent: there is no connection"))
    await lost.context.set_offline(False)
    await lost.sees(lost.page.locator("#line"), re.compile("^Live$"))
    await lost.sees(lost.page.get_by_role("button", name="Go available"))
    assert await was_never_reloaded(lost)


async def test_the_whole_page_is_less_than_150_kb_and_holds_for_everybody_in_its_quiet_states(desk: OpenDesk):
    rehema = await desk("rehema", width=PHONE)
    wire = await rehema.context.new_cdp_session(rehema.page)
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda loaded: sizes.append(loaded["encodedDataLength"]))
    await wire.send("Network.enable")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await rehema.page.reload()
    await rehema.sees(rehema.page.locator("#line"), re.compile("^Live$"))
    assert len(sizes) > 5, "page, styles and scripts"
    assert 10_000 < sum(sizes) < 150_000
    for wanted in ("away", "available"):
        await rehema.goes(wanted)
        await rehema.holds_for_everybody()
    await rehema.presses("?")
    await rehema.sees(rehema.page.get_by_role("dialog"), "accept the marked lead")
    await rehema.holds_for_everybody()
    await rehema.presses("?")
    await rehema.sees_no_more(rehema.page.locator("dialog[open]"))
