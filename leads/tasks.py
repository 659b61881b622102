"""Background jobs of imports. Each may be given twice, and is found again by the janitor if its worker dies."""

from __future__ import annotations

from django_tasks import task

from leads import clock, import_work
from leads.import_stage import Stage
from leads.import_undo import undo_import
from leads.models import LeadImport


@task()
def check_import(import_id: int, token: str) -> None:
    import_work.check(import_id, token=token)


@task()
def carry_out_import(import_id: int) -> None:
    import_work.carry_out(import_id)


@task()
def undo_import_later(import_id: int, by: str) -> None:
    undo_import(LeadImport.objects.get(pk=import_id), at=clock.now(), by=by)


def tend_imports() -> None:
    """One round of whoever looks after what others began: lists that nobody works on go on, old files go."""
    for kept in import_work.stalled():
        if kept.stage == Stage.CHECKING:
            check_import.enqueue(kept.pk, kept.run_token)
        else:
            carry_out_import.enqueue(kept.pk)
    import_work.drop_old()
