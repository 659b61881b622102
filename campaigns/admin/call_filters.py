"""Filters of the list of calls by which the first page's figures open as lists of the very rows they count."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.home_words import PERIODS
from campaigns.funnel import COUNTED, TITLES, Step
from campaigns.period import LAST_DAYS, Period, asked_period, last_days
from campaigns.tallies.counting import AT, bounds, date_of
from campaigns.tallies.reading import reached
from leads import clock

REACHED, DAYS, BETWEEN = "reached", "days", ".."


def days_value(period: Period) -> str:
    return f"{period.first}{BETWEEN}{period.last}"


class DaysFilter(SimpleListFilter):
    """By the organisation's day on which a call was dialled, answered where they called us, or ended undialled."""

    title = _("day of the call")
    parameter_name = DAYS

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        today = date_of(clock.now())
        offered = {days_value(last_days(n, today=today)): PERIODS[preset] for preset, n in LAST_DAYS.items()}
        asked = self.period_of(self.value())
        own = {days_value(asked): f"{asked.first} – {asked.last}"} if asked else {}
        return list({**own, **offered}.items())

    @staticmethod
    def period_of(value: str | None) -> Period | None:
        """None: all days, or nothing that can be read."""
        first, found, last = (value or "").partition(BETWEEN)
        asked = asked_period("", first, last, today=date_of(clock.now())) if found and first and last else None
        return asked.period if asked is not None and not asked.preset else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        period = self.period_of(self.value())
        if period is None:
            return queryset
        start, end = bounds(period.first, period.last)
        of_days: QuerySet[Any] = queryset.alias(at=AT).filter(at__gte=start, at__lt=end)
        return of_days


class ReachedFilter(SimpleListFilter):
    """How far a call got, or further; from the complete interview on the one call on which its lead counts."""

    title = _("how far it got")
    parameter_name = REACHED

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(step.value, gettext(TITLES[step])) for step in COUNTED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in set(COUNTED):
            return queryset
        return reached(queryset.alias(at=AT), Step(str(self.value())), now=clock.now())
