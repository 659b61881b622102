"""The addresses of one check, made of the token of its call."""

from __future__ import annotations

from campaigns.line_check.guide import Addresses
from campaigns.models import StaffCall


def addresses_of(staff_call: StaffCall, http_base: str, stream_base: str) -> Addresses:
    """`http_base`, `stream_base`: where the platform reaches a server of ours, without a path."""
    voice = f"{http_base}/voice/check/{staff_call.answer_token}"
    return Addresses(voice, f"{stream_base}/line-check/{staff_call.answer_token}", f"{voice}/stream-status")
