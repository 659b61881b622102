"""REST for webhook endpoints and their deliveries; mounted under /api/v1 by the project, which also checks the key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Path, Query, Router, Schema, Status

from campaigns.api import asker, problem
from campaigns.integrations.webhooks import endpoints
from campaigns.integrations.webhooks.addresses import MAX_URL
from campaigns.integrations.webhooks.endpoints import EndpointRefused
from campaigns.integrations.webhooks.event_types import ALL, SUBSCRIBABLE, EventType
from campaigns.models import WebhookDelivery, WebhookEndpoint
from campaigns.paging import MAX_PAGE, BadCursor, cursor_of, place_of
from leads.schemas import Problems

router = Router(tags=["webhooks"])
DELIVERIES = "campaigns.webhooks_api.deliveries"
TYPES = f"`{ALL}` for all, also those of later versions, or any of: {', '.join(SUBSCRIBABLE)}"


class EndpointIn(Schema):
    url: str = Field(max_length=MAX_URL, description="https, on the public internet; redirects are not followed")
    description: str = Field("", max_length=200)
    event_types: list[str] = Field([ALL], max_length=50, description=TYPES)
    include_personal_data: bool = Field(False, description="Adds `lead_name` and `lead_phone` to `data`. Cannot be changed afterwards")


class EndpointChange(Schema):
    url: str | None = Field(None, max_length=MAX_URL)
    description: str | None = Field(None, max_length=200)
    event_types: list[str] | None = Field(None, max_length=50, description=TYPES)
    is_active: bool | None = Field(None, description="false: nothing is sent, and what happens meanwhile is never told. true: what waited is sent")


class EndpointOut(Schema):
    id: UUID
    url: str
    description: str
    event_types: list[str]
    include_personal_data: bool
    is_active: bool
    disabled_at: datetime | None
    disabled_because: str
    failing_since: datetime | None = Field(description="null: the last attempt went well, or there was none. After five days it is switched off")
    created_by: str
    created_at: datetime


class EndpointMade(EndpointOut):
    secret: str = Field(description="What signatures are made with (`whsec_…`), for Standard Webhooks libraries. Keep it: it is not shown again")


class SecretOut(Schema):
    secret: str = Field(description="Keep it: it is not shown again")
    previous_signs_until: datetime = Field(description="Until then each request carries two signatures, so that either secret verifies it")


class DeliveryOut(Schema):
    id: int
    endpoint_id: UUID
    event_id: str = Field(description="As in the header `webhook-id`; keep those you have seen, for one may come twice")
    type: EventType
    payload: dict[str, Any] = Field(description="Without name and phone, which are added when it is sent")
    status: WebhookDelivery.Status
    n_attempts: int
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    last_status: int | None = Field(description="HTTP status of the last answer; null: there was none")
    last_error: str
    response: str = Field(description="The answer's first 200 characters")
    created_at: datetime


class DeliveryPage(Schema):
    items: list[DeliveryOut]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null: this was the last")


@router.post("/webhook-endpoints", response={201: EndpointMade, 422: Problems})
def create_endpoint(request: HttpRequest, body: EndpointIn) -> Status[Any]:
    """Have an address told of events. Each request is signed as Standard Webhooks has it; answer 2xx within ten seconds, then do your work."""
    try:
        return Status(201, endpoints.create(**body.model_dump(), by=asker(request)))
    except EndpointRefused as refused:
        return _refused(refused)


@router.get("/webhook-endpoints", response=list[EndpointOut])
def list_endpoints(request: HttpRequest) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.all()


@router.get("/webhook-endpoints/{endpoint_id}", response=EndpointOut)
def get_endpoint(request: HttpRequest, endpoint_id: UUID) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint, id=endpoint_id)


@router.patch("/webhook-endpoints/{endpoint_id}", response={200: EndpointOut, 422: Problems})
def change_endpoint(request: HttpRequest, endpoint_id: UUID, body: EndpointChange) -> Status[Any]:
    """Fields left out keep their value."""
    endpoint = get_object_or_404(WebhookEndpoint, id=endpoint_id)
    try:
        endpoints.change(endpoint, url=body.url, description=body.description, event_types=body.event_types)
    except EndpointRefused as refused:
        return _refused(refused)
    if body.is_active is True:
        endpoints.switch_on(endpoint)
    elif body.is_active is False:
        endpoints.pause(endpoint, by=asker(request))
    return Status(200, endpoint)


@router.delete("/webhook-endpoints/{endpoint_id}", response={204: None})
def delete_endpoint(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """With its deliveries; what was not delivered never is."""
    get_object_or_404(WebhookEndpoint, id=endpoint_id).delete()
    return HttpResponse(status=204)


@router.post("/webhook-endpoints/{endpoint_id}/rotate-secret", response=SecretOut)
def rotate_secret(request: HttpRequest, endpoint_id: UUID) -> dict[str, Any]:
    """A new secret. The one before signs as well for 24 hours."""
    endpoint = get_object_or_404(WebhookEndpoint, id=endpoint_id)
    return {"secret": endpoints.rotate_secret(endpoint), "previous_signs_until": endpoint.previous_secret_until}


@router.post("/webhook-endpoints/{endpoint_id}/test", response={202: DeliveryOut, 422: Problems})
def test_endpoint(request: HttpRequest, endpoint_id: UUID) -> Status[Any]:
    """Send it a `webhook.test`. What came of it is in its deliveries a moment later."""
    try:
        return Status(202, endpoints.send_test(get_object_or_404(WebhookEndpoint, id=endpoint_id)))
    except EndpointRefused as refused:
        return _refused(refused)


@router.get("/webhook-endpoints/{endpoint_id}/deliveries", response={200: DeliveryPage, 422: Problems})
def list_deliveries(
    request: HttpRequest,
    endpoint_id: UUID,
    status: WebhookDelivery.Status | None = None,
    type: EventType | None = None,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Status[Any]:
    """Newest first; kept for 30 days."""
    deliveries = get_object_or_404(WebhookEndpoint, id=endpoint_id).deliveries.order_by("-id")
    asked = {"status": status, "type": type}
    deliveries = deliveries.filter(**{name: value for name, value in asked.items() if value is not None})
    if cursor:
        try:
            deliveries = deliveries.filter(id__lt=place_of(cursor, of=DELIVERIES)[0])
        except BadCursor as bad:
            return Status(422, problem("cursor", str(bad)))
    page = list(deliveries[: limit + 1])
    next_cursor = cursor_of([page[limit - 1].id], of=DELIVERIES) if len(page) > limit else None
    return Status(200, {"items": page[:limit], "next_cursor": next_cursor})


@router.post("/webhook-endpoints/deliveries/{delivery_id}/retry", response={202: DeliveryOut, 422: Problems})
def retry_delivery(request: HttpRequest, delivery_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> Status[Any]:
    """Send it again now, whatever came of it, with the same `webhook-id`."""
    delivery = get_object_or_404(WebhookDelivery.objects.select_related("endpoint"), id=delivery_id)
    try:
        endpoints.send_again(delivery)
    except EndpointRefused as refused:
        return _refused(refused)
    return Status(202, delivery)


def _refused(refused: EndpointRefused) -> Status[Any]:
    return Status(422, problem(refused.field, refused.message))
