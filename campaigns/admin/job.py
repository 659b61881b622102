"""Background jobs, read only: what the worker did, and what failed with which traceback."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from unfold.decorators import display

from campaigns.admin.read_only import ReadOnlyAdmin
from leads.admin.colours import by_words

admin.site.unregister(DBTaskResult)


# The library's own words stand in a context that no catalog of ours reaches.
STATES: dict[str, Any] = {"READY": _("waiting for its turn"), "RUNNING": _("at work"), "FAILED": _("failed"), "SUCCESSFUL": _("done")}
COLOURS = {"READY": "info", "RUNNING": "info", "FAILED": "danger", "SUCCESSFUL": "success"}


class StateFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() in STATES else queryset


@admin.register(DBTaskResult)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["task_name", "state", "enqueued_at", "started_at", "finished_at"]
    list_filter = [StateFilter]
    ordering = ["-enqueued_at"]
    fields = ["task_path", "state", "enqueued_at", "started_at", "finished_at", "args_kwargs", "traceback"]

    @display(description=_("status"), ordering="status", label=by_words(STATES.items(), COLOURS))
    def state(self, job: Any) -> str:
        return str(STATES[job.status])
