"""One call attempt, every decision about it, and what came of it.

Status (where the call is), disposition (the business result) and hangup cause (the network's words) are three things.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.events import Outcome, Party
from bridge.reports import Proof
from campaigns.funnel import LEVEL, Step
from campaigns.priority import Priority
from campaigns.recording_rules import NotRecorded
from campaigns.states import ENDED, LIVE, CallStatus, Disposition
from leads.said import code
from leads.telling import labels, told_later

_INBOUND = "inbound"
FAULTY = (Outcome.MEDIA_LOST.value, Outcome.VOICE_FAILED.value, Outcome.DESK_FAILED.value)  # a session that ended so was our fault
UNSURE_BELOW = 0.6  # of 1: an answer that a person should look at; one that was said back and agreed is sure
NEAR_POINTS = 10
IS_NEAR = Q(points__gte=F("threshold") - NEAR_POINTS, points__lte=F("threshold") + NEAR_POINTS)  # a score that a little would have decided otherwise


_OF_DAY = (
    *("id", "campaign", "lead", "status", "disposition", "occasion", "dialled_at", "answered_at", "ended_at", "stream_opened_at"),
    *("money_on", "cost_minor", "settled_at", "voice_cost_minor", "voice_settled_at"),
)


class Call(models.Model):
    """One attempt; each retry is a new row. A call from a lead to us is a row, too, and no attempt: number 0, never dialled.

    Only `campaigns.calls` and `campaigns.dialer` write it; `campaigns.inbound` opens those of people who call us, `campaigns.privacy` lets them go.
    """

    class Occasion(models.TextChoices):
        CAMPAIGN = "campaign", _("campaign")
        PROMISED = "promised", _("promised call back")
        INBOUND = _INBOUND, _("they called us")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # also the idempotency key and the client_request_id
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="calls")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="calls")
    # Set by the claim; on a queued call: the number it is bound to.
    line = models.ForeignKey("campaigns.Line", on_delete=models.PROTECT, related_name="calls", null=True, blank=True)
    script = models.ForeignKey(
        "campaigns.Script", on_delete=models.PROTECT, related_name="calls", null=True, blank=True
    )  # the version in force at the claim
    occasion = models.CharField(max_length=16, choices=Occasion.choices, default=Occasion.CAMPAIGN)
    attempt_number = models.PositiveIntegerField(_("attempt"))
    status = models.CharField(_("status"), max_length=16, choices=labels(CallStatus), default=CallStatus.QUEUED.value)
    disposition = models.CharField(_("disposition"), max_length=20, choices=labels(Disposition), null=True, blank=True)  # noqa: DJ001 - null: nobody was reached
    # How the voice's part ended; "": there was none, or it goes on.
    session_outcome = models.CharField(_("how the session ended"), max_length=20, choices=labels(Outcome), blank=True, default="")
    hangup_cause = models.CharField(_("hangup cause"), max_length=200, blank=True)
    failure = models.CharField(_("what went wrong"), max_length=500, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=[(p.value, told_later(code(p.name.lower()))) for p in Priority], default=Priority.ORDINARY
    )
    due_at = models.DateTimeField(_("due at"))
    promise_due_at = models.DateTimeField(_("keeps the promise for"), null=True, blank=True)  # stays when `due_at` has to move
    # Proof of who asks: the answer URL and the media socket each carry a random token of their own.
    answer_token = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)  # noqa: DJ001 - unique, absent until the claim
    stream_token = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)  # noqa: DJ001
    stream_expires_at = models.DateTimeField(null=True, blank=True, editable=False)  # real time, not business time
    stream_opened_at = models.DateTimeField(null=True, blank=True, editable=False)  # set once: the token is spent
    session_ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    server = models.ForeignKey("campaigns.ServerProcess", on_delete=models.SET_NULL, null=True, blank=True, related_name="calls")
    provider_call_id = models.CharField(max_length=80, blank=True, db_index=True)
    provider_session_id = models.CharField(max_length=80, blank=True, db_index=True)
    claimed_at = models.DateTimeField(null=True, blank=True)  # real time: the provider is asked what it placed around then
    unknown_at = models.DateTimeField(null=True, blank=True, editable=False)  # real time: since when nobody knows whether a phone rings
    dialled_at = models.DateTimeField(_("dialled at"), null=True, blank=True)  # when the provider was asked: an attempt from here on
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    talk_s = models.PositiveIntegerField(_("seconds"), null=True, blank=True)
    reserved_minor = models.PositiveBigIntegerField(_("reserved, KES cents"), default=0)
    cost_minor = models.PositiveBigIntegerField(_("cost, KES cents"), null=True, blank=True)
    money_on = models.DateField(null=True, blank=True, editable=False)  # the organisation's day whose totals it counts in
    cost_currency = models.CharField(max_length=3, default="KES")
    cdr = models.JSONField(_("call detail record"), null=True, blank=True)
    looked_up_at = models.DateTimeField(null=True, blank=True, editable=False)  # real time: when the provider was last asked about it
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)  # the final cost is known; until then the reservation counts
    # The voice's part of the money, beside the telephone's above.
    voice_reserved_minor = models.PositiveBigIntegerField(_("reserved for the AI voice, KES cents"), default=0)
    voice_cost_minor = models.PositiveBigIntegerField(_("cost of the AI voice, KES cents"), null=True, blank=True)
    voice_settled_at = models.DateTimeField(null=True, blank=True, editable=False)  # its cost is known; until then the reservation counts
    promised_for = models.DateTimeField(_("call back promised for"), null=True, blank=True)
    voice = models.CharField(_("voice"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True, default="")  # BCP-47; set when its stream opens
    not_recorded = models.CharField(_("why it is not recorded"), max_length=10, choices=labels(NotRecorded), blank=True, default="")
    recording_refusal = models.CharField(_("the callee's words against a recording"), max_length=200, blank=True)
    is_disclosure_heard = models.BooleanField(_("disclosure heard"), null=True, blank=True)
    disclosure_proof = models.CharField(_("how that is known"), max_length=12, blank=True, choices=labels(Proof))
    disclosure_sha256 = models.CharField(max_length=64, blank=True, default="", editable=False)  # of the file it was played from: a PreparedClip
    disclosure_heard_ms = models.PositiveIntegerField(null=True, blank=True, editable=False)
    # At the callee's ear (bridge.timing). Without the longest silence nothing was measured.
    first_word_ms = models.PositiveIntegerField(_("first word, ms"), null=True, blank=True)
    voice_to_voice_ms = models.JSONField(_("voice to voice, ms"), default=list, blank=True)
    overlap_ms = models.PositiveIntegerField(_("both spoke, ms"), default=0)
    longest_silence_ms = models.PositiveIntegerField(_("longest silence, ms"), null=True, blank=True)
    # How far it got (campaigns.funnel), as the last tally of its day found (campaigns.tallies); null: the person did not speak, or not tallied yet.
    reached_level = models.PositiveSmallIntegerField(null=True, editable=False)
    words_gone_at = models.DateTimeField(_("recording and transcript deleted at"), null=True, blank=True, editable=False)  # their period was over
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        permissions = [("lead_live_call", "Can speak through the bot on a live call, give it to a rep, or end it")]
        ordering = ["-created_at"]
        indexes = [
            # Status first: the live ones are few, whatever the campaign has behind it.
            models.Index(fields=["status", "campaign"]),
            # What the dialer and the janitor ask all the time, each by an index that holds only the rows that can be the answer.
            models.Index(fields=["campaign", "priority", "due_at"], condition=Q(status=CallStatus.QUEUED.value), name="call_queue"),
            models.Index(fields=["due_at"], condition=Q(status=CallStatus.QUEUED.value, attempt_number__gt=1), name="call_queued_retries"),
            models.Index(fields=["campaign", "dialled_at"], condition=Q(dialled_at__isnull=False), name="call_dialled"),
            models.Index(fields=["claimed_at"], condition=Q(settled_at=None, claimed_at__isnull=False), name="call_unsettled"),
            models.Index(fields=["claimed_at"], condition=Q(voice_settled_at=None, session_ended_at__isnull=False), name="call_voice_unsettled"),
            models.Index(fields=["stream_opened_at"], condition=Q(stream_opened_at__isnull=False, session_ended_at=None), name="call_open_session"),
            models.Index(fields=["campaign"], condition=Q(promise_due_at__isnull=False), name="call_with_promise"),
            # How many leads were enrolled and when the last one was, which an approval is held against.
            models.Index(fields=["campaign", "created_at"], condition=Q(attempt_number=1), name="call_enrolled"),
            models.Index(fields=["answered_at"], condition=Q(longest_silence_ms__isnull=False), name="call_timed"),
            # What a day's figures are counted from, without opening a row: its calls lie all over the table.
            models.Index(Coalesce("dialled_at", "answered_at", "ended_at"), include=_OF_DAY, name="call_of_day"),
            models.Index(fields=["ended_at", "id"], condition=Q(ended_at__isnull=False, words_gone_at=None), name="call_with_words"),
            models.Index(fields=["ended_at"], condition=Q(dialled_at__isnull=False), name="call_just_over"),  # the live board keeps them a moment
            # The order of their lists, of those to review, and what a campaign's figures are counted from without opening a row.
            # What their list is filtered by stands in it: where a filter finds few, the whole index is read, and no row that does not fit.
            models.Index(fields=["-created_at", "-id"], include=["campaign", "status", "disposition", "occasion"], name="call_listed"),
            models.Index(fields=["dialled_at", "id"], name="call_by_dialled_at"),
            models.Index(fields=["-answered_at", "-id"], condition=Q(answered_at__isnull=False), name="call_to_review"),
            models.Index(  # with what every question about calls to review asks of them
                fields=["campaign", "-answered_at", "-id"],
                include=["status", "occasion", "script", "words_gone_at"],
                condition=Q(answered_at__isnull=False),
                name="call_of_campaign_to_review",
            ),
            models.Index(fields=["-answered_at", "-id"], condition=Q(disposition=Disposition.OPTED_OUT.value), name="call_that_opted_out"),
            models.Index(fields=["-answered_at", "-id"], condition=Q(session_outcome__in=FAULTY) | ~Q(failure=""), name="call_with_faults"),
            models.Index(
                fields=["campaign", "status", "disposition"],
                include=["id", "lead", "voice_cost_minor", "money_on", "hangup_cause"],
                name="call_results",
            ),
            models.Index(
                fields=["disposition", "-created_at", "-id"],
                include=["campaign"],
                condition=Q(disposition__isnull=False),
                name="call_newest_of_result",
            ),
            models.Index(
                fields=["-created_at", "-id"], condition=~Q(occasion="campaign"), name="call_newest_of_few"
            ),  # hardly any are promised or theirs
            # Of a step, the newest where few got so far, and how many of a campaign.
            models.Index(
                fields=["-created_at", "-id"],
                include=["reached_level", "campaign"],
                condition=Q(reached_level__gte=LEVEL[Step.HOT]),
                name="call_of_hot_lead",
            ),
            models.Index(fields=["campaign", "reached_level"], condition=Q(reached_level__isnull=False), name="call_reached"),
            # Whether somebody limited to some campaigns sees a lead is looked up lead by lead (campaigns.access.viewer).
            models.Index(fields=["lead", "campaign"], name="call_of_lead"),
            # A campaign's calls lead by lead, with all that their ending is read from.
            models.Index(fields=["campaign", "lead"], include=["id", "status", "disposition", "hangup_cause"], name="call_cases"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "lead", "attempt_number"], condition=~Q(occasion=_INBOUND), name="call_attempt_is_unique"),
            # The database itself keeps a person from being rung twice at once, whatever the dialers do.
            models.UniqueConstraint(fields=["lead"], condition=Q(status__in=sorted(LIVE)), name="call_one_live_per_lead"),
            models.UniqueConstraint(fields=["campaign", "lead"], condition=Q(status=CallStatus.QUEUED.value), name="call_one_queued_per_lead"),
            models.CheckConstraint(condition=Q(status__in=[s.value for s in CallStatus]), name="call_status_is_known"),
            models.CheckConstraint(
                condition=(Q(attempt_number__gte=1) & ~Q(occasion=_INBOUND)) | Q(attempt_number=0, dialled_at=None, occasion=_INBOUND),
                name="call_attempt_from_one",
            ),
            models.CheckConstraint(
                condition=Q(disposition=None) | Q(status__in=sorted(ENDED | {CallStatus.IN_PROGRESS})), name="call_disposition_at_the_end"
            ),
        ]

    def __str__(self) -> str:
        if self.is_theirs:
            return gettext("Call %(id)s, they called us") % {"id": str(self.id)[:8]}
        return gettext("Call %(id)s, attempt %(n)s") % {"id": str(self.id)[:8], "n": self.attempt_number}

    @property
    def is_theirs(self) -> bool:
        """They called us."""
        return self.occasion == self.Occasion.INBOUND


class DialDecision(models.Model):
    """One answer of compliance about one lead at one moment, kept with its facts. Never edited."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="dial_decisions")
    decided_at = models.DateTimeField()
    is_allowed = models.BooleanField()
    reasons = models.JSONField(default=list)  # [{"reason", "sentence", "inputs"}]
    facts = models.JSONField(default=dict)
    pack_version = models.CharField(max_length=40, blank=True)
    consent_record = models.ForeignKey("leads.ConsentRecord", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["decided_at"]


class Answer(models.Model):
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey("campaigns.Question", on_delete=models.PROTECT, related_name="answers")
    value = models.JSONField(_("value"))
    quote = models.TextField(_("quote"), blank=True)
    started_ms = models.PositiveIntegerField(default=0)
    ended_ms = models.PositiveIntegerField(default=0)
    confidence = models.FloatField(default=0.0)
    is_confirmed = models.BooleanField(_("said back and agreed"), default=False)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["question__position"]
        constraints = [
            models.UniqueConstraint(fields=["call", "question"], name="answer_one_per_question"),
            models.CheckConstraint(condition=Q(confidence__gte=0) & Q(confidence__lte=1), name="answer_confidence_is_a_share"),
        ]
        indexes = [models.Index(fields=["call"], condition=Q(confidence__lt=UNSURE_BELOW, is_confirmed=False), name="answer_unsure")]


class Score(models.Model):
    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="score")
    points = models.IntegerField(_("score"))
    threshold = models.IntegerField(_("hot from"))
    is_hot = models.BooleanField(_("hot"))
    reasons = models.JSONField(_("reasons"), default=list)  # [{"question", "points", "why"}]
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["call"], condition=Q(is_hot=True), name="score_hot"),
            models.Index(fields=["call"], condition=IS_NEAR, name="score_near"),
        ]


class Turn(models.Model):
    """One party's stretch of speaking, offsets from the opening of the media stream."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveIntegerField()
    party = models.CharField(max_length=8, choices=labels(Party))
    text = models.TextField()
    intended = models.TextField(blank=True)  # the script's line, where the bot said it in other words
    said_for = models.CharField(max_length=150, blank=True)  # the person of ours whose sentence the bot said
    started_ms = models.PositiveIntegerField()
    ended_ms = models.PositiveIntegerField()
    heard_ms = models.PositiveIntegerField(null=True, blank=True)
    heard_text = models.TextField(blank=True)
    are_words_known = models.BooleanField(default=True)  # False: `text` is the script's, and the voice may have put it otherwise

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["call", "position"], name="turn_position_is_unique")]

    @property
    def heard(self) -> str:
        """The words that reached the callee, or us; where nobody knows which were said, the script's."""
        is_measured = self.party == Party.BOT and self.heard_ms is not None and self.are_words_known
        return self.heard_text if is_measured else self.text


class Recording(models.Model):
    class Origin(models.TextChoices):
        BRIDGE = "bridge", _("our bridge")
        PROVIDER = "provider", _("the platform")

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="recording")
    file = models.FileField(upload_to="recordings/%Y/%m/")
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.BRIDGE)
    duration_ms = models.PositiveIntegerField()
    key_id = models.CharField(_("encrypted with the key"), max_length=8, blank=True, db_index=True)  # "": it is not
    created_at = models.DateTimeField(auto_now_add=True)
