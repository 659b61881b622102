"""Counts of finished and running days, so that the console's first page reads a few rows instead of all calls. Written by `campaigns.tallies` alone.

Nothing here is the truth: every row can be made again from the calls (`manage.py tally_days --rebuild`).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DayTally(models.Model):
    """What came of one campaign's calls of one day of the organisation. What each figure counts: `campaigns.funnel`."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="day_tallies")
    on = models.DateField()
    attempted = models.PositiveIntegerField(default=0)
    connected = models.PositiveIntegerField(default=0)
    right_party = models.PositiveIntegerField(default=0)
    complete = models.PositiveIntegerField(default=0)
    hot = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    won = models.PositiveIntegerField(default=0)
    n_ended = models.PositiveIntegerField(default=0)
    n_blocked = models.PositiveIntegerField(default=0)
    n_unpriced = models.PositiveIntegerField(default=0)
    spent_minor = models.PositiveBigIntegerField(default=0)
    voice_minor = models.PositiveBigIntegerField(default=0)
    n_judged = models.PositiveIntegerField(default=0)
    n_confirmed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("tally of a day")
        verbose_name_plural = _("tallies of days")
        default_permissions = ()
        indexes = [models.Index(fields=["on"], name="tally_of_day")]
        constraints = [models.UniqueConstraint(fields=["campaign", "on"], name="tally_one_a_day")]

    def __str__(self) -> str:
        return f"{self.campaign_id}, {self.on}"


class TallyPart(models.Model):
    """One cell of a day's finer counts."""

    class Kind(models.TextChoices):
        HOUR = "hour", _("hour of the week on the leads' clocks")  # key: 24 × weekday + hour, Monday is 0
        REASON = "reason", _("why calls were blocked")  # key: a compliance reason
        FIRST_WORD = "first_word", _("time to the first word")  # key: ms, in buckets
        TURN = "turn", _("time from voice to voice")  # key: ms, in buckets

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=40)
    n = models.PositiveIntegerField()
    n_answered = models.PositiveIntegerField(default=0)  # of an hour's dialled calls

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["on", "campaign"], name="tally_parts_of_day")]
        constraints = [models.UniqueConstraint(fields=["campaign", "on", "kind", "key"], name="tally_part_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}, {self.on}: {self.kind} {self.key}"


class TalliedDate(models.Model):
    """All campaigns' tallies of this date are made. A date without this row is counted from the calls."""

    on = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()  # business time, before the count began
    version = models.PositiveIntegerField(default=0)  # of two counts at once the one that read last must win

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.on}"


class StaleDate(models.Model):
    """Something on a call of this date has changed since. Added in the transaction that changes it, gone with the next count; one row a change,
    so that no change waits for another."""

    on = models.DateField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.on}"
