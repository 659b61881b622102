"""The one REST API: every router, the bearer key, and one shape of error for all of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from campaigns.api import router as campaigns_router
from campaigns.integrations.api_keys import find_api_key
from campaigns.models import ApiKey
from campaigns.results_api import router as results_router
from leads.api import router as leads_router


class BearerKey(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        return find_api_key(token)


api = NinjaAPI(
    title="SautiQual",
    version="1",
    description="Leads and their consent, campaigns, calls and their results. Send `Authorization: Bearer <key>`; "
    "make a key with `manage.py create_api_key NAME`. Every POST honours `Idempotency-Key`.",
    auth=BearerKey(),
    urls_namespace="api",
)
api.add_router("", leads_router)
api.add_router("", results_router)  # before the campaigns, whose /campaigns/{id}/{action} would take its addresses
api.add_router("", campaigns_router)


@api.exception_handler(ValidationError)
def refuse_bad_input(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    """422 with the field and what is wrong with it."""
    return api.create_response(request, {"errors": [_field_problem(e) for e in problem.errors]}, status=422)


@api.exception_handler(HttpError)
def refuse(request: HttpRequest, problem: HttpError) -> HttpResponse:
    return api.create_response(request, {"errors": [{"field": "", "message": str(problem)}]}, status=problem.status_code)


def _field_problem(error: dict[str, Any]) -> dict[str, str]:
    # The first parts of `loc` are ninja's own: where it looked, and the name of our argument.
    place = [str(part) for part in error["loc"]]
    return {"field": ".".join(place[2:] or place[-1:]), "message": str(error["msg"]).removeprefix("Value error, ")}
