"""API keys of integrators: made once, shown once, kept only as a digest."""

from __future__ import annotations

import hashlib
import secrets

from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.models import ApiKey

PREFIX = "sq_"


def create_api_key(name: str, owner: User | None = None) -> tuple[ApiKey, str]:
    """The stored key and its text, which is never to be had again. Without an owner it is the organisation's and may all."""
    text = PREFIX + secrets.token_urlsafe(32)
    return ApiKey.objects.create(name=name, prefix=text[:10], digest=digest_of(text), owner=owner), text


def find_api_key(text: str) -> ApiKey | None:
    """The live key with this text; None for an unknown or revoked one, or where its owner has left. Notes its use."""
    key = ApiKey.objects.select_related("owner").filter(digest=digest_of(text), revoked_at=None).first()
    if key is not None and key.owner is not None and not key.owner.is_active:
        return None
    if key is not None:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
    return key


def digest_of(text: str) -> str:
    # A key has 256 random bits, so a plain digest cannot be guessed back; no slow hash is needed.
    return hashlib.sha256(text.strip().encode()).hexdigest()
