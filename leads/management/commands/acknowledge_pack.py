"""manage.py acknowledge_pack KE --by mosi: somebody answers for a market pack that nobody has read again for 180 days."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from leads import clock
from leads.entry_refused import EntryRefused
from leads.management.people import person_who_may
from leads.management.tables import TableCommand
from leads.pack_review import acknowledge_pack


class Command(TableCommand):
    help = "Record that somebody answers for calling by an old market pack; counts for its present version only"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("market", type=str.upper, help="the market's two letters, for example KE")
        parser.add_argument("--by", required=True, metavar="NAME", help="login of the person who answers for it")

    def handle(self, *args: Any, market: str, by: str, **options: Any) -> None:
        right = "Can add market pack acknowledgement"
        user = person_who_may(by, "leads.add_packacknowledgement", what="acknowledge market packs", right=right)
        try:
            kept, is_new = acknowledge_pack(market, by=user, at=clock.now())
        except EntryRefused as refused:
            raise CommandError(refused.message) from refused
        when = f"{kept.acknowledged_at:%d %B %Y}"
        self.stdout.write(f"{kept.pack_version}: acknowledged by {kept.acknowledged_by.get_username()} on {when}{'' if is_new else ' already'}.")
