"""The one REST API: every router, the bearer key, and one shape of error for all of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from campaigns.access.viewer import viewer_of_key
from campaigns.api import router as campaigns_router
from campaigns.evidence_api import router as evidence_router
from campaigns.hot_leads_api import router as hot_leads_router
from campaigns.integrations.api_keys import find_api_key
from campaigns.integrations.webhooks.documented import webhooks_document
from campaigns.models import ApiKey
from campaigns.results_api import router as results_router
from campaigns.scripts_api import router as scripts_router
from campaigns.webhooks_api import router as webhooks_router
from leads.api import router as leads_router
from sautiqual.api_rights import may_call

NOT_YOURS = "The owner of this key may not do this. Ask an administrator for the right, or use another key."


class BearerKey(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """From here on the request knows who asks: the key's owner, or the organisation itself."""
        key = find_api_key(token)
        if key is None:
            return None
        viewer = viewer_of_key(key)
        request.viewer = viewer  # type: ignore[attr-defined]
        match = request.resolver_match
        if match is None or not may_call(request.method or "", match.route.removeprefix("api/v1/"), viewer):
            raise HttpError(403, NOT_YOURS)
        return key


api = NinjaAPI(
    title="SautiQual",
    version="1",
    description="Leads and their consent, campaigns, calls and their results. Send `Authorization: Bearer <key>`; "
    "make a key with `manage.py create_api_key NAME`. Every POST honours `Idempotency-Key`.",
    auth=BearerKey(),
    urls_namespace="api",
    openapi_extra=webhooks_document(),
)
api.add_router("", leads_router)
api.add_router("", results_router)  # before the campaigns, whose /campaigns/{id}/{action} would take its addresses
api.add_router("", evidence_router)
api.add_router("", campaigns_router)
api.add_router("", scripts_router)
api.add_router("", hot_leads_router)
api.add_router("", webhooks_router)


@api.exception_handler(ValidationError)
def refuse_bad_input(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    """422 with the field and what is wrong with it."""
    return api.create_response(request, {"errors": [_field_problem(e) for e in problem.errors]}, status=422)


@api.exception_handler(PermissionDenied)
def refuse_access(request: HttpRequest, problem: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"errors": [{"field": "", "message": NOT_YOURS}]}, status=403)


@api.exception_handler(HttpError)
def refuse(request: HttpRequest, problem: HttpError) -> HttpResponse:
    return api.create_response(request, {"errors": [{"field": "", "message": str(problem)}]}, status=problem.status_code)


def _field_problem(error: dict[str, Any]) -> dict[str, str]:
    # The first parts of `loc` are ninja's own: where it looked, and the name of our argument.
    place = [str(part) for part in error["loc"]]
    within = [part for part in place[2:] if not part.isdigit()]  # of a list in the query there is only a number: its name comes before
    return {"field": ".".join(place[2:] if within else place[1:] or place), "message": str(error["msg"]).removeprefix("Value error, ")}
