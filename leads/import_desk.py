"""What a person does to an import, step by step: bring a file, say what its columns hold, answer for consent, start it, or throw it away.

Each step is saved before the next page is shown, so a browser that was closed finds it again. Nothing is entered before `start`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from leads import audit, import_files, import_order, import_work
from leads.entry_refused import EntryRefused
from leads.import_columns import Layout
from leads.import_files import TooLarge
from leads.import_mapping import N_HEAD, country_guess, faults_of_layout, guesses_of, heading_row_of
from leads.import_order import ConsentSource, ImportOrder
from leads.import_rows import Attestation
from leads.import_stage import Stage, may_be_changed, may_be_discarded, may_be_imported
from leads.models import LeadImport
from leads.said import N_, sentence
from leads.spreadsheet import Row, Unreadable, read_sheet, unpacked_bytes
from leads.tasks import carry_out_import, check_import

AT_ONCE_UP_TO = 512 * 2**10  # bytes to read, unpacked: a second (20,000 short rows of CSV); the worker does the rest


def begin(pieces: Iterable[bytes], *, file_name: str, by: AbstractBaseUser) -> LeadImport:
    """Keeps the file and guesses its columns. Raises EntryRefused: nothing is kept then."""
    try:
        stored = import_files.store(pieces)
    except TooLarge as too_large:
        raise EntryRefused("file", too_large_words()) from too_large
    try:
        content = import_files.list_of(stored.key)
        sheet = read_sheet(content, is_shown=True, at_most=N_HEAD)
        _refuse_nothing(sheet.rows)
        order = _guessed(sheet.rows)
    except Unreadable as unreadable:
        import_files.discard(stored.key)
        raise EntryRefused("file", str(unreadable)) from unreadable
    return LeadImport.objects.create(
        file_name=file_name[:255],
        sha256=stored.sha256,
        n_bytes=stored.n_bytes,
        imported_by_id=by.pk,
        started_at=timezone.now(),
        stage=Stage.COLUMNS,
        order=import_order.as_json(order),
        remarks=list(sheet.remarks),
        file_key=stored.key,
    )


def too_large_words() -> str:
    return sentence(
        "This file is larger than %(mb)s MB, so it was not read. Split the list, or leave out columns you do not need.",
        mb=import_files.max_bytes() // 2**20,
    )


def head_of(kept: LeadImport) -> list[Row]:
    """Raises Gone."""
    return read_sheet(import_files.list_of(kept.file_key), is_shown=True, at_most=N_HEAD).rows


def choose_heading(kept: LeadImport, heading_row: int) -> None:
    """Another row holds the headings: the columns are guessed anew. Raises EntryRefused, Gone."""
    order = import_order.from_json(kept.order)
    layout = Layout(heading_row, tuple(guess.field for guess in guesses_of(head_of(kept), heading_row)))
    _save(kept, order.with_layout(layout, order.market))


def save_layout(kept: LeadImport, layout: Layout, *, market: str) -> None:
    """What the columns hold, and the check of it. Raises EntryRefused for the first thing that is wrong; what was chosen is kept all the same."""
    order = import_order.from_json(kept.order).with_layout(layout, market)
    _save(kept, order)
    for fault in faults_of_layout(layout):
        raise EntryRefused("columns", fault)
    guess = country_guess(head_of(kept), layout)
    if guess.example and not market and "market" not in layout.fields:
        words = sentence("Numbers such as %(example)s are written without their country. Say which country is meant.", example=guess.example)
        raise EntryRefused("market", words)
    _check(kept)


def save_consent(kept: LeadImport, source: ConsentSource, attestation: Attestation | None) -> None:
    """Where consent comes from, and the check of it. `attestation` if and only if it is attested."""
    order = import_order.from_json(kept.order)
    if (source == ConsentSource.ATTESTED) != (attestation is not None):
        raise AssertionError("an attestation belongs to attested consent, and only to it")
    if source == ConsentSource.LIST and not order.names_consent:
        raise EntryRefused("consent", N_("No column of this list is about consent. Go back and choose one, or answer for the list yourself."))
    _save(kept, replace(order, consent=source, attestation=attestation))
    _check(kept)


def start(kept: LeadImport, *, by: AbstractBaseUser) -> None:
    """Hands it to the worker. Raises EntryRefused with what stands in the way."""
    order = import_order.from_json(kept.order)
    if order.consent == ConsentSource.UNDECIDED:
        raise EntryRefused("consent", N_("Say first where the consent of these people comes from."))
    if not may_be_imported(Stage(kept.stage)) or not import_files.has(kept.file_key, "list"):
        raise EntryRefused("stage", N_("It has changed meanwhile. Look at it again."))
    attested_by = order.attestation.by if order.attestation else ""
    try:
        with transaction.atomic():
            begun = {"stage": Stage.IMPORTING, "imported_by_id": by.pk, "attested_by": attested_by[:200], "failure": ""}
            mine = LeadImport.objects.filter(pk=kept.pk, stage=kept.stage, run_token=kept.run_token)
            if mine.update(**begun, asked_at=timezone.now(), **({"n_rows_done": 0} if kept.stage == Stage.CHECKED else {})) != 1:
                raise EntryRefused("stage", N_("It has changed meanwhile. Look at it again."))
            audit.record(
                by.get_username(), audit.Act.IMPORT, "lead import", kept.pk, n_rows=kept.n_rows, consent=order.consent.value, sha256=kept.sha256
            )
            carry_out_import.enqueue(kept.pk)
    except IntegrityError as at_once:
        raise EntryRefused("file", one_at_a_time_words(kept)) from at_once


def discard(kept: LeadImport) -> bool:
    """Whether it could be: the file is gone then."""
    if not may_be_discarded(Stage(kept.stage)):
        return False
    if LeadImport.objects.filter(pk=kept.pk, stage=kept.stage).update(stage=Stage.DISCARDED, file_key="", failure="") != 1:
        return False
    import_files.discard(kept.file_key)
    return True


def same_file(kept: LeadImport) -> QuerySet[LeadImport]:
    """Other imports of the very same bytes that were not thrown away, newest first."""
    others = LeadImport.objects.filter(sha256=kept.sha256, undone_at=None).exclude(pk=kept.pk).exclude(stage=Stage.DISCARDED)
    return others.select_related("imported_by").order_by("-started_at")


def one_at_a_time_words(kept: LeadImport) -> str:
    other = same_file(kept).filter(stage=Stage.IMPORTING).first()
    wait = sentence("Wait until that is through: then this list will say what is left to do.")
    if other and other.imported_by:
        by = other.imported_by.get_username()
        return sentence("This very file is being imported at this moment, by %(by)s. %(wait)s", by=by, wait=wait)
    return sentence("This very file is being imported at this moment. %(wait)s", wait=wait)


def _guessed(rows: list[Row]) -> ImportOrder:
    heading_row = heading_row_of(rows)
    layout = Layout(heading_row, tuple(guess.field for guess in guesses_of(rows, heading_row)))
    market = country_guess(rows, layout).market if "phone" in layout.fields else ""
    return ImportOrder(layout, market)


def _refuse_nothing(rows: list[Row]) -> None:
    if not rows:
        raise Unreadable(N_("The file is empty. Is it the right one, and was it saved?"))
    if len(rows) == 1 and heading_row_of(rows) == rows[0].number:
        raise Unreadable(N_("There are only headings in this file, and nobody below them. Is it the right one?"))


def _save(kept: LeadImport, order: ImportOrder) -> None:
    """The row stays at its columns until `_check`; what an earlier order's check still finds out counts no more."""
    if not may_be_changed(Stage(kept.stage)):
        raise EntryRefused("stage", N_("It is being imported, or was: nothing of it can be changed any more."))
    kept.order, kept.run_token = import_order.as_json(order), uuid4().hex
    begun = {"order": kept.order, "run_token": kept.run_token, "stage": Stage.COLUMNS, "failure": ""}
    if LeadImport.objects.filter(pk=kept.pk, stage=kept.stage).update(**begun) != 1:
        raise EntryRefused("stage", N_("It has changed meanwhile. Look at it again."))
    kept.stage = Stage.COLUMNS


def _check(kept: LeadImport) -> None:
    asked = {"stage": Stage.CHECKING, "asked_at": timezone.now(), "n_rows_done": 0, "n_rows": 0}
    LeadImport.objects.filter(pk=kept.pk, run_token=kept.run_token).update(**asked)
    if unpacked_bytes(import_files.list_of(kept.file_key)) <= AT_ONCE_UP_TO:
        import_work.check(kept.pk, token=kept.run_token)
    else:
        check_import.enqueue(kept.pk, kept.run_token)
    kept.refresh_from_db()
