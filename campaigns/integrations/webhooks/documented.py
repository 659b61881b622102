"""The events as OpenAPI 3.1 has them, under `webhooks`: what each means, and what stands in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import TypeAdapter

from campaigns.integrations.webhooks.event_types import MEANINGS, EventType
from campaigns.models import WrapUp
from campaigns.states import CallStatus, Disposition, HandoffStatus


class OfLead(Schema):
    lead_id: UUID
    external_id: str | None = Field(description="Yours; null: none was given")
    lead_name: str = Field("", description="Only for an endpoint made with `include_personal_data`")
    lead_phone: str = Field("", description="E.164; only for an endpoint made with `include_personal_data`")


class OfCall(OfLead):
    call_id: UUID
    campaign_id: int
    campaign: str
    attempt_number: int = Field(description="0: they called us")
    call_status: CallStatus
    disposition: Disposition | None
    score: int | None = Field(description="null: nothing was answered yet")
    is_hot: bool


class OfHandoff(OfCall):
    handoff_id: UUID
    handoff_status: HandoffStatus
    strategy: str
    rep_id: int | None
    rep_name: str | None
    promised_for: datetime | None


class Written(Schema):
    disposition: WrapUp.Disposition
    was_hot: bool | None = Field(description="null: the rep did not say")
    follow_up_on: date | None


class OfTalk(OfHandoff):
    wrap_up: Written


class OfTest(Schema):
    endpoint_id: UUID


HEADERS = {
    "webhook-id": "The event's id, the same at each attempt and at every endpoint. Keep those you have seen: an event may come twice.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970. Refuse what is more than five minutes off.",
    "webhook-signature": "`v1,` and a signature; two of them, with a space between, for a day after the secret was renewed.",
}


def data_of(event_type: EventType) -> TypeAdapter[Any]:
    """What `data` holds. An opt-out of somebody who called us is about no call of a campaign: it has the lead alone."""
    if event_type is EventType.TEST:
        return TypeAdapter(OfTest)
    if event_type is EventType.LEAD_OPTED_OUT:
        return TypeAdapter(OfCall | OfLead)
    if event_type is EventType.HANDOFF_WRAPPED_UP:
        return TypeAdapter(OfTalk)
    return TypeAdapter(OfHandoff if event_type.startswith(("handoff.", "callback.")) else OfCall)


def webhooks_document() -> dict[str, Any]:
    """For NinjaAPI's `openapi_extra`."""
    return {"webhooks": {event_type.value: {"post": _operation(event_type)} for event_type in EventType}}


def _operation(event_type: EventType) -> dict[str, Any]:
    # A reference counts from the root of the whole document, and ninja's own `components` take nothing from outside.
    place = f"#/webhooks/{event_type.value}/post/requestBody/content/application~1json/schema/$defs/"
    data = data_of(event_type).json_schema(ref_template=place + "{model}")
    envelope = {
        "type": "object",
        "$defs": data.pop("$defs", {}),
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": event_type.value},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened. Sort by it: a repeated one comes late"},
            "data": data,
        },
    }
    headers = [{"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()]
    return {
        "summary": MEANINGS[event_type],
        "tags": ["webhooks"],
        "security": [],
        "parameters": headers,
        "requestBody": {"required": True, "content": {"application/json": {"schema": envelope}}},
        "responses": {
            "2XX": {
                "description": "You have it. Anything else, or nothing within ten seconds, and it is sent again, up to nine times in about three days"
            },
            "410": {"description": "You want nothing more: the endpoint is switched off"},
        },
    }
