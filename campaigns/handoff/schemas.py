"""A hand-off as REST tells it: where it stands, its times, and what the rep wrote afterwards."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Field, Schema

from bridge.brief import HandoffStrategy
from campaigns.models import WrapUp
from campaigns.states import HandoffStatus


class HandoffResultOut(Schema):
    """Seconds; null: that step was not reached, or nobody knows."""

    result: HandoffStatus
    is_over: bool
    to_accept_s: float | None = Field(description="From the lead becoming hot until a rep took it")
    to_bridge_s: float | None = Field(description="From the lead becoming hot until rep and lead were together")
    waited_s: float | None = Field(description="How long the lead waited for the rep after the bot's last question")
    rang_s: float | None = Field(description="The rep's phone; unknown where the platform dials it")
    talked_s: float | None


class WrapUpOut(Schema):
    """What the rep wrote after the talk."""

    disposition: WrapUp.Disposition
    was_hot: bool | None = Field(description="Whether the rep found the lead really hot; null: not answered")
    next_step: str = Field(description="Goes with what was said on the call, as do the notes")
    notes: str
    follow_up_on: date | None
    saved_at: datetime


class HandoffOut(Schema):
    strategy: HandoffStrategy
    status: HandoffStatus
    is_fallback: bool = Field(description="The line's own strategy did not work out, so the lead was called back")
    offered_at: datetime
    accepted_at: datetime | None
    rep_rung_at: datetime | None
    rep_answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    promised_for: datetime | None
    is_slot: bool = Field(description="The lead chose that time, and a rep keeps it free")
    wrap_up: WrapUpOut | None
    result: HandoffResultOut
