"""Is all dialing stopped? Asked at every door behind which a phone rings: in the claim's own transaction, and once more right before the request.

The doors: the dialer's claim and its placing, the ringing of a rep, the Dial of a rep, and the lead's leg of a call back.
"""

from __future__ import annotations

from campaigns.models import DialingStop


def open_stop() -> DialingStop | None:
    """None: dialing goes on."""
    return DialingStop.objects.filter(resumed_at=None).first()


def is_stopped() -> bool:
    return DialingStop.objects.filter(resumed_at=None).exists()


def why_stopped() -> str:
    """In words; "": dialing goes on."""
    stop = open_stop()
    return stop.sentence if stop else ""
