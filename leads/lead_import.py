"""Imports a list of people with the consent that it names: what can be read is taken, what cannot is told by row, column and mend.

Repeating it changes nothing, so a list that was taken in part is corrected and sent again as a whole. It never makes anybody callable who
said no: an attestation without a day of its own does not overrule a withdrawal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from leads import audit
from leads.consent import faults_of, record_many
from leads.import_columns import Columns, Layout
from leads.import_people import Person, people_of
from leads.import_plan import Plan, plan_for
from leads.import_rows import Attestation, EnteredConsent, LeadRow, Rejected, lead_rows
from leads.import_stage import Stage
from leads.insertion import insert_new
from leads.models import Lead, LeadImport, ListedLead
from leads.spreadsheet import Row, RowProblem, read_rows

BATCH = 1000  # people in one transaction: half a second at most, so that opt-outs need not wait
_UPDATED = ["name", "time_zone", "language", "source", "external_id", "custom_fields", "updated_at"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How one list is imported."""

    file_name: str
    at: datetime
    by: AbstractBaseUser | None = None
    market: str = ""  # of numbers written without their country
    attestation: Attestation | None = None
    layout: Layout | None = None  # without it the first row is the headings, and their names decide


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list put together by number, before anybody is looked up. The same file in the same manner is the same list again."""

    columns: Columns
    people: list[Person]
    rejected: list[Rejected]

    @property
    def n_rows(self) -> int:
        return len(self.rejected) + sum(len(person.rows) for person in self.people)


@dataclass(frozen=True, slots=True)
class Tally:
    """Every row below the first is new, updated, unchanged, repeated (more about a person of an earlier row) or rejected."""

    n_new: int = 0
    n_updated: int = 0
    n_unchanged: int = 0
    n_repeated: int = 0
    n_rejected: int = 0
    n_consents: int = 0

    @property
    def n_rows(self) -> int:
        return self.n_new + self.n_updated + self.n_unchanged + self.n_repeated + self.n_rejected

    def and_also(self, plan: Plan) -> Tally:
        return Tally(
            self.n_new + len(plan.new),
            self.n_updated + len(plan.updated),
            self.n_unchanged + plan.n_unchanged,
            self.n_repeated + plan.n_repeated,
            self.n_rejected + len(plan.rejected),
            self.n_consents + len(plan.consents),
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """`import_id` is None after a dry run. A rejected row may have several problems."""

    import_id: int | None
    tally: Tally
    problems: tuple[RowProblem, ...]


def import_leads(
    content: bytes, manner: Manner, *, is_dry_run: bool = False, progress: Callable[[int, int], None] = lambda n_done, n_rows: None
) -> Imported:
    """Raises Unreadable for a file that is none; nothing is entered then. `progress` hears after each part how many rows are done."""
    read = read_list(read_rows(content), manner)
    rejected = list(read.rejected)
    kept = None if is_dry_run else _begun(content, manner)
    tally = Tally(n_rejected=len(rejected))
    for some in parts_of(read.people):
        plan = plan_for(some, read.columns, import_id=None) if kept is None else enter_people(some, read.columns, manner, kept.pk)
        rejected += plan.rejected
        tally = tally.and_also(plan)
        progress(tally.n_rows, read.n_rows)
    if kept is not None:
        figures = {"n_rows": tally.n_rows, "n_rows_done": tally.n_rows, "stage": Stage.DONE}
        LeadImport.objects.filter(pk=kept.pk).update(**asdict(tally), **figures, finished_at=timezone.now())
    problems = tuple(problem for each in sorted(rejected, key=lambda each: each.row) for problem in each.problems)
    return Imported(kept.pk if kept else None, tally, problems)


def read_list(rows: Sequence[Row], manner: Manner) -> ReadList:
    """Raises Unreadable."""
    columns, read = lead_rows(rows, market=manner.market, attestation=manner.attestation, layout=manner.layout)
    people, rejected = people_of(_with_sound_consent(read, columns, manner.at), columns)
    return ReadList(columns, people, rejected)


def _with_sound_consent(read: Iterable[LeadRow | Rejected], columns: Columns, now: datetime) -> Iterator[LeadRow | Rejected]:
    """A row whose consent is not worth its grade is rejected as a whole: the person would wait for a call that is never allowed."""
    sound: EnteredConsent | None = None  # that of the row before, if it is: mostly the very same
    for each in read:
        if isinstance(each, Rejected) or each.consent is sound or each.consent is None:
            yield each
        elif problems := tuple(columns.problem(each.row, fault.field, fault.message) for fault in faults_of(each.consent, now=now)):
            yield Rejected(each.row.number, problems)
        else:
            sound = each.consent
            yield each


def _begun(content: bytes, manner: Manner) -> LeadImport:
    kept = LeadImport.objects.create(
        file_name=manner.file_name[:255],
        sha256=hashlib.sha256(content).hexdigest(),
        n_bytes=len(content),
        imported_by_id=manner.by.pk if manner.by else None,
        attested_by=manner.attestation.by if manner.attestation else "",
        started_at=timezone.now(),
        stage=Stage.IMPORTING,
    )
    audit.record(manner.by.get_username() if manner.by else "manage.py import_leads", audit.Act.IMPORT, "lead import", kept.pk)
    return kept


def parts_of(people: Sequence[Person]) -> Iterator[list[Person]]:
    rest = iter(people)
    while some := list(islice(rest, BATCH)):
        yield some


def enter_people(people: list[Person], columns: Columns, manner: Manner, import_id: int) -> Plan:
    """One part of a list, in one transaction."""
    try:
        return _enter(people, columns, manner, import_id)
    except IntegrityError:
        # Somebody entered one of these numbers or external ids in this instant; now it is known, and a second look settles it.
        return _enter(people, columns, manner, import_id)


@transaction.atomic
def _enter(people: list[Person], columns: Columns, manner: Manner, import_id: int) -> Plan:
    plan = plan_for(people, columns, import_id=import_id)
    insert_new(Lead, plan.new)
    # One statement for many rows, each by its primary key: the rows are locked, so none of them is new.
    Lead.objects.bulk_create(plan.updated, update_conflicts=True, unique_fields=["id"], update_fields=_UPDATED)
    record_many(plan.consents, now=manner.at, by=manner.by)
    insert_new(ListedLead, [{"lead_import_id": import_id, "lead_id": lead_id} for lead_id in plan.taken])
    return plan
