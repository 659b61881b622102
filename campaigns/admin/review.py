"""Reviewing calls in the console: the queues, one call after the other, and what is decided about it. Checks who may; decides nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from bridge.sealing import SealingProblem
from campaigns.access.viewer import Viewer, viewer_on
from campaigns.admin.double_review import blind_notice, double_urls, is_kept_from
from campaigns.admin.review_forms import AddForm, AnswerForm, FilterForm, PromiseForm
from campaigns.admin.review_page import ReviewPage, review_page, score_form, undo_form, void_form
from campaigns.handoff.words import label_of
from campaigns.models import Answer, Call, Question, Recording, ReviewAct, Score
from campaigns.reports.progress import in_words
from campaigns.review import correcting, promising
from campaigns.review.blind import MAY_PLAN, hidden_among
from campaigns.review.bot_agreement import bot_agreement
from campaigns.review.coder_agreement import coder_agreement
from campaigns.review.correcting import Refused
from campaigns.review.queues import Filters, Queue, counts, first_waiting, in_queue, most_of, neighbours, shown_count
from campaigns.review.sight import shown_disposition
from campaigns.review.waveforms import Unreadable, waveform_of
from leads import clock
from leads.telling import told

PAGE = 25
MAY_CORRECT, MAY_PROMISE = "campaigns.add_reviewact", "campaigns.lead_live_call"
NAMES: Mapping[Queue, Any] = {
    Queue.LOW_CONFIDENCE: _("Unsure answers"),
    Queue.NEAR_THRESHOLD: _("Near the threshold"),
    Queue.OPTED_OUT: _("Opted out"),
    Queue.COMPLAINTS: _("Complaints"),
    Queue.FAULTS: _("With faults"),
    Queue.SHARE: _("A random share"),
    Queue.TURNED_HOT: _("Hot by correction, not given to a rep"),
    Queue.ALL: _("All"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reviewer is: which queue, filtered how. A call that was opened from no queue is among all."""

    queue: Queue
    filters: Filters
    asked: str  # as a query string, so that the next page is the same place

    @property
    def calls(self) -> QuerySet[Call]:
        return in_queue(self.filters, self.queue)


@dataclass(frozen=True, slots=True)
class Row:
    call: Call
    came_of_it: str
    reviewed: str  # by whom, and how
    is_hidden: bool  # what was made of it is


def review_urls(model_admin: Any) -> list[URLPattern]:
    """Below those of calls. Every one of them asks for the right to view calls."""

    def page(view: Any) -> Any:
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not model_admin.has_view_permission(request):
                raise PermissionDenied
            viewer_on(request).demand_people()  # what somebody said is all there is to review
            found: HttpResponse = view(model_admin, request, *args, **kwargs)
            return found

        return model_admin.admin_site.admin_view(checked)

    return [
        path("review/", page(list_page), name="campaigns_call_reviews"),
        *double_urls(model_admin, page),
        path("review/agreement/", page(agreement_page), name="campaigns_call_agreement"),
        path("<uuid:call_id>/review/", page(call_page), name="campaigns_call_review"),
        path("<uuid:call_id>/review/waveform/", page(waveform), name="campaigns_call_waveform"),
        path("<uuid:call_id>/review/<str:act>/", page(act_page), name="campaigns_call_review_act"),
        path("<uuid:call_id>/review/<str:act>/<str:about>/", page(act_page), name="campaigns_call_review_act_about"),
    ]


def list_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Without a queue that is asked for, it opens at the first one that has something."""
    form = FilterForm(_asked(request), viewer=viewer_on(request))
    queue, filters = form.read()
    n_in = counts(filters, shown=queue)
    if queue is None and (queue := first_waiting(n_in)):
        n_in = {**n_in, queue: shown_count(filters, queue)}
    place = Place(queue or Queue.ALL, filters, urlencode({**_asked(request), **({"queue": queue.value} if queue else {})}))
    pages = Paginator(place.calls.values_list("pk", flat=True), PAGE)  # which they are stands in indexes: only those that are shown are read
    pages.count = n_in[place.queue]
    shown = pages.get_page(request.GET.get("page"))
    calls = Call.objects.filter(pk__in=list(shown)).select_related("lead", "campaign", "script", "score").defer("cdr")
    names = {name: value for name, value in request.GET.dict().items() if name not in ("queue", "page")}
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Review calls"),
        "form": form,
        "queues": [
            (name, _up_to(n_in[each], most_of(each, queue)), f"?{urlencode({**names, 'queue': each.value})}", each is queue)
            for each, name in NAMES.items()
        ],
        "queue_name": NAMES[queue] if queue else None,
        "rows": _rows(list(calls.order_by("-answered_at", "-pk")), viewer_on(request)),
        "shown": shown,
        "place": place,
    }
    return TemplateResponse(request, "admin/campaigns/review/list.html", context)


def _rows(calls: list[Call], viewer: Viewer) -> list[Row]:
    hidden, reviewed = hidden_among(calls, viewer), _reviewers(calls)
    return [_row(call, reviewed.get(call.pk, ""), is_hidden=call.pk in hidden) for call in calls]


def _row(call: Call, reviewed: str, *, is_hidden: bool) -> Row:
    came_of_it = told(in_words(call.status, shown_disposition(call.disposition, is_hidden=is_hidden)))
    return Row(call, came_of_it, "" if is_hidden else reviewed, is_hidden)


def agreement_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Of the calls that the same filters show."""
    place = _place(request)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Agreement"),
        "place": place,
        "lines": [(each, label_of(each.question)) for each in coder_agreement(place.filters)],
        "rows": [(each, label_of(each.question)) for each in bot_agreement(place.filters)],
    }
    return TemplateResponse(request, "admin/campaigns/review/agreement.html", context)


def call_page(model_admin: Any, request: HttpRequest, call_id: UUID) -> HttpResponse:
    call = _call(model_admin, request, call_id)
    return blind_notice(model_admin, request, call) if is_kept_from(request, call) else _shown(model_admin, request, call)


def act_page(model_admin: Any, request: HttpRequest, call_id: UUID, act: str, about: str = "") -> HttpResponse:
    """Only a POST does anything; whoever opens its address sees the call."""
    if act not in ACTS:
        raise Http404
    permission, do = ACTS[act]
    if not request.user.has_perm(permission):
        raise PermissionDenied
    call, place = _call(model_admin, request, call_id), _place(request)
    if request.method != "POST" or is_kept_from(request, call):
        return _to(call, place)
    done: HttpResponse = do(model_admin, request, call, about)
    return done


def waveform(model_admin: Any, request: HttpRequest, call_id: UUID) -> HttpResponse:
    recording = get_object_or_404(Recording, call=_call(model_admin, request, call_id))
    try:
        made = waveform_of(recording)
    except SealingProblem as problem:
        return JsonResponse({"why": str(problem)}, status=503)
    except (FileNotFoundError, Unreadable):
        return JsonResponse({"why": str(_("The sound of this recording cannot be read."))}, status=404)
    response = JsonResponse({"piece_ms": made.piece_ms, "channels": made.channels})
    response["Cache-Control"] = "private, no-store"
    return response


# ---- what is done -----------------------------------------------------------------------------------------------------


def _accept(model_admin: Any, request: HttpRequest, call: Call, about: str) -> HttpResponse:
    place = _place(request)
    _before, after = neighbours(place.calls, call)
    result = correcting.accept(call.pk, by=request.user.get_username(), at=clock.now())
    if isinstance(result, Refused):
        messages.error(request, told(result.why))
        return _to(call, place)
    if after is None:
        messages.success(request, _("Found right. That was the last one here."))
        return redirect(f"{reverse('admin:campaigns_call_reviews')}?{place.asked}")
    return _to(after, place)


def _answer(model_admin: Any, request: HttpRequest, call: Call, about: str) -> HttpResponse:
    answer = get_object_or_404(Answer.objects.select_related("question"), call=call, question__key=about)
    form = AnswerForm(answer.question, answer.value, request.POST)
    if not form.is_valid():
        return _shown(model_admin, request, call, {f"answer-{about}": form})
    reason, by = form.cleaned_data["reason"], request.user.get_username()
    result = correcting.correct_answer(call.pk, about, form.given, reason=reason, by=by, at=clock.now())
    return _done(model_admin, request, call, result, {f"answer-{about}": form})


def _void(model_admin: Any, request: HttpRequest, call: Call, about: str) -> HttpResponse:
    form = void_form(about, request.POST)
    if not form.is_valid():
        return _shown(model_admin, request, call, {f"void-{about}": form})
    result = correcting.void_answer(call.pk, about, reason=form.cleaned_data["reason"], by=request.user.get_username(), at=clock.now())
    return _done(model_admin, request, call, result, {f"void-{about}": form})


def _add(model_admin: Any, request: HttpRequest, call: Call, about: str) -> HttpResponse:
    form = AddForm(get_object_or_404(Question.objects.select_related("script"), script=call.script_id, key=about), request.POST)
    if not form.is_valid():
        return _shown(model_admin, request, call, {f"answer-{about}": form})
    reason, by = form.cleaned_data["reason"], request.user.get_username()
    result = correcting.add_answer(call.pk, about, form.given, form.heard, reason=reason, by=by, at=clock.now())
    return _done(model_admin, request, call, result, {f"answer-{about}": form})


def _score(model_admin: Any, request: HttpRequest, call: Call, about: str) -> HttpResponse:
    form = score_form(get_object_or_404(Score, call=call), request.POST)
    if not form.is_valid():
        return _shown(model_admin, request, call, {"score": form})
    given, by = form.cleaned_data, request.user.get_username()
    is_hot = given["is_hot"] == "yes"
    result = correcting.correct_score(call.pk, given["points"], is_hot=is_hot, reason=given["reason"], by=by, at=clock.now())
    return _done(model_admin, request, call, result, {"score": form})


def _undo(model_admin: Any, request: HttpRequest, call: Call, about: str) -> HttpResponse:
    try:
        act_id = UUID(about)
    except ValueError:
        raise Http404 from None
    act = get_object_or_404(ReviewAct, pk=act_id, call=call)
    form = undo_form(act, request.POST)
    if not form.is_valid():
        return _shown(model_admin, request, call, {f"undo-{act.pk}": form})
    result = correcting.undo(act.pk, reason=form.cleaned_data["reason"], by=request.user.get_username(), at=clock.now())
    return _done(model_admin, request, call, result, {f"undo-{act.pk}": form})


def _promise(model_admin: Any, request: HttpRequest, call: Call, about: str) -> HttpResponse:
    form = PromiseForm(promising.reps_for(call), request.POST)
    if not form.is_valid():
        return _shown(model_admin, request, call, {"promise": form})
    given = form.cleaned_data
    result = promising.promise(call.pk, given["rep"], given["at"], by=request.user.get_username(), now=clock.now())
    if not isinstance(result, Refused):
        messages.success(request, _("Promised: the lead is in the reps' queue."))
        return _to(call, _place(request))
    return _done(model_admin, request, call, result, {"promise": form})


ACTS: Mapping[str, tuple[str, Any]] = {
    "accept": (MAY_CORRECT, _accept),
    "answer": (MAY_CORRECT, _answer),
    "void": (MAY_CORRECT, _void),
    "add": (MAY_CORRECT, _add),
    "score": (MAY_CORRECT, _score),
    "undo": (MAY_CORRECT, _undo),
    "promise": (MAY_PROMISE, _promise),
}


# ---- shared -----------------------------------------------------------------------------------------------------------


def _done(model_admin: Any, request: HttpRequest, call: Call, result: Any, forms_sent: dict[str, forms.Form]) -> HttpResponse:
    if isinstance(result, Refused):
        for form in forms_sent.values():
            form.add_error(None, told(result.why))
        return _shown(model_admin, request, call, forms_sent)
    messages.success(request, _("Corrected. Score and reports count it so from now on."))
    return _to(call, _place(request))


def _shown(model_admin: Any, request: HttpRequest, call: Call, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    place = _place(request)
    before, after = neighbours(place.calls.select_related(None).only("pk"), call)
    may_correct = request.user.has_perm(MAY_CORRECT)
    page: ReviewPage = review_page(call, may_correct=may_correct, may_promise=request.user.has_perm(MAY_PROMISE), bound=bound)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Review a call"),
        "page": page,
        "call": call,
        "before": before,
        "after": after,
        "place": place,
        "queue_name": NAMES[place.queue],
        "may_pick": request.user.has_perm(MAY_PLAN) and not page.obstacle,
        "may_accept": may_correct and not page.obstacle,
        "has_errors": bool(bound),
    }
    return TemplateResponse(request, "admin/campaigns/review/call.html", context, status=422 if bound else 200)


def _call(model_admin: Any, request: HttpRequest, call_id: UUID) -> Call:
    call: Call = get_object_or_404(model_admin.opened(request), pk=call_id, answered_at__isnull=False)
    return call


def _place(request: HttpRequest) -> Place:
    asked = _asked(request)
    queue, filters = FilterForm(asked, viewer=viewer_on(request)).read()
    return Place(queue or Queue.ALL, filters, urlencode(asked))


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in request.GET.dict().items() if name in FilterForm.base_fields}


def _to(call: Call, place: Place) -> HttpResponse:
    return redirect(f"{reverse('admin:campaigns_call_review', args=[call.pk])}?{place.asked}")


def _up_to(n: int, most: int) -> str:
    """More than are counted: "250+"."""
    return f"{n}+" if n >= most else str(n)


def _reviewers(calls: list[Call]) -> dict[UUID, str]:
    acts = ReviewAct.objects.filter(call__in=calls).order_by("done_at").values_list("call_id", "done_by", "kind")
    return {call_id: f"{by}, {_('found right') if kind == ReviewAct.Kind.ACCEPTED else _('corrected')}" for call_id, by, kind in acts}
