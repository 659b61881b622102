"""manage.py create_api_key NAME: an integrator's key, shown this once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from campaigns.integrations.api_keys import create_api_key


class Command(BaseCommand):
    help = "Create an API key and show it, once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who will use it, for example 'CRM'")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        _, text = create_api_key(name)
        self.stdout.write(text)
