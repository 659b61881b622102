"""How many calls may start now.

Pure. The tightest limit counts: the campaign's, the line's, and the room of the servers that would hold the calls.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """Calls in flight against their cap."""

    in_flight: int
    cap: int

    @property
    def room(self) -> int:
        return max(0, self.cap - self.in_flight)

    @property
    def share(self) -> float:
        """How full it is, for taking turns; a cap of 0 counts as full."""
        return self.in_flight / self.cap if self.cap else 1.0


def calls_to_start(*, campaign: Load, line: Load, server_room: int) -> int:
    """Never negative: more calls in flight than a cap (it was lowered) start none."""
    return min(campaign.room, line.room, max(0, server_room))
