"""Names of time zones that can say what the clock on somebody's wall shows.

Pure. A fixed offset or UTC is nobody's home: such a name is a default that slipped in, and is refused.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leads.said import N_

MEND = N_("Use a place from the IANA list, for example Africa/Nairobi.")

_AREAS = frozenset({"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """The zone of a place such as Africa/Nairobi; None for anything else (UTC, Etc/Unknown, a typing error)."""
    if name.split("/", 1)[0] not in _AREAS:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Africa" alone is a folder, "Africa/../x" is refused
        return None
