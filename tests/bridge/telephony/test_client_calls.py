"""Calls that were placed: ended, looked up, searched, and their recordings."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from bridge.telephony.client import CallSearch, SautikitClient
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.errors import (
    NotFound,
    NotSent,
    ProviderUnavailable,
    RequestRefused,
)
from bridge.telephony.replies import Direction, RecordingGone, RecordingPending, RecordingReady
from tests.bridge.telephony.misbehaving_provider import HangUp, Reply, Silence
from tests.bridge.telephony.provider_clients import CALL, QUICK


class TestEndingAndLookingUp:
    async def test_it_hangs_up(self, provider, client):
        provider.will(Reply(200, {"call_id": "5b1e", "status": "hung_up"}))
        await client.hang_up("HD_1/../x")
        assert (provider.requests[0].method, provider.requests[0].path) == ("POST", "/v1/calls/HD_1%2F..%2Fx/hangup")

    async def test_it_reads_a_call(self, provider, client):
        provider.will(Reply(200, {"call": {"id": "5b1e", "session_id": "HD_1", "status": "completed", "cost_minor": 450}}))
        call = await client.get_call("5b1e")
        assert (call.status, call.cost_minor) == (ProviderStatus.COMPLETED, 450)

    @pytest.mark.parametrize(
        ("reply", "problem"),
        [
            pytest.param(Reply(404, {"error": {"code": "calls.not_found"}}), NotFound, id="404"),
            pytest.param(Reply(403, {"error": {"code": "api_key.scope_denied"}}), RequestRefused, id="403"),
            pytest.param(Reply(500, {}), ProviderUnavailable, id="500"),
            pytest.param(Reply(429, {}), ProviderUnavailable, id="429"),
            pytest.param(Reply(200, {}), ProviderUnavailable, id="no call inside"),
            pytest.param(Reply(200, b"{"), ProviderUnavailable, id="broken JSON"),
            pytest.param(Silence(), ProviderUnavailable, id="no reply"),
            pytest.param(HangUp(), ProviderUnavailable, id="closed"),
        ],
    )
    async def test_a_look_up_that_fails_says_how(self, provider, client, reply, problem):
        provider.will(reply)
        with pytest.raises(problem):
            await client.get_call("5b1e")

    async def test_a_busy_provider_says_when_again(self, provider, client):
        provider.will(Reply(503, {}, {"Retry-After": "4"}))
        with pytest.raises(ProviderUnavailable) as problem:
            await client.get_call("5b1e")
        assert problem.value.retry_after_s == 4

    async def test_it_tries_once_more_when_there_is_no_connection(self, provider):
        transport = RefusesFirst()
        provider.will(Reply(200, {"call": {"id": "5b1e"}}))
        async with SautikitClient(provider.url, "key", transport=transport, timeout=QUICK) as client:
            await client.get_call("5b1e")
        assert transport.n_tries == 2

    async def test_it_gives_up_after_the_second_try(self, closed_port):
        async with SautikitClient(f"http://127.0.0.1:{closed_port}", "key", timeout=QUICK) as client:
            with pytest.raises(ProviderUnavailable):
                await client.get_call("5b1e")

    async def test_a_call_is_not_tried_twice_even_without_a_connection(self, provider):
        transport = RefusesFirst()
        async with SautikitClient(provider.url, "key", transport=transport, timeout=QUICK) as client:
            with pytest.raises(NotSent):
                await client.place_call(CALL)
        assert transport.n_tries == 1


class RefusesFirst(httpx.AsyncHTTPTransport):
    """The real transport, with its first connection refused."""

    def __init__(self) -> None:
        super().__init__()
        self.n_tries = 0

    async def handle_async_request(self, request):
        self.n_tries += 1
        if self.n_tries == 1:
            raise httpx.ConnectError("refused", request=request)
        return await super().handle_async_request(request)


class TestSearchingCalls:
    SEARCH = CallSearch(
        remote_e164="+254712345678",
        direction=Direction.OUTBOUND,
        since=datetime(2026, 11, 24, 7, 0, tzinfo=UTC),
        until=datetime(2026, 11, 24, 7, 5, tzinfo=UTC),
    )

    def row(self, **changed):
        usual = {"id": "1", "direction": "outbound", "remote_e164": "+254712345678", "status": "ringing", "created_at": "2026-11-24T07:01:00Z"}
        return usual | changed

    async def test_it_asks_for_number_direction_and_window(self, provider, client):
        provider.will(Reply(200, {"data": [], "next_cursor": None}))
        assert await client.list_calls(self.SEARCH) == ()
        assert provider.requests[0].query == {
            "q": "+254712345678",
            "direction": "outbound",
            "from": "2026-11-24T07:00:00+00:00",
            "to": "2026-11-24T07:05:00+00:00",
            "limit": "100",
        }

    async def test_it_follows_the_cursor(self, provider, client):
        provider.will(Reply(200, {"data": [self.row(id="2")], "next_cursor": "c2"}), Reply(200, {"data": [self.row()], "next_cursor": None}))
        assert [call.call_id for call in await client.list_calls(self.SEARCH)] == ["2", "1"]
        assert provider.requests[1].query["cursor"] == "c2"

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"remote_e164": "+2547123456789"}, id="another number"),
            pytest.param({"direction": "inbound"}, id="inbound"),
            pytest.param({"created_at": "2026-11-24T06:59:59Z"}, id="before the window"),
            pytest.param({"created_at": "2026-11-24T07:05:01Z"}, id="after the window"),
        ],
    )
    async def test_a_filter_the_provider_ignores_is_applied_here(self, provider, client, changed):
        provider.will(Reply(200, {"data": [self.row(**changed)]}))
        assert await client.list_calls(self.SEARCH) == ()

    async def test_it_finds_a_session(self, provider, client):
        provider.will(Reply(200, {"data": [self.row(session_id="HD_1"), self.row(session_id="HD_2")]}))
        (call,) = await client.list_calls(CallSearch(session_id="HD_2"))
        assert call.session_id == "HD_2"

    @pytest.mark.parametrize(
        "page",
        [
            pytest.param({"data": [{"status": "ringing"}]}, id="a call without an id"),
            pytest.param({"data": ["x"]}, id="no objects"),
            pytest.param({}, id="no list"),
            pytest.param(b"[", id="no JSON"),
        ],
    )
    async def test_half_a_list_is_no_list(self, provider, client, page):
        provider.will(Reply(200, page))
        with pytest.raises(ProviderUnavailable):
            await client.list_calls(self.SEARCH)

    async def test_a_list_without_end_is_given_up(self, provider, client):
        provider.will(*[Reply(200, {"data": [], "next_cursor": "again"})] * 20)
        with pytest.raises(ProviderUnavailable, match="too many"):
            await client.list_calls(self.SEARCH)


class TestRecordings:
    async def test_a_redirect_is_the_address_and_is_not_followed(self, provider, client):
        provider.will(Reply(302, b"", {"Location": "https://storage.example.com/a.wav?sig=s"}))
        ready = await client.recording("5b1e")
        assert ready == RecordingReady("https://storage.example.com/a.wav?sig=s")
        assert len(provider.requests) == 1
        assert "sig" not in repr(ready)

    @pytest.mark.parametrize("location", ["ftp://storage.example.com/a.wav", "http://x:port/", "file:///etc/passwd"])
    async def test_a_redirect_that_leads_nowhere_is_no_recording(self, provider, client, location):
        provider.will(Reply(302, b"", {"Location": location}))
        with pytest.raises(ProviderUnavailable):
            await client.recording("5b1e")

    @pytest.mark.parametrize(
        ("body", "wait_s"),
        [
            pytest.param({"status": "pending", "retry_after_seconds": 8}, 8, id="said"),
            pytest.param({"status": "pending"}, 30, id="not said"),
            pytest.param({"retry_after_seconds": "soon"}, 30, id="nonsense"),
            pytest.param(b"", 30, id="empty"),
        ],
    )
    async def test_a_recording_on_its_way_says_when_to_ask(self, provider, client, body, wait_s):
        provider.will(Reply(202, body))
        assert await client.recording("5b1e") == RecordingPending(wait_s)

    @pytest.mark.parametrize(
        ("status", "is_final"), [pytest.param(404, False, id="404 may still come"), pytest.param(410, True, id="410 never comes")]
    )
    async def test_a_missing_recording_says_why(self, provider, client, status, is_final):
        provider.will(Reply(status, {"code": "recording_unavailable", "reason": "pbx_deleted_before_capture"}))
        assert await client.recording("5b1e") == RecordingGone("recording_unavailable", "pbx_deleted_before_capture", is_final)

    @pytest.mark.parametrize("reply", [Reply(200, {}), Reply(500, {}), Reply(304, b"")], ids=["200", "500", "304"])
    async def test_any_other_reply_is_a_problem(self, provider, client, reply):
        provider.will(reply)
        with pytest.raises(ProviderUnavailable):
            await client.recording("5b1e")
