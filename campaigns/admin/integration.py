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

from campaigns.integrations.api_keys import create_api_key
from campaigns.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "prefix", "created_at", "last_used_at", "revoked_at"]
    search_fields = ["name", "prefix"]
    ordering = ["name"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return ["name", "prefix", "created_at", "last_used_at", "revoked_at"] if obj else ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return ["prefix", "created_at", "last_used_at", "revoked_at"]

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # replies kept for its repeated requests, and the trace of who had it, would go with it

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        created, text = create_api_key(obj.name)
        obj.pk, obj.prefix = created.pk, created.prefix
        messages.warning(request, _("Copy this key now, it is not shown again: %(key)s") % {"key": text})

    @admin.action(description=_("Revoke the chosen keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        n_revoked = keys.filter(revoked_at=None).update(revoked_at=timezone.now())
        sentence = ngettext("%d key revoked; requests with it are refused.", "%d keys revoked; requests with them are refused.", n_revoked)
        self.message_user(request, sentence % n_revoked)
