"""Which lists were imported, by whom, and what became of their rows. To read only: `manage.py import_leads` imports and takes back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from leads.models import LeadImport

_COUNTS = ["n_new", "n_updated", "n_unchanged", "n_repeated", "n_rejected", "n_consents"]


@admin.register(LeadImport)
class LeadImportAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["__str__", "imported_by", "started_at", "undone_at", "n_new", "n_updated", "n_unchanged", "n_rejected"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name", "sha256"]
    date_hierarchy = "started_at"
    fields = ["file_name", "sha256", "imported_by", "attested_by", "started_at", "finished_at", "undone_at", *_COUNTS]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
