"""The worker of django-tasks-db, at business time: on the real day the jobs of a demo would hold what was just written for the future's."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django_tasks_db.management.commands import db_worker

from campaigns import business_clock
from leads.management.tables import demand_tables


class Command(db_worker.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        demand_tables()
        try:
            business_clock.apply()
        except business_clock.DemoDatabaseRefused as refused:
            raise CommandError(str(refused)) from refused
        super().handle(*args, **options)
