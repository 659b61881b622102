"""manage.py route_number +254…: tell Sautikit that calls of this number are answered by us."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from bridge.telephony.errors import RequestProblem
from campaigns.models import Line
from campaigns.provider import Provider
from leads.management.tables import TableCommand


class Command(TableCommand):
    help = "Set a number's routing at Sautikit to this server"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="one of your numbers, E.164")

    def handle(self, *args: Any, number: str, **options: Any) -> None:
        line = Line.objects.filter(number=number).first()
        if line is None:
            raise CommandError(f"There is no phone line {number}. Add it in the console under Phone lines.")
        if not settings.PUBLIC_URL:
            raise CommandError("PUBLIC_URL is not set. Set it to the https address at which Sautikit reaches this server.")
        try:
            asyncio.run(route(line))
        except RequestProblem as problem:
            raise CommandError(f"Sautikit did not take it: {problem}") from problem
        self.stdout.write(self.style.SUCCESS(f"Calls of {number} are answered by {settings.PUBLIC_URL}/voice/answer from now on."))


async def route(line: Line) -> None:
    async with Provider() as provider:
        client = provider.client(line.dialect)
        own = next((own for own in await client.numbers() if own.e164 == line.number), None)
        if own is None:
            raise CommandError(f"Your Sautikit workspace has no number {line.number}. Claim it there first.")
        base = settings.PUBLIC_URL
        await client.route_number(own.number_id, voice_callback_url=f"{base}/voice/answer", events_url=f"{base}/voice/events")
