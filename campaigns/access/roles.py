"""The six roles: what each may and may not do, in words for people and in rights for the machine. The one place for it.

Names of permissions, no database. `campaigns.access.keeping` makes groups of them after every migration.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SEE_NUMBERS = "campaigns.see_numbers"
SEE_PEOPLE = "campaigns.see_people"
SHOW_NUMBER = "campaigns.show_number"
LISTEN_IN = "campaigns.listen_in"
EXPORT_EVIDENCE = "campaigns.export_evidence"
PREFIX = "Role: "  # of the group's name, so that a group that somebody made and called "manager" stays theirs

Words = Promise | str


class Role(StrEnum):
    MANAGER = "manager"
    REP = "rep"
    REVIEWER = "reviewer"
    ANALYST = "analyst"
    COMPLIANCE = "compliance"
    AUDITOR = "auditor"

    @property
    def group_name(self) -> str:
        return f"{PREFIX}{self.value}"


@dataclass(frozen=True, slots=True)
class Rights:
    title: Words
    may: Sequence[Words]
    may_not: Sequence[Words]
    permissions: Sequence[str]  # "app.codename", with * for any: a right of a later version that fits comes by itself


_WHAT_RAN = (
    "campaigns.view_campaign",
    "campaigns.view_call",
    "campaigns.view_script",
    "campaigns.view_preflight",
    "campaigns.view_rehearsal",
    "campaigns.view_preparedclip",
    "campaigns.view_retryrule",
)
_PEOPLE = ("leads.view_lead", "leads.view_consentrecord", "campaigns.view_handoff", SEE_PEOPLE)
_PROOF = (
    "leads.view_*",
    "campaigns.view_dialingstop",
    "campaigns.view_flightentry",
    "campaigns.view_judgement",
    "campaigns.view_line",
    "campaigns.view_linecheck",
    "campaigns.view_numbercheck",
    "campaigns.view_organisation",
    "campaigns.view_privacyact",
    "campaigns.view_rep",
)

ROLES: dict[Role, Rights] = {
    Role.MANAGER: Rights(
        _("Manager"),
        (
            _("set up, approve, start, pause and close campaigns, scripts, phone lines and reps"),
            _("see leads with their numbers, import them, and export results"),
            _("export evidence packs of calls and people"),
            _("stop and resume all dialing, lead a live call and listen in to it, read the audit log"),
        ),
        (_("change other people's rights"), _("take a number off the do-not-call list")),
        ("campaigns.*", "leads.*", "auth.view_user", "auth.view_group", "django_tasks_database.view_dbtaskresult"),
    ),
    Role.REP: Rights(
        _("Rep"),
        (_("work in the reps' queue: take hot leads of their campaigns and write up the talks"),),
        (_("see a lead's number, open the console's lists, export anything"),),
        (),  # the queue asks whether somebody is a rep, not for a right
    ),
    Role.REVIEWER: Rights(
        _("Reviewer"),
        (
            _("open calls with transcript, recording, answers and score"),
            _("correct an answer or a score, with a reason"),
            _("see names and what people said"),
        ),
        (_("see numbers"), _("change campaigns or leads"), _("read the audit log")),
        (*_WHAT_RAN, *_PEOPLE, "campaigns.add_reviewact"),
    ),
    Role.ANALYST: Rights(
        _("Analyst"),
        (_("see campaigns, what came of calls, times and costs"), _("export answers and scores, without anybody's name or number")),
        (_("see a name, a number, a quote, a transcript or a person's own fields"), _("play recordings"), _("open leads"), _("change anything")),
        _WHAT_RAN,
    ),
    Role.COMPLIANCE: Rights(
        _("Compliance"),
        (
            _("see consent, the do-not-call list, every decision, recordings and transcripts"),
            _("listen in to a live call, which stays in the audit log"),
            _("make one number visible, with a reason that stays in the audit log"),
            _("export evidence packs of calls and people, numbers masked"),
            _("put numbers on the do-not-call list, erase a person, confirm holidays, have a day judged"),
            _("stop and resume all dialing, read the audit log"),
        ),
        (_("see numbers in lists or exports"), _("set up or start campaigns")),
        (
            *_WHAT_RAN,
            *_PEOPLE,
            *_PROOF,
            SHOW_NUMBER,
            LISTEN_IN,
            EXPORT_EVIDENCE,
            "leads.add_donotcallentry",
            "leads.add_consentrecord",
            "leads.add_holidayconfirmation",
            "campaigns.erase_person",
            "campaigns.stop_dialing",
            "campaigns.add_judgement",
        ),
    ),
    Role.AUDITOR: Rights(
        _("Auditor"),
        (
            _("see everything that is kept as proof, recordings and transcripts included"),
            _("export evidence packs of calls and people, numbers masked"),
            _("read and export the audit log"),
        ),
        (_("see numbers"), _("change, start or stop anything")),
        (*_WHAT_RAN, *_PEOPLE, *_PROOF, EXPORT_EVIDENCE, "campaigns.view_*", "auth.view_user", "auth.view_group"),
    ),
}


def permissions_of(role: Role, known: Collection[str]) -> frozenset[str]:
    """Of the known permissions those that this role has, each "app.codename"."""
    patterns = ROLES[role].permissions
    return frozenset(name for name in known if any(fnmatchcase(name, pattern) for pattern in patterns))


def role_of_group(name: str) -> Role | None:
    """None: a group that somebody made, no role."""
    return next((role for role in Role if role.group_name == name), None)
