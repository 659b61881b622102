"""REST for campaigns, calls and results; mounted under /api/v1 by the project, which also checks the key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from bridge.brief import QuestionKind
from campaigns import campaign_life
from campaigns.access.noting import note_results
from campaigns.access.viewer import Viewer, let_in, viewer_on
from campaigns.briefs import counted_answers, standard_disclosure
from campaigns.clips.proof import proof_of
from campaigns.handoff.result import handoff_result
from campaigns.handoff.results import times_of
from campaigns.launch.as_json import launch_out
from campaigns.models import Answer, Call, Campaign, CampaignChange, Line, Preflight, PreflightExclusion, Question, Script, WrapUp
from campaigns.paging import MAX_PAGE, BadCursor, cursor_of, place_of
from campaigns.preflight.run import preflight
from campaigns.reports.results import ResultsFormat, results_response
from campaigns.reports.voice_cost import money_of
from campaigns.reports.why import why
from campaigns.reports.why_words import local_time
from campaigns.retry_plan import outcome_of_call, promise_of_call, with_answers
from campaigns.retry_rules import rule_of
from campaigns.review.blind import hidden_among, without_hidden
from campaigns.review.sight import FROM_ANSWERS, shown_disposition
from campaigns.schemas import (
    CallOut,
    CallPage,
    CampaignChangeOut,
    CampaignIn,
    CampaignNowOut,
    CampaignOut,
    EnrolIn,
    EnrolOut,
    ExcludedOut,
    LaunchOut,
    PreflightOut,
    TakenOutOut,
    WhyOut,
)
from campaigns.script_schemas import ScriptIn
from campaigns.states import ENDED, CallStatus, Disposition, HandoffStatus
from campaigns.vouching import log_vouching
from leads import clock
from leads.compliance import Reason
from leads.long_lists import rows_of
from leads.models import Lead
from leads.phone import PhoneProblem
from leads.schemas import Problems

router = Router(tags=["campaigns"])
CALLS = "campaigns.api.calls"


@router.post("/campaigns", response={201: CampaignOut, 422: Problems})
def create_campaign(request: HttpRequest, body: CampaignIn) -> Status[Any]:
    """A draft. Enrol leads, run its `preflight`, `approve`, `start`. The script becomes version 1 of its name, or the next one."""
    lines = {line.number: line for line in Line.objects.filter(number__in=[body.line, *body.more_lines])}
    for field, numbers in (("line", [body.line]), ("more_lines", body.more_lines)):
        if any(number not in lines for number in numbers):
            return Status(422, problem(field, "No phone line has this number. Add it in the console under Phone lines."))
    try:
        with transaction.atomic():
            script = create_script(body.script, by=asker(request), is_recorded=body.is_recorded)
            fields = body.model_dump(exclude={"line", "more_lines", "script", "voice"})
            campaign = Campaign.objects.create(**fields, line=lines[body.line], script=script, voice=body.voice or settings.VOICE)
            campaign.more_lines.set(lines[number] for number in body.more_lines)
            if (owner := viewer_on(request).user) is not None:
                let_in(owner, campaign)
    except IntegrityError:
        return Status(422, problem("name", "A campaign of this name exists. Choose another name."))
    return Status(201, campaign)


def create_script(body: ScriptIn, *, by: str, is_recorded: bool) -> Script:
    newest = Script.objects.filter(name=body.name).order_by("-version").first()
    fields = body.model_dump(exclude={"questions", "vouch_for_disclosure"})
    fields["disclosure"] = body.disclosure or standard_disclosure(is_recorded=is_recorded)
    script = Script(**fields, version=newest.version + 1 if newest else 1)
    for language, told in script.translations.items():
        told["disclosure"] = told["disclosure"] or standard_disclosure(is_recorded=is_recorded, language=language)
    if body.vouch_for_disclosure:
        for language in script.languages:
            script.vouch(by=by, language=language)
    script.save(force_insert=True)
    log_vouching(script, {}, by=by)
    Question.objects.bulk_create(Question(script=script, position=n, **q.model_dump()) for n, q in enumerate(body.questions, start=1))
    return script


@router.get("/campaigns", response=list[CampaignOut])
def list_campaigns(request: HttpRequest) -> QuerySet[Campaign]:
    return viewer_on(request).campaigns.select_related("script", "line").prefetch_related("more_lines")


@router.get("/campaigns/{campaign_id}", response=CampaignNowOut)
def get_campaign(request: HttpRequest, campaign_id: int) -> Campaign:
    return get_object_or_404(viewer_on(request).campaigns.select_related("script", "line"), id=campaign_id)


@router.get("/campaigns/{campaign_id}/launch", response=LaunchOut)
def get_launch(request: HttpRequest, campaign_id: int) -> dict[str, Any]:
    """All that would stop or hurt a launch, as its page in the console has it; without an item that `stops`, `start` works."""
    campaign = get_object_or_404(viewer_on(request).campaigns.select_related("script", "line"), id=campaign_id)
    return launch_out(campaign)


@router.post("/campaigns/{campaign_id}/leads", response={200: EnrolOut, 422: Problems})
def enrol_leads(request: HttpRequest, campaign_id: int, body: EnrolIn) -> Status[Any]:
    """Queue a first call for each lead that has none in this campaign. Whether it may be called is decided when it is due."""
    viewer = viewer_on(request)
    campaign = get_object_or_404(viewer.campaigns, id=campaign_id)
    leads = list(viewer.within(Lead.objects.filter(id__in=body.lead_ids)))
    if unknown := _unknown_among(body.lead_ids, (lead.id for lead in leads)):
        return Status(422, problem("lead_ids", f"{unknown} Nothing was enrolled."))
    if campaign.status == Campaign.Status.CLOSED:
        return Status(422, problem("campaign_id", "This campaign is closed."))
    enrolled = campaign_life.enroll(campaign, leads)
    return Status(200, {"enrolled": enrolled, "already_enrolled": len(leads) - enrolled})


@router.post("/campaigns/{campaign_id}/leads/take-out", response={200: TakenOutOut, 422: Problems})
def take_leads_out(request: HttpRequest, campaign_id: int, body: EnrolIn) -> Status[Any]:
    """Cancel what is queued for these leads in this campaign. Calls that have begun go on, and call backs that were promised stay."""
    viewer = viewer_on(request)
    campaign = get_object_or_404(viewer.campaigns, id=campaign_id)
    leads = viewer.within(Lead.objects.filter(id__in=body.lead_ids))
    if unknown := _unknown_among(body.lead_ids, leads.values_list("id", flat=True)):
        return Status(422, problem("lead_ids", f"{unknown} Nobody was taken out."))
    taken = campaign_life.take_out(campaign, leads)
    return Status(200, {"taken_out": taken.n, "being_called": taken.n_on_the_phone})


def _unknown_among(lead_ids: Iterable[UUID], known: Iterable[UUID]) -> str:
    missing = set(lead_ids).difference(known)
    return f"No lead has the id {min(map(str, missing))}." if missing else ""


@router.get("/campaigns/{campaign_id}/results.{file_format}")
def download_results(request: HttpRequest, campaign_id: int, file_format: ResultsFormat) -> HttpResponseBase:
    """Every call with its answers, a row each. In `xlsx` times are on the organisation's clocks."""
    viewer = viewer_on(request)
    campaign = get_object_or_404(viewer.campaigns.select_related("script"), id=campaign_id)
    note_results(campaign, viewer, by=asker(request))
    return results_response(request, campaign, viewer, file_format)


@router.post("/campaigns/{campaign_id}/preflight", response={201: PreflightOut})
def run_preflight(request: HttpRequest, campaign_id: int, seed: Annotated[int, Query(ge=0, le=2**31)] = 1) -> Status[Any]:
    """Who would be called, when, for how much. Small campaigns have the result in this reply; otherwise ask again until `status` is `finished`."""
    campaign = get_object_or_404(viewer_on(request).campaigns.select_related("script", "line"), id=campaign_id)
    return Status(201, preflight_out(preflight(campaign, by=asker(request), seed=seed)))


@router.get("/campaigns/{campaign_id}/preflights/{preflight_id}", response=PreflightOut)
def get_preflight(request: HttpRequest, campaign_id: int, preflight_id: int) -> dict[str, Any]:
    return preflight_out(get_object_or_404(viewer_on(request).within(Preflight.objects.all()), id=preflight_id, campaign=campaign_id))


@router.get("/campaigns/{campaign_id}/preflights/{preflight_id}/excluded/{reason}", response=ExcludedOut)
def list_excluded(request: HttpRequest, campaign_id: int, preflight_id: int, reason: Reason, page: Annotated[int, Query(ge=0)] = 0) -> dict[str, Any]:
    """Every lead that the preflight found excluded for this reason, some thousands a page."""
    pages = viewer_on(request).within(PreflightExclusion.objects.all()).filter(preflight=preflight_id, preflight__campaign=campaign_id, reason=reason)
    found = get_object_or_404(pages, position=page)
    has_more = pages.filter(position=page + 1).exists()
    return {"lead_ids": found.lead_ids, "next_page": page + 1 if has_more else None}


@router.get("/campaigns/{campaign_id}/changes", response=list[CampaignChangeOut])
def list_changes(request: HttpRequest, campaign_id: int) -> QuerySet[CampaignChange]:
    """Every change of its status, newest first: who, when, from, to, why."""
    changes: QuerySet[CampaignChange] = get_object_or_404(viewer_on(request).campaigns, id=campaign_id).changes.all()[:MAX_PAGE]
    return changes


@router.post("/campaigns/{campaign_id}/{action}", response={200: CampaignOut, 422: Problems})
def change_campaign(request: HttpRequest, campaign_id: int, action: campaign_life.Action) -> Status[Any]:
    """approve, start, pause, resume, revise (back to a draft) or close. What stands in the way is said in words, and nothing changes."""
    viewer = viewer_on(request)
    if action is campaign_life.Action.APPROVE and not viewer.may("campaigns.approve_campaign"):
        raise PermissionDenied
    campaign = get_object_or_404(viewer.campaigns.select_related("script", "line"), id=campaign_id)
    if obstacles := campaign_life.change(campaign, action, by=asker(request)):
        return Status(422, {"errors": [{"field": "campaign", "message": obstacle} for obstacle in obstacles]})
    return Status(200, campaign)


def asker(request: Any) -> str:
    """As it is kept: the key's name outlives the key."""
    return f"API key {request.auth.name}"


def preflight_out(run: Preflight) -> dict[str, Any]:
    status = "failed" if run.failure else "finished" if run.finished_at else "at_work"
    fields = ("id", "campaign_id", "asked_at", "asked_by", "seed", "digest", "finished_at", "failure", "result")
    return {"status": status, **{name: getattr(run, name) for name in fields}}


@router.get("/calls", response={200: CallPage, 422: Problems}, tags=["calls"])
def list_calls(
    request: HttpRequest,
    campaign_id: int | None = None,
    lead_id: UUID | None = None,
    occasion: Call.Occasion | None = None,
    status: CallStatus | None = None,
    disposition: Disposition | None = None,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Status[Any]:
    """Newest first."""
    viewer = viewer_on(request)
    asked = {"campaign_id": campaign_id, "lead_id": lead_id, "occasion": occasion, "status": status, "disposition": disposition}
    calls = (
        viewer.within(Call.objects.all()).filter(**{name: value for name, value in asked.items() if value is not None}).order_by("-created_at", "-id")
    )
    if disposition in FROM_ANSWERS:
        calls = without_hidden(calls, viewer)
    if cursor:
        try:
            created_at, last_id = place_of(cursor, of=CALLS)
        except BadCursor as bad:
            return Status(422, problem("cursor", str(bad)))
        older = Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=last_id)
        calls = calls.filter(older, created_at__lte=created_at)  # said apart, the index begins there
    keys = list(calls.values_list("pk", flat=True)[: limit + 1])  # by the index alone: what it passes over is never fetched
    page = rows_of(keys[:limit], Call.objects.defer("cdr"))
    last = page[-1] if len(keys) > limit and page else None
    _tell_no_judgement(page, viewer)
    return Status(200, {"items": page, "next_cursor": cursor_of([last.created_at.isoformat(), str(last.id)], of=CALLS) if last else None})


@router.get("/calls/{call_id}", response=CallOut, tags=["calls"])
def get_call(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    viewer = viewer_on(request)
    call = get_object_or_404(with_answers(viewer.within(Call.objects.select_related("script", "score", "handoff"))), id=call_id)
    _tell_no_judgement([call], viewer)
    outcome = outcome_of_call(call) if call.status in ENDED and not call.is_hidden else None
    return {
        "is_hidden": call.is_hidden,
        **{field: getattr(call, field) for field in CallOut.model_fields if hasattr(Call, field) and field not in {"answers", "score", "handoff"}},
        "not_recorded": call.not_recorded or None,
        "outcome": outcome,
        "aapor_code": rule_of(outcome).aapor_code if outcome else None,
        "promise": promise_of_call(call, now=clock.now()),
        "timing": call,
        "script_name": call.script.name if call.script else None,
        "script_version": call.script.version if call.script else None,
        "answers": [] if call.is_hidden else _answers(call, viewer),
        "disclosure": proof_of(call),
        "score": None if call.is_hidden else getattr(call, "score", None),
        "transcript": list(call.turns.all()) if viewer.sees_people else [],
        "dial_decisions": list(call.dial_decisions.all()),
        "handoff": None if call.is_hidden else _handoff(call),
        "money": money_of(call),
    }


def _tell_no_judgement(calls: list[Any], viewer: Viewer) -> None:
    """Of calls that the key's owner is to judge blind. Each call knows then whether it `is_hidden`."""
    hidden = hidden_among(calls, viewer)
    for call in calls:
        call.is_hidden = call.pk in hidden
        call.disposition = shown_disposition(call.disposition, is_hidden=call.is_hidden)


def _answers(call: Call, viewer: Viewer) -> list[Answer]:
    """For who sees no people, without their words."""
    answers = list(counted_answers(call))
    if viewer.sees_people:
        return answers
    for answer in answers:
        answer.quote = ""
        answer.value = None if answer.question.kind == QuestionKind.OPEN else answer.value
    return answers


def _handoff(call: Call) -> dict[str, Any] | None:
    handoff = getattr(call, "handoff", None)
    if handoff is None:
        return None
    row = {name: getattr(handoff, name) for name in ("strategy", "status", "is_fallback", "promised_for", "is_slot")}
    times = times_of(handoff)
    written = WrapUp.objects.filter(reservation__handoff=handoff).order_by("saved_at").last()
    return {**row, **asdict(times), "wrap_up": written, "result": handoff_result(HandoffStatus(handoff.status), times)}


@router.get("/why", response={200: WhyOut, 422: Problems}, tags=["calls"])
def get_why(request: HttpRequest, phone: str) -> Status[Any]:
    """Why this number was, or was not, called: every decision with its reasons, every call, oldest first. `phone`: with + (%2B) and country code."""
    answer = why("+" + phone[1:] if phone.startswith(" ") else phone, viewer_on(request))  # a + that was not escaped arrives as a space
    if isinstance(answer, PhoneProblem):
        return Status(422, problem("phone", answer.mend))
    events = [{**asdict(event), "local_time": local_time(event.at, answer.time_zone)} for event in answer.events]
    return Status(200, {**asdict(answer), "events": events})


def problem(field: str, message: str) -> dict[str, list[dict[str, str]]]:
    return {"errors": [{"field": field, "message": message}]}
