"""Keeps to the periods of the market packs, a bounded portion at a time: what was said on calls, proof of consent, what erasure left.

`deciding` says what is past; here it is found and deleted. A run is a row that says who, when and how many; a portion that fails is repeated
by the next round. Do-not-call entries and withdrawals have no period in any pack: they stay.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q

from campaigns.models import Call, PrivacyAct
from campaigns.privacy.deciding import are_words_past, is_consent_past, shortest_consent, shortest_words
from campaigns.privacy.words import take_words
from campaigns.states import LIVE, CallStatus
from leads import erasure
from leads.compliance import ConsentKind
from leads.market_packs import market_packs
from leads.models import ConsentRecord, Lead
from leads.said import N_

logger = logging.getLogger(__name__)

EVERY = timedelta(days=1)
JANITOR = N_("the dialer")
LOOKED_AT = 500  # rows of one portion
TAKEN_AT_ONCE = 20  # calls whose words go in one transaction: each has some dozens of rows and a file


class Step(StrEnum):
    """What a run looks through, one after the other."""

    WORDS = "words"
    CONSENT = "consent"
    LEFTOVERS = "leftovers"  # of people who were erased


@dataclass(frozen=True, slots=True)
class Place:
    """Where a portion begins: after the row with this key."""

    step: Step = Step.WORDS
    after: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"step": self.step.value, "after": list(self.after)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Place:
        return cls(Step(kept["step"]), tuple(kept["after"])) if kept else cls()


@dataclass(frozen=True, slots=True)
class Found:
    """What one look found past its period, and where the next one begins; None: everything was looked at."""

    next_place: Place | None
    calls: list[UUID] = field(default_factory=list)
    leads: list[UUID] = field(default_factory=list)


# ---- runs -----------------------------------------------------------------------------------------------------------------


def keep_daily(now: datetime) -> bool:
    """For the janitor's every round: one portion of today's run, which is begun if a day has passed since the last. False: nothing was to do."""
    newest = PrivacyAct.objects.filter(kind=PrivacyAct.Kind.RETENTION).order_by("-began_at").first()
    if newest is None or (newest.ended_at is not None and now - newest.began_at >= EVERY):
        newest = _begin(now, by=JANITOR)
    if newest is None or newest.ended_at is not None:
        return False
    _portion(newest.pk, now)
    return True


def keep_now(now: datetime, *, by: str) -> PrivacyAct:
    """A whole run at once; one that was under way is brought to its end."""
    run = PrivacyAct.objects.filter(kind=PrivacyAct.Kind.RETENTION, ended_at=None).first() or _begin(now, by=by)
    if run is None:
        raise AssertionError("only an open run keeps another from being begun")
    while _portion(run.pk, now):
        pass
    run.refresh_from_db()
    return run


def past_now(now: datetime) -> dict[str, int]:
    """What a run would find. Changes nothing."""
    n_attempts, n_proofs = erasure.n_outdated(at=now)
    counts = Counter(calls=0, consents=0, attempts_of_erased=n_attempts, consents_of_erased=n_proofs)
    place: Place | None = Place()
    while place is not None:
        found = _look(place, now)
        counts["calls"] += len(found.calls)
        counts["consents"] += ConsentRecord.objects.filter(lead__in=found.leads, kind=ConsentKind.GIVEN).count()
        place = found.next_place
    return dict(counts)


def _begin(now: datetime, *, by: str) -> PrivacyAct | None:
    """None: another process began one a moment ago."""
    with suppress(IntegrityError), transaction.atomic():
        return PrivacyAct.objects.create(kind=PrivacyAct.Kind.RETENTION, began_at=now, done_by=by)
    return PrivacyAct.objects.filter(kind=PrivacyAct.Kind.RETENTION, ended_at=None).first()


@transaction.atomic
def _portion(run_id: int, now: datetime) -> bool:
    """False: the run has ended, or another process is at it."""
    run = PrivacyAct.objects.select_for_update(skip_locked=True).filter(pk=run_id, ended_at=None).first()
    if run is None:
        return False
    place = Place.of(run.place)
    found = _look(place, now)
    run.counts = dict(Counter(run.counts) + Counter(_let_go(found, now)))
    next_place = found.next_place
    if place.step is Step.LEFTOVERS:
        is_full, counts = _drop_leftovers(now)
        run.counts = dict(Counter(run.counts) + Counter(counts))
        next_place = place if is_full else None
    run.place, run.ended_at = (next_place.as_json(), None) if next_place else ({}, now)
    run.save(update_fields=["counts", "place", "ended_at"])
    if next_place is None:
        logger.info("kept to the periods: %s", run.counts)
    return next_place is not None


def _let_go(found: Found, now: datetime) -> dict[str, int]:
    counts: dict[str, int] = {}
    if found.calls:
        counts = dict(take_words(found.calls, now=now))
    if found.leads:
        n_gone, _each = ConsentRecord.objects.filter(lead__in=found.leads, kind=ConsentKind.GIVEN).delete()
        counts["consents"] = n_gone
    return counts


def _drop_leftovers(now: datetime) -> tuple[bool, dict[str, int]]:
    n_attempts, n_proofs = erasure.drop_outdated(at=now, at_most=LOOKED_AT)
    return LOOKED_AT in (n_attempts, n_proofs), {"attempts_of_erased": n_attempts, "consents_of_erased": n_proofs}


# ---- looking --------------------------------------------------------------------------------------------------------------


def _look(place: Place, now: datetime) -> Found:
    if not market_packs():
        return Found(None)
    match place.step:
        case Step.WORDS:
            return _look_at_calls(place, now)
        case Step.CONSENT:
            return _look_at_leads(place, now)
        case Step.LEFTOVERS:
            return Found(None)


def _look_at_calls(place: Place, now: datetime) -> Found:
    """By the end of each call, oldest first; those whose words went before are not in the index."""
    packs = market_packs()
    calls = Call.objects.filter(words_gone_at=None, ended_at__lte=now - shortest_words(packs))
    if place.after:
        after = datetime.fromisoformat(place.after[0])
        calls = calls.filter(ended_at__gte=after).filter(Q(ended_at__gt=after) | Q(pk__gt=UUID(place.after[1])))
    past: list[UUID] = []
    rows = list(calls.order_by("ended_at", "pk").values_list("ended_at", "pk", "lead__market")[:LOOKED_AT])
    for ended_at, call_id, market in rows:
        if ended_at is not None and are_words_past(market, ended_at, packs, now=now):
            past.append(call_id)
        if len(past) == TAKEN_AT_ONCE:
            return Found(_after_call(ended_at, call_id), calls=past)
    return Found(_after_call(*rows[-1][:2]) if len(rows) == LOOKED_AT else Place(Step.CONSENT), calls=past)


def _after_call(ended_at: datetime | None, call_id: UUID) -> Place:
    return Place(Step.WORDS, (ended_at.isoformat() if ended_at else "", str(call_id)))


def _look_at_leads(place: Place, now: datetime) -> Found:
    """Only those who have been here for so long that the shortest period can be over; whoever is about to be called is in use."""
    packs = market_packs()
    about_to_be_called = Call.objects.filter(lead=OuterRef("pk"), status__in=[CallStatus.QUEUED, *sorted(LIVE)])
    given = ConsentRecord.objects.filter(lead=OuterRef("pk"), kind=ConsentKind.GIVEN)
    leads = Lead.objects.filter(Exists(given), ~Exists(about_to_be_called), created_at__lte=now - shortest_consent(packs))
    if place.after:
        leads = leads.filter(pk__gt=UUID(place.after[0]))
    rows = list(leads.order_by("pk").values_list("pk", "market")[:LOOKED_AT])
    contacts = last_contacts([lead_id for lead_id, _market in rows])
    past = [lead_id for lead_id, market in rows if lead_id in contacts and is_consent_past(market, contacts[lead_id], packs, now=now)]
    is_last = len(rows) < LOOKED_AT
    return Found(Place(Step.LEFTOVERS) if is_last else Place(Step.CONSENT, (str(rows[-1][0]),)), leads=past)


def last_contacts(lead_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of these leads last heard from us, we from them, or somebody said something about their consent. Without a record: not there."""
    ids = list(lead_ids)
    said = ConsentRecord.objects.filter(lead__in=ids).order_by().values("lead_id").annotate(given=Max("given_at"), entered=Max("recorded_at"))
    found = {row["lead_id"]: max(row["given"], row["entered"]) for row in said}
    calls = Call.objects.filter(lead__in=list(found)).order_by().values("lead_id")
    for row in calls.annotate(dialled=Max("dialled_at"), answered=Max("answered_at"), ended=Max("ended_at")):
        instants = (found[row["lead_id"]], row["dialled"], row["answered"], row["ended"])
        found[row["lead_id"]] = max(instant for instant in instants if instant is not None)
    return found
