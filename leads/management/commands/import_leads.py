"""manage.py import_leads FILE: the people of a CSV or XLSX file become leads, with the consent that it names. --undo ID takes one back."""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from leads import clock
from leads.compliance import Purpose
from leads.import_rows import Attestation
from leads.import_undo import undo_import
from leads.lead_import import Imported, Manner, import_leads
from leads.management.tables import TableCommand
from leads.models import LeadImport
from leads.spreadsheet import MAX_BYTES, RowProblem, Unreadable, problems_csv

N_SHOWN = 20


class Command(TableCommand):
    help = "Import leads from a CSV or XLSX file. Status 1 if a row was rejected; what could be read is imported all the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="with a column “phone”; what it may hold besides is in the README")
        parser.add_argument("--market", type=str.upper, default="", help="two letters: the country of numbers written without one")
        parser.add_argument("--attest", metavar="NAME", default="", help="who answers for it that these people agreed; weakest grade of consent")
        parser.add_argument("--purpose", choices=[purpose.value for purpose in Purpose], help="with --attest: what they agreed to")
        parser.add_argument("--controller", default="", help="with --attest: the organisation to which they agreed")
        parser.add_argument("--by", metavar="LOGIN", help="login of the person who imports it")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, enter nothing")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="where the rejected rows are written, as CSV")
        parser.add_argument("--undo", type=int, metavar="ID", help="take this import back: the leads it created go, if nothing else is known of them")
        parser.add_argument("--json", action="store_true", help="the figures as JSON")

    def handle(self, *args: Any, file: Path | None, dry_run: bool, errors: Path | None, **options: Any) -> None:
        if options["undo"] is not None:
            return self._undo(options["undo"], as_json=options["json"])
        if file is None:
            raise CommandError("Name the file to import, or --undo ID.")
        manner, content = _manner(file, options), _content_of(file)
        try:
            with _uncollected():
                imported = import_leads(content, manner, is_dry_run=dry_run, progress=self._progress)
        except Unreadable as unreadable:
            raise CommandError(str(unreadable)) from unreadable
        self._say(imported, is_dry_run=dry_run, as_json=options["json"])
        if imported.problems:
            self._tell_problems(imported, errors)

    def _undo(self, import_id: int, *, as_json: bool) -> None:
        kept_import = LeadImport.objects.filter(pk=import_id).first()
        if kept_import is None:
            raise CommandError(f"There is no import {import_id}. The console lists them.")
        undone = undo_import(kept_import, at=clock.now(), by="manage.py import_leads")
        if as_json:
            self.stdout.write(json.dumps({"import": import_id, "n_removed": undone.n_removed, "kept": undone.kept}))
            return
        self.stdout.write(f"{undone.n_removed:,} leads of import {import_id} ({kept_import.file_name}) removed, {sum(undone.kept.values()):,} kept.")
        for reason, n_leads in undone.kept.items():
            self.stdout.write(f"{n_leads:,} kept: {reason}")

    def _progress(self, n_done: int, n_rows: int) -> None:
        self.stderr.write(f"{n_done:,} of {n_rows:,} rows")

    def _say(self, imported: Imported, *, is_dry_run: bool, as_json: bool) -> None:
        tally = imported.tally
        if as_json:
            figures = {"import": imported.import_id, "is_dry_run": is_dry_run, "n_rows": tally.n_rows, **asdict(tally)}
            self.stdout.write(json.dumps(figures))
            return
        would = "would be " if is_dry_run else ""
        self.stdout.write(
            f"{tally.n_rows:,} rows: {tally.n_new:,} leads {would}new, {tally.n_updated:,} {would}brought up to date, "
            f"{tally.n_unchanged:,} unchanged, {tally.n_repeated:,} repeated within the file, {tally.n_rejected:,} rejected. "
            f"{tally.n_consents:,} consent records {would}new."
        )
        if imported.import_id is not None and tally.n_new:
            self.stdout.write(f"This was import {imported.import_id}. To take it back: manage.py import_leads --undo {imported.import_id}")

    def _tell_problems(self, imported: Imported, errors: Path | None) -> None:
        for problem in imported.problems[:N_SHOWN]:
            self.stderr.write(f"Row {problem.row}, {problem.column}: {problem.mend}")
        where = f"All of them are in {errors}." if errors else "--errors FILE writes all of them down."
        if errors is not None:
            _write_down(imported.problems, errors)
        raise CommandError(f"{imported.tally.n_rejected:,} rows were rejected. {where}")


def _content_of(file: Path) -> bytes:
    """One byte more than is taken, at most: so much tells that it is too much."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as missing:
        raise CommandError(f"{file} cannot be read: {missing.strerror}.") from missing


def _write_down(problems: tuple[RowProblem, ...], errors: Path) -> None:
    try:
        errors.write_text(problems_csv(problems), encoding="utf-8", newline="")
    except OSError as refused:
        raise CommandError(f"{errors} cannot be written: {refused.strerror}. The rest was imported; the same file can be sent again.") from refused


def _manner(file: Path, options: dict[str, Any]) -> Manner:
    now = clock.now()
    return Manner(file.name, now, by=_user(options["by"]), market=options["market"], attestation=_attestation(now, options))


def _attestation(now: datetime, options: dict[str, Any]) -> Attestation | None:
    by, purpose, controller = (options[name] or "" for name in ("attest", "purpose", "controller"))
    if not by and not purpose and not controller:
        return None
    if not by.strip() or not purpose or not controller.strip():
        raise CommandError("Say who answers for the consent, what for and to whom: --attest NAME --purpose marketing --controller ORGANISATION.")
    return Attestation(by.strip(), now, Purpose(purpose), controller.strip())


def _user(login: str | None) -> User | None:
    if login is None:
        return None
    user = User.objects.filter(username=login, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active account {login}.")
    return user


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """A list becomes millions of small objects without cycles; looking for some among them took an eighth of the time (measured on 30,000 rows)."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
