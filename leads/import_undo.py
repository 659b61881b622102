"""Takes an import back: the leads that it created go, as long as nothing else is known of them.

Whoever was put into a campaign, said something about consent, is on the do-not-call list or was changed since stays, and the reason is told.
What the import changed on leads that were there before is not taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models, transaction
from django.db.models import F

from leads import audit
from leads.do_not_call import entries_of
from leads.models import ConsentRecord, DoNotCallEntry, Lead, LeadImport, ListedLead
from leads.said import N_

BATCH = 500  # leads in one transaction, and values of one query
_AT_ONCE = timedelta(seconds=1)  # between the two times that one INSERT writes


@dataclass(frozen=True, slots=True)
class Undone:
    n_removed: int
    kept: dict[str, int]  # how many leads stay, by reason; each lead counts once


def undo_import(kept_import: LeadImport, *, at: datetime, by: str) -> Undone:
    """Repeating it removes what has become free since, or what an import that still went on has added. `by`: for the audit log."""
    n_removed, kept = 0, Counter[str]()
    for some in _in_parts(kept_import):
        reasons = _remove(some, kept_import)
        n_removed += len(some) - len(reasons)
        kept.update(reasons.values())
    ListedLead.objects.filter(lead_import=kept_import).delete()  # who stays is on this list no more
    LeadImport.objects.filter(pk=kept_import.pk).update(undone_at=at)
    undone = Undone(n_removed, dict(kept.most_common()))
    audit.record(by, audit.Act.UNDO, "lead import", kept_import.pk, n_removed=undone.n_removed, n_kept=sum(undone.kept.values()))
    return undone


def would_be_undone(kept_import: LeadImport) -> Undone:
    """What `undo_import` would do at this moment; changes nothing."""
    n_leads, kept = 0, Counter[str]()
    for some in _in_parts(kept_import):
        leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=some)}
        n_leads += len(leads)
        kept.update({pk: reason for reason, found in _reasons(leads, kept_import) for pk in found}.values())
    return Undone(n_leads - sum(kept.values()), dict(kept.most_common()))


def _in_parts(kept_import: LeadImport) -> Iterator[list[UUID]]:
    ids = list(Lead.objects.filter(created_by_import=kept_import).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


@transaction.atomic
def _remove(ids: Sequence[UUID], kept_import: LeadImport) -> dict[UUID, str]:
    """Why some of these leads stay; the others are gone. Whoever starts something with one of them in this instant waits or is refused."""
    leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=ids).order_by("pk").select_for_update()}
    reasons = {pk: reason for reason, some in _reasons(leads, kept_import) for pk in some}
    Lead.objects.filter(pk__in=leads.keys() - reasons.keys()).delete()
    return reasons


def _reasons(leads: dict[UUID, Lead], kept_import: LeadImport) -> Iterator[tuple[str, set[UUID]]]:
    """The weightiest last: it is the one that is told."""
    yield N_("changed since"), set(Lead.objects.filter(pk__in=leads, updated_at__gt=F("created_at") + _AT_ONCE).values_list("pk", flat=True))
    records = ConsentRecord.objects.filter(lead__in=leads).order_by().values_list("lead_id", "evidence")
    yield N_("consent given or withdrawn otherwise"), {pk for pk, evidence in records if evidence.get("import") != kept_import.pk}
    listed = entries_of(lead.phone for lead in leads.values())
    yield N_("on the do-not-call list"), {pk for pk, lead in leads.items() if lead.phone in listed}
    others = ListedLead.objects.filter(lead__in=leads).exclude(lead_import=kept_import)
    yield str(ListedLead._meta.verbose_name_plural), set(others.values_list("lead_id", flat=True))
    for model, name in _whatever_else_points_at_a_lead():
        yield str(model._meta.verbose_name_plural), set(model._base_manager.filter(**{f"{name}__in": leads}).values_list(f"{name}_id", flat=True))


def _whatever_else_points_at_a_lead() -> Iterator[tuple[type[models.Model], str]]:
    """Calls above all, and whatever will be built on leads: nothing that others keep about a person goes with it unseen."""
    for relation in Lead._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.related_model not in (ConsentRecord, DoNotCallEntry, ListedLead):
            yield relation.related_model, relation.field.name
