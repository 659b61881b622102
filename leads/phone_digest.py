"""The digest by which the do-not-call list knows a number: HMAC-SHA256 of its E.164 under a key of this installation.

The key lives in the database: a changed SECRET_KEY must not make anybody callable again. Numbers are few enough to be tried one by one, so
the digest hides them from whoever sees the list, a copy or an export of it, not from whoever holds the whole database.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable

from leads.models import E164, DoNotCallEntry, ErasedAttempt, InstallationSecret

KEY_NAME = "phone-digest"
_E164 = re.compile(E164)


class DigestKeyLost(Exception):
    """The key is gone while something is kept by it. Restore the row from a backup: with a new one nobody on the list would be recognised."""

    def __init__(self) -> None:
        super().__init__(f"The do-not-call list cannot be read: the key “{KEY_NAME}” of leads_installationsecret is gone. Restore it from a backup.")


def digests_of(phones: Iterable[str]) -> dict[str, str]:
    """Each number's digest, to look it up: {} while nothing was ever entered. One look at the key, however many numbers.

    Raises ValueError for what is not E.164 (in another spelling it would match nobody), and DigestKeyLost; then nothing may be called.
    """
    # Read each time: a row by its primary key, and a copy in memory would outlive a database that was restored under a running process.
    kept = InstallationSecret.objects.filter(name=KEY_NAME).first()
    if kept is None and _is_in_use():
        raise DigestKeyLost
    return {phone: _digest(kept, phone) for phone in phones} if kept else {}


def digests_to_enter(phones: Iterable[str]) -> dict[str, str]:
    """The same for numbers that are about to be entered: the key is made if there is none yet."""
    numbers = list(phones)
    digests = digests_of(numbers)
    if numbers and not digests:
        InstallationSecret.objects.get_or_create(name=KEY_NAME, defaults={"value": secrets.token_hex(32)})
        return digests_of(numbers)
    return digests


def _is_in_use() -> bool:
    entries, attempts = (model._base_manager.order_by().values("phone_digest") for model in (DoNotCallEntry, ErasedAttempt))
    return entries.union(attempts, all=True).exists()


def _digest(key: InstallationSecret, phone: str) -> str:
    if not _E164.fullmatch(phone):
        raise ValueError("the do-not-call list needs a number in E.164")
    return hmac.digest(bytes.fromhex(key.value), phone.encode(), "sha256").hex()
