"""What a call costs. Pure.

300 minor units (KES 3.00) a minute from answer to hang-up, nothing for calls that come in, and 50 a minute while a media stream is open; both by the
started second.
The sum is rounded up to a whole minor unit once, at the end. (Provider's Kenya page and an integrator's quote of its price page, read 2026-11-22.)
"""

from __future__ import annotations

import math

CALL_MINOR_PER_MIN = 300
STREAM_MINOR_PER_MIN = 50
INBOUND_CALL_MINOR_PER_MIN = 0
CURRENCY = "KES"


def cost_minor(connected_s: float, streamed_s: float, *, call_minor_per_min: int = CALL_MINOR_PER_MIN) -> int:
    """KES cents for one leg; 0 for one that was never answered."""
    sixtieths = math.ceil(connected_s) * call_minor_per_min + math.ceil(streamed_s) * STREAM_MINOR_PER_MIN
    return -(-sixtieths // 60)
