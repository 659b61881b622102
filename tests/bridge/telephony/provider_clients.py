"""Clients of a provider that is close and may misbehave."""

from __future__ import annotations

import httpx

from bridge.telephony.client import PlaceCall, SautikitClient

QUICK = httpx.Timeout(1.0)  # long for a server in this process, even while others use the machine
CALL = PlaceCall(
    to="+254712345678",
    from_number="+254711000001",
    client_request_id="c-42",
    answer_url="https://qual.example.com/voice/answer/tok",
    idempotency_key="call-42",
)


def in_dialect(provider, dialect):
    return SautikitClient(provider.url, "key", dialect=dialect, timeout=QUICK)
