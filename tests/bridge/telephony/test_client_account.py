"""The account at the provider: its wallet and its numbers."""

from __future__ import annotations

import pytest

from bridge.telephony.dialect import Dialect
from bridge.telephony.errors import (
    ProviderUnavailable,
    RequestRefused,
)
from tests.bridge.telephony.misbehaving_provider import Reply
from tests.bridge.telephony.provider_clients import in_dialect


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
