"""Evidence packs for whoever asks: gathered, composed, masked where their role says so, and written into the audit log with their hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from campaigns import flight
from campaigns.access.middleware import ours, somebodys
from campaigns.access.roles import EXPORT_EVIDENCE
from campaigns.access.viewer import Viewer
from campaigns.models import Call
from campaigns.reports.evidence.canonical import HASH
from campaigns.reports.evidence.document import Document, Head, as_pack, masked, strings_of
from campaigns.reports.evidence.gathering import gather_call, gather_person
from campaigns.reports.evidence.of_call import part_of_call
from campaigns.reports.evidence.of_person import part_of_person
from campaigns.review.blind import hidden_calls
from leads import audit, clock
from leads.masking import digit_runs, mask_numbers_in

WHOLE = "Everything that is held, on all campaigns."
A_CALL = "This call alone, with the consent and the do-not-call list of the person as they stand."
BLIND = "A call in this pack waits for your blind judgement. Judge it first, or have it shown to you on its page."
PARTLY = "Only what happened on the campaigns that whoever made this pack may see. There may be more."


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it is handed out. `value` is the JSON, with its hash."""

    value: dict[str, Any]
    name: str  # of a file, without its ending

    @property
    def sha256(self) -> str:
        return str(self.value[HASH])


class JudgedBlind(Exception):
    """A pack tells everything, and who asked is to judge a call in it without that. The text says what to do."""


def may_export(viewer: Viewer) -> bool:
    return viewer.sees_people and viewer.may(EXPORT_EVIDENCE)


def pack_of_call(call: Call, viewer: Viewer, *, by: str, file_format: str) -> Pack:
    """`call` with lead. The caller has checked that `viewer` may see it. Raises JudgedBlind."""
    _refuse_if_blind(Call.objects.filter(pk=call.pk), viewer)
    facts = gather_call(call, viewer)
    parts = [part_of_call(facts, row) for row in facts.tables.all("campaigns.call")]
    document = Document(_head("call", str(call.pk), A_CALL, viewer, by), parts, facts.tables.rows)
    pack = _made(document, viewer, f"call-{str(call.pk)[:8]}")
    audit.record(by, audit.Act.EXPORT, "call", call.pk, campaign_id=call.campaign_id, evidence_sha256=pack.sha256, format=file_format)
    return pack


def pack_of_person(phone: str, viewer: Viewer, *, by: str, file_format: str) -> Pack:
    """`phone` in E.164. Of a limited viewer: the part on their campaigns, and the pack says so. Raises JudgedBlind."""
    _refuse_if_blind(viewer.within(Call.objects.filter(lead__phone=phone)), viewer)
    facts = gather_person(phone, viewer)
    parts = [part_of_person(facts), *(part_of_call(facts, row) for row in facts.tables.all("campaigns.call"))]
    subject_id = facts.lead_id or flight.number_of(phone)[:8]
    document = Document(_head("person", subject_id, WHOLE if facts.is_whole else PARTLY, viewer, by), parts, facts.tables.rows)
    pack = _made(document, viewer, f"person-{subject_id[:8]}")
    audit.record(by, audit.Act.EXPORT, "lead" if facts.lead_id else "person", subject_id, evidence_sha256=pack.sha256, format=file_format)
    return pack


def _refuse_if_blind(calls: QuerySet[Call], viewer: Viewer) -> None:
    condition = hidden_calls(viewer)
    if condition is not None and calls.filter(condition).exists():
        raise JudgedBlind(BLIND)


def _head(subject: str, subject_id: str, covers: str, viewer: Viewer, by: str) -> Head:
    made_at = clock.now().isoformat(timespec="milliseconds")
    return Head(subject, subject_id, made_at, by, f"SautiQual {product_version()}", covers, is_masked=not viewer.sees_numbers)


def _made(document: Document, viewer: Viewer, name: str) -> Pack:
    shown = document if viewer.sees_numbers else masked(document, _hider(document, viewer))
    return Pack(as_pack(shown), f"evidence-{name}")


def _hider(document: Document, viewer: Viewer) -> Callable[[str], str]:
    """One look at the database for all the texts of a pack."""
    found = somebodys({run for text in strings_of(document) for run in digit_runs(text)})
    lines = tuple(ours())
    known = {phone.lstrip("+") for phone in found}
    return lambda text: mask_numbers_in(text, known=lambda digits: known & set(digits), ours=lambda: lines)


@cache
def product_version() -> str:
    try:
        return version("sautiqual")
    except PackageNotFoundError:
        text = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
        return next((line.partition('"')[2].rstrip('"') for line in text.splitlines() if line.startswith("version = ")), "unknown")
