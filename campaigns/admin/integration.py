"""API keys: made here or by `manage.py create_api_key`, their text shown once; revoked, never deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from campaigns.access.viewer import viewer_on
from campaigns.integrations.api_keys import create_api_key
from campaigns.models import ApiKey
from leads import audit


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "prefix", "owner", "created_at", "last_used_at", "revoked_at"]
    search_fields = ["name", "prefix"]
    ordering = ["name"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return ["name", "prefix", "owner", "created_at", "last_used_at", "revoked_at"] if obj else ["name", "owner"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        """Whose it is stays: another owner would make another key of it. Who does not see everything makes keys of their own only."""
        shown = ["prefix", "created_at", "last_used_at", "revoked_at"]
        return [*shown, "owner"] if obj or not viewer_on(request).sees_all else shown

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # replies kept for its repeated requests, and the trace of who had it, would go with it

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        owner = obj.owner if viewer_on(request).sees_all else request.user
        created, text = create_api_key(obj.name, owner)  # type: ignore[arg-type]
        obj.pk, obj.prefix = created.pk, created.prefix
        audit.record(request.user.get_username(), audit.Act.RIGHTS, "API key", created.pk, what="made", owner=str(owner or ""))
        messages.warning(request, _("Copy this key now, it is not shown again: %(key)s") % {"key": text})

    @admin.action(description=_("Revoke the chosen keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        for key in keys.filter(revoked_at=None):
            audit.record(request.user.get_username(), audit.Act.RIGHTS, "API key", key.pk, what="revoked")
        n_revoked = keys.filter(revoked_at=None).update(revoked_at=timezone.now())
        sentence = ngettext("%d key revoked; requests with it are refused.", "%d keys revoked; requests with them are refused.", n_revoked)
        self.message_user(request, sentence % n_revoked)
