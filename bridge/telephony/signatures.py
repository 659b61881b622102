"""Is a webhook really Sautikit's? Checks the two documented forms of `X-Sautikit-Signature`, and writes them for the simulator.

Pure. Forms (guide "verify webhook signatures" and the event pages, read 2026-11-22):
`t=<unix seconds>,v1=<hex>` with HMAC-SHA256 over body + "." + t, at most 300 s old; and a bare hex HMAC of the body alone.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

MAX_SKEW_S = 300


class SignatureForm(StrEnum):
    TIMESTAMPED = "timestamped"
    BARE = "bare"


def sign(body: bytes, secret: str, *, at: datetime, form: SignatureForm = SignatureForm.TIMESTAMPED) -> str:
    """The header's value. `at`: aware; unused by the bare form."""
    if form is SignatureForm.BARE:
        return _digest(secret, body)
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(secret, body + b'.' + seconds.encode())}"


def verify(header: str | None, body: bytes, secrets: Iterable[str], *, now: datetime) -> bool:
    """True if any secret signed exactly this body. `body`: the raw bytes, before any parsing. No secret at all: False.

    One URL may get deliveries signed with the number's secret and others with the subscription's, hence several.
    """
    if not header:
        return False
    claim = _read_header(header.strip(), body, now)
    if claim is None:
        return False
    signed, signatures = claim
    # No early exit: the time taken tells nothing about which secret or signature came close.
    matches = [hmac.compare_digest(_digest(secret, signed), signature) for secret in secrets if secret for signature in signatures]
    return any(matches)


def _read_header(header: str, body: bytes, now: datetime) -> tuple[bytes, list[str]] | None:
    """What was signed and the signatures claimed for it; None if malformed or too old."""
    if not header.isascii():  # compare_digest refuses such text
        return None
    if "=" not in header:
        return body, [header]
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for key, _, value in parts if key == "t"]
    signatures = [value for key, _, value in parts if key == "v1"]
    if len(times) != 1 or not signatures or not times[0].isdigit() or len(times[0]) > 12:
        return None
    if abs(now.timestamp() - int(times[0])) > MAX_SKEW_S:
        return None
    return body + b"." + times[0].encode(), signatures


def _digest(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
