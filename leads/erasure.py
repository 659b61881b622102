"""What is left of a person who was erased, by the digest of their number: attempts that still count, and proofs of consent that must be kept.

The only writer of both. Calls, recordings and what was said belong to campaigns, which erases them first (`campaigns.privacy`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import BooleanField, QuerySet, Value

from leads.consent import held_of
from leads.models import ConsentRecord, DoNotCallEntry, DoNotCallRemoval, ErasedAttempt, KeptConsent, Lead
from leads.phone_digest import digests_of, digests_to_enter

ATTEMPTS_COUNT_FOR = timedelta(days=31)  # the longest cap looks back 30 days
CHUNK = 500  # values of one query


def standing_of(phone: str) -> tuple[bool, tuple[datetime, ...]]:
    """Is this number on the do-not-call list, and when was it dialled before its person was erased. Both in one query, asked at each dial instant."""
    digests = list(digests_of([phone]).values())
    listed = DoNotCallEntry.objects.filter(phone_digest__in=digests).annotate(is_listed=_truth(True)).values_list("is_listed", "entered_at")
    erased = ErasedAttempt.objects.filter(phone_digest__in=digests).annotate(is_listed=_truth(False)).values_list("is_listed", "dialled_at")
    rows = list(listed.union(erased, all=True)) if digests else []
    return any(is_listed for is_listed, _at in rows), tuple(sorted(at for is_listed, at in rows if not is_listed))


def _truth(value: bool) -> Value:
    return Value(value, output_field=BooleanField())


def attempts_before_erasure(phones: Iterable[str]) -> dict[str, tuple[datetime, ...]]:
    """The same attempts of many numbers; who has none is not there. One query while nobody was erased lately."""
    if not ErasedAttempt.objects.exists():
        return {}
    phone_of = {digest: phone for phone, digest in digests_of(phones).items()}
    found: dict[str, list[datetime]] = defaultdict(list)
    left = iter(phone_of)
    while some := list(islice(left, CHUNK)):
        for digest, at in ErasedAttempt.objects.filter(phone_digest__in=some).values_list("phone_digest", "dialled_at"):
            found[phone_of[digest]].append(at)
    return {phone: tuple(sorted(instants)) for phone, instants in found.items()}


def forget_lead(lead: Lead, *, dialled: Iterable[datetime], keep_consent_until: datetime, at: datetime) -> Mapping[str, int]:
    """Delete the lead, within the caller's transaction; what stays of them is told by no name and no number. How many rows went, by model.

    `dialled`: their attempts; those that may still count at `at` are kept.
    """
    digest = digests_to_enter([lead.phone])[lead.phone]
    ErasedAttempt.objects.bulk_create(
        ErasedAttempt(phone_digest=digest, dialled_at=instant) for instant in dialled if at - instant < ATTEMPTS_COUNT_FOR
    )
    KeptConsent.objects.bulk_create(_kept(record, digest, keep_consent_until) for record in ConsentRecord.objects.filter(lead=lead))
    _n_all, by_model = Lead.objects.filter(pk=lead.pk).delete()
    return by_model


def _kept(record: ConsentRecord, digest: str, until: datetime) -> KeptConsent:
    held = {**held_of(record), "recorded_at": record.recorded_at.isoformat(), "pack_version": record.pack_version}
    return KeptConsent(phone_digest=digest, market=record.lead.market, record=held, evidence_hash=record.evidence_hash, keep_until=until)


def forget_number(phone: str) -> None:
    """The do-not-call list and its history know the number by its digest alone from now on; what they say stays."""
    digest = digests_to_enter([phone])[phone]
    DoNotCallEntry.objects.filter(phone_digest=digest).update(phone=None)
    DoNotCallRemoval.objects.filter(phone_digest=digest).update(phone=None)


def drop_outdated(*, at: datetime, at_most: int) -> tuple[int, int]:
    """Attempts that no cap counts any more, and proofs past their period: how many of each went, each at most so many."""
    attempts = ErasedAttempt.objects.filter(dialled_at__lte=at - ATTEMPTS_COUNT_FOR).order_by("dialled_at")
    proofs = KeptConsent.objects.filter(keep_until__lte=at).order_by("keep_until")
    return _drop(attempts, at_most), _drop(proofs, at_most)


def n_outdated(*, at: datetime) -> tuple[int, int]:
    attempts = ErasedAttempt.objects.filter(dialled_at__lte=at - ATTEMPTS_COUNT_FOR)
    return attempts.count(), KeptConsent.objects.filter(keep_until__lte=at).count()


def _drop(rows: QuerySet[ErasedAttempt] | QuerySet[KeptConsent], at_most: int) -> int:
    some = list(rows.values_list("pk", flat=True)[:at_most])
    n_dropped, _each = rows.model._base_manager.filter(pk__in=some).delete()
    return n_dropped
