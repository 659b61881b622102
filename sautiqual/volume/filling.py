"""Fills the database, a batch of leads at a time, and tells how far it is. Refuses what could lead to a real call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from django.db import connection, transaction

from campaigns.models import Campaign, Line
from campaigns.states import LIVE
from leads.models import Lead
from leads.phone_digest import digests_to_enter
from sautiqual.volume import records
from sautiqual.volume.bare import bare
from sautiqual.volume.calling import CallSheets, with_disposition
from sautiqual.volume.copying import Sheet
from sautiqual.volume.course import Attempt, course
from sautiqual.volume.interview import Interview, interview
from sautiqual.volume.listing import PeopleSheets
from sautiqual.volume.organisation import Running, Staff, found
from sautiqual.volume.people import Person, person
from sautiqual.volume.talking import TalkSheets, scored, wrap_up_sheet

BATCH = 10_000  # leads
MEAN_ATTEMPTS = 1.55
N_AUDITED, N_SENT = 0.05, 0.2  # audit entries and webhook deliveries, for each call
Tell = Callable[[int, int], object]  # leads and calls so far
NOTHING = Interview((), ())


class Unsafe(Exception):
    """The message says what stands against filling this database, and what to do."""


@dataclass(frozen=True, slots=True)
class Size:
    n_leads: int
    n_calls: int


def obstacles(size: Size, *, is_added: bool) -> list[str]:
    found = []
    if size.n_leads < 1 or not 0 <= size.n_calls <= size.n_leads:
        found.append("--leads is at least 1, --calls from 0 to the number of leads.")
    if not is_added and Lead.objects.exists():
        found.append("This database holds leads already. Set DATABASE_URL to an empty one, or say --add.")
    if Line.objects.filter(is_simulated=False).exists():
        found.append("This database has a phone line that is not simulated. Use a database of its own.")
    if Campaign.objects.filter(status=Campaign.Status.RUNNING).exists():
        found.append("A campaign runs in this database. Pause it first, or use a database of its own.")
    return found


def fill(size: Size, *, seed: int, now: datetime, is_added: bool = False, tell: Tell = lambda n_leads, n_calls: None) -> dict[str, int]:
    """Rows by table. Raises Unsafe, and changes nothing then."""
    if against := obstacles(size, is_added=is_added):
        raise Unsafe("\n".join(against))
    n_before = Lead.objects.count() if is_added else 0
    with transaction.atomic():
        staff = found(now=now, suffix=f" {Campaign.objects.count() + 1}" if Campaign.objects.exists() else "")
    volume = _Volume(size, staff, n_before, now=now, random=Random(seed))
    if is_added:
        for n_leads in volume.batches():
            tell(n_leads, volume.n_called)
    else:
        with transaction.atomic(), bare([sheet.model for sheet in volume.sheets]):
            for n_leads in volume.batches():
                tell(n_leads, volume.n_called)
    with transaction.atomic():
        counts = volume.finish()
    with connection.cursor() as cursor:  # as PostgreSQL's autovacuum does by itself; nobody does it for SQLite
        is_free = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if is_free else "ANALYZE")
    return counts


class _Volume:
    def __init__(self, size: Size, staff: Staff, n_before: int, *, now: datetime, random: Random) -> None:
        self._size, self._staff, self._n_before = size, staff, n_before
        self._now, self._random = now, random
        self._people = PeopleSheets(size.n_leads, now=now, by=staff.manager, random=random)
        self._calls = CallSheets(staff, now=now, random=random)
        self._talks = TalkSheets(staff.reps, now=now, random=random)
        self._wrap_ups = wrap_up_sheet()
        self._live = sorted(LIVE) if size.n_calls >= 100 else []
        self._some: list[tuple[UUID, int]] = []  # calls that others tell of, with their campaign
        self.n_called = 0

    @property
    def sheets(self) -> Sequence[Sheet]:
        return (*self._people.all, *self._calls.all, *self._talks.all, self._wrap_ups)

    def batches(self) -> Iterator[int]:
        """Each is written in a transaction of its own; how many leads there are by then."""
        for begin in range(0, self._size.n_leads, BATCH):
            end = min(begin + BATCH, self._size.n_leads)
            self._batch(begin, end)
            yield end

    def _batch(self, begin: int, end: int) -> None:
        people = [person(self._n_before + n, self._random) for n in range(begin, end)]
        digests = digests_to_enter([each.phone for each in people])
        for n, each in enumerate(people, start=begin):
            lead_id = self._people.add(n, each)
            if each.time_zone and self._is_called(self._size.n_leads - n):
                self._call(lead_id, each, digests[each.phone])
        for reservation_id, came_of_it, was_hot, at in self._talks.talks:
            self._wrap_ups.add(reservation_id, came_of_it, was_hot, at)
        self._talks.talks.clear()
        with transaction.atomic():
            for sheet in self.sheets:
                sheet.write()

    def _is_called(self, n_leads_left: int) -> bool:
        n_left = self._size.n_calls - self.n_called
        return n_left >= n_leads_left or self._random.random() * n_leads_left * MEAN_ATTEMPTS < n_left

    def _call(self, lead_id: UUID, each: Person, digest: str) -> None:
        fitting = [running for running in self._staff.campaigns if each.market.code in running.markets]
        running = self._random.choices(fitting, [one.share for one in fitting])[0]
        if self._live and running.campaign.status == Campaign.Status.PAUSED:
            self._calls.add_live(lead_id, each, running, self._live.pop())
            self.n_called += 1
            return
        for attempt in course(self._random, now=self._now, at_most=self._size.n_calls - self.n_called):
            self._attempt(lead_id, each, digest, running, attempt)

    def _attempt(self, lead_id: UUID, each: Person, digest: str, running: Running, attempt: Attempt) -> None:
        said = interview(running.text, attempt, self._random) if attempt.outcome is not None else NOTHING
        score = scored(running, said)
        disposition = with_disposition(attempt, running, is_hot=score is not None and score.is_hot).disposition
        call_id = self._calls.add(lead_id, each, digest, running, attempt, disposition)
        if attempt.outcome is not None:
            self._talks.add(call_id, running, attempt, said, score)
        self.n_called += 1
        if self.n_called % 10 == 0:
            self._some.append((call_id, running.campaign.pk))

    def finish(self) -> dict[str, int]:
        counts = {sheet.model._meta.label: sheet.n_written for sheet in self.sheets}
        n_listed = records.opted_out(self._calls.opted_out)
        if not self._n_before:
            n_listed += records.registry(self._size.n_leads, now=self._now)
        counts["leads.AuditEntry"] = records.audit_log(int(self._size.n_calls * N_AUDITED), self._some, now=self._now, random=self._random)
        counts["campaigns.WebhookDelivery"] = records.webhooks(int(self._size.n_calls * N_SENT), self._some, now=self._now, random=self._random)
        self._calls.decisions.after_own_ids()
        records.days(now=self._now)
        records.money(self._staff.campaigns)
        return {**counts, "leads.DoNotCallEntry": n_listed}
