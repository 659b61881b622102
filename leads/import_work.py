"""The worker's half of an import: plays a list through without entering anybody, or enters it part by part, each with how far it is.

A part and its progress are one transaction, so a run that is killed at any instant is gone on with by the next one, and nobody is entered
twice. A run holds the import's lock while it lives; who looks for imports that nobody works on finds those of dead workers.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leads import clock, import_files, import_order
from leads.do_not_call import entries_of
from leads.import_files import Gone
from leads.import_people import Person
from leads.import_plan import plan_for
from leads.import_preview import N_SHOWN, Preview, ShownRow, as_json, kinds_of, shown, shown_rejected
from leads.import_rows import Rejected
from leads.import_stage import AT_WORK, UNFINISHED, Stage
from leads.lead_import import BATCH, Manner, ReadList, Tally, enter_people, parts_of, read_list
from leads.models import LeadImport
from leads.said import N_
from leads.spreadsheet import Row, RowProblem, Unreadable, read_sheet

logger = logging.getLogger(__name__)

PREVIEW, REJECTED, PART = "preview", "rejected", "part"
ASKED_AGAIN_AFTER = timedelta(seconds=15)  # a worker that is busy with something else is given so long
BROKE_OFF = N_("Something went wrong that should not have; the log of the worker has it. What was entered so far stays, and it can go on from there.")
FILE_IS_GONE = N_("The file is not there any more. Bring it again: what was entered so far stays, and is not entered twice.")
TOO_OLD = N_("It was not finished within a day, so the file was deleted.")


class Overtaken(Exception):
    """A newer run has taken this import over, or it was changed: this one saves nothing more."""


# ---- playing it through -----------------------------------------------------------------------------------------------------------


def check(import_id: int, *, token: str) -> None:
    """Counts what would come of the list as it is ordered, and enters nothing. Only the newest order's check counts."""
    kept = _mine(import_id, Stage.CHECKING, token)
    if kept is None:
        return
    try:
        with import_files.work_on(kept.file_key):  # only so that it is seen to be worked on; two at once do no harm
            read, rows = _read(kept)
            preview = _preview(kept, token, read, rows)
        import_files.write_json(kept.file_key, PREVIEW, as_json(preview))
    except Unreadable as unreadable:
        _move(kept, token, Stage.COLUMNS, failure=str(unreadable))
    except Overtaken:
        return
    except Gone:
        _move(kept, token, Stage.DISCARDED, failure=FILE_IS_GONE)
    except Exception:
        _move(kept, token, Stage.COLUMNS, failure=N_("Something went wrong that should not have; the log has it."))
        raise
    else:
        _move(kept, token, Stage.CHECKED, n_rows=preview.n_rows, n_rows_done=preview.n_rows)


def preview_of(kept: LeadImport) -> Any:
    """As JSON; None if it is there no more."""
    try:
        return import_files.read_json(kept.file_key, PREVIEW)
    except Gone:
        return None


def _preview(kept: LeadImport, token: str, read: ReadList, rows: list[Row]) -> Preview:
    tally, rejected, taken = Tally(n_rejected=len(read.rejected)), list(read.rejected), Counter[str]()
    n_on_list = n_without = 0
    for some in parts_of(read.people):
        plan = plan_for(some, read.columns, import_id=None)
        rejected += plan.rejected
        tally = tally.and_also(plan)
        refused = {each.row for each in plan.rejected}
        people = [person for person in some if any(row.row.number not in refused for row in person.rows)]
        n_on_list += len(entries_of(person.phone.e164 for person in people))
        n_without += sum(all(row.consent is None for row in person.rows) for person in people)
        taken.update(person.phone.region for person in people)
        _told(kept, token, tally.n_rows, read.n_rows)
    shown_rows = tuple(_first_rows(read, rejected))
    figures = (tally.n_new, tally.n_updated, tally.n_unchanged, tally.n_repeated, tally.n_rejected, tally.n_consents)
    return Preview(read.n_rows, *figures, n_on_list, n_without, dict(taken.most_common()), kinds_of(rejected), shown_rows)


def _first_rows(read: ReadList, rejected: list[Rejected]) -> Iterator[ShownRow]:
    """The first rows of the list, each with what becomes of it."""
    refused = {each.row: each for each in rejected}
    of_people = {row.row.number: (person, row) for person in read.people[:N_SHOWN] for row in person.rows}
    numbers = sorted({*of_people, *refused})[:N_SHOWN]
    listed = entries_of(row.phone.e164 for _person, row in of_people.values())
    for number in numbers:
        if number in refused:
            yield shown_rejected(refused[number])
            continue
        person, row = of_people[number]
        is_first = row is next(each for each in person.rows if each.row.number not in refused)
        result = _result_of(person, read) if is_first else "repeated"
        yield shown(row, result, is_on_do_not_call=row.phone.e164 in listed)


def _result_of(person: Person, read: ReadList) -> str:
    plan = plan_for([person], read.columns, import_id=None)
    return "new" if plan.new else "updated" if plan.updated else "unchanged"


# ---- entering it ------------------------------------------------------------------------------------------------------------------


def carry_out(import_id: int) -> None:
    """Enters what is not entered yet. Whoever calls it while it is being done returns at once."""
    kept = LeadImport.objects.filter(pk=import_id, stage=Stage.IMPORTING).exclude(file_key="").first()
    if kept is None:
        return
    try:
        with import_files.work_on(kept.file_key) as is_mine:
            if is_mine:
                _enter_all(kept)
    except Overtaken:
        return
    except Gone:
        LeadImport.objects.filter(pk=kept.pk, stage=Stage.IMPORTING).update(stage=Stage.FAILED, failure=FILE_IS_GONE)
    except Unreadable as unreadable:  # it was readable when it was checked
        LeadImport.objects.filter(pk=kept.pk, stage=Stage.IMPORTING).update(stage=Stage.FAILED, failure=str(unreadable))
    except Exception:
        LeadImport.objects.filter(pk=kept.pk, stage=Stage.IMPORTING).update(stage=Stage.FAILED, failure=BROKE_OFF)
        raise


def _enter_all(kept: LeadImport) -> None:
    token = uuid4().hex
    LeadImport.objects.filter(pk=kept.pk, stage=Stage.IMPORTING).update(run_token=token)
    read, rows = _read(kept)
    mine = LeadImport.objects.filter(pk=kept.pk, stage=Stage.IMPORTING, run_token=token)
    mine.filter(n_people_done=0).update(n_rows=read.n_rows, n_rejected=len(read.rejected), n_rows_done=len(read.rejected))
    kept.refresh_from_db()
    for start in range(kept.n_people_done, len(read.people), BATCH):
        _enter_part(kept, token, read, start)
    _finish(kept, token, read, rows)


@transaction.atomic
def _enter_part(kept: LeadImport, token: str, read: ReadList, start: int) -> None:
    some = read.people[start : start + BATCH]
    plan = enter_people(some, read.columns, _manner(kept), kept.pk)
    # Before the commit: written twice it is the same, and a part that counts as done never lacks its rejected rows.
    import_files.write_json(kept.file_key, f"{PART}-{start:08}", [_as_list(each) for each in plan.rejected])
    added = Tally().and_also(plan)
    more = {name: F(name) + n for name, n in asdict(added).items()}
    mine = LeadImport.objects.filter(pk=kept.pk, stage=Stage.IMPORTING, run_token=token, n_people_done=start)
    if mine.update(**more, n_people_done=start + len(some), n_rows_done=F("n_rows_done") + added.n_rows) != 1:
        raise Overtaken


def _finish(kept: LeadImport, token: str, read: ReadList, rows: list[Row]) -> None:
    rejected = [_as_list(each) for each in read.rejected]
    for name in import_files.names_of(kept.file_key, beginning=f"{PART}-"):
        rejected += import_files.read_json(kept.file_key, name)
    cells = {row.number: row.cells for row in rows}
    shown_rows = [[number, list(cells[number]), problems] for number, problems in sorted(rejected, key=lambda each: each[0])]
    import_files.write_json(kept.file_key, REJECTED, {"headings": list(read.columns.headings), "rows": shown_rows})
    _move(kept, token, Stage.DONE, finished_at=timezone.now(), failure="")
    import_files.drop(kept.file_key, but=REJECTED)


def _as_list(rejected: Rejected) -> list[Any]:
    return [rejected.row, [[problem.column, problem.value, problem.mend] for problem in rejected.problems]]


def rejected_rows(kept: LeadImport) -> tuple[list[str], list[tuple[int, list[str], list[RowProblem]]]]:
    """The headings of the list, and each row that was not taken: its number, its cells, what is wrong. Raises Gone."""
    held = import_files.read_json(kept.file_key, REJECTED)
    return held["headings"], [(number, cells, [RowProblem(number, *problem) for problem in problems]) for number, cells, problems in held["rows"]]


# ---- keeping it going -------------------------------------------------------------------------------------------------------------


def stalled() -> Iterable[LeadImport]:
    """Imports that the worker is to do and nobody does: their worker died, or has not come to them yet. Asked for at most every few seconds."""
    long_ago = timezone.now() - ASKED_AGAIN_AFTER
    for kept in LeadImport.objects.filter(stage__in=AT_WORK, asked_at__lt=long_ago).exclude(file_key=""):
        asked = LeadImport.objects.filter(pk=kept.pk, stage=kept.stage, asked_at=kept.asked_at)
        if asked.update(asked_at=timezone.now()) == 1 and not import_files.is_worked_on(kept.file_key):
            yield kept


def drop_old() -> None:
    """What is a day old goes, but for a list that is being imported. So do folders that no import knows."""
    long_ago = timezone.now() - import_files.KEPT_FOR
    for kept in LeadImport.objects.filter(started_at__lt=long_ago).exclude(file_key="").exclude(stage__in=AT_WORK):
        changed = {"stage": Stage.DISCARDED, "failure": TOO_OLD} if kept.stage in UNFINISHED else {}
        if LeadImport.objects.filter(pk=kept.pk, stage=kept.stage).update(file_key="", **changed) == 1:
            import_files.discard(kept.file_key)
    for key, changed_s in import_files.folders():
        if changed_s < long_ago.timestamp() and not LeadImport.objects.filter(file_key=key).exists():
            import_files.discard(key)


def _read(kept: LeadImport) -> tuple[ReadList, list[Row]]:
    """Raises Unreadable, Gone."""
    rows = read_sheet(import_files.list_of(kept.file_key), is_shown=True).rows
    return read_list(rows, _manner(kept)), rows


def _manner(kept: LeadImport) -> Manner:
    order = import_order.from_json(kept.order)
    return Manner(kept.file_name, clock.now(), kept.imported_by, order.market, order.attestation, order.layout)


def _mine(import_id: int, stage: Stage, token: str) -> LeadImport | None:
    return LeadImport.objects.select_related("imported_by").filter(pk=import_id, stage=stage, run_token=token).first()


def _told(kept: LeadImport, token: str, n_done: int, n_rows: int) -> None:
    mine = LeadImport.objects.filter(pk=kept.pk, stage=Stage.CHECKING, run_token=token)
    if mine.update(n_rows_done=n_done, n_rows=n_rows) != 1:
        raise Overtaken


def _move(kept: LeadImport, token: str, stage: Stage, **fields: Any) -> None:
    LeadImport.objects.filter(pk=kept.pk, stage__in=AT_WORK, run_token=token).update(stage=stage, **fields)
