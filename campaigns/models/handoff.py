"""Giving a live lead to a human rep: the rep, who was asked and who took it, what came of it, and calls to our own people."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.brief import HandoffStrategy
from campaigns.states import CallStatus, HandoffStatus, ReservationStatus
from leads.models import E164, is_e164
from leads.telling import labels


def office_hours() -> dict[str, list[list[str]]]:
    """Monday to Friday, 08:00 to 17:00 in the rep's zone: {"mon": [["08:00", "17:00"]], …}."""
    return {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


class Rep(models.Model):
    """A human who takes hot leads."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rep")
    name = models.CharField(_("name said to the lead"), max_length=60)
    number = models.CharField(_("phone"), max_length=16, unique=True, validators=[is_e164])
    is_verified = models.BooleanField(_("number verified"), default=False, help_text=_("Only verified numbers are rung"))
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=150, blank=True)  # "call", or the name of the user who says so
    is_available = models.BooleanField(_("available"), default=False)
    away_because = models.CharField(_("sent away because"), max_length=200, blank=True)  # why we made them away, "" where they did it themselves
    seen_at = models.DateTimeField(null=True, blank=True)  # last heartbeat of the queue page
    idle_since = models.DateTimeField(null=True, blank=True)  # available, or the last talk is over; the longest idle comes first
    languages = models.JSONField(_("languages"), default=list, blank=True)  # ["en", "sw"]; empty: any
    skills = models.JSONField(_("skills"), default=list, blank=True)  # words of the manager's own
    zone = models.CharField(_("time zone"), max_length=64, default="Africa/Nairobi")
    hours = models.JSONField(_("working hours"), default=office_hours, blank=True)  # in that zone; what is promised falls into them

    class Meta:
        verbose_name = _("rep")
        verbose_name_plural = _("reps")
        permissions = [("verify_rep", "Can say that a rep's number is theirs")]
        constraints = [models.CheckConstraint(condition=Q(number__regex=E164), name="rep_number_is_e164")]

    def __str__(self) -> str:
        return self.name


class Handoff(models.Model):
    """One hot lead looking for a rep; one a call."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.OneToOneField("campaigns.Call", on_delete=models.CASCADE, related_name="handoff")
    strategy = models.CharField(max_length=16, choices=labels(HandoffStrategy))
    status = models.CharField(max_length=20, choices=labels(HandoffStatus), default=HandoffStatus.OFFERED.value)
    rep = models.ForeignKey(Rep, on_delete=models.SET_NULL, null=True, blank=True, related_name="handoffs")
    is_fallback = models.BooleanField(default=False)  # dial was tried, the platform did not continue, so we call back
    reason = models.CharField(max_length=300, blank=True)
    offered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)  # the socket was closed so that the platform goes on
    next_step_at = models.DateTimeField(null=True, blank=True)  # the platform did fetch the next step
    bridged_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    promised_for = models.DateTimeField(null=True, blank=True)  # of the first promise: a later one does not make it younger
    is_slot = models.BooleanField(default=False)  # the promised time is a free slot of the rep's, booked for this lead
    reminded_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)  # the lead's phone was rung for it, or the rep said so

    class Meta:
        verbose_name = _("hand-off")
        verbose_name_plural = _("hand-offs")
        indexes = [
            models.Index(fields=["status", "offered_at"]),
            models.Index(fields=["status", "promised_for"]),
            models.Index(fields=["-offered_at", "-id"], name="handoff_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rep", "promised_for"], condition=Q(is_slot=True, status=HandoffStatus.PROMISED.value), name="handoff_slot_is_booked_once"
            )
        ]

    def __str__(self) -> str:
        return gettext("Hand-off %(id)s") % {"id": str(self.id)[:8]}


class Reservation(models.Model):
    """One rep who is asked to take one hot lead, and what became of it. The database lets one rep have a lead, and a rep one lead."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="reservations")
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="reservations")
    status = models.CharField(max_length=12, choices=labels(ReservationStatus), default=ReservationStatus.PENDING.value)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)  # None: as long as the lead only grows warm
    shown_at = models.DateTimeField(null=True, blank=True)  # the card reached the rep's page; real time
    answered_at = models.DateTimeField(null=True, blank=True)
    wrap_up_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        indexes = [models.Index(fields=["rep", "status"]), models.Index(fields=["status", "expires_at"])]
        constraints = [
            models.UniqueConstraint(fields=["handoff"], condition=Q(status="accepted"), name="reservation_one_rep_a_lead"),
            models.UniqueConstraint(fields=["rep"], condition=Q(status__in=["accepted", "wrapping"]), name="reservation_one_lead_a_rep"),
            models.UniqueConstraint(fields=["handoff", "rep"], condition=Q(status="pending"), name="reservation_asked_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.rep} {self.status}"


class WrapUp(models.Model):
    """What came of a talk, by the rep who had it."""

    class Disposition(models.TextChoices):
        WON = "won", _("won")
        FOLLOW_UP = "follow_up", _("to follow up")
        NOT_INTERESTED = "not_interested", _("not interested")
        NOT_QUALIFIED = "not_qualified", _("not what we look for")
        WRONG_PERSON = "wrong_person", _("the wrong person")
        NOT_REACHED = "not_reached", _("no talk came about")

    reservation = models.OneToOneField(Reservation, on_delete=models.CASCADE, related_name="wrap_up")
    disposition = models.CharField(_("what came of it"), max_length=16, choices=Disposition.choices)
    was_hot = models.BooleanField(_("was the lead really hot?"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("wrap-up")
        verbose_name_plural = _("wrap-ups")


class StaffCall(models.Model):
    """A call to one of our own people: never to a lead's number (see staff_calls.py)."""

    class Purpose(models.TextChoices):
        HANDOFF = "handoff", _("a hot lead")
        VERIFICATION = "verification", _("to verify the number")
        LINE_CHECK = "line_check", _("to check the line")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=16, choices=Purpose.choices, default=Purpose.HANDOFF)
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="staff_calls")
    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="staff_calls", null=True, blank=True)
    # The lead's leg, dialled from the rep's: an attempt of its own, with its own dial decision.
    lead_call = models.OneToOneField("campaigns.Call", on_delete=models.SET_NULL, null=True, blank=True, related_name="staff_call")
    line = models.ForeignKey("campaigns.Line", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=labels(CallStatus), default=CallStatus.QUEUED.value)
    answer_token = models.CharField(max_length=64, unique=True)
    provider_call_id = models.CharField(max_length=80, blank=True, db_index=True)
    provider_session_id = models.CharField(max_length=80, blank=True, db_index=True)
    is_accepted = models.BooleanField(default=False)  # pressed 1
    placed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # the platform first asked what this leg does, the ringing apart
    asked_as = models.CharField(max_length=20, blank=True)  # … and where it said that the leg was; a ProviderStatus
    ended_at = models.DateTimeField(null=True, blank=True)
    looked_up_at = models.DateTimeField(null=True, blank=True)  # when the provider was last asked about it
    reserved_minor = models.PositiveBigIntegerField(default=0)
    money_on = models.DateField(null=True, blank=True)  # the organisation's day whose totals it counts in
    cost_minor = models.PositiveBigIntegerField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settle_asked_at = models.DateTimeField(null=True, blank=True)  # real time
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["money_on"], condition=Q(money_on__isnull=False), name="staff_call_money")]
        constraints = [
            models.UniqueConstraint(
                fields=["rep"], condition=Q(status__in=["dialing", "ringing", "in_progress"]), name="staff_call_one_live_per_rep"
            ),
        ]
