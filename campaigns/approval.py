"""Which preflight a campaign has, whether it still holds, and what an approval in force covers. Reads only; `campaign_life` acts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max

from campaigns.models import Call, Campaign, Preflight, Script
from campaigns.terms import Terms, beyond, differences, n_leads_since
from leads.said import listed, sentence

HOLDS_FOR = timedelta(days=7)  # lists, consent and holidays move on; the figures of last week are not today's


@dataclass(frozen=True, slots=True)
class Standing:
    """What the newest preflight is worth now."""

    preflight: Preflight | None
    obstacles: tuple[str, ...]  # why nobody may approve on its strength; (): it holds
    n_leads_since: int = 0


def terms_of(campaign: Campaign) -> Terms:
    """As it stands in the database now. `campaign` with script and line."""
    enrolled = Call.objects.filter(campaign=campaign, attempt_number=1).aggregate(n=Count("*"), newest=Max("created_at"))  # one each
    return Terms(
        script=str(campaign.script),
        script_digest=script_digest(campaign.script),
        lines=[line.number for line in campaign.lines()],
        kind=campaign.kind,
        purpose=campaign.purpose,
        controller=campaign.controller,
        voice=", ".join(campaign.voices),
        max_calls_in_flight=campaign.max_calls_in_flight,
        max_attempts=campaign.max_attempts,
        max_call_s=campaign.max_call_s,
        budget_minor=campaign.budget_minor,
        day_budget_minor=campaign.day_budget_minor,
        hot_leads_a_rep=campaign.hot_leads_a_rep,
        is_recorded=campaign.is_recorded,
        n_leads=enrolled["n"],
        newest_lead_at=enrolled["newest"].isoformat() if enrolled["newest"] else "",
    )


def newest_preflight(campaign: Campaign) -> Preflight | None:
    return Preflight.objects.filter(campaign=campaign).order_by("-id").first()


def preflight_to_approve_by(campaign: Campaign) -> Preflight | None:
    """The newest finished one of this very campaign as it stands now."""
    done = Preflight.objects.filter(campaign=campaign, finished_at__isnull=False, failure="", digest=terms_of(campaign).digest)
    return done.order_by("-id").first()


def standing_of(campaign: Campaign, *, now: datetime) -> Standing:
    preflight = newest_preflight(campaign)
    if preflight is None:
        return Standing(None, (sentence("There is no preflight of this campaign yet. Run one."),))
    if preflight.failure:
        return Standing(preflight, (sentence("The newest preflight broke off: %(failure)s Run it again.", failure=preflight.failure),))
    if preflight.finished_at is None:
        return Standing(preflight, (sentence("The newest preflight is still at work. Wait for it."),))
    before, terms = Terms(**preflight.terms), terms_of(campaign)
    when, obstacles = preflight.asked_at, []
    if preflight.digest != terms.digest:
        changes = differences(before, terms) or [sentence("other leads are enrolled")]
        obstacles.append(sentence("The preflight of %(when)s is out of date: %(changes)s. Run it again.", when=when, changes=listed(changes, "; ")))
    if now - preflight.asked_at > HOLDS_FOR:
        obstacles.append(sentence("The preflight of %(when)s is older than %(n)s days. Run it again.", when=when, n=HOLDS_FOR.days))
    return Standing(preflight, tuple(obstacles), n_leads_since(before, terms))


def beyond_approval(campaign: Campaign, *, with_leads: bool) -> list[str]:
    """What of this campaign nobody has approved, in words; []: it is as approved. `with_leads`: leads enrolled since count, too."""
    if campaign.approved_preflight is None:
        return [sentence("nobody has approved it")]
    return beyond(Terms(**campaign.approved_preflight.terms), terms_of(campaign), with_leads=with_leads)


def n_leads_since_approval(campaign: Campaign) -> int:
    if campaign.approved_preflight is None:
        return 0
    return n_leads_since(Terms(**campaign.approved_preflight.terms), terms_of(campaign))


def script_digest(script: Script) -> str:
    """Of all that is said, asked and scored, as it stands in the database."""
    said = [script.disclosure, script.lines, script.organisation, script.bot_name, script.language, script.hot_threshold]
    asked = [
        [q.key, q.position, q.kind, q.role, q.wording, q.reask_wording, q.choices, q.unit, q.minimum, q.maximum, q.is_read_back, q.rubric]
        for q in script.questions.order_by("position", "pk")
    ]
    # Beside the rest, so that what was approved before there were such things is still what was approved.
    more = [[q.key, q.skips, q.translations] for q in script.questions.order_by("position", "pk") if q.skips or q.translations]
    further = [more, script.translations] if more or script.translations else []
    return hashlib.sha256(json.dumps([said, asked, *further], sort_keys=True, separators=(",", ":")).encode()).hexdigest()
