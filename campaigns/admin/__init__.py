"""The manager's console: Django's admin in unfold's dress."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.admin import (
    audit_log,
    call,
    campaign,
    clips,
    dialing_stop,
    flight,
    handoff,
    integration,
    job,
    line_check,
    number_check,
    organisation,
    people,
    phone_line,
    preflight,
    privacy,
    rep,
    retry_rule,
    script,
    webhook,
)

admin.site.index_title = _("Overview")
admin.site.empty_value_display = "–"

__all__ = [
    "audit_log",
    "call",
    "campaign",
    "clips",
    "dialing_stop",
    "flight",
    "handoff",
    "integration",
    "job",
    "line_check",
    "number_check",
    "organisation",
    "people",
    "phone_line",
    "preflight",
    "privacy",
    "rep",
    "retry_rule",
    "script",
    "webhook",
]
