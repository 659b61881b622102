"""Secrets and signatures of webhooks, as Standard Webhooks has them (specification 1.0, symmetric, `v1`)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from standardwebhooks import Webhook

from campaigns.models import WebhookEndpoint

OVERLAP = timedelta(hours=24)  # for so long after a rotation the old secret signs, too
_PREFIX = "whsec_"
_SECRET_BYTES = 32  # 24 to 64 by the specification


def new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def secrets_of(endpoint: WebhookEndpoint, *, now: datetime) -> list[str]:
    """Those that sign at `now` (real time): the newest first."""
    is_overlap = endpoint.previous_secret_until is not None and now < endpoint.previous_secret_until
    return [endpoint.secret, endpoint.previous_secret] if is_overlap else [endpoint.secret]


def signed_headers(event_id: str, body: str, signing: Sequence[str], *, at: datetime) -> dict[str, str]:
    """`at`: real time, UTC; receivers refuse what is five minutes off."""
    signatures = " ".join(Webhook(secret).sign(event_id, at, body) for secret in signing)
    return {"webhook-id": event_id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signatures}
