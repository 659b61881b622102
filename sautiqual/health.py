"""/healthz: the process lives. /readyz: it can hold a call (database reached, this server registered and its voices up)."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse

from campaigns import servers


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


def readyz(request: HttpRequest) -> JsonResponse:
    try:
        lives = servers.alive().exists()
    except DatabaseError:
        return JsonResponse({"ok": False, "why": "The database does not answer. Has `manage.py migrate` run?"}, status=503)
    if not lives:
        return JsonResponse({"ok": False, "why": "No server process is registered yet."}, status=503)
    return JsonResponse({"ok": True})
