from __future__ import annotations

import asyncio
import logging
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from bridge.telephony.client import CallSearch, PlaceCall, SautikitClient, clean_api_key
from bridge.telephony.dialect import Dialect, ProviderStatus
from bridge.telephony.errors import (
    NotFound,
    NotSent,
    OutcomeUnknown,
    ProviderUnavailable,
    Refused,
    RequestRefused,
    TooManyRequests,
    WalletEmpty,
)
from bridge.telephony.replies import Direction, RecordingGone, RecordingPending, RecordingReady
from tests.bridge.telephony.misbehaving_provider import Gibberish, HalfReply, HangUp, Reply, Silence, misbehaving_provider

QUICK = httpx.Timeout(0.2)
CALL = PlaceCall(
    to="+254712345678",
    from_number="+254711000001",
    client_request_id="c-42",
    answer_url="https://qual.example.com/voice/answer/tok",
    idempotency_key="call-42",
)
PLACED = {"call_id": "5b1e", "session_id": "HD_0123456789ab", "status": "ringing", "client_request_id": "c-42"}


@pytest.fixture
async def provider():
    async with misbehaving_provider() as running:
        yield running


@pytest.fixture
async def client(provider):
    async with SautikitClient(provider.url, "key", timeout=QUICK) as opened:
        yield opened


def in_dialect(provider, dialect):
    return SautikitClient(provider.url, "key", dialect=dialect, timeout=QUICK)


@pytest.fixture
def closed_port():
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TestPlacingACall:
    async def test_it_sends_what_the_sdk_sends(self, provider, client):
        provider.will(Reply(201, PLACED))
        await client.place_call(CALL)
        (request,) = provider.requests
        assert (request.method, request.path) == ("POST", "/v1/calls")
        assert request.json == {
            "to": ["+254712345678"],
            "from": "+254711000001",
            "client_request_id": "c-42",
            "voice_callback_url": "https://qual.example.com/voice/answer/tok",
        }
        assert request.headers["Authorization"] == "Bearer key"
        assert request.headers["Idempotency-Key"] == "call-42"

    async def test_it_returns_both_ids_and_the_status(self, provider, client):
        provider.will(Reply(201, PLACED))
        placed = await client.place_call(CALL)
        assert (placed.call_id, placed.session_id) == ("5b1e", "HD_0123456789ab")
        assert (placed.status, placed.client_request_id, placed.is_replay) == (ProviderStatus.RINGING, "c-42", False)

    async def test_it_knows_a_replay(self, provider, client):
        provider.will(Reply(201, PLACED, {"Idempotent-Replay": "true"}))
        assert (await client.place_call(CALL)).is_replay

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"call_sid": "HD_1", "status": "queued", "new_field": {"x": 1}}, id="unknown fields"),
            pytest.param({"call": {"session_id": "HD_1"}}, id="in an envelope, no status"),
            pytest.param({"sessionId": "HD_1", "status": "warming-up"}, id="unknown status"),
        ],
    )
    async def test_it_reads_other_shapes_of_the_reply(self, provider, client, body):
        provider.will(Reply(200, body))
        assert (await client.place_call(CALL)).session_id == "HD_1"

    async def test_nothing_was_sent_when_nobody_listens(self, closed_port):
        async with SautikitClient(f"http://127.0.0.1:{closed_port}", "key", timeout=QUICK) as client:
            with pytest.raises(NotSent):
                await client.place_call(CALL)

    async def test_nothing_was_sent_when_connecting_takes_too_long(self):
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind(("127.0.0.1", 0))
            full.listen(0)  # one waits in the queue, the next gets no reply to its SYN
            for filler in (first, second):
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            async with SautikitClient(f"http://127.0.0.1:{full.getsockname()[1]}", "key", timeout=QUICK) as client:
                with pytest.raises(NotSent, match="ConnectTimeout"):
                    await client.place_call(CALL)

    async def test_nothing_was_sent_when_no_connection_is_free(self, provider):
        provider.will(Silence())
        one_line = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=1))
        async with SautikitClient(provider.url, "key", transport=one_line, timeout=httpx.Timeout(5, pool=0.05)) as client:
            busy = asyncio.create_task(client.get_call("x"))
            await asyncio.wait_for(provider.was_reached.wait(), 5)
            with pytest.raises(NotSent, match="PoolTimeout"):
                await client.place_call(CALL)
            busy.cancel()
            await asyncio.gather(busy, return_exceptions=True)

    @pytest.mark.parametrize(
        "behaviour",
        [
            pytest.param(HangUp(), id="accepts, then closes"),
            pytest.param(HalfReply(), id="half a reply"),
            pytest.param(Gibberish(), id="not HTTP"),
            pytest.param(Silence(), id="no reply in time"),
            pytest.param(Reply(500, {"error": {"code": "internal_error", "message": "x"}}), id="500"),
            pytest.param(Reply(502, b"<html>Bad gateway</html>"), id="502"),
            pytest.param(Reply(503, {}, {"Retry-After": "1"}), id="503 with Retry-After"),
            pytest.param(Reply(302, b"", {"Location": "/elsewhere"}), id="a redirect"),
            pytest.param(Reply(408, {}), id="408, cut off while sending"),
            pytest.param(Reply(409, {"error": {"code": "idempotency.conflict"}}), id="409, the key was used"),
            pytest.param(Reply(201, b"<html>"), id="201 that is not JSON"),
            pytest.param(Reply(201, []), id="201 that is no object"),
            pytest.param(Reply(200, {}), id="200 that names no call"),
        ],
    )
    async def test_it_does_not_know_and_does_not_send_again(self, provider, client, behaviour):
        provider.will(behaviour, Reply(201, PLACED))
        with pytest.raises(OutcomeUnknown):
            await client.place_call(CALL)
        assert len(provider.requests) == 1

    async def test_a_reply_that_never_ends_has_a_deadline(self, provider):
        provider.will(Silence())
        async with SautikitClient(provider.url, "key", timeout=httpx.Timeout(60), deadline_s=0.1) as client:
            with pytest.raises(OutcomeUnknown):
                await client.place_call(CALL)

    @pytest.mark.parametrize(
        ("status", "body", "code", "words"),
        [
            pytest.param(400, {"error": {"code": "calls.bad", "message": "no", "request_id": "r"}}, "calls.bad", "no", id="error envelope"),
            pytest.param(403, {"code": "api_key.scope_denied", "reason": "scope"}, "api_key.scope_denied", "scope", id="bare shape"),
            pytest.param(401, {"error": "who are you"}, "", "who are you", id="error as text"),
            pytest.param(422, b"<html>", "", "", id="no JSON"),
        ],
    )
    async def test_a_refusal_keeps_the_providers_words(self, provider, client, status, body, code, words):
        provider.will(Reply(status, body))
        with pytest.raises(Refused) as refusal:
            await client.place_call(CALL)
        assert (refusal.value.status, refusal.value.code, refusal.value.message) == (status, code, words)
        assert not isinstance(refusal.value, WalletEmpty | TooManyRequests)

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            pytest.param(402, "wallet.insufficient_funds", id="402"),
            pytest.param(402, "", id="402 without a code"),
            pytest.param(403, "wallet_insufficient_funds", id="the concept page's spelling"),
        ],
    )
    async def test_an_empty_wallet_is_its_own_refusal(self, provider, client, status, code):
        provider.will(Reply(status, {"error": {"code": code, "message": "top up"}}))
        with pytest.raises(WalletEmpty):
            await client.place_call(CALL)

    @pytest.mark.parametrize(
        ("headers", "least", "most"),
        [
            pytest.param({"Retry-After": "7"}, 7, 7, id="seconds"),
            pytest.param({"Retry-After": "0"}, 0, 0, id="at once"),
            pytest.param({"Retry-After": format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)}, 1800, 3600, id="a date"),
            pytest.param({"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT"}, 0, 0, id="a date gone by"),
            pytest.param({"Retry-After": "soon"}, 30, 30, id="nonsense"),
            pytest.param({}, 30, 30, id="not said"),
        ],
    )
    async def test_too_many_requests_says_when_again(self, provider, client, headers, least, most):
        provider.will(Reply(429, {}, headers))
        with pytest.raises(TooManyRequests) as refusal:
            await client.place_call(CALL)
        assert least <= refusal.value.retry_after_s <= most

    @pytest.mark.parametrize("label", ["", "a b", "a,b", "mcp:1", "broadcast:1", 'a"b', "{a}", "a" * 201])
    def test_a_label_the_exchange_would_refuse_is_refused_here(self, label):
        with pytest.raises(ValueError, match="client_request_id"):
            PlaceCall("+254712345678", "+254711000001", label, "https://x.example", "key")

    def test_a_call_to_place_shows_no_number_when_printed(self):
        assert "254712345678" not in repr(CALL)


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


class TestWallet:
    async def test_it_reads_the_balance(self, provider, client):
        provider.will(Reply(200, {"data": {"balance_minor": 12345, "currency": "KES", "status": "ok"}}))
        wallet = await client.wallet()
        assert (wallet.balance_minor, wallet.currency, wallet.low_balance_threshold_minor) == (12345, "KES", None)

    async def test_it_falls_back_to_the_older_path(self, provider, client):
        provider.will(Reply(404, {}), Reply(200, {"balance_minor": 5, "currency": "KES", "low_balance_threshold_minor": 100}))
        assert (await client.wallet()).low_balance_threshold_minor == 100
        assert [request.path for request in provider.requests] == ["/v1/wallet", "/v1/wallet/balance"]

    async def test_402_is_an_empty_wallet(self, provider, client):
        provider.will(Reply(402, {"error": {"code": "wallet.insufficient_funds"}}))
        assert (await client.wallet()).balance_minor == 0

    @pytest.mark.parametrize(
        ("reply", "problem"),
        [
            pytest.param(Reply(403, {"error": {"code": "api_key.scope_denied"}}), RequestRefused, id="scope"),
            pytest.param(Reply(200, {"balance": 3}), ProviderUnavailable, id="no balance"),
            pytest.param(Reply(200, {"balance_minor": True}), ProviderUnavailable, id="a balance that is none"),
        ],
    )
    async def test_a_balance_that_cannot_be_read_is_a_problem(self, provider, client, reply, problem):
        provider.will(reply)
        with pytest.raises(problem):
            await client.wallet()


class TestNumbers:
    async def test_it_lists_our_numbers(self, provider, client):
        provider.will(Reply(200, {"numbers": [{"id": "n1", "e164": "+254711000001", "status": "active", "voice_callback_url": "", "extra": 1}]}))
        (number,) = await client.numbers()
        assert (number.number_id, number.e164, number.status, number.voice_callback_url) == ("n1", "+254711000001", "active", None)

    @pytest.mark.parametrize("body", [{"numbers": [{"id": "n1"}]}, {"numbers": 3}, []], ids=["no digits", "no list", "no object"])
    async def test_a_list_that_cannot_be_read_is_a_problem(self, provider, client, body):
        provider.will(Reply(200, body))
        with pytest.raises(ProviderUnavailable):
            await client.numbers()

    async def test_the_sdk_routes_with_patch_and_with_put_where_patch_is_not_allowed(self, provider, client):
        provider.will(Reply(405, {}), Reply(200, {}))
        await client.route_number("n1", voice_callback_url="https://x.example/a", events_url="https://x.example/e")
        assert [(request.method, request.path) for request in provider.requests] == [(verb, "/v1/numbers/n1/routing") for verb in ("PATCH", "PUT")]
        assert provider.requests[1].json == {"voice_callback_url": "https://x.example/a", "events_url": "https://x.example/e"}

    async def test_the_pages_route_the_number_itself(self, provider):
        provider.will(Reply(200, {}))
        async with in_dialect(provider, Dialect.PAGES) as client:
            await client.route_number("n1", voice_callback_url="https://x.example/a", events_url="https://x.example/e")
        (request,) = provider.requests
        assert (request.method, request.path, request.json) == ("PATCH", "/v1/numbers/n1", {"routing_url": "https://x.example/a"})

    async def test_a_refused_routing_says_so(self, provider, client):
        provider.will(Reply(405, {}), Reply(405, {}))
        with pytest.raises(RequestRefused):
            await client.route_number("n1", voice_callback_url="https://x.example/a", events_url="")


class TestSettings:
    @pytest.mark.parametrize(
        "pasted",
        [
            "eyJ.a-b_c",
            "  eyJ.a-b_c\n",
            '"eyJ.a-b_c"',
            "'eyJ.a-b_c'",
            "Bearer eyJ.a-b_c",
            "Authorization: Bearer eyJ.a-b_c",
            "SAUTIKIT_API_KEY=eyJ.a-b_c",
            'export SAUTIKIT_API_KEY="Bearer eyJ.a-b_c"',
        ],
    )
    def test_a_key_is_cleaned_of_what_was_pasted_with_it(self, pasted):
        assert clean_api_key(pasted) == "eyJ.a-b_c"

    @pytest.mark.parametrize("pasted", ["", "  ", '""', "Bearer ", "two words", "ключ", "a\nb"])
    def test_what_is_no_key_stops_the_start(self, pasted):
        with pytest.raises(ValueError, match="API key"):
            clean_api_key(pasted)

    @pytest.mark.parametrize("address", ["", "api.sautikit.com", "ftp://api.sautikit.com", "http://", "http://x:port"])
    def test_an_address_that_is_none_stops_the_start(self, address):
        with pytest.raises(ValueError, match="address"):
            SautikitClient(address, "key")

    async def test_no_number_reaches_the_log(self, provider, client, caplog):
        caplog.set_level(logging.INFO)
        provider.will(Reply(200, {"data": []}))
        await client.list_calls(CallSearch(remote_e164="+254712345678"))
        assert "254712345678" not in caplog.text
