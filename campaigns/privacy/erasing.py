"""Erases one person for good: lead, calls, what was said, answers, names. What protects them stays, by the digest of their number alone:

the do-not-call entry, the attempts that the caps still count, the proofs of consent until their period is over, and the flight record.

The number goes on the do-not-call list unless somebody decides otherwise: who asks to be forgotten does not ask to be rung by the next list
that is bought, and without an entry nothing would tell them again. Who has opted out or withdrawn stays suppressed whatever is decided.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns import flight
from campaigns.integrations.webhooks import outbox
from campaigns.janitor import SETTLE_FOR
from campaigns.judge.record import EntryKind
from campaigns.models import Answer, Call, Handoff, IdempotentReply, Organisation, PrivacyAct, Recording, StaffCall, Turn
from campaigns.privacy.deciding import Standing, is_kept_off, keep_consent_until, obstacles_to_erasure
from campaigns.privacy.keeping import last_contacts
from campaigns.privacy.words import delete_files
from campaigns.states import ENDED, LIVE, CallStatus, HandoffStatus
from campaigns.tallies import staleness
from leads.compliance import ConsentKind
from leads.do_not_call import add_to_do_not_call, is_on_do_not_call
from leads.erasure import forget_lead, forget_number
from leads.market_packs import market_packs
from leads.models import DoNotCallEntry, Lead

logger = logging.getLogger(__name__)

REASON = "erased: their data was deleted"
ERASED_REPLY = '{"erased": true}'  # a repeated POST is still told that it was done, and makes nobody anew
_WITH_SOMEBODY = [HandoffStatus.WARMING, HandoffStatus.OFFERED, HandoffStatus.ACCEPTED]  # while they talk, a call is live, too


class ErasureRefused(Exception):
    """Nothing was erased; `obstacles` say why, in words for who asked."""

    def __init__(self, obstacles: tuple[str, ...]) -> None:
        super().__init__(" ".join(obstacles))
        self.obstacles = obstacles


@dataclass(frozen=True, slots=True)
class Erased:
    counts: Mapping[str, int]
    is_kept_off: bool  # the number stands on the do-not-call list


def what_goes(lead: Lead | None) -> dict[str, int]:
    """Counted beforehand, for who is asked whether they are sure."""
    calls = Call.objects.filter(lead=lead)
    return {
        "leads": int(lead is not None),
        "calls": calls.exclude(status=CallStatus.QUEUED).count(),
        "queued": calls.filter(status=CallStatus.QUEUED).count(),
        "recordings": Recording.objects.filter(call__lead=lead).count(),
        "turns": Turn.objects.filter(call__lead=lead).count(),
        "answers": Answer.objects.filter(call__lead=lead).count(),
    }


def obstacles_to(lead: Lead) -> tuple[str, ...]:
    return obstacles_to_erasure(_standing_of(lead))


def erase(phone: str, *, by: str, now: datetime, may_be_called_again: bool = False, user: AbstractBaseUser | None = None) -> Erased:
    """`phone` in E.164, whether a lead has it or not. All or nothing; raises ErasureRefused. It cannot be undone, only done again.

    Holds the lock of all claims: no dialer begins a call with this person meanwhile.
    """
    with transaction.atomic():
        Organisation.locked()
        lead = Lead.objects.select_for_update().filter(phone=phone).first()
        lead_id = lead.pk if lead else phone
        standing = _standing_of(lead) if lead else Standing(0, 0, None, has_opted_out=is_on_do_not_call(phone))
        if obstacles := obstacles_to_erasure(standing):
            raise ErasureRefused(obstacles)
        is_off = is_kept_off(standing, may_be_called_again=may_be_called_again)
        counts = _erase_lead(lead, now) if lead else what_goes(None)
        if is_off:
            add_to_do_not_call(phone, origin=DoNotCallEntry.Origin.STAFF, reason=REASON, at=now, by=user, keep_number=False)
        forget_number(phone)
        number = flight.number_of(phone)
        PrivacyAct.objects.create(kind=PrivacyAct.Kind.ERASURE, began_at=now, ended_at=now, done_by=by[:150], number=number, counts=counts)
    # Reads every reply there is, so no dialer waits for it.
    IdempotentReply.objects.filter(Q(body__contains=phone) | Q(body__contains=str(lead_id))).update(body=ERASED_REPLY)
    logger.info("a person was erased: %s", counts)
    return Erased(counts, is_off)


def _erase_lead(lead: Lead, now: datetime) -> dict[str, int]:
    counts = what_goes(lead)
    _take_back(lead, now)
    calls = Call.objects.filter(lead=lead)
    staleness.note_lead(lead.pk)
    if delete_files(list(calls.values_list("pk", flat=True))):
        raise ErasureRefused(("The file of a recording cannot be deleted. Have the operator look at the log and at MEDIA_ROOT, then erase again.",))
    _forget_names(lead)
    outbox.keep_untold(lead.pk)
    contact = last_contacts([lead.pk]).get(lead.pk, now)
    dialled = [at for at in calls.values_list("dialled_at", flat=True) if at is not None]
    forget_lead(lead, dialled=dialled, keep_consent_until=keep_consent_until(lead.market, contact, market_packs()), at=now)
    return counts


def _take_back(lead: Lead, now: datetime) -> None:
    """What is queued ends on the record before its row goes: nobody was rung."""
    queued = Call.objects.select_for_update(of=("self",)).filter(lead=lead, status=CallStatus.QUEUED)
    for call in queued.select_related("lead", "campaign").order_by("pk"):
        told = {"status": CallStatus.CANCELED.value, "queued_s": round((timezone.now() - call.created_at).total_seconds())}
        flight.record(EntryKind.ENDED, at=now, call=call, phone=lead.phone, details=told)
    queued.update(status=CallStatus.CANCELED, ended_at=now)


def _standing_of(lead: Lead) -> Standing:
    calls = Call.objects.filter(lead=lead)
    going_on = Q(status__in=LIVE) | Q(stream_opened_at__isnull=False, session_ended_at=None)
    has_withdrawn = lead.consent_records.filter(kind=ConsentKind.WITHDRAWN).exists()
    return Standing(
        n_live=calls.filter(going_on).count(),
        n_with_rep=_with_rep(lead),
        price_open_until=_price_open_until(calls),
        has_opted_out=has_withdrawn or is_on_do_not_call(lead.phone),
    )


def _with_rep(lead: Lead) -> int:
    offered = Handoff.objects.filter(call__lead=lead, status__in=_WITH_SOMEBODY, ended_at=None).count()
    return offered + StaffCall.objects.filter(handoff__call__lead=lead, status__in=LIVE).count()


def _price_open_until(calls: QuerySet[Call]) -> datetime | None:
    """A call's price comes by its row: gone before it, what was reserved would stay reserved. Nobody asks for it after two days."""
    since = timezone.now() - SETTLE_FOR
    open_calls = calls.filter(status__in=ENDED, settled_at=None, claimed_at__gt=since, dialled_at__isnull=False)
    legs = StaffCall.objects.filter(handoff__call__in=calls, status__in=ENDED, settled_at=None, created_at__gt=since, placed_at__isnull=False)
    instants = [*open_calls.values_list("claimed_at", flat=True), *legs.values_list("created_at", flat=True)]
    return max((instant + SETTLE_FOR for instant in instants if instant is not None), default=None)


def _forget_names(lead: Lead) -> None:
    """In the console's own history, which is kept as text."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Lead), object_id=str(lead.pk))
    entries.update(object_repr=f"Lead {str(lead.pk)[:8]}")
