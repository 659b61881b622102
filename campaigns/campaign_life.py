"""A campaign's life: enrol leads; draft, approved on the strength of a preflight, running, paused, closed. Who changed what is kept.

What stands in the way is said in words, and nothing changes. Decides nothing about single leads: whether one may be called is decided at the
instant of the dial.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet

from campaigns import flight, line_guard, live
from campaigns.approval import beyond_approval, preflight_to_approve_by, standing_of
from campaigns.disclosures import disclosure_obstacles, not_told_in
from campaigns.judge.record import EntryKind
from campaigns.lived_in import markets_lived_in
from campaigns.models import Call, Campaign, CampaignChange, Question, Script
from campaigns.obstacles import Obstacle, Topic, about, in_sentences
from campaigns.rehearsals import rehearsal_obstacles, waived_for_launch
from campaigns.script_check import ScriptFault, faults_of_script, unnamed_organisation
from campaigns.states import LIVE, CallStatus
from leads import clock
from leads.market_packs import market_packs
from leads.models import Lead
from leads.pack_review import packs_nobody_answers_for
from leads.said import N_, code, listed, sentence

logger = logging.getLogger(__name__)

BATCH = 500


OURSELVES = "SautiQual"
TAKEN_OUT = N_("Its lead was taken out of the campaign.")


class Action(StrEnum):
    APPROVE = "approve"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    REVISE = "revise"  # back to a draft, whose approval is gone
    CLOSE = "close"


Status = Campaign.Status
_FROM: dict[Action, tuple[str, ...]] = {
    Action.APPROVE: (Status.DRAFT,),
    Action.START: (Status.APPROVED,),
    Action.PAUSE: (Status.RUNNING,),
    Action.RESUME: (Status.PAUSED,),
    Action.REVISE: (Status.APPROVED, Status.PAUSED),
    Action.CLOSE: (Status.DRAFT, Status.APPROVED, Status.RUNNING, Status.PAUSED),
}
_TO: dict[Action, str] = {
    Action.APPROVE: Status.APPROVED,
    Action.START: Status.RUNNING,
    Action.PAUSE: Status.PAUSED,
    Action.RESUME: Status.RUNNING,
    Action.REVISE: Status.DRAFT,
    Action.CLOSE: Status.CLOSED,
}


def enroll(campaign: Campaign, leads: Iterable[Lead]) -> int:
    """Queue a first call for each lead that has none here; how many were new. A lead whose last call was blocked, or who was taken out, is queued
    again.

    An approval does not cover leads who come before the start: it is taken back. Into a running campaign leads may come at any time; if one lives
    where more must be said than its script says, the campaign pauses first.
    """
    if campaign.status == Status.CLOSED:
        return 0
    n_enrolled, batch = 0, []
    for lead in leads:
        batch.append(lead)
        if len(batch) == BATCH:
            n_enrolled, batch = n_enrolled + _enroll_batch(campaign, batch), []
    n_enrolled += _enroll_batch(campaign, batch)
    if n_enrolled:
        take_approval_back(campaign, by=OURSELVES)
    return n_enrolled


def _enroll_batch(campaign: Campaign, leads: list[Lead]) -> int:
    if campaign.status == Status.RUNNING and (untold := not_told_in(campaign, {lead.market for lead in leads})):
        pause_itself(campaign, untold[0])
    newest = dict(Call.objects.filter(campaign=campaign, lead__in=leads).values_list("lead_id").annotate(Max("attempt_number")))
    not_made = Q(status=CallStatus.BLOCKED) | Q(status=CallStatus.CANCELED, failure=TAKEN_OUT)
    again = set(Call.objects.filter(not_made, campaign=campaign, lead__in=leads).values_list("lead_id", "attempt_number"))
    due_at = clock.now()
    wanted = {
        lead.pk: Call(campaign=campaign, lead=lead, attempt_number=newest.get(lead.pk, 0) + 1, due_at=due_at)
        for lead in leads
        if lead.pk not in newest or (lead.pk, newest[lead.pk]) in again
    }
    try:
        with transaction.atomic():
            Call.objects.bulk_create(wanted.values())
    except IntegrityError:  # two people enrolled the same leads at once: one row at a time finds out which are new
        return sum(_create_one(call) for call in wanted.values())
    return len(wanted)


@dataclass(frozen=True, slots=True)
class TakenOut:
    n: int  # leads whose queued call is canceled
    n_on_the_phone: int  # whose call has begun: it goes on, and another attempt may follow


def take_out(campaign: Campaign, leads: QuerySet[Lead]) -> TakenOut:
    """Cancel what is queued for these leads. What somebody was promised stays: it is kept, or not, by whoever promised it."""
    calls = Call.objects.filter(campaign=campaign, lead__in=leads.order_by().values("pk")).exclude(occasion=Call.Occasion.PROMISED)
    queued = calls.filter(status=CallStatus.QUEUED, promise_due_at=None)
    n = queued.update(status=CallStatus.CANCELED, ended_at=clock.now(), failure=TAKEN_OUT)
    return TakenOut(n, calls.filter(status__in=sorted(LIVE)).count())


def _create_one(call: Call) -> bool:
    try:
        with transaction.atomic():
            call.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def possible_actions(campaign: Campaign) -> list[Action]:
    """What may be asked of it as it stands now; whether something else is in the way, `obstacles_to` says."""
    return [action for action in Action if campaign.status in _FROM[action]]


def change(campaign: Campaign, action: Action, *, by: str, why: str = "") -> list[str]:
    """Why not, in words; empty: done, and `campaign` shows it. `by`: a user's name, or what else acts, as it is kept for good."""
    with transaction.atomic():
        fresh = _locked(campaign)
        if fresh.status not in _FROM[action]:
            return [sentence("This campaign is %(status)s, so it cannot be changed by “%(action)s”.", status=code(fresh.status), action=code(action))]
        if obstacles := obstacles_to(fresh, action):
            return obstacles
        if action is Action.START:
            why = " ".join(filter(None, (why, waived_for_launch(fresh.script))))
        if action in {Action.START, Action.RESUME}:
            freeze(fresh.script)
        if action is Action.CLOSE:
            _cancel_queued(fresh)
        _set_status(fresh, action, by=by, why=why)
    campaign.refresh_from_db()
    return []


def obstacles_to(campaign: Campaign, action: Action) -> list[str]:
    """All that stands in the way of this action, each with its mend; its status aside."""
    return in_sentences(obstacles_by_topic(campaign, action))


def obstacles_by_topic(campaign: Campaign, action: Action) -> list[Obstacle]:
    if action is Action.APPROVE:
        return [*_preflight_obstacles(campaign), *_calling_obstacles(campaign)]
    if action not in {Action.START, Action.RESUME}:
        return []
    unrehearsed = _rehearsal_obstacles(campaign) if action is Action.START else []
    return [*_approval_obstacles(campaign, action), *unrehearsed, *_calling_obstacles(campaign)]


def obstacles_on_the_way(campaign: Campaign) -> list[Obstacle]:
    """All that stands between this campaign, as it is now, and calling: of a draft, what would stop its approval or the start after it.

    Of a running one: what would stop it from being resumed. Of a closed one nothing is asked any more.
    """
    if campaign.status == Status.CLOSED:
        return []
    if campaign.status == Status.DRAFT:
        return [*_preflight_obstacles(campaign), *_rehearsal_obstacles(campaign), *_calling_obstacles(campaign)]
    return obstacles_by_topic(campaign, Action.START if campaign.status == Status.APPROVED else Action.RESUME)


def obstacles_to_calling(campaign: Campaign) -> list[str]:
    """All that keeps this campaign from calling, whoever approved it."""
    return in_sentences(_calling_obstacles(campaign))


def _calling_obstacles(campaign: Campaign) -> list[Obstacle]:
    return [
        *line_guard.campaign_obstacles_by_topic(campaign, campaign.line),
        *about(Topic.SCRIPT, _script_obstacles(campaign)),
        *about(Topic.DISCLOSURE, disclosure_obstacles(campaign) if campaign.script.disclosure.strip() else []),
        *about(Topic.LIMITS, _limit_obstacles(campaign)),
        *about(Topic.PACKS, _pack_obstacles(campaign)),
    ]


def _preflight_obstacles(campaign: Campaign) -> list[Obstacle]:
    return about(Topic.PREFLIGHT, standing_of(campaign, now=clock.now()).obstacles)


def _rehearsal_obstacles(campaign: Campaign) -> list[Obstacle]:
    return about(Topic.REHEARSAL, rehearsal_obstacles(campaign.script))


def _approval_obstacles(campaign: Campaign, action: Action) -> list[Obstacle]:
    beyond = beyond_approval(campaign, with_leads=action is Action.START)
    mend = sentence("Take it back to a draft, run a preflight and approve it anew.")
    return about(
        Topic.APPROVAL, [sentence("This is not what was approved: %(beyond)s. %(mend)s", beyond=listed(beyond, "; "), mend=mend)] if beyond else []
    )


def take_approval_back(campaign: Campaign, *, by: str) -> list[str]:
    """After an edit: an approved or paused campaign that goes beyond its approval becomes a draft again. What goes beyond it; [] if nothing does."""
    with transaction.atomic():
        fresh = _locked(campaign)
        if fresh.status not in _FROM[Action.REVISE]:
            return []
        beyond = beyond_approval(fresh, with_leads=fresh.status == Status.APPROVED)
        if beyond:
            _set_status(fresh, Action.REVISE, by=by, why=sentence("The approval was taken back: %(beyond)s.", beyond=listed(beyond, "; ")))
    campaign.refresh_from_db()
    return beyond


def pause_itself(campaign: Campaign, reason: str, *, by: str = OURSELVES) -> None:
    """Stop by our own act, and say why. Run inside the caller's transaction, or alone."""
    with transaction.atomic():
        fresh = _locked(campaign)
        if fresh.status != Status.RUNNING:
            return
        _set_status(fresh, Action.PAUSE, by=by, why=reason)
    logger.warning("campaign %s paused itself", campaign.pk)


def copy_to_new_version(script: Script) -> Script:
    """The next version of this script, not launched, with the same questions."""
    with transaction.atomic():
        questions = list(script.questions.all())
        newest = Script.objects.filter(name=script.name).aggregate(version=Max("version"))["version"]
        copy = Script.objects.get(pk=script.pk)
        copy.pk, copy.version, copy.launched_at, copy.revision = None, newest + 1, None, 0
        copy.save(force_insert=True)
        for question in questions:
            question.pk, question.script = None, copy
        Question.objects.bulk_create(questions)
    return copy


def freeze(script: Script) -> None:
    """From the first launch on the database refuses every change to this version."""
    Script.objects.filter(pk=script.pk, launched_at=None).update(launched_at=clock.now())


def _locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("script", "line", "approved_preflight").get(pk=campaign.pk)


def _set_status(campaign: Campaign, action: Action, *, by: str, why: str) -> None:
    """`campaign` is locked and fresh. One change, one row of its history."""
    now, preflight = clock.now(), preflight_to_approve_by(campaign) if action is Action.APPROVE else None
    fields: dict[str, Any] = {"status": _TO[action], "pause_reason": why[:300] if action is Action.PAUSE else ""}
    if action is Action.APPROVE:
        fields |= {"approved_preflight": preflight, "approved_by": by[:150], "approved_at": now}
    if action is Action.REVISE:
        fields |= {"approved_preflight": None, "approved_by": "", "approved_at": None}
    if action in {Action.START, Action.RESUME}:
        fields["running_since"] = now
    Campaign.objects.filter(pk=campaign.pk).update(**fields)
    CampaignChange.objects.create(
        campaign=campaign,
        changed_at=now,
        changed_by=by[:150],
        from_status=campaign.status,
        to_status=_TO[action],
        why=why[:1000],
        preflight=preflight,
    )
    live.publish(None, live.Kind.CAMPAIGN, {"campaign_id": campaign.pk, "status": _TO[action], "reason": fields["pause_reason"]})
    flight.record(EntryKind.CAMPAIGN, at=now, campaign_id=campaign.pk, details={"status": _TO[action], "reason": fields["pause_reason"]})


def _cancel_queued(campaign: Campaign) -> None:
    Call.objects.filter(campaign=campaign, status=CallStatus.QUEUED).update(status=CallStatus.CANCELED, ended_at=clock.now())


def _script_obstacles(campaign: Campaign) -> list[str]:
    """A launched script has no faults, in any of its languages. In a survey nobody is to become hot."""
    script, threshold = campaign.script, None if campaign.kind == Campaign.Kind.SURVEY else campaign.script.hot_threshold
    # A campaign that only goes on has asked these questions before, and nobody could mend them in it.
    is_going_on = campaign.status == Status.PAUSED
    faults = [] if is_going_on else faults_of_script(script.questions.all(), hot_threshold=threshold, languages=script.further_languages)
    faults += unnamed_organisation(script.organisation)
    found = [_fault_in_words(script, fault) for fault in faults]
    if not script.disclosure.strip():
        found.append(
            sentence(
                "The script %(script)s has no disclosure. Say that an AI calls, for whom, that it is recorded, and how to stop it.", script=script
            )
        )
    return found


def _fault_in_words(script: Script, fault: ScriptFault) -> str:
    if fault.question_key:
        return sentence("Question %(key)s: %(fault)s", key=fault.question_key, fault=fault.message)
    return sentence("%(script)s: %(fault)s", script=script, fault=fault.message)


def _limit_obstacles(campaign: Campaign) -> list[str]:
    checks = [
        (not campaign.controller.strip(), sentence("The organisation named in the consent is empty. Fill it in.")),
        (campaign.max_calls_in_flight < 1, sentence("Calls in flight is 0, so nobody would be called. Set it to 1 or more.")),
        (campaign.max_call_s < 30, sentence("The longest call is under 30 seconds, too short for the disclosure. Set it to 30 or more.")),
    ]
    return [sentence for is_wrong, sentence in checks if is_wrong]


def _pack_obstacles(campaign: Campaign) -> list[str]:
    """Old rules of the markets its leads live in, for which nobody answers. Leads enrolled later are looked at when it is next resumed."""
    old = {pack.market: pack for pack in packs_nobody_answers_for(market_packs(), at=clock.now())}
    return [
        sentence(
            "Nobody has read the calling rules of %(pack)s (%(version)s) again for 180 days. Compare leads/markets/%(market)s.toml "
            "with the law as it is today; whoever answers for it runs `manage.py acknowledge_pack %(market)s --by NAME`.",
            pack=pack.name,
            version=pack.version,
            market=pack.market,
        )
        for pack in (old[market] for market in markets_lived_in(campaign, among=old))
    ]
