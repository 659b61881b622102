"""manage.py import_do_not_call FILE: puts the numbers of a CSV or XLSX file on the do-not-call list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from leads import clock
from leads.do_not_call_import import Imported, Manner, import_do_not_call
from leads.management.tables import TableCommand
from leads.models import DoNotCallEntry
from leads.spreadsheet import RowProblem, Unreadable, problems_csv

Origin = DoNotCallEntry.Origin
N_SHOWN = 20


class Command(TableCommand):
    help = "Put the numbers of a CSV or XLSX file on the do-not-call list. Status 1 if a row was not taken; what could be read is taken all the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="with a column “phone”, and if you like “market” and “reason”; or bare numbers")
        parser.add_argument("--origin", choices=[Origin.REGISTRY.value, Origin.STAFF.value], default=Origin.STAFF.value, help="who says so")
        parser.add_argument("--hashed", action="store_true", help="the numbers may not be kept: only a digest of each is")
        parser.add_argument("--market", type=str.upper, default="", help="two letters: the country of numbers written without one")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, enter nothing")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="where the rows that were not taken are written, as CSV")

    def handle(self, *args: Any, file: Path, origin: str, hashed: bool, market: str, dry_run: bool, errors: Path | None, **options: Any) -> None:
        manner = Manner(Origin(origin), clock.now(), keep_numbers=not hashed, market=market)
        try:
            imported = import_do_not_call(file.read_bytes(), manner, is_dry_run=dry_run)
        except OSError as missing:
            raise CommandError(f"{file} cannot be read: {missing.strerror}.") from missing
        except Unreadable as unreadable:
            raise CommandError(str(unreadable)) from unreadable
        self._say(imported, is_dry_run=dry_run)
        if imported.problems:
            self._tell_problems(imported.problems, errors)

    def _say(self, imported: Imported, *, is_dry_run: bool) -> None:
        verb = "would be put" if is_dry_run else "put"
        self.stdout.write(f"{imported.n_rows} rows: {imported.n_new} numbers {verb} on the do-not-call list, {imported.n_known} were on it already.")

    def _tell_problems(self, problems: tuple[RowProblem, ...], errors: Path | None) -> None:
        for problem in problems[:N_SHOWN]:
            self.stderr.write(f"Row {problem.row}: {problem.mend}")
        if errors is not None:
            errors.write_text(problems_csv(problems), newline="")
        where = f"All of them are in {errors}." if errors else "--errors FILE writes all of them down."
        raise CommandError(f"{len(problems)} rows were not taken. {where}")
