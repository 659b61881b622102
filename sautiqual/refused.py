"""An address with nothing behind it: a page for people, and for programs what the API answers to them elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import page_not_found

API = "/api/"


def nothing_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse({"detail": "Not Found"}, status=404)
    return page_not_found(request, exception)
