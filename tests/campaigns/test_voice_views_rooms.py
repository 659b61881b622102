"""What a lead on a conference line is answered with, and what is made of what the platform posts about the room."""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ET

import pytest
from asgiref.sync import sync_to_async
from django_tasks_db.models import DBTaskResult

from bridge.telephony.answer_xml import Conference, Stream
from bridge.telephony.answer_xml_parse import parse_document
from campaigns import calls
from campaigns.handoff.conference import lead_room, rep_room
from campaigns.models import Call, Line, LiveEvent
from campaigns.states import CallStatus
from tests.campaigns.conftest import live_call
from tests.campaigns.test_voice_views import EMPTY, answer, fresh, post
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]


@pytest.fixture
def call(loopback, campaign, asha, server) -> Call:
    Line.objects.update(strategy="conference")
    campaign.line.refresh_from_db()
    return live_call(campaign, asha, server=server)


async def n_hang_ups() -> int:
    return await DBTaskResult.objects.filter(task_path="campaigns.tasks.hang_up_call").acount()


@pytest.mark.parametrize("dialect", ["sdk", "pages"])
async def test_the_lead_is_put_into_a_room_with_the_stream_beside_it(async_client, call, dialect):
    await Line.objects.all().aupdate(dialect=dialect)
    stream, room = parse_document(await answer(async_client, call, "Answered"))
    assert isinstance(stream, Stream) and isinstance(room, Conference)
    assert (stream.is_connected, stream.bidirectional_hz, stream.track) == (False, 16000, "inbound_track")
    assert stream.url == f"ws://127.0.0.1:8000/audio/{call.stream_token}"
    assert room == lead_room(call, status_callback=f"http://127.0.0.1:8000/voice/room-status/{call.answer_token}")


async def test_the_room_is_written_as_the_platform_reads_it(async_client, call):
    room = ET.fromstring(await answer(async_client, call, "Ringing"))[1]
    assert {name: room.attrib[name] for name in ("startOnEnter", "endOnExit", "flags")} == {
        "startOnEnter": "true",
        "endOnExit": "true",
        "flags": "nomoh",
    }
    assert room.attrib["statusEvents"] == "start end join leave"


async def test_each_call_has_a_room_of_its_own_and_the_rep_s_is_the_same(call, campaign, baraka):
    other = await sync_to_async(live_call)(campaign, baraka)
    assert lead_room(call).name == rep_room(call).name != lead_room(other).name


async def test_the_stream_s_later_edges_change_nothing_in_the_room(async_client, call):
    assert await sync_to_async(calls.open_stream)(call.stream_token, at=NOW) is not None
    for state in ("StreamStarted", "StreamStopped", "Answered"):
        assert await answer(async_client, call, state) == EMPTY


@pytest.mark.parametrize(("kind", "is_logged"), [("conference.join", True), ("conference.leave", True), ("conference.+254712123401", False)])
async def test_what_is_told_of_the_room_is_for_the_log_alone(async_client, call, caplog, kind, is_logged):
    caplog.set_level(logging.INFO)
    before = await LiveEvent.objects.acount()
    reply = await post(async_client, f"/voice/room-status/{call.answer_token}", as_json=True, kind=kind, data={"status": "completed"})
    assert reply.status_code == 204
    assert (await fresh(call)).status == CallStatus.DIALING
    assert await LiveEvent.objects.acount() == before
    assert ("of its room" in caplog.text) is is_logged
    assert "+254" not in caplog.text


async def test_a_room_of_no_call_of_ours_is_ignored(async_client, call, caplog):
    caplog.set_level(logging.INFO)
    assert (await post(async_client, "/voice/room-status/another", as_json=True, kind="conference.end")).status_code == 204
    assert "of its room" not in caplog.text


@pytest.mark.parametrize(("is_open", "n"), [(False, 1), (True, 0)], ids=["never opened", "open before"])
async def test_a_lead_in_a_room_to_whom_no_bot_will_come_is_hung_up(async_client, call, is_open, n):
    if is_open:
        await sync_to_async(calls.open_stream)(call.stream_token, at=NOW)
    await post(async_client, f"/voice/stream-status/{call.answer_token}", streamEvent="stream-error", streamSid="MS_1")
    assert await n_hang_ups() == n


async def test_where_the_stream_holds_the_call_its_error_hangs_up_nobody(async_client, call):
    await Line.objects.all().aupdate(strategy="dial")
    await post(async_client, f"/voice/stream-status/{call.answer_token}", streamEvent="stream-error", streamSid="MS_1")
    assert await n_hang_ups() == 0
