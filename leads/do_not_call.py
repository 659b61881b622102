"""The do-not-call list: who is on it, putting numbers on it, and a superuser's taking one off, which is kept with name and reason.

A number is looked up in one way only, by its digest (`entries_of`), because some entries may not keep the number itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from leads import audit
from leads.do_not_call_rows import Listing
from leads.entry_refused import EntryRefused
from leads.models import DoNotCallEntry, DoNotCallRemoval, Lead
from leads.phone_digest import digests_of, digests_to_enter

CHUNK = 500  # values of one query; SQLite takes 999 at least
MAX_REASON = 500


# ---- asking ---------------------------------------------------------------------------------------------------------------------


def entries_of(phones: Iterable[str]) -> dict[str, DoNotCallEntry]:
    """The entries of those of these numbers (E.164, else ValueError) that are on the list. Not there: may be called, as far as the list goes."""
    digests = digests_of(set(phones))
    entries: dict[str, DoNotCallEntry] = {}
    for some in _chunks(digests.values()):
        entries |= {entry.phone_digest: entry for entry in DoNotCallEntry.objects.filter(phone_digest__in=some)}
    return {phone: entries[digest] for phone, digest in digests.items() if digest in entries}


def is_on_do_not_call(phone: str) -> bool:
    return phone in entries_of([phone])


def removals_of(phone: str) -> QuerySet[DoNotCallRemoval]:
    """When this number was taken off the list, newest first."""
    return DoNotCallRemoval.objects.filter(phone_digest__in=digests_of([phone]).values()).select_related("removed_by")


# ---- putting on -----------------------------------------------------------------------------------------------------------------


def add_to_do_not_call(
    phone: str, *, origin: DoNotCallEntry.Origin, reason: str, at: datetime, by: AbstractBaseUser | None = None, keep_number: bool = True
) -> tuple[DoNotCallEntry, bool]:
    """The number's one entry, and whether it is new; the first entry stays as it was. Two at once end in the same row.

    `phone` is E.164, else ValueError: an entry in another spelling would protect nobody. Without `keep_number` only its digest is kept, and
    an entry that kept the number forgets it.
    """
    digest = digests_to_enter([phone])[phone]
    lead = Lead.objects.filter(phone=phone).first()
    entered = {
        "phone": phone if keep_number else None,
        "lead": lead,
        "origin": origin,
        "reason": reason[:MAX_REASON],
        "entered_at": at,
        "entered_by_id": by.pk if by else None,
    }
    entry, is_new = DoNotCallEntry.objects.get_or_create(phone_digest=digest, defaults=entered)
    if not keep_number and entry.phone is not None:
        entry.phone = None
        entry.save(update_fields=["phone"])
    return entry, is_new


def add_many_to_do_not_call(
    listings: Sequence[Listing], *, origin: DoNotCallEntry.Origin, at: datetime, by: AbstractBaseUser | None = None, keep_number: bool = True
) -> set[str]:
    """All of these numbers, each as by `add_to_do_not_call`, in one transaction; returns the numbers that were new. Made for long lists."""
    by_phone = {listing.phone: listing for listing in reversed(listings)}  # the first of a number counts
    digests = digests_to_enter(by_phone)
    with transaction.atomic():
        known = _known(digests.values())
        new = [phone for phone, digest in digests.items() if digest not in known]
        leads = _leads_of(new)
        entries = [
            DoNotCallEntry(
                phone=phone if keep_number else None,
                phone_digest=digests[phone],
                lead_id=leads.get(phone),
                origin=origin,
                reason=by_phone[phone].reason[:MAX_REASON],
                entered_at=at,
                entered_by_id=by.pk if by else None,
                # Nobody has this number, so nothing can be queued for it. A lead who gets it later is refused at the dial instant.
                swept_at=None if phone in leads else at,
            )
            for phone in new
        ]
        DoNotCallEntry.objects.bulk_create(entries, ignore_conflicts=True)
        if not keep_number:
            _forget_numbers(digests.values())
    return set(new)


def _known(digests: Iterable[str]) -> set[str]:
    return {
        digest for some in _chunks(digests) for digest in DoNotCallEntry.objects.filter(phone_digest__in=some).values_list("phone_digest", flat=True)
    }


def _leads_of(phones: Collection[str]) -> dict[str, UUID]:
    return {phone: pk for some in _chunks(phones) for phone, pk in Lead.objects.filter(phone__in=some).values_list("phone", "pk")}


def _forget_numbers(digests: Iterable[str]) -> None:
    for some in _chunks(digests):
        DoNotCallEntry.objects.filter(phone_digest__in=some, phone__isnull=False).update(phone=None)


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(values)
    while some := list(islice(rest, CHUNK)):
        yield some


# ---- taking off -----------------------------------------------------------------------------------------------------------------


def take_off_do_not_call(entry: DoNotCallEntry, *, by: User, why: str, at: datetime) -> DoNotCallRemoval:
    """The number may be called again, as far as the list goes; who did it and why is kept. For superusers, and never without a reason."""
    if not by.is_superuser:
        raise PermissionDenied
    if not why.strip():
        raise EntryRefused("why", "Say why this number may be called again, and who asked for it.")
    with transaction.atomic():
        n_deleted, _each = DoNotCallEntry.objects.filter(pk=entry.pk).delete()
        if n_deleted != 1:
            raise EntryRefused("why", "Somebody else has just taken it off.")
        audit.record(by.get_username(), audit.Act.OVERRIDE, "do-not-call entry", entry.pk, why=why.strip(), what="taken off")
        return DoNotCallRemoval.objects.create(
            phone=entry.phone,
            phone_digest=entry.phone_digest,
            origin=entry.origin,
            reason=entry.reason,
            entered_at=entry.entered_at,
            removed_at=at,
            removed_by=by,
            why=why.strip()[:MAX_REASON],
        )
