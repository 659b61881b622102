"""Whole checks over real sockets: a simulated platform with its switches set, an operator at its phone, our server in between.

The media path is tried with every setting in test_hearing.py; here each of the other switches has each of its values once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.signatures import SignatureForm
from bridge.telephony.simulator.settings import (
    CONTINUING_NUMBER,
    DEAD_AIR_NUMBER,
    CallbackSettings,
    EventShape,
    FirstFrame,
    MediaSettings,
    SimulatorSettings,
)
from campaigns.models import StaffCall
from campaigns.money import totals_that_are_off
from tests.campaigns.line_check.conftest import SECRETS

pytestmark = [pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Case:
    """A platform, what a check of it finds, and what it would change on a line as one is added."""

    platform: SimulatorSettings
    found: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=dict)


BOTH = {"both_tracks": ChannelLayout.STEREO}
CASES = {
    "goes on, stereo": Case(
        SimulatorSettings(callbacks=CallbackSettings(signing_secret=SECRETS[1])),
        {
            "reach": "http", "stream": "ws", "after_stream": "continues", "after_stream_alone": "continues", "closing_hangs_up": False,
            "kill_audio": True, "both_tracks": "stereo", "callee_side": "left", "inbound_track": "callee_alone", "rate_hz": 16000,
            "first_frame": "nested", "prebuffer_ms": 160, "digits_field": "Digits", "dialect": "sdk", "body": "form",
            "signature": "timestamped", "events": "envelope", "stream_status": ["StreamStarted", "StreamStopped"],
        },
    ),
    "dead air, mixed": Case(
        SimulatorSettings(
            numbers=(DEAD_AIR_NUMBER,),
            media=MediaSettings(both_tracks=ChannelLayout.MIXED, honours_kill=False, first_frame=FirstFrame.NONE, prebuffer_ms=0),
            callbacks=CallbackSettings(is_json=True, signature=SignatureForm.BARE, signing_secret=SECRETS[0], events=EventShape.PAYLOAD),
        ),
        {
            "after_stream": "dead_air", "after_stream_alone": None, "closing_hangs_up": False, "rest_hangs_up": True, "kill_audio": False,
            "both_tracks": "mixed", "inbound_track": None, "first_frame": "none", "prebuffer_ms": 0, "body": "json", "signature": "bare",
            "events": "payload",
        },
        {"strategy": "callback", "prebuffer_ms": 0},
    ),
    "hangs up, sides swapped": Case(
        SimulatorSettings(
            media=MediaSettings(hangs_up_on_close=True, is_callee_right=True, rate_hz=8000, first_frame=FirstFrame.FLAT, prebuffer_ms=320),
            callbacks=CallbackSettings(events=EventShape.RAW, document_at_ringing=True),
        ),
        {
            "after_stream": "hangs_up", "closing_hangs_up": True, "both_tracks": "stereo", "callee_side": "right", "rate_hz": 8000,
            "first_frame": "flat", "prebuffer_ms": 320, "signature": "none", "events": "raw",
        },
        {"strategy": "callback", "prebuffer_ms": 320},
    ),
    "the vendor's pages, our voice does not come back": Case(
        SimulatorSettings(
            dialect=Dialect.PAGES,
            media=MediaSettings(both_tracks=ChannelLayout.MONO, honours_kill=False),
            callbacks=CallbackSettings(signing_secret=SECRETS[1], are_events_silent=True),
        ),
        {
            "dialect": "pages", "after_stream": "continues", "after_stream_alone": "continues", "kill_audio": False, "both_tracks": "mono",
            "prebuffer_ms": None, "round_trip_ms": None, "events": "silent", "signature": "timestamped",
        },
        {"dialect": "pages"},
    ),
    "Completed first, wrong secret, messages cut anywhere": Case(
        SimulatorSettings(
            media=MediaSettings(both_tracks=ChannelLayout.MONO, has_odd_sizes=True, jitter=0.1),
            callbacks=CallbackSettings(is_completed_first=True, signing_secret="of nobody"),
        ),
        {"after_stream": "continues", "kill_audio": True, "both_tracks": "mono", "signature": "wrong", "dialect": "sdk"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_each_switch_of_the_platform_is_found(case, ours):
    check = await ours.check(case.platform)
    values = {each["name"]: each["value"] for each in check.findings["findings"]}
    assert check.failure == ""
    assert {name: values[name] for name in case.found} == case.found
    assert {each["setting"]: each["new"] for each in check.findings["proposals"]} == case.changes


async def test_the_call_is_a_staff_call_with_its_money_and_only_the_operator_rings(ours):
    check = await ours.check(SimulatorSettings(numbers=(DEAD_AIR_NUMBER,)))
    call = await StaffCall.objects.select_related("rep").aget(line_check=check)
    assert (call.purpose, call.status, call.handoff_id) == ("line_check", "completed", None)
    assert call.reserved_minor > 0
    assert await sync_to_async(totals_that_are_off)() == ()
    assert ours.rung == [call.rep.number]


async def test_a_phone_that_nobody_picks_up_is_said_so(ours):
    check = await ours.check(SimulatorSettings(ring_timeout_s=2.0), persona="no_answer")
    assert check.failure == "Nobody picked up. Start the check again and answer your phone."
    assert [step["name"] for step in check.steps if step["outcome"] == "found"] == ["reach", "record"]
    assert check.findings["proposals"] == []


async def test_a_number_that_is_routed_nowhere_is_found_out_by_the_platform_s_own_record(ours):
    """In the pages' dialect no answer address is sent along, so an unrouted number asks us nothing."""
    platform = SimulatorSettings(dialect=Dialect.PAGES, numbers=(replace(CONTINUING_NUMBER, number_id="unrouted"),))
    check = await ours.check(platform, is_routed=False, dialect="pages")
    reach = next(each for each in check.findings["findings"] if each["name"] == "reach")
    assert reach["outcome"] == "not_found"
    assert "manage.py route_number" in reach["words"]
