from __future__ import annotations

import socket

import pytest

from bridge.telephony.client import SautikitClient
from tests.bridge.telephony.misbehaving_provider import misbehaving_provider
from tests.bridge.telephony.provider_clients import QUICK


@pytest.fixture
async def provider():
    async with misbehaving_provider() as running:
        yield running


@pytest.fixture
async def client(provider):
    async with SautikitClient(provider.url, "key", timeout=QUICK) as opened:
        yield opened


@pytest.fixture
def closed_port():
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
