"""The ledger of who was asked to take which hot lead: the only writer of Reservation. Each change leaves a live event.

Decides nothing about whom to ask (`routing`) or what the hand-off does next (`offers`). Locks are taken in one order everywhere: the
hand-off, then the rep, then the reservations of that hand-off; whoever writes those holds the hand-off's row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns import live
from campaigns.handoff.presence import ENGAGED, free_reps, reps_there, send_away
from campaigns.handoff.states import ASKING
from campaigns.handoff.wrap_up import WrapUpEntry, what_is_missing
from campaigns.integrations.webhooks import facts
from campaigns.models import Handoff, Rep, Reservation, WrapUp
from campaigns.states import HandoffStatus, ReservationStatus
from campaigns.tallies import staleness
from leads import audit
from leads.said import N_, sentence

S = ReservationStatus

# A rep who owes a wrap-up and has forgotten the page is not lost for the rest of the day: so long after the time for it was up.
WRITTEN_UP_WITHIN = timedelta(minutes=10)
SKIPPED = N_("The rep did not write it up.")
TOLD = ("disposition", "was_hot", "follow_up_on")  # of a write-up, what the audit log and machines are told; the rest is in the rep's own words
# The rep's own phone was not answered: as good as no answer on screen.
_UNANSWERED = (HandoffStatus.NO_ANSWER, HandoffStatus.REP_VOICEMAIL)


def all_pending(*, now: datetime) -> QuerySet[Reservation]:
    """What reps are asked to take, the oldest first; not what has run out and is about to be swept."""
    return Reservation.objects.filter(status=S.PENDING).exclude(expires_at__lte=now).order_by("offered_at", "pk")


def current(rep: Rep) -> Reservation | None:
    """The lead the rep has, or has to write up."""
    return Reservation.objects.filter(rep=rep, status__in=ENGAGED).select_related("handoff__call__lead", "handoff__call__campaign").first()


def engaged_among(reps: Iterable[Rep]) -> set[int]:
    """The ids of those of these who have a lead, or one to write up."""
    return set(Reservation.objects.filter(rep__in=list(reps), status__in=ENGAGED).values_list("rep_id", flat=True))


def holder_of(handoff: Handoff) -> Rep | None:
    """The rep who has accepted this lead."""
    accepted = Reservation.objects.filter(handoff=handoff, status=S.ACCEPTED).select_related("rep").first()
    return accepted.rep if accepted else None


def is_asked(rep: Rep, handoff: Handoff) -> bool:
    return _of(handoff, S.PENDING).filter(rep=rep).exists()


def mark_shown(reservation_ids: Iterable[UUID], *, now: datetime) -> int:
    """The cards have reached the rep's page, at `now` (real time). The first time counts; how many it was the first time for."""
    return Reservation.objects.filter(pk__in=list(reservation_ids), shown_at=None).update(shown_at=now)


# ---- asking ------------------------------------------------------------------------------------------------------------------------------


def ask(handoff: Handoff, rep_ids: Iterable[int], *, now: datetime) -> None:
    """These reps are asked from now on; while the lead only warms, without an end. The caller holds the hand-off's row."""
    expires_at = _runs_out(handoff, now=now)
    asked = [Reservation(handoff=handoff, rep_id=rep_id, offered_at=now, expires_at=expires_at) for rep_id in rep_ids]
    _tell(Reservation.objects.bulk_create(asked), handoff)


def reject(handoff: Handoff, rep: Rep, *, now: datetime) -> bool:
    """False: the rep is not being asked (any more). While the lead warms, also who said yes may say no. The caller holds the hand-off's row."""
    revocable = (S.PENDING, S.ACCEPTED) if handoff.status == HandoffStatus.WARMING else (S.PENDING,)
    rows = Reservation.objects.filter(handoff=handoff, rep=rep, status__in=revocable)
    return bool(_end(rows, S.REJECTED, handoff, now=now, is_answer=True))


def time_out(handoff: Handoff, *, now: datetime) -> int:
    """Who has said nothing in time is away from now on, so that the next lead does not wait for them. The caller holds the hand-off's row."""
    missed = _end(_of(handoff, S.PENDING).filter(expires_at__lte=now), S.TIMEOUT, handoff, now=now, reason=N_("No answer in time."))
    for reservation in missed:
        send_away(reservation.rep, because=sentence("You missed an offer at %(at)s.", at=_on_their_clock(now, reservation.rep)))
    return len(missed)


# ---- what follows from a hand-off's move -------------------------------------------------------------------------------------------------


def follow(handoff: Handoff, *, now: datetime) -> None:
    """In the transaction of each move of the hand-off: what its reservations are by now."""
    if handoff.status == HandoffStatus.ACCEPTED:
        if handoff.rep is not None:
            take(handoff, handoff.rep, now=now)
    elif handoff.status == HandoffStatus.BRIDGED:
        if handoff.ended_at is not None:
            _begin_wrap_up(handoff, now=now)
    elif handoff.status in ASKING:
        _of(handoff, S.PENDING).update(expires_at=_runs_out(handoff, now=now))
    else:
        _close(handoff, now=now)


def take(handoff: Handoff, rep: Rep, *, now: datetime) -> None:
    """Raises IntegrityError where the rep has another lead: the database lets a rep have one. The caller holds the hand-off's row."""
    if _of(handoff, S.ACCEPTED).filter(rep=rep).exists():
        return
    asked = _of(handoff, S.PENDING).filter(rep=rep)
    if asked.exists():
        _change(asked, S.ACCEPTED, handoff, answered_at=now, expires_at=None)
    else:  # a promise of theirs, or a call right back
        taken = Reservation(handoff=handoff, rep=rep, status=S.ACCEPTED, offered_at=now, answered_at=now)
        _tell(Reservation.objects.bulk_create([taken]), handoff)
    _end(_of(handoff, S.PENDING), S.RESCINDED, handoff, now=now, reason=sentence("%(rep)s was faster and has taken it.", rep=rep.name))


def _runs_out(handoff: Handoff, *, now: datetime) -> datetime | None:
    """None: not while the lead only warms."""
    return None if handoff.status == HandoffStatus.WARMING else now + timedelta(seconds=handoff.call.campaign.offer_s)


def _close(handoff: Handoff, *, now: datetime) -> None:
    """No talk came about: the rep is free again, and nobody is asked any more."""
    reason = handoff.reason or N_("It is no longer waiting.")
    held = _end(_of(handoff, S.ACCEPTED), S.TIMEOUT if handoff.status in _UNANSWERED else S.RESCINDED, handoff, now=now, reason=reason)
    _mark_idle(held, now=now)
    _end(_of(handoff, S.PENDING), S.RESCINDED, handoff, now=now, reason=reason)


def _begin_wrap_up(handoff: Handoff, *, now: datetime) -> None:
    talked = _of(handoff, S.ACCEPTED)
    if wrap_up_s := handoff.call.campaign.wrap_up_s:
        _change(talked, S.WRAPPING, handoff, wrap_up_until=now + timedelta(seconds=wrap_up_s))
    else:
        _mark_idle(_end(talked, S.COMPLETED, handoff, now=now), now=now)


def finish_wrap_up(reservation: Reservation, entry: WrapUpEntry, *, now: datetime) -> str | None:
    """Kept, and the rep is free. A sentence: what is missing, nothing is kept. Also after the time was up, so that nothing written is lost."""
    campaign = reservation.handoff.call.campaign
    missing = what_is_missing(entry, required=campaign.wrap_up_required, dispositions=WrapUp.Disposition.values)
    if missing:
        return missing
    with transaction.atomic():
        Handoff.objects.select_for_update(no_key=True).get(pk=reservation.handoff_id)
        reservation.refresh_from_db(fields=["status"])
        if reservation.status not in (S.WRAPPING, S.COMPLETED):
            return N_("There is no talk to write up.")
        before = WrapUp.objects.filter(reservation=reservation).first()
        talk, _is_new = WrapUp.objects.update_or_create(reservation=reservation, defaults={**asdict(entry), "saved_at": now})
        if before is not None:
            _note_change(before, talk)
        staleness.note_call(reservation.handoff.call_id)
        facts.wrapped_up(talk)
        _complete(reservation, now=now)
    return None


def _note_change(before: WrapUp, after: WrapUp) -> None:
    """Who says afterwards that it was otherwise leaves a trace: reports and the agreement about hot leads go by it. Not their own words."""
    changed = {name: [_plain(getattr(before, name)), _plain(getattr(after, name))] for name in TOLD if getattr(before, name) != getattr(after, name)}
    are_words_new = (before.next_step, before.notes) != (after.next_step, after.notes)
    call, by = after.reservation.handoff.call, after.reservation.rep.user.get_username()
    if changed or are_words_new:
        audit.record(by, audit.Act.OVERRIDE, "call", call.pk, campaign_id=call.campaign_id, what="wrap-up", changed=changed, words=are_words_new)


def _plain(value: str | bool | date | None) -> str | bool | None:
    return value.isoformat() if isinstance(value, date) else value


def skip_wrap_up(reservation: Reservation, *, now: datetime) -> str | None:
    """Nothing is written, and the rep is free. A sentence: why not."""
    if reservation.handoff.call.campaign.wrap_up_required:
        return N_("This campaign wants its talks written up.")
    with transaction.atomic():
        Handoff.objects.select_for_update(no_key=True).get(pk=reservation.handoff_id)
        if _complete(reservation, now=now, reason=SKIPPED):
            return None
        late = Reservation.objects.filter(pk=reservation.pk, status=S.COMPLETED, wrap_up=None)
        return None if late.update(reason=SKIPPED) else N_("There is no talk to write up.")


def _complete(reservation: Reservation, *, now: datetime, reason: str = "") -> int:
    """0: it was completed before."""
    row = Reservation.objects.filter(pk=reservation.pk, status=S.WRAPPING)
    ended = _end(row, S.COMPLETED, reservation.handoff, now=now, reason=reason)
    _mark_idle(ended, now=now)
    return len(ended)


# ---- rows --------------------------------------------------------------------------------------------------------------------------------


def _of(handoff: Handoff, status: ReservationStatus) -> QuerySet[Reservation]:
    return Reservation.objects.filter(handoff=handoff, status=status)


def _end(
    rows: QuerySet[Reservation], status: ReservationStatus, handoff: Handoff, *, now: datetime, reason: str = "", is_answer: bool = False
) -> list[Reservation]:
    said = {"answered_at": now} if is_answer else {}
    return _change(rows, status, handoff, ended_at=now, reason=reason[:200], **said)


def _change(rows: QuerySet[Reservation], status: ReservationStatus, handoff: Handoff, **changes: object) -> list[Reservation]:
    """Those that were changed, as they are now."""
    found = list(rows.select_related("rep"))
    if found:
        Reservation.objects.filter(pk__in=[row.pk for row in found]).update(status=status, **changes)
        for row in found:
            row.status = status
        _tell(found, handoff)
    return found


def _mark_idle(rows: list[Reservation], *, now: datetime) -> None:
    if rows:
        Rep.objects.filter(pk__in=[row.rep_id for row in rows]).update(idle_since=now)


def _tell(rows: list[Reservation], handoff: Handoff) -> None:
    told = [{"handoff_id": str(handoff.pk), "reservation": row.status, "rep_id": row.rep_id} for row in rows]
    live.publish_all(handoff.call_id, live.Kind.HANDOFF, told)


def _on_their_clock(now: datetime, rep: Rep) -> str:
    return f"{now.astimezone(ZoneInfo(rep.zone)):%H:%M}"


# ---- what time does ------------------------------------------------------------------------------------------------------------------------


def sweep(now: datetime) -> int:
    """Offers that ran out, reps who are not there any more, talks that were not written up. How many rows it changed."""
    n_changed = 0
    for handoff in _to_sweep(now):
        with transaction.atomic():
            Handoff.objects.select_for_update(no_key=True).get(pk=handoff.pk)
            n_changed += _withdraw(handoff, now=now) + time_out(handoff, now=now)
    return n_changed + _end_wrap_ups(now)


def _to_sweep(now: datetime) -> QuerySet[Handoff]:
    due = Q(expires_at__lte=now) | ~Exists(_able(now).filter(pk=OuterRef("rep")))
    lost = Q(_said_yes_early(), ~Exists(reps_there(now=now).filter(pk=OuterRef("rep"))))
    rows = Reservation.objects.filter(lost | Q(due, status=S.PENDING))
    return Handoff.objects.filter(pk__in=rows.values("handoff")).select_related("call__campaign")


def _said_yes_early() -> Q:
    return Q(status=S.ACCEPTED, handoff__status=HandoffStatus.WARMING)


def _withdraw(handoff: Handoff, *, now: datetime) -> int:
    """Who has gone away by themselves, or has got another lead meanwhile, has missed nothing."""
    unable = _of(handoff, S.PENDING).exclude(Exists(_able(now).filter(pk=OuterRef("rep"))))
    withdrawn = _end(unable, S.RESCINDED, handoff, now=now, reason=N_("No longer there, or busy with another lead."))
    gone = Reservation.objects.filter(_said_yes_early(), handoff=handoff).exclude(Exists(reps_there(now=now).filter(pk=OuterRef("rep"))))
    return len([*withdrawn, *_end(gone, S.RESCINDED, handoff, now=now, reason=N_("No longer there when the lead was about to turn hot."))])


def _able(now: datetime) -> QuerySet[Rep]:
    return reps_there(now=now) & free_reps()


def _end_wrap_ups(now: datetime) -> int:
    n_ended = 0
    for reservation in Reservation.objects.filter(status=S.WRAPPING, wrap_up_until__lte=now).select_related("handoff__call__campaign"):
        is_awaited = bool(reservation.handoff.call.campaign.wrap_up_required)
        if is_awaited and reservation.wrap_up_until is not None and now < reservation.wrap_up_until + WRITTEN_UP_WITHIN:
            continue
        with transaction.atomic():
            Handoff.objects.select_for_update(no_key=True).get(pk=reservation.handoff_id)
            n_ended += _complete(reservation, now=now, reason=N_("It was not written up in time.") if is_awaited else "")
    return n_ended
