"""Why a call is not recorded. Pure."""

from __future__ import annotations

from enum import StrEnum


class NotRecorded(StrEnum):
    CALLEE = "callee"  # said no, on this call or on an earlier one
    MARKET = "market"
    CAMPAIGN = "campaign"
    NOTICE = "notice"  # a call to us on which nothing was asked


def why_not(*, has_refused: bool, market_allows: bool, campaign_records: bool) -> NotRecorded | None:
    """None: it is recorded."""
    if has_refused:
        return NotRecorded.CALLEE
    if not market_allows:
        return NotRecorded.MARKET
    return None if campaign_records else NotRecorded.CAMPAIGN
