"""What a voice callback says about a Dial of ours: still at it, put through, or not.

Pure. No source documents what the platform posts after a Dial, so its word counts where it gives one, and the clock where it does not.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bridge.telephony.dialect import ENDED, ProviderStatus
from bridge.telephony.webhooks import ProviderEvent

CONNECTED = frozenset({ProviderStatus.ANSWERED, ProviderStatus.COMPLETED})
# Edges of a call's beginning. One that comes late or twice is not the platform asking what comes next.
BEGINNINGS = frozenset({ProviderStatus.RINGING, ProviderStatus.STREAM_STARTED})
# A reply may get lost; whoever asks again so soon has not dialled anybody yet.
REPEAT_WITHIN = timedelta(seconds=2)
# After the Dial's own time-out the platform is back; a call that is still quiet then was put through.
DIAL_GRACE = timedelta(seconds=5)


class DialResult(StrEnum):
    UNCHANGED = "unchanged"  # an old edge, again
    ASKED_AGAIN = "asked_again"  # the reply with the Dial was lost
    BRIDGED = "bridged"
    NOT_BRIDGED = "not_bridged"


def dial_result(event: ProviderEvent, *, since_dial: timedelta, ring_timeout_s: int) -> DialResult:
    """`since_dial`: how long ago the Dial was handed out."""
    if event.dial_status is not None:
        return DialResult.BRIDGED if event.dial_status in CONNECTED else DialResult.NOT_BRIDGED
    if event.dial_duration_s is not None:
        return DialResult.BRIDGED if event.dial_duration_s > 0 else DialResult.NOT_BRIDGED
    is_over = event.state is ProviderStatus.DIAL_COMPLETED or event.state in ENDED
    if event.state in BEGINNINGS:
        return DialResult.UNCHANGED
    if not is_over and since_dial < REPEAT_WITHIN:
        return DialResult.ASKED_AGAIN
    return DialResult.BRIDGED if is_past_ringing(since_dial, ring_timeout_s=ring_timeout_s) else DialResult.NOT_BRIDGED


def is_past_ringing(since_dial: timedelta, *, ring_timeout_s: int) -> bool:
    """A Dial that is still under way by now was answered."""
    return since_dial > timedelta(seconds=ring_timeout_s) + DIAL_GRACE
