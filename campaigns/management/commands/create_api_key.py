"""manage.py create_api_key NAME: an integrator's key, shown this once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from campaigns.integrations.api_keys import create_api_key
from campaigns.management.operator import operator
from leads import audit
from leads.management.tables import TableCommand


class Command(TableCommand):
    help = "Create an API key and show it, once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who will use it, for example 'CRM'")
        parser.add_argument("--owner", dest="owner_name", default="", metavar="NAME", help="login: the key may what they may; without it everything")

    def handle(self, *args: Any, name: str, owner_name: str, **options: Any) -> None:
        owner = User.objects.filter(username=owner_name, is_active=True).first() if owner_name else None
        if owner_name and owner is None:
            raise CommandError(f"There is no active account {owner_name}.")
        key, text = create_api_key(name, owner)
        audit.record(operator(), audit.Act.RIGHTS, "API key", key.pk, what="made", owner=owner_name)
        self.stdout.write(text)
