"""What AI voices cost: one call by its sessions, a campaign beside its telephone cost, and for each lead that came of it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from campaigns.models import Call, Campaign, VoiceSession
from campaigns.reports.progress import Progress, progress_of
from campaigns.voice_cost.keeping import cost_of


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """One session of a call. `usd` None: not known, for the reasons in `unknown`."""

    voice: str
    open_s: float
    is_discarded: bool
    usd: Decimal | None
    parts: tuple[str, ...]  # in words, what of which model
    unknown: tuple[str, ...]

    @property
    def price(self) -> str:
        return "" if self.usd is None else f"USD\u00a0{self.usd:.4f}"


@dataclass(frozen=True, slots=True)
class VoiceShare:
    """All sessions of one voice in a campaign. `usd` is of those that have a price."""

    voice: str
    n_sessions: int
    n_discarded: int
    n_unpriced: int
    usd: Decimal


@dataclass(frozen=True, slots=True)
class CampaignCost:
    """KES cents so far, telephone and AI voice; what is reserved for calls whose price is not final stands apart."""

    progress: Progress
    voices: tuple[VoiceShare, ...]


def voice_lines(call: Call) -> list[VoiceLine]:
    return [_line(session) for session in call.voice_sessions.all()]


def total_minor(call: Call) -> int | None:
    """Telephone and AI voice; None while a part is not known, and for calls from before voices were counted, which had none counted."""
    is_known = call.cost_minor is not None and call.voice_cost_minor is not None
    return (call.cost_minor or 0) + (call.voice_cost_minor or 0) if is_known and call.cost_currency == "KES" else None


def money_of(call: Call) -> dict[str, Any]:
    """As REST shows it."""
    sessions = list(call.voice_sessions.all())  # asked once: a call that goes on may open another between two looks
    return {
        "reserved_minor": call.reserved_minor,
        "cost_minor": call.cost_minor,
        "currency": call.cost_currency,
        "voice_reserved_minor": call.voice_reserved_minor,
        "voice_cost_minor": call.voice_cost_minor,
        "total_minor": total_minor(call),
        "voice_sessions": [
            {"voice": line.voice, "open_s": line.open_s, "is_discarded": line.is_discarded, "usage": session.usage,
             "cost_usd": None if line.usd is None else float(line.usd), "unknown": line.unknown}
            for session, line in ((session, _line(session)) for session in sessions)
        ],
    }  # fmt: skip


def cost_of_campaign(campaign: Campaign) -> CampaignCost:
    sessions = VoiceSession.objects.filter(call__campaign=campaign).order_by().values("voice")
    shares = sessions.annotate(
        n_sessions=Count("pk"),
        n_discarded=Count("pk", filter=Q(is_discarded=True)),
        n_unpriced=Count("pk", filter=Q(cost_usd=None)),
        usd=Sum("cost_usd", default=Decimal(0)),
    )
    return CampaignCost(progress_of(campaign), tuple(VoiceShare(**share) for share in shares.order_by("voice")))


def _line(session: VoiceSession) -> VoiceLine:
    cost = cost_of(session)
    return VoiceLine(
        session.voice, session.open_s, session.is_discarded, session.cost_usd, tuple(part.in_words() for part in cost.parts),
        cost.unknown if session.cost_usd is None else (),
    )  # fmt: skip
