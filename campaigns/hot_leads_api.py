"""REST for hot leads and where their hand-offs stand; mounted under /api/v1 by the project, which also checks the key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from campaigns.access.viewer import viewer_on
from campaigns.api import problem
from campaigns.briefs import counted_answers_of
from campaigns.handoff.promises import promise_of
from campaigns.models import Answer, Handoff
from campaigns.paging import MAX_PAGE, BadCursor, cursor_of, place_of
from campaigns.review.blind import without_hidden
from campaigns.schemas import AnswerOut, PromiseOut
from campaigns.states import HandoffStatus
from leads import clock
from leads.schemas import Problems

router = Router(tags=["calls"])
HOT_LEADS = "campaigns.hot_leads_api"
WAITING = [HandoffStatus.OFFERED, HandoffStatus.ACCEPTED, HandoffStatus.PROMISED]


class HotLeadOut(Schema):
    handoff_id: UUID
    call_id: UUID
    lead_id: UUID
    external_id: str | None
    campaign_id: int
    campaign: str
    lead_name: str
    phone: str
    score: int
    reasons: list[dict[str, Any]] = Field(description="What the score is made of: the question, its points, and why")
    answers: list[AnswerOut]
    strategy: str
    status: HandoffStatus
    offered_at: datetime
    accepted_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    waited_s: int = Field(description="From the offer until a rep took it or it ended; while it waits, until now")
    promised_for: datetime | None
    promise: PromiseOut | None = Field(description="null: nothing was promised")
    rep_id: int | None
    rep_name: str | None = Field(description="Who has it, or with whom the call back was promised")


class HotLeadPage(Schema):
    items: list[HotLeadOut]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null: this was the last")


@router.get("/hot-leads", response={200: HotLeadPage, 422: Problems})
def list_hot_leads(
    request: HttpRequest,
    status: Annotated[list[HandoffStatus], Query(description="One or more; without it those that wait: offered, accepted, promised")] = [],  # noqa: B006 - read only
    campaign_id: int | None = None,
    since: Annotated[datetime | None, Query(description="Offered then or later")] = None,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Status[Any]:
    """Hot leads and where their hand-offs stand, longest offered first. `next_cursor` keeps its place while hand-offs come and go."""
    viewer = viewer_on(request)
    waiting = viewer.within(Handoff.objects.all()).filter(status__in=status or WAITING)
    handoffs = without_hidden(waiting, viewer, "call__").select_related("call__lead", "call__score", "rep").prefetch_related("call__campaign")
    handoffs = handoffs.defer("call__cdr")
    if campaign_id is not None:
        handoffs = handoffs.filter(call__campaign=campaign_id)
    if since is not None:
        handoffs = handoffs.filter(offered_at__gte=since)
    if cursor:
        try:
            offered_at, last_id = place_of(cursor, of=HOT_LEADS)
        except BadCursor as bad:
            return Status(422, problem("cursor", str(bad)))
        handoffs = handoffs.filter(Q(offered_at__gt=offered_at) | Q(offered_at=offered_at, id__gt=last_id))
    found = list(handoffs.order_by("offered_at", "id")[: limit + 1])
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    now, answers = clock.now(), counted_answers_of([handoff.call for handoff in page])
    next_cursor = cursor_of([last.offered_at.isoformat(), str(last.id)], of=HOT_LEADS) if last else None
    return Status(200, {"items": [_hot_lead(handoff, answers[handoff.call_id], now) for handoff in page], "next_cursor": next_cursor})


def _hot_lead(handoff: Handoff, answers: list[Answer], now: datetime) -> dict[str, Any]:
    call = handoff.call
    score = getattr(call, "score", None)
    stamps = ("strategy", "status", "offered_at", "accepted_at", "bridged_at", "ended_at", "promised_for", "rep_id")
    return {
        **{name: getattr(handoff, name) for name in stamps},
        "handoff_id": handoff.id,
        "call_id": call.id,
        "lead_id": call.lead_id,
        "external_id": call.lead.external_id,
        "campaign_id": call.campaign_id,
        "campaign": call.campaign.name,
        "lead_name": call.lead.name,
        "phone": call.lead.phone,
        "score": score.points if score else 0,
        "reasons": score.reasons if score else [],
        "answers": answers,
        "waited_s": waited_s(handoff, now),
        "promise": promise_of(handoff, now=now),
        "rep_name": handoff.rep.name if handoff.rep else None,
    }


def waited_s(handoff: Handoff, now: datetime) -> int:
    until = handoff.accepted_at or handoff.ended_at or now
    return max(0, int((until - handoff.offered_at).total_seconds()))
