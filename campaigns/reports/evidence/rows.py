"""Rows of the database with their digests: what a pack keeps of each, and what is compared when the pack is checked.

The key of the digests is a row of this installation, beside what it proves: back it up with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from campaigns import flight
from campaigns.privacy.collecting import plain_fields
from campaigns.reports.evidence.canonical import row_digest
from campaigns.reports.evidence.document import Ref, Row
from leads.models import InstallationSecret, Lead

KEY_NAME = "evidence-digest"
# What the machine's own work changes and proves nothing.
UNSTEADY: Mapping[str, frozenset[str]] = {
    "campaigns.call": frozenset({"looked_up_at", "server"}),
    "campaigns.staffcall": frozenset({"looked_up_at", "settle_asked_at"}),
    "leads.donotcallentry": frozenset({"swept_at"}),
    "leads.lead": frozenset({"updated_at"}),
}
# What goes from a row that stays, when the period of its words is over (`campaigns.privacy.words`), or of the consent it names.
TAKEN: Mapping[str, frozenset[str]] = {
    "campaigns.answer": frozenset({"quote"}),
    "campaigns.call": frozenset({"words_gone_at", "recording_refusal"}),
    "campaigns.dialdecision": frozenset({"consent_record"}),
    "campaigns.liveaction": frozenset({"text"}),
    "campaigns.reviewact": frozenset({"reason"}),
    "campaigns.wrapup": frozenset({"notes", "next_step"}),
}
# They live on: named in a pack by what they say now, and not held against it later.
LIVING = frozenset({"campaigns.campaign", "campaigns.line", "campaigns.rep"})


def digest_key() -> bytes:
    kept, _is_new = InstallationSecret.objects.get_or_create(name=KEY_NAME, defaults={"value": secrets.token_hex(32)})
    return bytes.fromhex(kept.value)


def row_of(instance: models.Model, key: bytes) -> Row:
    table = instance._meta.label_lower
    values = dict(plain_fields(instance))
    ref = Ref(table, str(instance.pk))
    if table in LIVING:
        return Row(ref, values)
    full, kept = digests(table, ref.id, values, key)
    return Row(ref, values, full, of=_of(instance, values), digest_kept=kept)


def _of(instance: models.Model, values: Mapping[str, Any]) -> str:
    if isinstance(instance, Lead):
        return flight.number_of(instance.phone)
    return str(values.get("call") or "")


def rows_of(instances: Iterable[models.Model], key: bytes) -> list[Row]:
    return [row_of(instance, key) for instance in instances]


def digests(table: str, row_id: str, values: Mapping[str, Any], key: bytes) -> tuple[str, str]:
    """Of the whole row, and of what stays of it after its period; "" where nothing of it is taken."""
    steady = {name: value for name, value in values.items() if name not in UNSTEADY.get(table, ())}
    full = row_digest(key, table, row_id, steady)
    taken = TAKEN.get(table)
    if taken is None:
        return full, ""
    return full, row_digest(key, table, row_id, {name: value for name, value in steady.items() if name not in taken})
