"""The platform says no, says nothing, or somebody else speaks in its name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bridge.telephony.dialect import SIGNATURE_HEADER
from bridge.telephony.signatures import sign
from bridge.telephony.simulator.leg import Cause, EndedBy
from bridge.telephony.simulator.settings import FaultKind
from tests.journeys.people import BUSY, COLD, REP_WHO_IS_OUT
from tests.journeys.stage import SECRET, Stage, until, values

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


async def test_an_empty_wallet_pauses_the_campaign_which_says_why_and_can_be_resumed(shared: Stage):
    lead, wallet = await shared.lead(BUSY), shared.simulator.exchange.wallet
    balance_minor, wallet.balance_minor = wallet.balance_minor, 0
    campaign_id = await shared.campaign([lead])

    async def paused() -> dict[str, Any] | None:
        campaign: dict[str, Any] = await shared.get(f"/campaigns/{campaign_id}")
        return campaign if campaign["status"] == "paused" else None

    assert "wallet is empty" in (await until(paused, "the campaign pauses itself"))["pause_reason"]
    assert ((await shared.call_of(lead))["status"], shared.rings([lead])) == ("queued", [0])

    wallet.balance_minor = balance_minor
    await shared.post(f"/campaigns/{campaign_id}/resume")
    await shared.first_calls_over(campaign_id)
    assert shared.rings([lead]) == [1]


async def test_a_call_whose_placing_was_not_answered_is_never_placed_again(shared: Stage):
    leads = await shared.leads(COLD, 3)
    with shared.faults(FaultKind.SERVER_ERROR, FaultKind.HANG, FaultKind.LOST_REPLY):
        campaign_id = await shared.campaign(leads)
        calls = await shared.first_calls_over(campaign_id)

    # Two phones rang though we were not told: these calls are adopted. The third did not ring, and is not tried again.
    assert sorted(call["status"] for call in calls) == ["completed", "completed", "outcome_unknown"]
    assert [values(call) for call in calls if call["status"] == "completed"] == [{"decider": True, "seats": 40}] * 2
    assert sorted(shared.rings(leads)) == [0, 1, 1]
    assert len(await shared.calls(campaign_id)) == 3
    assert all(call["money"]["reserved_minor"] > 0 for call in calls if call["status"] == "outcome_unknown")


async def test_a_web_hook_with_a_bad_signature_changes_nothing(shared: Stage):
    lead = await shared.lead(REP_WHO_IS_OUT)
    campaign_id = await shared.campaign([lead])
    on_platform = await until(lambda: shared.platform_call(lead), "the phone rings")

    async def is_ringing() -> bool:
        return bool((await shared.call_of(lead))["status"] == "ringing")

    await until(is_ringing, "we know that it rings")
    body = f"callSessionState=Completed&sessionId={on_platform.session_id}&callStatus=completed&status=completed".encode()
    events_url = f"{shared.wire.url}/voice/events"
    for signature in ("", "v1=00", sign(body, "another secret", at=datetime.now(UTC)), sign(body + b" ", SECRET, at=datetime.now(UTC))):
        for url in (on_platform.voice_url, events_url):
            assert await posted(url, body, signature) == 403
    assert await is_ringing()

    on_platform.leg.hang_up(Cause.NO_ANSWER, EndedBy.PLATFORM)
    (call,) = await shared.first_calls_over(campaign_id)
    assert call["status"] == "no_answer", "the platform's own signature is believed"


async def posted(url: str, body: bytes, signature: str) -> int:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({SIGNATURE_HEADER: signature} if signature else {})
    async with httpx.AsyncClient() as http:
        return (await http.post(url, content=body, headers=headers)).status_code
