"""Background jobs, read only: what the worker did, and what failed with which traceback."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from unfold.decorators import display

from campaigns.admin.read_only import ReadOnlyAdmin

admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["task_name", "state", "enqueued_at", "started_at", "finished_at"]
    list_filter = ["status"]
    ordering = ["-enqueued_at"]
    fields = ["task_path", "status", "enqueued_at", "started_at", "finished_at", "args_kwargs", "traceback"]

    @display(description=_("status"), ordering="status", label={"Failed": "danger", "Successful": "success", "Running": "info", "Ready": "info"})
    def state(self, job: Any) -> str:
        return str(job.get_status_display())
