"""manage.py bench_pages: every list, the home page, review, the reps' queue and REST, on the configured database: p50, p95, queries, bytes.

In this process, without a server, as a manager, as one who is limited to some campaigns, and as a reviewer. Exit status 1 if a page takes longer
than the limit.
Only reads: what a page would write is rolled back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.db import connection

from campaigns.access.roles import Role
from campaigns.models import Call
from leads.management.tables import TableCommand
from leads.models import Lead
from sautiqual.bench_pages.measure import Measured, a_reviewer, measure, signed_in, tallied_today, with_a_key
from sautiqual.bench_pages.pages import a_rep, api_pages, console_pages, is_worth_it, rep_pages
from sautiqual.memory import keep_what_is_loaded

LIMIT_MS = 300
N_ROUNDS = 10


class Command(TableCommand):
    help = "Measure the pages of console, queue and REST on the configured database. Exit status 1: one takes longer than the limit"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=N_ROUNDS, help=f"how often each page is measured (default {N_ROUNDS})")
        parser.add_argument("--limit", type=int, default=LIMIT_MS, metavar="MS", help=f"what the 95th percentile must keep (default {LIMIT_MS})")
        parser.add_argument("--only", default="", metavar="WORD", help="pages with this word in their name")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rounds"] < 1:
            raise CommandError("--rounds is at least 1.")
        if not is_worth_it():
            raise CommandError("There are no calls here to measure pages with. Run manage.py make_volume first, on a database of its own.")
        found = []
        keep_what_is_loaded()  # as the server does
        with tallied_today():
            for each in self._measured(options["rounds"], options["only"]):
                found.append(each)
                if not options["json"]:
                    self.stdout.write(_row(each, options["limit"]))
        self._tell(found, options)

    def _measured(self, n_rounds: int, word: str) -> Iterator[Measured]:
        for who, user in _users().items():
            yield from _of_console(user, who, word, n_rounds)
        with a_reviewer() as reviewer:
            yield from _of_console(reviewer, "reviewer", word, n_rounds)
        rep = a_rep()
        if rep is not None:
            with signed_in(rep.user) as client:
                yield from measure(client, (page for page in rep_pages() if word in page.name), "rep", n_rounds=n_rounds)
        with with_a_key() as client:
            yield from measure(client, (page for page in api_pages() if word in page.name), "key", n_rounds=n_rounds)

    def _tell(self, found: list[Measured], options: dict[str, Any]) -> None:
        slow = [each for each in found if each.p95_ms > options["limit"]]
        broken = [each for each in found if not each.is_fine]
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found, slow, broken, options)))
        else:
            self.stdout.write(f"\n{len(found)} pages, {len(slow)} over {options['limit']} ms, {len(broken)} that did not open.")
            for each in (*broken, *slow):
                self.stdout.write(_row(each, options["limit"]))
        if slow or broken:
            raise SystemExit(1)


def _of_console(user: User, who: str, word: str, n_rounds: int) -> Iterator[Measured]:
    with signed_in(user) as client:
        yield from measure(client, (page for page in console_pages(user) if word in page.name), who, n_rounds=n_rounds)


def _users() -> dict[str, User]:
    """A manager who sees everything, and one with a limit."""
    active = User.objects.filter(is_active=True, is_staff=True)
    managers = active.filter(groups__name=Role.MANAGER.group_name)
    whole = managers.filter(campaign_access=None).order_by("pk").first() or active.filter(is_superuser=True).order_by("pk").first()
    limited = managers.exclude(campaign_access=None).order_by("pk").first()
    found = {who: user for who, user in (("manager", whole), ("limited", limited)) if user is not None}
    if not found:
        raise CommandError("There is nobody here to look at the pages: make a user with the role Manager, or a superuser.")
    return found


def _as_json(found: list[Measured], slow: list[Measured], broken: list[Measured], options: dict[str, Any]) -> dict[str, Any]:
    return {
        "database": connection.vendor,
        "n_leads": Lead.objects.count(),
        "n_calls": Call.objects.count(),
        "limit_ms": options["limit"],
        "n_rounds": options["rounds"],
        "pages": [each.as_json() for each in found],
        "slow": [f"{each.who}: {each.path}" for each in slow],
        "broken": [f"{each.who}: {each.path}" for each in broken],
        "p95_ms_of_the_slowest": max((each.p95_ms for each in found), default=0),
    }


def _row(each: Measured, limit_ms: int) -> str:
    mark = "!" if not each.is_fine else "*" if each.p95_ms > limit_ms else " "
    status = "" if each.is_fine else f" ({each.status})"
    figures = f"{each.p50_ms:>6} {each.p95_ms:>6} ms (at work {each.cpu_ms:>4}) {each.n_queries:>4} q {each.n_bytes // 1024:>5} kB"
    return f"{mark} {figures}  {each.who:<8} {each.name}{status}  {each.path}"
