"""A filter of the console's lists by when something was: from and to, which asks the database nothing to be shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateTimeFilter


class When(RangeDateTimeFilter):  # type: ignore[misc]
    """From and to on the organisation's clock; what is no time is passed over. Unfold's own takes neither a zone nor a day alone."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = {"gte": self._asked("from", "00:00:00"), "lte": self._asked("to", "23:59:59")}
        return queryset.filter(**{f"{self.parameter_name}__{lookup}": at for lookup, at in asked.items() if at is not None})

    def _asked(self, side: str, time_of_day: str) -> datetime | None:
        day, time = (str(self.used_parameters.get(f"{self.parameter_name}_{side}_{part}") or "") for part in (0, 1))
        try:
            return timezone.make_aware(datetime.fromisoformat(f"{day.strip()} {time.strip() or time_of_day}"))
        except ValueError:
            return None
