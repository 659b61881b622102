"""The table of what follows on each outcome, a row each: seeded with the shipped values, edited in the console, never added to."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.aapor import CODES, named
from campaigns.day_parts import DayPart
from campaigns.outcomes import NEVER_AGAIN, WORDS, AttemptOutcome
from campaigns.retries import LONGEST_DELAY_MINUTES, MOST_ATTEMPTS, SHORTEST_DELAY_MINUTES, OutcomeRule, faults_of
from leads.telling import told, told_later


class RetryRule(models.Model):
    outcome = models.CharField(
        _("outcome"), max_length=20, primary_key=True, choices=[(o.value, told_later(WORDS[o])) for o in AttemptOutcome], editable=False
    )
    is_final = models.BooleanField(_("final"), help_text=_("Nobody is called again after it"))
    delay_minutes = models.PositiveIntegerField(_("again after, minutes"), help_text=_("From the end of the attempt"))
    n_day_parts = models.PositiveSmallIntegerField(_("parts of the day"), help_text=_("Spread over at least so many; 0: the delay alone counts"))
    max_attempts = models.PositiveSmallIntegerField(_("attempts, at most"), help_text=_("That end so; the campaign's own limit holds as well"))
    aapor_code = models.CharField(_("AAPOR code"), max_length=4, choices=[(code, told_later(named(code))) for code in CODES])

    class Meta:
        verbose_name = _("retry rule")
        verbose_name_plural = _("retry rules")
        ordering = ["outcome"]
        default_permissions = ("change", "view")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=[o.value for o in AttemptOutcome]), name="retry_outcome_is_known"),
            # By law or for safety: no edit, by whatever door, makes these call again.
            models.CheckConstraint(condition=Q(is_final=True) | ~Q(outcome__in=[o.value for o in NEVER_AGAIN]), name="retry_never_again_is_final"),
            models.CheckConstraint(
                condition=Q(delay_minutes__gte=SHORTEST_DELAY_MINUTES, delay_minutes__lte=LONGEST_DELAY_MINUTES), name="retry_delay_in_bounds"
            ),
            models.CheckConstraint(condition=Q(n_day_parts__lte=len(DayPart)), name="retry_day_parts_in_bounds"),
            models.CheckConstraint(
                condition=Q(max_attempts__gte=1, max_attempts__lte=MOST_ATTEMPTS) & Q(max_attempts__gte=F("n_day_parts")),
                name="retry_attempts_in_bounds",
            ),
            models.CheckConstraint(condition=Q(aapor_code__in=list(CODES)), name="retry_aapor_code_is_known"),
        ]

    def __str__(self) -> str:
        return str(self.get_outcome_display())

    def clean(self) -> None:
        if faults := faults_of(self.as_rule()):
            raise ValidationError({name: told(fault) for name, fault in faults.items()})

    def as_rule(self) -> OutcomeRule:
        return OutcomeRule(AttemptOutcome(self.outcome), self.is_final, self.delay_minutes, self.n_day_parts, self.max_attempts, self.aapor_code)
