"""When a delivery is tried again, when it is given up, and what an answer means.

Pure. After the schedule that Standard Webhooks recommends (specification 1.0, "Deliverability and reliability"), each wait with full jitter:
drawn evenly from nothing to twice the scheduled time, so that endpoints which failed together do not all come back together.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from leads.said import N_, sentence

WAITS_S = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
MAX_ATTEMPTS = len(WAITS_S) + 1
FAILING_FOR_AT_MOST = timedelta(days=5)  # an endpoint that has answered nothing well for so long is switched off


class Verdict(StrEnum):
    DELIVERED = "delivered"
    FAILED = "failed"
    GONE = "gone"  # 410: the endpoint wants nothing more, ever


def verdict(status: int | None) -> Verdict:
    """`status`: of HTTP; None: there was no answer. A redirect is a failure: it could lead anywhere."""
    if status is not None and 200 <= status < 300:
        return Verdict.DELIVERED
    return Verdict.GONE if status == 410 else Verdict.FAILED


def wait_after(n_attempts: int, *, chance: float) -> timedelta | None:
    """How long after the n-th failed attempt; None: it is given up. `chance`: drawn anew each time, 0 ≤ chance < 1."""
    if n_attempts < 1:
        raise ValueError("a wait follows an attempt")
    if n_attempts >= MAX_ATTEMPTS:
        return None
    return timedelta(seconds=2 * chance * WAITS_S[n_attempts - 1])


def has_failed_too_long(failing_since: datetime | None, *, now: datetime) -> bool:
    return failing_since is not None and now - failing_since >= FAILING_FOR_AT_MOST


def in_words(status: int) -> str:
    """What a refusing answer says, for the list of deliveries."""
    if status == 410:
        return N_("It answered 410: gone for good.")
    if 300 <= status < 400:
        return sentence("It answered %(status)s and points elsewhere, which is not followed.", status=status)
    return sentence("It answered %(status)s.", status=status)
