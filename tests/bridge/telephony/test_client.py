"""Placing a call, and what the client is set up with."""

from __future__ import annotations

import asyncio
import logging
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from bridge.telephony.client import CallSearch, PlaceCall, SautikitClient, clean_api_key
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    TooManyRequests,
    WalletEmpty,
)
from tests.bridge.telephony.misbehaving_provider import Gibberish, HalfReply, HangUp, Reply, Silence
from tests.bridge.telephony.provider_clients import CALL, QUICK

PLACED = {"call_id": "5b1e", "session_id": "HD_0123456789ab", "status": "ringing", "client_request_id": "c-42"}


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
            await asyncio.wait_for(provider.was_reached.wait(), 60)
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
