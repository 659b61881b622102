"""Double review in the console: what to judge next, judging a call without seeing the bot's answers, deciding where two differ, each campaign's
plan. Checks who may; decides nothing itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from campaigns.access.viewer import viewer_on
from campaigns.admin.call_page import why_no_audio
from campaigns.admin.coding_form import CodingForm, DecisionForm, PlanForm, WhyForm, in_words
from campaigns.admin.review_page import spoken_in, turn_line
from campaigns.handoff.words import label_of
from campaigns.models import CalibrationItem, Call, Coding, Question, ReviewPlan
from campaigns.review import calibrating, doubling
from campaigns.review.blind import MAY_JUDGE, MAY_PLAN, hides, is_blind_for, lift_blind
from campaigns.review.correcting import Refused
from leads import clock
from leads.telling import told

SHOWN = 50


def double_urls(model_admin: Any, page: Any) -> list[URLPattern]:
    """`page`: wraps a view of the review pages, see there."""
    return [
        path("review/double/", page(desk_page), name="campaigns_call_double"),
        path("review/plan/<int:campaign_id>/", page(plan_page), name="campaigns_call_review_plan"),
        path("review/calibration/", page(calibration_page), name="campaigns_call_calibration"),
        path("<uuid:call_id>/calibration/", page(pick_page), name="campaigns_call_pick"),
        path("<uuid:call_id>/judge/", page(judge_page), name="campaigns_call_judge"),
        path("<uuid:call_id>/judge/show/", page(show_page), name="campaigns_call_judge_show"),
        path("<uuid:call_id>/decide/", page(decide_page), name="campaigns_call_decide"),
    ]


def desk_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """A POST takes the next call, or gives the one that is held back."""
    name, viewer, now = request.user.get_username(), viewer_on(request), clock.now()
    may_judge = request.user.has_perm(MAY_JUDGE)
    if request.method == "POST":
        if not may_judge:
            raise PermissionDenied
        return _next(request, name)
    campaigns = list(viewer.campaigns.order_by("name").select_related("review_plan"))
    open_calls = doubling.to_decide(viewer.limit).select_related("campaign")[:SHOWN]
    context = {
        **_base(model_admin, request, _("Double review")),
        "may_judge": may_judge,
        "may_plan": request.user.has_perm(MAY_PLAN),
        "held": doubling.task_of(name, now=now) if may_judge else None,
        "n_waiting": doubling.waiting(name, viewer.limit, now=now).count(),
        "n_known": doubling.calibration_for(name, viewer.limit).count(),
        "open_calls": [(call, [coding.coder for coding in call.codings.all()], doubling.why_not_decide(call, name)) for call in open_calls],
        "plans": [(campaign, getattr(campaign, "review_plan", None) or ReviewPlan(campaign=campaign)) for campaign in campaigns],
    }
    return TemplateResponse(request, "admin/campaigns/review/double.html", context)


def judge_page(model_admin: Any, request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Only whom the call was given sees it here; what they send is kept for good."""
    if not request.user.has_perm(MAY_JUDGE):
        raise PermissionDenied
    name, call = request.user.get_username(), _call(model_admin, request, call_id)
    if not call.coding_claims.filter(coder=name).exists():
        return blind_notice(model_admin, request, call)
    plan = ReviewPlan.objects.filter(campaign=call.campaign_id).first()
    shown = doubling.standing_values(call) if plan and not plan.is_blind else {}
    sent = request.POST if request.method == "POST" else None
    forms_of = [CodingForm(question, sent, shown=shown.get(question.key)) for question in call.script.questions.all()] if call.script else []
    why = ""
    if sent is not None and all(each.is_valid() for each in forms_of):
        given = doubling.give(call.pk, name, {each.question.key: each.given for each in forms_of}, at=clock.now())
        if not isinstance(given, Refused):
            return _given(request, given)
        why = given.why
    turns = list(call.turns.order_by("started_ms", "position"))
    context = {
        **_base(model_admin, request, _("Judge a call")),
        **_heard(call, turns),
        "call": call,
        "forms_of": forms_of,
        "task": doubling.task_of(name, now=clock.now()),
        "why": why,
        "has_errors": sent is not None,
        "is_blind": not shown,
    }
    return TemplateResponse(request, "admin/campaigns/review/judge.html", context, status=422 if sent is not None else 200)


def show_page(model_admin: Any, request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Only a POST: what the bot understood is shown to somebody who will then not judge the call."""
    call = _call(model_admin, request, call_id)
    if request.method == "POST" and hides(call, viewer_on(request)):
        lift_blind(call, by=request.user.get_username())
    return redirect("admin:campaigns_call_review", call.pk)


def decide_page(model_admin: Any, request: HttpRequest, call_id: UUID) -> HttpResponse:
    if not request.user.has_perm(MAY_JUDGE):
        raise PermissionDenied
    name, call = request.user.get_username(), _call(model_admin, request, call_id)
    if why := doubling.why_not_decide(call, name):
        messages.info(request, told(why))
        return redirect("admin:campaigns_call_double")
    codings = list(call.codings.filter(purpose=Coding.Purpose.DOUBLE))
    sent = request.POST if request.method == "POST" else None
    questions = {question.key: question for question in call.script.questions.all()} if call.script else {}
    coders = [coding.coder for coding in codings]
    forms_of = [DecisionForm(questions[row.key], row, coders, sent) for row in doubling.differing(call)]
    reason, refused = WhyForm(sent), ""
    if sent is not None and all([reason.is_valid(), *(each.is_valid() for each in forms_of)]):
        decided = {each.row.key: each.decided for each in forms_of}
        result = doubling.decide(call.pk, decided, reason=reason.cleaned_data["reason"], by=name, at=clock.now())
        if not isinstance(result, Refused):
            messages.success(request, _("Decided. What counts otherwise than before is corrected."))
            return redirect("admin:campaigns_call_double")
        refused = result.why
    context = {
        **_base(model_admin, request, _("Decide where two differ")),
        **_heard(call, list(call.turns.order_by("started_ms", "position"))),
        "call": call,
        "coders": coders,
        "forms_of": forms_of,
        "reason": reason,
        "why": refused,
        "has_errors": sent is not None,
    }
    return TemplateResponse(request, "admin/campaigns/review/decide.html", context, status=422 if sent is not None else 200)


def plan_page(model_admin: Any, request: HttpRequest, campaign_id: int) -> HttpResponse:
    if not request.user.has_perm(MAY_PLAN):
        raise PermissionDenied
    campaign = get_object_or_404(viewer_on(request).campaigns, pk=campaign_id)
    plan = ReviewPlan.objects.filter(campaign=campaign).first() or ReviewPlan(campaign=campaign)
    form = PlanForm(request.POST or None, instance=plan)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Kept. Which calls are drawn follows from now on."))
        return redirect("admin:campaigns_call_double")
    context = {**_base(model_admin, request, _("How this campaign is reviewed")), "campaign": campaign, "form": form}
    return TemplateResponse(request, "admin/campaigns/review/plan.html", context, status=422 if form.errors else 200)


def calibration_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Who judges sees their own figures; who plans reviews sees everybody's."""
    name, viewer, may_plan = request.user.get_username(), viewer_on(request), request.user.has_perm(MAY_PLAN)
    items = viewer.within(CalibrationItem.objects.filter(retired_at=None)).select_related("call__campaign", "call__script")
    everybody = calibrating.standings(viewer.limit)
    context = {
        **_base(model_admin, request, _("Calibration sets")),
        "may_plan": may_plan,
        "items": list(items),
        "n_known": doubling.calibration_for(name, viewer.limit).count(),
        "standings": [(each, _off_in_words(each.off)) for each in everybody if may_plan or each.coder == name],
    }
    return TemplateResponse(request, "admin/campaigns/review/calibration.html", context)


def pick_page(model_admin: Any, request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Only a POST: into the set, or out of it."""
    if not request.user.has_perm(MAY_PLAN):
        raise PermissionDenied
    call = _call(model_admin, request, call_id)
    if request.method == "POST" and "retire" in request.POST:
        calibrating.retire(call, at=clock.now())
        messages.success(request, _("Taken out of the set. What was said of it is kept."))
    elif request.method == "POST":
        picked = calibrating.pick(call, by=request.user.get_username(), at=clock.now())
        if isinstance(picked, Refused):
            messages.error(request, told(picked.why))
        else:
            messages.success(request, _("In the calibration set, with the answers that count now. Reviewers are asked to judge it first."))
    return redirect("admin:campaigns_call_calibration")


def _off_in_words(off: Any) -> list[tuple[Any, str, str, str]]:
    questions = {(each.script_id, each.key): each for each in Question.objects.filter(script__in={one.call.script_id for one in off})}
    found = [(one, questions.get((one.call.script_id, one.question))) for one in off]
    return [(one.call, label_of(one.question), in_words(each, one.said), in_words(each, one.gold)) for one, each in found if each]


def is_kept_from(request: HttpRequest, call: Call) -> bool:
    """Whether this page must not tell this person yet what was made of the call. If it may, they are not asked to judge it after this."""
    if hides(call, viewer_on(request)):
        return True
    name = request.user.get_username()
    if request.user.has_perm(MAY_JUDGE) and is_blind_for(call, name):
        lift_blind(call, by=name)
    return False


def _next(request: HttpRequest, name: str) -> HttpResponse:
    if "release" in request.POST:
        doubling.release(name)
        messages.success(request, _("Given back. Somebody else may take it."))
        return redirect("admin:campaigns_call_double")
    task = doubling.next_task(name, viewer_on(request).limit, now=clock.now())
    if task is None:
        messages.info(request, _("Nothing is waiting for you."))
        return redirect("admin:campaigns_call_double")
    return redirect("admin:campaigns_call_judge", task.call.pk)


def _given(request: HttpRequest, given: Coding) -> HttpResponse:
    is_known = given.purpose == Coding.Purpose.CALIBRATION
    messages.success(request, _("Kept. Calibration shows how you compare.") if is_known else _("Kept. It cannot be changed any more."))
    return redirect("admin:campaigns_call_double")


def blind_notice(model_admin: Any, request: HttpRequest, call: Call) -> HttpResponse:
    held = call.coding_claims.filter(coder=request.user.get_username()).exists()
    is_hidden = hides(call, viewer_on(request))
    context = {**_base(model_admin, request, _("This call is judged blind")), "call": call, "held": held, "is_hidden": is_hidden}
    return TemplateResponse(request, "admin/campaigns/review/blind.html", context)


def _heard(call: Call, turns: Any) -> dict[str, Any]:
    page = {
        "turns": [turn_line(turn) for turn in turns],
        "spoken": spoken_in(turns),
        "no_audio": why_no_audio(call, getattr(call, "recording", None)),
    }
    return {"page": {**page, "has_unheard": any(word.started_ms is None for turn in page["turns"] for word in turn.words)}}


def _base(model_admin: Any, request: HttpRequest, title: Any) -> dict[str, Any]:
    return {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "title": title}


def _call(model_admin: Any, request: HttpRequest, call_id: UUID) -> Call:
    call: Call = get_object_or_404(model_admin.get_queryset(request), pk=call_id, answered_at__isnull=False)
    return call
