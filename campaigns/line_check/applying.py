"""Saves what a check proposes to its line, once, after somebody has said so; the old values stay with the check."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.line_check.finding import Finding, Name, Outcome
from campaigns.line_check.findings import Proposal, Result, health_note
from campaigns.models import Line, LineCheck
from leads import clock
from leads.said import sentence

logger = logging.getLogger(__name__)


def result_from(record: Mapping[str, list[dict[str, Any]]]) -> Result:
    """Of `LineCheck.findings`."""
    findings = tuple(
        Finding(Name(str(each["name"])), Outcome(str(each["outcome"])), each["value"], str(each["words"])) for each in record["findings"]
    )
    proposals = tuple(Proposal(str(each["setting"]), each["old"], each["new"], str(each["why"])) for each in record["proposals"])
    return Result(findings, proposals)


def why_not_apply(check: LineCheck) -> str:
    """In words; "": its settings can be saved."""
    if check.ended_at is None:
        return sentence("The check is not over yet.")
    if check.applied_at is not None:
        return sentence("%(by)s has saved these settings already.", by=check.applied_by)
    if not check.findings or result_from(check.findings).missing:
        return sentence("The check did not find out what a line cannot be used without. Mend what it names and start it again.")
    changed = [each.setting for each in result_from(check.findings).proposals if getattr(check.line, each.setting) != each.old]
    if changed:
        return sentence("The line was changed since the check (%(changed)s). Check it again.", changed=", ".join(changed))
    return ""


def apply(check: LineCheck, *, by: str) -> str:
    """Why it was not done, in words; "": the line has the proposed settings, and its health says what was found."""
    with transaction.atomic():
        line = Line.objects.select_for_update().get(pk=check.line_id)
        check.line = line
        if why := why_not_apply(check):
            return why
        result = result_from(check.findings)
        changed = {each.setting: each.new for each in result.proposals}
        old = {each.setting: [each.old, each.new] for each in result.proposals}
        now = clock.now()
        is_first = LineCheck.objects.filter(pk=check.pk, applied_at=None).update(applied=old, applied_at=now, applied_by=by[:150]) == 1
        if not is_first:
            return sentence("Somebody has saved these settings already.")
        note = health_note(result, on=f"{timezone.localdate(now):%Y-%m-%d}")
        Line.objects.filter(pk=line.pk).update(**changed, health_note=note)
    check.refresh_from_db()
    logger.info("line %d has the settings that check %s found", line.pk, check.pk)
    return ""
