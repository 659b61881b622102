"""The end of a call's money: the provider's record is kept and its price replaces the reservation. Moves no call."""

from __future__ import annotations

from datetime import datetime

from bridge.telephony.dialect import ENDED, ProviderStatus
from bridge.telephony.replies import Cdr
from campaigns import money
from campaigns.models import Call, StaffCall

UNANSWERED = ENDED - {ProviderStatus.COMPLETED}


def settle(call: Call, cdr: Cdr, *, at: datetime) -> bool:
    """`call` has ended. False: the record names no price yet, so the reservation stands. Settling twice changes nothing."""
    if call.settled_at is not None:
        return True
    if cdr.status not in ENDED:
        return False
    call.cdr = dict(cdr.raw)
    if call.talk_s is None and cdr.status is ProviderStatus.COMPLETED and cdr.duration_s is not None:
        call.talk_s = round(cdr.duration_s)
    cost_minor = _cost_minor(cdr)
    call.save(update_fields=["cdr", "talk_s"])
    if cost_minor is not None:
        money.settle(call, cost_minor, cdr.currency or "KES", at=at)
    return cost_minor is not None


def settle_staff(staff_call: StaffCall, cdr: Cdr, *, at: datetime) -> bool:
    """The same for the leg of a rep."""
    cost_minor = _cost_minor(cdr) if cdr.status in ENDED else None
    if cost_minor is not None:
        money.settle_staff_call(staff_call, cost_minor, at=at)
    return cost_minor is not None


def _cost_minor(cdr: Cdr) -> int | None:
    """Unanswered calls cost nothing and their records carry no price (integrator's notes, read 2026-11-22)."""
    return 0 if cdr.cost_minor is None and cdr.status in UNANSWERED else cdr.cost_minor
