"""What the rehearsals of a script are worth for a launch, and how one is waived: with a name, a reason, and only for these very words."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.approval import script_digest
from campaigns.models import Campaign, Rehearsal, Script
from leads import audit, clock

Kind, Status = Rehearsal.Kind, Rehearsal.Status
PERMISSION = "campaigns.waive_rehearsal"


class NotWaived(ValueError):
    """The message says what to mend."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What has been rehearsed of a script as it reads now."""

    newest: Rehearsal | None  # of whatever words
    passed: Rehearsal | None  # the newest that counts; a rehearsal before a waiver
    obstacles: tuple[str, ...]  # why no campaign may start with it; (): one may

    @property
    def is_passed(self) -> bool:
        return self.passed is not None and self.passed.kind != Kind.WAIVER

    @property
    def is_waived(self) -> bool:
        return self.passed is not None and self.passed.kind == Kind.WAIVER


def rehearsal_of(script: Script) -> Standing:
    """A launched version has been through the gate, or is older than it: nothing keeps it from going on."""
    rehearsals = list(Rehearsal.objects.filter(script=script).defer("results"))
    digest = script_digest(script)
    passed = sorted((one for one in rehearsals if one.digest == digest and one.status == Status.PASSED), key=lambda one: one.kind == Kind.WAIVER)
    standing = Standing(rehearsals[0] if rehearsals else None, passed[0] if passed else None, ())
    if standing.passed is not None or script.launched_at is not None:
        return standing
    return Standing(standing.newest, None, (_obstacle(script, rehearsals, digest),))


def rehearsal_obstacles(script: Script) -> list[str]:
    """Why a campaign may not start with this script, with the mend; []: it may."""
    return list(rehearsal_of(script).obstacles)


def waive(script: Script, *, by: str, why: str) -> Rehearsal:
    """`by` answers for the script as it reads now. Who asks has checked the permission. Raises NotWaived."""
    why = why.strip()
    if not why:
        raise NotWaived(_("Say why this script may be launched without a rehearsal. It is kept with your name."))
    if len(why) > 1000:
        raise NotWaived(_("The reason is too long: 1000 characters at most."))
    if script.launched_at is not None:
        raise NotWaived(_("This version was launched already, and needs no rehearsal any more."))
    now, digest = clock.now(), script_digest(script)
    with transaction.atomic():
        waiver = Rehearsal.objects.create(
            script=script, digest=digest, kind=Kind.WAIVER, status=Status.PASSED, started_by=by[:150], started_at=now, finished_at=now, why=why
        )
        campaigns: list[int | None] = list(Campaign.objects.filter(script=script).exclude(status=Campaign.Status.CLOSED).values_list("pk", flat=True))
        for campaign_id in campaigns or [None]:
            audit.record(by, audit.Act.WAIVE, "script", script.pk, campaign_id=campaign_id, why=why, what="rehearsal", digest=digest)
    return waiver


def waive_if_missing(script: Script, *, by: str, why: str) -> None:
    """For programs that launch campaigns to try something else than the script."""
    if rehearsal_obstacles(script):
        waive(script, by=by, why=why)


def waived_for_launch(script: Script) -> str:
    """For a campaign's history, when it starts: who answers for there being no rehearsal. "": there was one, or none was needed."""
    standing = rehearsal_of(script)
    if script.launched_at is not None or not standing.is_waived or standing.passed is None:
        return ""
    return f"The rehearsal of {script} was waived by {standing.passed.started_by}: {standing.passed.why}"


def _obstacle(script: Script, rehearsals: list[Rehearsal], digest: str) -> str:
    mend = _("Rehearse it: open the script and press “Rehearse”, or have it waived there with a reason.")
    now = [one for one in rehearsals if one.digest == digest]
    if any(one.is_at_work(timezone.now()) for one in now):
        return _("A rehearsal of %(script)s is still running. Wait for its end.") % {"script": script}
    if any(one.status == Status.FAILED for one in now):
        return _("No rehearsal of %(script)s as it reads now was passed. %(mend)s") % {"script": script, "mend": mend}
    if any(one.status == Status.PASSED for one in rehearsals):
        return _("The script %(script)s was changed since it was rehearsed. %(mend)s") % {"script": script, "mend": mend}
    return _("Nobody has rehearsed %(script)s as it reads now. %(mend)s") % {"script": script, "mend": mend}
