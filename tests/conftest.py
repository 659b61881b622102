"""The clock and the cast that every test shares (see Words in the README)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Nairobi, no holiday there


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def cheap_passwords(settings) -> None:
    """Hashing a password is slow on purpose; no test here is about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
