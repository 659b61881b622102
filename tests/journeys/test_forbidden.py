"""People who must not be called, through every door of REST, and those who say so while they are on the phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bridge.telephony.simulator.playout import HeardLine
from tests.journeys.people import BUSY, OPTING_OUT
from tests.journeys.stage import Lead, Stage, refusals, until, values
from tests.journeys.voices import SWAHILI

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

FORBIDDEN = replace(BUSY, is_forbidden=True)


async def withdrawn(on: Stage) -> Lead:
    lead = await on.lead(FORBIDDEN)
    await on.post(f"/leads/{lead.lead_id}/consents", {"kind": "withdrawn", "channel": "e-mail"})
    return lead


async def on_the_list(on: Stage) -> Lead:
    lead = await on.lead(FORBIDDEN)
    await on.post("/do-not-call", {"phone": lead.number, "reason": "asked by e-mail"})
    return lead


async def test_forbidden_people_are_enrolled_and_never_rung_with_the_reason_shown(shared: Stage):
    reasons = {
        await withdrawn(shared): "consent_withdrawn",
        await on_the_list(shared): "do_not_call",
        await shared.lead(FORBIDDEN, time_zone=""): "zone_unknown",
    }
    allowed = await shared.lead(BUSY)

    await shared.first_calls_over(await shared.campaign([*reasons, allowed]))

    for lead, reason in reasons.items():
        call = await shared.call_of(lead)
        assert (call["status"], refusals(call), call["dialled_at"]) == ("blocked", {reason}, None)
    assert shared.rings([*reasons, allowed]) == [0, 0, 0, 1]
    assert shared.simulator.exchange.n_forbidden_dials == 0


async def test_somebody_whose_day_has_not_begun_waits_in_the_queue(shared: Stage):
    # Business time starts at 10:00 in Nairobi: 07:00 in Accra.
    early = await shared.lead(FORBIDDEN, number="+233241234567", time_zone="Africa/Accra")
    allowed = await shared.lead(BUSY)

    await shared.campaign([early, allowed])
    await until(lambda: shared.rings([allowed]) == [1], "the other is rung")
    call: dict[str, Any] = await until(partial(decided, shared, early), "a decision about the early one")

    assert (call["status"], refusals(call), call["dialled_at"]) == ("queued", {"outside_calling_hours"}, None)
    assert datetime.fromisoformat(call["due_at"]).astimezone(UTC).hour == 8  # when Accra opens
    assert shared.rings([early]) == [0]
    assert shared.simulator.exchange.n_forbidden_dials == 0


async def decided(on: Stage, lead: Lead) -> dict[str, Any]:
    """{} until then."""
    call = await on.call_of(lead)
    return call if refusals(call) else {}


def said_at(on: Stage, lead: Lead, line: HeardLine) -> datetime:
    """In business time."""
    call = on.platform_call(lead)
    assert call is not None and call.answered_at is not None
    return call.answered_at + timedelta(seconds=line.started_s) + on.business_ahead


async def test_an_opt_out_is_on_the_list_before_the_goodbye_and_blocks_the_other_campaign(shared: Stage):
    lead = await shared.lead(OPTING_OUT)
    campaign_id = await shared.campaign([lead], voice="scripted_opt_out")
    await until(lambda: shared.heard(lead, "Are you the person"), "the first question")
    other_id = await shared.campaign([lead])

    goodbye = await until(lambda: shared.heard(lead, "not call you again"), "the goodbye")
    (entry,) = (await shared.get("/do-not-call", phone=lead.number))["items"]
    (blocked,) = await shared.first_calls_over(other_id)
    (call,) = await shared.first_calls_over(campaign_id)

    assert datetime.fromisoformat(entry["entered_at"]) < said_at(shared, lead, goodbye)
    assert (call["disposition"], values(call)) == ("opted_out", {"decider": True})
    assert (blocked["status"], refusals(blocked)) == ("blocked", {"do_not_call"})
    assert shared.rings([lead]) == [1]


async def test_an_opt_out_in_swahili_that_the_voice_does_not_report_ends_all_calling(shared: Stage):
    lead = await shared.lead(OPTING_OUT, language="sw")
    campaign_id = await shared.campaign([lead], voice="scripted_deaf_to_opt_outs", script=SWAHILI)
    await until(lambda: shared.heard(lead, "Are you the person"), "the first question")
    other_ids = [await shared.campaign([lead]), await shared.campaign([lead], script=SWAHILI)]

    goodbye = await until(lambda: shared.heard(lead, "Hatutakupigia simu tena"), "the goodbye in Swahili")
    (entry,) = (await shared.get("/do-not-call", phone=lead.number))["items"]
    others = [call for other_id in other_ids for call in await shared.first_calls_over(other_id)]
    (call,) = await shared.first_calls_over(campaign_id)

    assert datetime.fromisoformat(entry["entered_at"]) < said_at(shared, lead, goodbye)
    assert "usinipigie tena" in entry["reason"]
    assert (call["disposition"], values(call)) == ("opted_out", {"decider": True})
    assert [(other["status"], refusals(other), other["dialled_at"]) for other in others] == [("blocked", {"do_not_call"}, None)] * 2
    assert shared.rings([lead]) == [1]
