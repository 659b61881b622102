"""manage.py erase_person +254… [--may-be-called-again] [--yes]: delete all we hold on one person, for good. Asks first."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from campaigns import business_clock
from campaigns.management.operator import operator
from campaigns.management.person import number_of
from campaigns.privacy.erasing import ErasureRefused, erase, obstacles_to, what_goes
from campaigns.privacy.telling import SURE, counted, kept_off
from leads import clock
from leads.management.tables import TableCommand
from leads.models import Lead

YES = "erase"


class Command(TableCommand):
    help = "Erase one person for good: lead, calls, recordings, transcripts, answers. Their number is put on the do-not-call list, as a digest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("phone", help="with + and country code; in quotes if it has spaces")
        parser.add_argument(
            "--may-be-called-again",
            action="store_true",
            help="do not put the number on the do-not-call list; whoever opted out or withdrew stays on it all the same",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, phone: str, may_be_called_again: bool, yes: bool, **options: Any) -> None:
        business_clock.apply()
        number = number_of(phone)
        lead = Lead.objects.filter(phone=number).first()
        if lead and (obstacles := obstacles_to(lead)):
            raise CommandError(" ".join(obstacles))
        if not yes:
            self._ask(number, lead)
        try:
            erased = erase(number, by=operator(), now=clock.now(), may_be_called_again=may_be_called_again)
        except ErasureRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(self.style.SUCCESS(f"Erased: {counted(erased.counts)}. {kept_off(erased.is_kept_off)}"))

    def _ask(self, number: str, lead: Lead | None) -> None:
        self.stdout.write(f"{number}: {counted(what_goes(lead))}.")
        self.stdout.write(self.style.WARNING(SURE))
        if input(f"Type “{YES}” to go on: ").strip() != YES:
            raise CommandError("Nothing was erased.")
