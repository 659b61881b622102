"""manage.py check_evidence FILE.json: is a pack what was handed out, and is the database still what it says?

Exit status 0: all rows are as they were, or went by retention or erasure. 1: the pack or a row was changed, or a row is gone without a reason
on record. 2: it could not be checked.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from campaigns.reports.evidence.checking import BAD, Checked, Finding, NoPack, check
from leads.management.tables import TableCommand, demand_tables

WORDS = {
    Finding.SAME: "as they were",
    Finding.WORDS_GONE: "as they were, but for words whose period was over",
    Finding.RETAINED_AWAY: "gone: their period was over",
    Finding.ERASED: "gone: the person was erased",
    Finding.CHANGED: "CHANGED since",
    Finding.MISSING: "MISSING, and nothing on record says why",
}


class Command(TableCommand):
    help = "Compare an evidence pack with the database it was made from"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the JSON of a pack")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, *args: Any, file: Path, json: bool, **options: Any) -> None:
        demand_tables(returncode=2)
        checked = _checked(file)
        if json:
            self._tell_programs(checked)
        else:
            self._tell(checked)
        if not checked.is_good:
            sys.exit(1)

    def _tell_programs(self, checked: Checked) -> None:
        counts = Counter(checked.findings.values())
        told = {
            "is_good": checked.is_good,
            "is_whole": checked.is_whole,
            "broken_at": checked.broken_at,
            "counts": {each.value: counts[each] for each in Finding},
            "rows": {ref: found.value for ref, found in checked.findings.items() if found is not Finding.SAME},
        }
        self.stdout.write(json.dumps(told))

    def _tell(self, checked: Checked) -> None:
        if not checked.is_whole:
            self.stdout.write(self.style.ERROR("The pack is not what was handed out: its own hash is wrong."))
        if checked.broken_at is not None:
            self.stdout.write(self.style.ERROR(f"The chain of rows breaks at row {checked.broken_at + 1}: a row was put in, taken out or changed."))
        for finding in Finding:
            found = checked.of(finding)
            if found:
                self.stdout.write(f"{len(found):>6} rows {WORDS[finding]}")
            for ref in found if finding in BAD else ():
                self.stdout.write(self.style.ERROR(f"       {ref}"))
        self.stdout.write(self.style.SUCCESS("The pack stands.") if checked.is_good else self.style.ERROR("The pack does not stand."))


def _checked(file: Path) -> Checked:
    try:
        return check(json.loads(file.read_bytes()))
    except OSError as problem:
        raise CommandError(f"{file} cannot be read: {problem.strerror}.", returncode=2) from problem
    except (ValueError, RecursionError):
        raise CommandError(f"{file} is no JSON. Give the JSON of a pack, or the file attached to its PDF.", returncode=2) from None
    except NoPack as problem:
        raise CommandError(str(problem), returncode=2) from problem
