"""manage.py evidence_pack --call ID | --lead ID | --phone +254… --out DIR: what a regulator or a court is handed, as JSON and PDF."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser
from django.db.models import Model

from campaigns import business_clock
from campaigns.access.viewer import ORGANISATION
from campaigns.management.operator import operator
from campaigns.management.person import number_of
from campaigns.models import Call
from campaigns.reports.evidence.files import FileFormat, written
from campaigns.reports.evidence.packs import Pack, pack_of_call, pack_of_person
from leads.management.tables import TableCommand
from leads.models import Lead


class Command(TableCommand):
    help = "Write the evidence about one call or one person to files, for a regulator, a court, or the person"

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--call", metavar="ID", help="one call, by its id")
        what.add_argument("--lead", metavar="ID", help="one person, by the id of the lead")
        what.add_argument("--phone", help="one person by their number, whether a lead has it or not; with + and country code")
        parser.add_argument("--out", required=True, type=Path, help="a folder; the files in it can be read by you alone")
        parser.add_argument("--format", default="pdf,json", help="pdf, json or both with a comma (default)")

    def handle(self, *args: Any, out: Path, format: str, **options: Any) -> None:
        business_clock.apply()
        formats = _formats(format)
        pack = _pack(options, ",".join(formats))
        try:
            out.mkdir(parents=True, exist_ok=True)
            paths = [_write(out / f"{pack.name}-{pack.sha256[:8]}.{each}", written(pack, each)) for each in formats]
        except OSError as problem:
            raise CommandError(f"{out} cannot be written: {problem.strerror}. Name a folder of yours.") from problem
        for path in paths:
            self.stdout.write(str(path))
        self.stdout.write(f"SHA-256 of the JSON: {pack.sha256}")


def _formats(text: str) -> list[FileFormat]:
    try:
        return list(dict.fromkeys(FileFormat(each.strip()) for each in text.split(",")))
    except ValueError:
        raise CommandError(f"“{text}” is no format. Write pdf, json or pdf,json.") from None


def _pack(options: dict[str, Any], file_format: str) -> Pack:
    if options["call"]:
        call = _row(Call.objects.select_related("lead"), options["call"], "call")
        return pack_of_call(call, ORGANISATION, by=operator(), file_format=file_format)
    phone = _row(Lead.objects.all(), options["lead"], "lead").phone if options["lead"] else number_of(options["phone"])
    return pack_of_person(phone, ORGANISATION, by=operator(), file_format=file_format)


def _row(rows: Any, wanted: str, name: str) -> Any:
    try:
        found: Model | None = rows.filter(pk=UUID(wanted)).first()
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"There is no {name} {wanted}. Its id stands in the address of its page in the console.")
    return found


def _write(path: Path, content: bytes) -> Path:
    """For its owner alone, from the first byte on. A pack of the same name has the same hash, and may be written again."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return path
