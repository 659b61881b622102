"""A pack compared with the database it was made from: which rows are as they were, changed, gone by retention or erasure, or simply gone.

Reads only. A row that is gone is excused by what is on record: the deletion of its call's words, an erasure of its person, a run of retention.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model

from campaigns.models import Call, PrivacyAct, WrapUp
from campaigns.reports.evidence.canonical import HASH, sha256_of
from campaigns.reports.evidence.document import SCHEMA, broken_link
from campaigns.reports.evidence.gathering import chunks
from campaigns.reports.evidence.rows import KEY_NAME, TAKEN, digests, row_of
from leads.models import InstallationSecret

WORDS = frozenset({"campaigns.turn", "campaigns.recording"})  # rows that go with the words of their call
CONSENT = frozenset({"leads.consentrecord", "leads.keptconsent", "leads.erasedattempt"})  # rows that go when their own period is over
# An erasure takes none of these.
STAYS = frozenset(
    {
        "campaigns.flightentry",
        "campaigns.judgement",
        "campaigns.preparedclip",
        "campaigns.privacyact",
        "campaigns.question",
        "campaigns.rulesheet",
        "campaigns.script",
        "leads.auditentry",
        "leads.donotcallentry",
        "leads.donotcallremoval",
        "leads.leadimport",
        "leads.packacknowledgement",
    }
)


class Finding(StrEnum):
    SAME = "same"
    WORDS_GONE = "words_gone"  # the row stands, its words went with their period
    RETAINED_AWAY = "gone_by_retention"
    ERASED = "gone_by_erasure"
    CHANGED = "changed"
    MISSING = "missing"


BAD = frozenset({Finding.CHANGED, Finding.MISSING})


class NoPack(Exception):
    """The file is no evidence pack, or not of this installation; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Checked:
    is_whole: bool  # the pack's own hash is right
    broken_at: int | None  # the first row whose link is wrong
    findings: Mapping[str, Finding]  # by "table:id"

    @property
    def is_good(self) -> bool:
        return self.is_whole and self.broken_at is None and not BAD & set(self.findings.values())

    def of(self, finding: Finding) -> list[str]:
        return [ref for ref, found in self.findings.items() if found is finding]


def check(pack: Any) -> Checked:
    """`pack`: the JSON of a pack as it was read. Raises NoPack."""
    rows = _rows(pack)
    key = InstallationSecret.objects.filter(name=KEY_NAME).first()
    if key is None:
        raise NoPack("No pack was ever made from this database, or its key is gone. Check it with the database it was made from, or a backup.")
    checked = [row for row in rows if row["digest"]]
    found = {ref: one for table, ids in _by_table(checked).items() for ref, one in _loaded(table, ids).items()}
    excuses = _Excuses(checked, found)
    secret = bytes.fromhex(key.value)
    findings = {f"{row['table']}:{row['id']}": _finding(row, found.get((row["table"], row["id"])), excuses, secret) for row in checked}
    return Checked(pack.get(HASH) == sha256_of(pack), broken_link(rows), findings)


def _rows(pack: Any) -> Sequence[Mapping[str, str]]:
    if not isinstance(pack, dict) or pack.get("schema") != SCHEMA:
        raise NoPack(f"This is no evidence pack of the form {SCHEMA}. Give the JSON file, or the one attached to the PDF.")
    rows = pack.get("rows")
    needed = {"table", "id", "digest", "chain"}
    if not isinstance(rows, list) or not all(isinstance(row, dict) and needed <= set(row) and _are_texts(row) for row in rows):
        raise NoPack("The list of rows in this pack cannot be read: the file was changed, or cut off.")
    return rows


def _are_texts(row: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) for value in row.values())


def _by_table(rows: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        ids[row["table"]].append(row["id"])
    return ids


def _loaded(table: str, ids: Collection[str]) -> dict[tuple[str, str], Model]:
    """{} for a table that does not exist, and for ids that are none."""
    try:
        model = apps.get_model(table)
    except (LookupError, ValueError):
        return {}
    read = [pk for pk in ids if _is_key(model, pk)]
    return {(table, str(row.pk)): row for some in chunks(read) for row in model._base_manager.filter(pk__in=some)}


def _is_key(model: type[Model], pk: str) -> bool:
    try:
        model._meta.pk.to_python(pk)
    except (ValidationError, ValueError):
        return False
    return True


def _finding(row: Mapping[str, str], now: Model | None, excuses: _Excuses, key: bytes) -> Finding:
    if now is None:
        return excuses.of_missing(row)
    present = row_of(now, key)
    if present.digest == row["digest"]:
        return Finding.SAME
    _full, kept = digests(row["table"], row["id"], present.values, key)
    if kept and kept == row.get("digest_kept") and excuses.are_words_gone(row, now, present.values):
        return Finding.WORDS_GONE
    return Finding.CHANGED


class _Excuses:
    """What is on record about deletions, read once for the whole pack."""

    def __init__(self, rows: Sequence[Mapping[str, str]], found: Mapping[tuple[str, str], Model]) -> None:
        gone = {row.get("of", "") for row in rows if row["table"] == "leads.lead" and ("leads.lead", row["id"]) not in found}
        self._is_erased = PrivacyAct.objects.filter(kind=PrivacyAct.Kind.ERASURE, number__in=gone - {""}).exists()
        runs = PrivacyAct.objects.filter(kind=PrivacyAct.Kind.RETENTION).values_list("counts", flat=True)
        self._consent_went = any(counts.get(name) for counts in runs for name in ("consents", "consents_of_erased", "attempts_of_erased"))
        calls = [row for (table, _pk), row in found.items() if table == "campaigns.call"]
        self._wordless = {str(call.pk) for call in calls if isinstance(call, Call) and call.words_gone_at is not None}

    def of_missing(self, row: Mapping[str, str]) -> Finding:
        table = row["table"]
        if self._is_erased and table not in STAYS:
            return Finding.ERASED
        is_past = (table in WORDS and row.get("of") in self._wordless) or (table in CONSENT and self._consent_went)
        return Finding.RETAINED_AWAY if is_past else Finding.MISSING

    def are_words_gone(self, row: Mapping[str, str], now: Model, values: Mapping[str, Any]) -> bool:
        if any(values.get(name) for name in TAKEN[row["table"]] if name != "words_gone_at"):
            return False
        if row["table"] == "campaigns.dialdecision":
            return self._consent_went
        call_id = row["id"] if row["table"] == "campaigns.call" else row.get("of") or _call_of(now)
        return call_id in self._wordless


def _call_of(now: Model) -> str:
    return str(now.reservation.handoff.call_id) if isinstance(now, WrapUp) else ""
