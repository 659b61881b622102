"""manage.py export_person +254… --output FILE: everything we hold on one person, as JSON, recordings included."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from campaigns import business_clock
from campaigns.management.operator import operator
from campaigns.management.person import number_of
from campaigns.privacy.exporting import export_person
from leads import clock
from leads.management.tables import TableCommand


class Command(TableCommand):
    help = "Write everything that is held on one person to a JSON file, recordings included"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("phone", help="with + and country code; in quotes if it has spaces")
        parser.add_argument("--output", required=True, type=Path, help="a file that does not exist yet; only you can read it")

    def handle(self, *args: Any, phone: str, output: Path, **options: Any) -> None:
        business_clock.apply()
        number = number_of(phone)
        try:
            # Made first, for its owner alone: it holds a person's words.
            descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as problem:
            raise CommandError(f"{output} cannot be written: {problem.strerror}. Name a file that does not exist yet.") from problem
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            held = export_person(number, by=operator(), now=clock.now())
            json.dump(held, file, ensure_ascii=False, indent=1)
        n_calls = len(held["lead"]["call"]) if held["lead"] else 0
        self.stdout.write(f"{output}: {'the lead' if held['lead'] else 'no lead'}, {n_calls} calls, {len(held['do_not_call'])} do-not-call entries.")
