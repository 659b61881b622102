"""Evidence packs for whoever asks: gathered, composed, masked where their role says so, and written into the audit log with their hash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from campaigns import flight
from campaigns.access.middleware import ours, somebodys
from campaigns.access.roles import EXPORT_EVIDENCE
from campaigns.access.viewer import Viewer
from campaigns.models import Call
from campaigns.reports.evidence.document import Document, Head, Hide, Part, part_as_json, seal
from campaigns.reports.evidence.facts import Facts
from campaigns.reports.evidence.gathering import gather_call, gather_person
from campaigns.reports.evidence.of_call import part_of_call
from campaigns.reports.evidence.of_person import part_of_person
from campaigns.review.blind import hidden_calls
from leads import audit, clock
from leads.masking import digit_runs, has_digit_run, mask_numbers_in

WHOLE = "Everything that is held, on all campaigns."
A_CALL = "This call alone, with the consent and the do-not-call list of the person as they stand."
BLIND = "A call in this pack waits for your blind judgement. Judge it first, or have it shown to you on its page."
PARTLY = "Only what happened on the campaigns that whoever made this pack may see. There may be more."


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it is handed out."""

    content: bytes  # the JSON
    sha256: str
    name: str  # of a file, without its ending


@dataclass(frozen=True, slots=True)
class _Parts:
    """Composed one by one as they are asked for, and not kept."""

    facts: Facts
    with_person: bool

    def __iter__(self) -> Iterator[Part]:
        if self.with_person:
            yield part_of_person(self.facts)
        for row in self.facts.tables.all("campaigns.call"):
            yield part_of_call(self.facts, row)


class JudgedBlind(Exception):
    """A pack tells everything, and who asked is to judge a call in it without that. The text says what to do."""


def may_export(viewer: Viewer) -> bool:
    return viewer.sees_people and viewer.may(EXPORT_EVIDENCE)


def pack_of_call(call: Call, viewer: Viewer, *, by: str, file_format: str) -> Pack:
    """`call` with lead. The caller has checked that `viewer` may see it. Raises JudgedBlind."""
    _refuse_if_blind(Call.objects.filter(pk=call.pk), viewer)
    facts = gather_call(call, viewer)
    document = Document(_head("call", str(call.pk), A_CALL, viewer, by), _Parts(facts, with_person=False), facts.tables.rows)
    pack = _made(document, viewer, f"call-{str(call.pk)[:8]}")
    audit.record(by, audit.Act.EXPORT, "call", call.pk, campaign_id=call.campaign_id, evidence_sha256=pack.sha256, format=file_format)
    return pack


def pack_of_person(phone: str, viewer: Viewer, *, by: str, file_format: str) -> Pack:
    """`phone` in E.164. Of a limited viewer: the part on their campaigns, and the pack says so. Raises JudgedBlind."""
    _refuse_if_blind(viewer.within(Call.objects.filter(lead__phone=phone)), viewer)
    facts = gather_person(phone, viewer)
    subject_id = facts.lead_id or flight.number_of(phone)[:8]
    head = _head("person", subject_id, WHOLE if facts.is_whole else PARTLY, viewer, by)
    document = Document(head, _Parts(facts, with_person=True), facts.tables.rows)
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
    sealed = seal(document, None if viewer.sees_numbers else _hider(document))
    return Pack(sealed.content, sealed.sha256, f"evidence-{name}")


def _hider(document: Document) -> Hide:
    """One look at the database for all the texts of a pack, and each text that may hold a number is masked once."""
    texts: set[str] = set()

    def noted(text: str) -> str:
        if has_digit_run(text):
            texts.add(text)
        return text

    for part in document.parts:
        part_as_json(part, noted)
    found = somebodys({run for text in texts for run in digit_runs(text)})
    lines = tuple(ours())
    known = {phone.lstrip("+") for phone in found}
    hidden = {text: mask_numbers_in(text, known=lambda digits: known & set(digits), ours=lambda: lines) for text in texts}
    return lambda text: hidden.get(text, text)


@cache
def product_version() -> str:
    try:
        return version("sautiqual")
    except PackageNotFoundError:
        text = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
        return next((line.partition('"')[2].rstrip('"') for line in text.splitlines() if line.startswith("version = ")), "unknown")
