"""The do-not-call list in the console. An entry is never edited, and only a superuser takes one off."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from leads import clock
from leads.admin.phone_form import PhoneForm
from leads.do_not_call import add_to_do_not_call
from leads.models import DoNotCallEntry


@admin.register(DoNotCallEntry)
class DoNotCallEntryAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["phone", "origin", "reason", "entered_by", "entered_at"]
    list_filter = ["origin"]
    list_select_related = ["entered_by"]
    search_fields = ["phone", "reason"]
    date_hierarchy = "entered_at"

    def get_form(self, request: HttpRequest, obj: DoNotCallEntry | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": PhoneForm}), **kwargs)

    def get_fields(self, request: HttpRequest, obj: DoNotCallEntry | None = None) -> list[str]:
        return ["phone", "reason", *(["origin", "entered_by", "entered_at"] if obj else [])]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: DoNotCallEntry, form: Any, change: bool) -> None:
        staff = DoNotCallEntry.Origin.STAFF
        entry, _is_new = add_to_do_not_call(obj.phone, origin=staff, reason=obj.reason, at=clock.now(), by=request.user)  # type: ignore[arg-type]
        obj.pk = entry.pk
