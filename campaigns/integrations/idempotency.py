"""A POST repeated with the same Idempotency-Key does its work once and gets the first reply again.

After draft-ietf-httpapi-idempotency-key-header: another body under the same key is 422, a repeat while the first is still
at work is 409. A reply of 500 or more is not kept: the work may be tried again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from campaigns.integrations.api_keys import find_api_key
from campaigns.models import ApiKey, IdempotentReply

MAX_KEY_LENGTH = 255
API_PATH = "/api/"


class IdempotencyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key or not request.path.startswith(API_PATH):
            return self.get_response(request)
        if len(key) > MAX_KEY_LENGTH:
            return _problem(422, f"Idempotency-Key: use at most {MAX_KEY_LENGTH} characters.")
        api_key = find_api_key(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if api_key is None:
            return self.get_response(request)  # refused there, for want of a valid key
        return self._once(request, api_key, key)

    def _once(self, request: HttpRequest, api_key: ApiKey, key: str) -> HttpResponseBase:
        digest = hashlib.sha256(b"\0".join([request.method.encode(), request.get_full_path().encode(), request.body])).hexdigest()  # type: ignore[union-attr]
        try:
            with transaction.atomic():
                reply = IdempotentReply.objects.create(api_key=api_key, key=key, request_digest=digest)
        except IntegrityError:
            return _repeated(IdempotentReply.objects.filter(api_key=api_key, key=key).first(), digest)
        response = self.get_response(request)
        if response.status_code >= 500 or not isinstance(response, HttpResponse):
            reply.delete()
            return response
        IdempotentReply.objects.filter(pk=reply.pk).update(status=response.status_code, body=response.content.decode())
        return response


def _repeated(kept: IdempotentReply | None, digest: str) -> HttpResponse:
    if kept is None or (kept.status is None and kept.request_digest == digest):
        return _problem(409, "Idempotency-Key: the first request with this key is still at work. Try again in a moment.")
    if kept.request_digest != digest:
        return _problem(422, "Idempotency-Key: this key was used with another request. Use a new key for a new request.")
    response = HttpResponse(kept.body, status=kept.status, content_type="application/json; charset=utf-8")
    response["Idempotent-Replay"] = "true"
    return response


def _problem(status: int, message: str) -> JsonResponse:
    return JsonResponse({"errors": [{"field": "Idempotency-Key", "message": message}]}, status=status)
