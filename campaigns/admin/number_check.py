"""Checks of reps' numbers in the console, read only: who asked, when, and what came of it. The code is nowhere."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from campaigns.admin.read_only import ReadOnlyAdmin
from campaigns.handoff.number_check import Result
from campaigns.models import NumberCheck
from leads.admin.colours import by_words
from leads.said import spaced
from leads.telling import told

AT_WORK = _("at work")
COLOURS = by_words([(Result.VERIFIED, spaced(Result.VERIFIED)), ("", AT_WORK)], {Result.VERIFIED: "success", "": "info"})


@admin.register(NumberCheck)
class NumberCheckAdmin(ReadOnlyAdmin):
    list_display = ["asked_at", "rep", "number", "asked_by", "what_came_of_it", "n_wrong", "ended_at"]
    list_filter = ["result"]
    list_select_related = ["rep"]
    search_fields = ["rep__name", "asked_by"]
    fields = ["rep", "number", ("asked_by", "asked_at"), "what_came_of_it", "n_wrong", "why_not_rung", "ended_at"]
    readonly_fields = ["what_came_of_it"]

    @display(description=_("what came of it"), ordering="result", label=COLOURS)
    def what_came_of_it(self, check: NumberCheck) -> Any:
        return told(spaced(check.result)) if check.result else str(AT_WORK)
