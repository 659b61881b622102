"""The organisation's limits, and the running totals that keep money within its caps."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    """The limits over all campaigns together, in one row. Every claim of a call locks it, so that two dialers share one view."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    max_calls_in_flight = models.PositiveIntegerField(
        _("calls in flight, at most"), null=True, blank=True, help_text=_("Over all campaigns. Empty: what the phone lines allow")
    )
    day_budget_minor = models.PositiveBigIntegerField(_("budget a day, KES cents"), null=True, blank=True)
    month_budget_minor = models.PositiveBigIntegerField(_("budget a month, KES cents"), null=True, blank=True)

    class Meta:
        verbose_name = _("limits of the organisation")
        verbose_name_plural = _("limits of the organisation")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="organisation_is_single")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def locked(cls) -> Organisation:
        """The row, until the transaction ends nobody else's. No limits until somebody sets them."""
        return cls.objects.select_for_update().get_or_create(pk=1)[0]

    @classmethod
    def current(cls) -> Organisation:
        return cls.objects.get_or_create(pk=1)[0]


class MoneyTotal(models.Model):
    """KES cents of one scope, kept by `campaigns.money` in the transaction that changes a call's money: a cap is read, not summed."""

    scope = models.CharField(max_length=60, unique=True)  # as campaigns.budget names it
    reserved_minor = models.BigIntegerField(default=0)  # of calls whose price is not final
    spent_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reserved_minor__gte=0) & Q(spent_minor__gte=0), name="money_total_is_not_negative"),
        ]
