"""manage.py why +254…: why this number was, or was not, called. All decisions and calls, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from campaigns.reports.why import Event, Why, why
from campaigns.reports.why_words import both_clocks, inputs_in_words
from leads.management.tables import TableCommand
from leads.phone import PhoneProblem


class Command(TableCommand):
    help = "Say why a number was, or was not, called"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("phone", help="with + and country code; in quotes if it has spaces")

    def handle(self, *args: Any, phone: str, **options: Any) -> None:
        answer = why(phone)
        if isinstance(answer, PhoneProblem):
            raise CommandError(answer.mend)
        for line in _lines(answer):
            self.stdout.write(line)


def _lines(answer: Why) -> Iterator[str]:
    yield answer.phone
    yield from answer.summary
    for event in answer.events:
        yield ""
        yield from _event_lines(event, answer.time_zone)


def _event_lines(event: Event, time_zone: str) -> Iterator[str]:
    yield both_clocks(event.at, time_zone)
    occasion = f"attempt {event.attempt_number}" if event.attempt_number else "they called us"
    yield f"  {event.sentence}  [{event.campaign}, {occasion}, call {event.call_id}]"
    for ground in event.grounds:
        inputs = inputs_in_words(ground.inputs)
        yield f"  - {ground.sentence}  [{ground.reason}{f': {inputs}' if inputs else ''}]"
    if event.is_allowed is not None:
        yield f"  Rules: {event.pack_version or 'none for this market'}. Consent record: {event.consent_record_id or 'none'}."
    for note in event.notes:
        yield f"  {note}"
