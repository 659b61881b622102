"""What integrators hold: API keys, the replies kept so that a repeated POST does its work once, and the webhooks that tell them what happened."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ApiKey(models.Model):
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)  # shown, so that a key can be told from another
    digest = models.CharField(max_length=64, unique=True)  # sha256 of the whole key, which is shown once
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    # It may do and see what they may. Null: a key of the organisation, which may all.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,  # without its owner it might do everything: deactivate the account instead, which silences the key
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        help_text=_("The key sees and does what this user may. Empty: everything"),
    )

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotentReply(models.Model):
    """The reply to one POST, by API key and Idempotency-Key; the same body gets it again, another body a conflict."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)  # method, path and body
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # null: the first request is still at work
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="idempotent_reply_is_unique")]


class WebhookEndpoint(models.Model):
    """An address of an integrator's that is told of events. `campaigns.integrations.webhooks` writes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("description"), max_length=200, blank=True)
    # As it is, because a signature is made with it; shown once, when it is made.
    secret = models.CharField(max_length=80, editable=False)
    previous_secret = models.CharField(max_length=80, blank=True, editable=False)
    previous_secret_until = models.DateTimeField(
        _("old secret signs until"), null=True, blank=True, editable=False
    )  # real time; until then both sign
    event_types = models.JSONField(_("told of"), default=list)  # of EventType, or "*" alone for all, also those of later versions
    include_personal_data = models.BooleanField(_("name and phone of the lead"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    disabled_at = models.DateTimeField(_("switched off at"), null=True, blank=True)
    disabled_because = models.CharField(_("why"), max_length=200, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)  # real time; null: the last attempt went well
    created_by = models.CharField(_("made by"), max_length=150)
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=True, disabled_at=None) | Q(is_active=False, disabled_at__isnull=False), name="webhook_endpoint_off_since"
            )
        ]

    def __str__(self) -> str:
        return self.description or self.url


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint: written with the fact it tells, in the same transaction. The payload names nobody."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waits")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("will be sent again")
        DEAD = "dead", _("given up")

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.CharField(_("event"), max_length=40)  # the same at every endpoint, and for the same fact told twice
    type = models.CharField(_("type"), max_length=40)
    payload = models.JSONField(_("payload"))
    # Whose phone and name are added at the sending, where the endpoint has them; erased with the lead.
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, null=True, blank=True, related_name="webhook_deliveries")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    n_attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Real time; null: none. While it is being sent: when another worker may take it for lost.
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True, blank=True)  # of HTTP; null: there was none
    last_error = models.CharField(_("what went wrong"), max_length=200, blank=True)
    response = models.CharField(_("beginning of the answer"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="webhook_delivery_due"),
            models.Index(fields=["created_at"]),
            models.Index(fields=["type"], name="webhook_delivery_of_type"),
        ]
        constraints = [models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_event_once_an_endpoint")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
