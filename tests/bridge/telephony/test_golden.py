"""Dialect `pages` against the example of the vendor's page "Outbound AI voice calls that qualify leads", read 2026-11-22."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bridge.telephony.answer_xml import Stream, Track, stream_document
from bridge.telephony.client import PlaceCall, SautikitClient
from bridge.telephony.dialect import MEDIA_SUBPROTOCOL, Dialect
from bridge.wire import SUBPROTOCOL
from tests.bridge.telephony.misbehaving_provider import Reply, misbehaving_provider

PAGE_REQUEST = b'{"to":["+254712345678"],"from":"+254711000001","clientRequestId":"lead-42"}'

PAGE_XML = b"""
<Response>
  <Stream
    name="lead-qualifier"
    url="wss://your-app.example.com/audio"
    track="both_tracks"
    outputSamplingRate="16000"
    statusCallback="https://your-app.example.com/stream-status"
    statusEvents="stream-started stream-stopped stream-error" />
</Response>
"""

PAGE_HANDSHAKE = 'handleProtocols: () => "audio.drachtio.org"'

TOKEN = "/mUs3Kq"
ADDED = {"connect": "true", "bidirectionalSamplingRate": "16000"}


async def test_the_request_is_the_pages_to_the_byte():
    async with misbehaving_provider() as provider, SautikitClient(provider.url, "key", dialect=Dialect.PAGES) as client:
        provider.will(Reply(201, {"call_sid": "HD_1", "status": "ringing"}))
        await client.place_call(PlaceCall("+254712345678", "+254711000001", "lead-42", "https://your-app.example.com/voice", "key-1"))
    (request,) = provider.requests
    assert (request.method, request.path, request.body) == ("POST", "/v1/calls", PAGE_REQUEST)
    assert (request.headers["Authorization"], request.headers["Content-Type"]) == ("Bearer key", "application/json")


async def test_the_call_is_looked_up_by_the_pages_call_sid():
    async with misbehaving_provider() as provider, SautikitClient(provider.url, "key", dialect=Dialect.PAGES) as client:
        provider.will(Reply(200, {"call_sid": "HD_1", "status": "no-answer", "duration": 0}))
        call = await client.get_call("HD_1")
    assert provider.requests[0].path == "/v1/calls/HD_1"
    assert (call.session_id, call.status) == ("HD_1", "no_answer")


def test_the_xml_is_the_pages_but_for_the_token_and_what_a_two_way_stream_needs():
    stream = Stream(
        name="lead-qualifier",
        url=f"wss://your-app.example.com/audio{TOKEN}",
        track=Track.BOTH,
        status_callback=f"https://your-app.example.com/stream-status{TOKEN}",
    )
    (ours,) = ET.fromstring(stream_document(stream))
    (theirs,) = ET.fromstring(PAGE_XML)
    without_token = {name: value.removesuffix(TOKEN) for name, value in ours.items()}
    assert ours.tag == theirs.tag
    assert without_token == theirs.attrib | ADDED
    assert [name for name in ours.attrib if name not in ADDED] == list(theirs.attrib)


@pytest.mark.parametrize("subprotocol", [SUBPROTOCOL, MEDIA_SUBPROTOCOL], ids=["what we answer", "what the simulated platform offers"])
def test_the_subprotocol_of_the_handshake_is_the_pages(subprotocol):
    assert f'"{subprotocol}"' in PAGE_HANDSHAKE
