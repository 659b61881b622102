"""Whether what the platform says of a rep's leg is its end.

Pure. The first post of a leg may say Completed while the leg is only being set up, and a real hang-up looks the same. What decides is whether
we had given that leg a document before, not whether an event has said that somebody picked up: such an event may come before the first post
(integrator's notes of live calls, read 2026-11-22).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bridge.telephony.dialect import ENDED, ProviderStatus
from bridge.telephony.webhooks import ProviderEvent

# A reply that was lost is asked for again: the platform waits about ten seconds for a document, and a little more before it repeats.
REPEATED_WITHIN = timedelta(seconds=15)


class Ending(StrEnum):
    NO = "no"
    IN_DOUBT = "in_doubt"  # set up, the same once more, or hung up at once: only the platform's record can tell
    YES = "yes"


@dataclass(frozen=True, slots=True)
class FirstAsked:
    """When the platform first asked what the leg does, the ringing apart, and where it said that the leg was."""

    at: datetime
    state: ProviderStatus


def ending(event: ProviderEvent, first: FirstAsked | None, *, is_accepted: bool, now: datetime) -> Ending:
    """`first` None: the leg has had no document yet. `is_accepted`: the rep has pressed a key since."""
    if event.state not in ENDED:
        return Ending.NO
    is_told_of_dial = event.dial_status is not None or event.dial_duration_s is not None
    # Events and records know no Completed but the end; other ends are not said of a leg that is being set up.
    is_plain = event.state is not ProviderStatus.COMPLETED or bool(event.kind) or event.is_active is False
    if is_plain or is_told_of_dial or is_accepted:
        return Ending.YES
    if first is None or (first.state is ProviderStatus.COMPLETED and now - first.at < REPEATED_WITHIN):
        return Ending.IN_DOUBT
    return Ending.YES
