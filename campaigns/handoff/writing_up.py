"""The form in which a rep writes up a talk, and which talks the queue shows it for. Writes nothing: `reservations` keeps what was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from campaigns.access.reps import campaigns_of
from campaigns.handoff.rep_talk import lead_name
from campaigns.handoff.reservations import SKIPPED
from campaigns.handoff.wrap_up import WrapUpEntry
from campaigns.models import Rep, Reservation, WrapUp
from campaigns.states import HandoffStatus, ReservationStatus

S = ReservationStatus
# When the time is up the rep is free; what they were typing at that moment is not taken from under their hands.
STILL_SHOWN_FOR = timedelta(minutes=10)
LISTED_FOR, N_LISTED = timedelta(days=30), 50
_HAD_TALK = Q(status=S.COMPLETED) & (Q(wrap_up__isnull=False) | Q(wrap_up_until__isnull=False))


class WrapUpForm(forms.Form):
    """What is missing is said by `wrap_up.what_is_missing`; here only whether what was typed can be read at all."""

    disposition = forms.ChoiceField(label=_("What came of it"), choices=[("", _("Choose …")), *WrapUp.Disposition.choices], required=False)
    was_hot = forms.TypedChoiceField(
        label=_("Was the lead really hot?"),
        choices=[("", _("Choose …")), ("1", _("yes")), ("0", _("no"))],
        coerce=lambda given: given == "1",
        empty_value=None,
        required=False,
    )
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    follow_up_on = forms.DateField(
        label=_("Follow up on"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    notes = forms.CharField(label=_("Notes"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    @classmethod
    def of(cls, reservation: Reservation, typed: Any = None, *, kept: WrapUp | None = None) -> WrapUpForm:
        """Its fields belong to the empty form of that reservation on the page, which alone carries the token (see cards.html)."""
        form = cls(typed, initial=_as_typed(kept) if kept else None, auto_id=f"write-{reservation.pk}-%s")
        for name in form.fields:
            form.fields[name].widget.attrs["form"] = f"write-{reservation.pk}"
        for name in ("disposition", *reservation.handoff.call.campaign.wrap_up_required):
            form.fields[name].widget.attrs["required"] = True
        return form

    def entry(self) -> WrapUpEntry | None:
        """None: something cannot be read, see `fault`."""
        return WrapUpEntry(**self.cleaned_data) if self.is_valid() else None

    def fault(self) -> str:
        return " ".join(f"{self.fields[name].label}: {' '.join(map(str, faults))}" for name, faults in self.errors.items())


def _as_typed(kept: WrapUp) -> dict[str, Any]:
    was_hot = "" if kept.was_hot is None else str(int(kept.was_hot))
    return {**model_to_dict(kept, WrapUpForm.base_fields), "was_hot": was_hot}


@dataclass(frozen=True, slots=True)
class WritingUp:
    reservation_id: UUID
    lead_name: str
    campaign_name: str
    form: WrapUpForm
    is_talking: bool  # may be typed already, and saved when the talk is over
    is_over: bool  # the rep is free again, and may still write it
    may_skip: bool
    until: datetime | None
    left_s: int  # 0: the time is up

    @property
    def until_ms(self) -> int | None:
        """For the page's script, which counts on from it."""
        return None if self.until is None else round(self.until.timestamp() * 1000)


def writing_of(rep: Rep, engaged: Reservation | None, *, now: datetime) -> tuple[WritingUp, ...]:
    """The talk they are in or have to write up, then those whose time ran out a moment ago. Two queries."""
    is_unwritten = Q(status=S.COMPLETED, wrap_up=None, wrap_up_until__isnull=False, ended_at__gte=now - STILL_SHOWN_FOR)
    late = _own(rep).filter(is_unwritten).exclude(reason=SKIPPED).order_by("-ended_at")
    is_theirs = engaged is not None and campaigns_of(rep).filter(pk=engaged.handoff.call.campaign_id).exists()
    current = [engaged] if engaged is not None and is_theirs and _is_talk(engaged) else []
    return tuple(_writing(each, now) for each in (*current, *late))


def with_typed(writing: Iterable[WritingUp], reservation: Reservation, form: WrapUpForm) -> tuple[WritingUp, ...]:
    return tuple(replace(each, form=form) if each.reservation_id == reservation.pk else each for each in writing)


def own_talk(rep: Rep, reservation_id: UUID) -> Reservation | None:
    """None: not this rep's, or what was said in it is past its period, and nothing new is written about it."""
    return _own(rep).filter(pk=reservation_id, handoff__call__words_gone_at=None).first()


@dataclass(frozen=True, slots=True)
class Talk:
    reservation_id: UUID
    lead_name: str
    campaign_name: str
    ended_at: datetime | None
    written: WrapUp | None  # None: not written up


def talks_of(rep: Rep, *, now: datetime) -> tuple[Talk, ...]:
    """What they have talked lately, the newest first: to be written up, or written otherwise. One query."""
    rows = _own(rep).filter(_HAD_TALK, ended_at__gte=now - LISTED_FOR, handoff__call__words_gone_at=None)
    newest = rows.select_related("wrap_up", "handoff__call__lead", "handoff__call__campaign").order_by("-ended_at", "-pk")[:N_LISTED]
    return tuple(_talk(each) for each in newest)


def _talk(reservation: Reservation) -> Talk:
    call = reservation.handoff.call
    return Talk(reservation.pk, lead_name(call), call.campaign.name, reservation.ended_at, written_of(reservation))


def written_of(reservation: Reservation) -> WrapUp | None:
    """None: nothing was written yet."""
    return reservation.wrap_up if hasattr(reservation, "wrap_up") else None


def _own(rep: Rep) -> QuerySet[Reservation]:
    return Reservation.objects.filter(rep=rep, handoff__call__campaign__in=campaigns_of(rep)).select_related(
        "handoff__call__lead", "handoff__call__campaign"
    )


def _is_talk(engaged: Reservation) -> bool:
    """A campaign that gives no time to write asks for nothing."""
    is_bridged = engaged.handoff.status == HandoffStatus.BRIDGED and engaged.handoff.call.campaign.wrap_up_s > 0
    return engaged.status == S.WRAPPING or (engaged.status == S.ACCEPTED and is_bridged)


def _writing(reservation: Reservation, now: datetime) -> WritingUp:
    call, until = reservation.handoff.call, reservation.wrap_up_until
    return WritingUp(
        reservation_id=reservation.pk,
        lead_name=lead_name(call),
        campaign_name=call.campaign.name,
        form=WrapUpForm.of(reservation),
        is_talking=reservation.status == S.ACCEPTED,
        is_over=reservation.status == S.COMPLETED,
        may_skip=reservation.status != S.ACCEPTED and not call.campaign.wrap_up_required,
        until=until,
        left_s=max(0, round((until - now).total_seconds())) if until is not None else 0,
    )
