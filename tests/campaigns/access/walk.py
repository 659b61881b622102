"""Every address of the product that a person or a key can open, made from the URL resolver: a page that is added later is walked by itself.

An address that needs a value nobody told about stops the walk, so that it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver

from campaigns.models import (
    Call,
    Campaign,
    Handoff,
    LineCheck,
    Preflight,
    PreflightExclusion,
    PreparedClip,
    Rep,
    Reservation,
    RubricReplay,
    Script,
    WebhookDelivery,
    WebhookEndpoint,
)
from leads.models import Lead, LeadImport

# What strangers and the phone platform open, and what ends a session.
NOT_WALKED = ("voice/", "setup/", "account/", "i18n/", "admin/logout/", "admin/login/", "healthz", "readyz", "static/", "media/")


@dataclass(frozen=True, slots=True)
class Address:
    path: str
    is_list: bool
    is_api: bool


def addresses() -> list[Address]:
    found = (address for route, parts, name in _patterns(get_resolver(), "") for address in _filled(route, parts, name))
    return list({address.path: address for address in found}.values())  # POST and GET of the API have one pattern each


def _patterns(resolver: URLResolver, above: str) -> Iterator[tuple[str, Sequence[str], str]]:
    for pattern in resolver.url_patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        elif isinstance(pattern, URLPattern) and not route.startswith(NOT_WALKED):
            yield route, list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex), pattern.name or ""


def _filled(route: str, parts: Sequence[str], name: str) -> Iterator[Address]:
    if "^" in route or "(?P" in route:  # the console's last resort for what is no address
        return
    if untold := [part for part in parts if part not in VALUES]:
        raise AssertionError(f"{route}: tell the walk what {untold} can be (tests/campaigns/access/walk.py)")
    for chosen in product(*(VALUES[part](route) for part in parts)):
        path = route
        for part, value in zip(parts, chosen, strict=True):
            before, _, rest = path.partition("<")
            _spec, _, after = rest.partition(">")
            assert _spec.endswith(part)
            path = f"{before}{value}{after}"
        yield Address(f"/{path}", name.endswith("_changelist"), route.startswith("api/"))


NONE = "00000000-0000-4000-8000-000000000000"
VALUES: Mapping[str, Callable[[str], Sequence[Any]]] = {
    # Of every row there is, the other campaign's as well.
    "object_id": lambda route: _rows_of(route),
    "campaign_id": lambda _route: _ids(Campaign),
    "call_id": lambda _route: _ids(Call),
    "lead_id": lambda _route: _ids(Lead),
    "handoff_id": lambda _route: _ids(Handoff),
    "preflight_id": lambda _route: _ids(Preflight),
    "clip_id": lambda _route: _ids(PreparedClip) or [1],
    "check_id": lambda _route: _ids(LineCheck),
    "reservation_id": lambda _route: _ids(Reservation) or [NONE],
    "endpoint_id": lambda _route: _ids(WebhookEndpoint),
    "delivery_id": lambda _route: _ids(WebhookDelivery),
    "rep_id": lambda _route: _ids(Rep),
    "replay_id": lambda _route: _ids(RubricReplay) or [NONE],
    "script_id": lambda _route: _ids(Script),
    "import_id": lambda _route: _ids(LeadImport) or [1],
    "pk": lambda _route: _ids(LeadImport) or [1],
    "act": lambda _route: ["accept", "answer", "void", "add", "score", "promise"],
    "about": lambda _route: ["seats"],
    "name": lambda _route: ["bant"],
    "content_type_id": lambda _route: list(ContentType.objects.filter(app_label="campaigns", model="call").values_list("pk", flat=True)),
    "reason": lambda _route: list(PreflightExclusion.objects.values_list("reason", flat=True).distinct()),
    "page": lambda _route: [0],
    "kind": lambda route: ["csv"] if "leadimport" in route else ["whisper", "take_over", "end_politely"],
    "action": lambda _route: ["pause"],
    "file_format": lambda _route: ["csv", "xlsx"],
    "market": lambda _route: ["KE"],
    "estimated_on": lambda _route: ["2027-03-10"],
    "app_label": lambda _route: ["leads", "campaigns"],
    "id": lambda _route: [1],
}


def _ids(model: Any) -> list[Any]:
    return list(model.objects.values_list("pk", flat=True))


def _rows_of(route: str) -> list[Any]:
    """/admin/APP/MODEL/<object_id>/…"""
    parts = route.split("/")
    if len(parts) < 3 or parts[0] != "admin" or parts[1] not in apps.app_configs:
        return _ids(Call)
    return [quote(str(pk), safe="") for pk in apps.get_model(parts[1], parts[2])._default_manager.values_list("pk", flat=True)[:3]]


def boxes_that_search() -> Iterator[dict[str, str]]:
    for model, page in admin.site._registry.items():
        for field in page.autocomplete_fields:
            yield {"app_label": model._meta.app_label, "model_name": str(model._meta.model_name), "field_name": field}
