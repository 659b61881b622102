"""The hot-lead queue in the browser: the page, the cards it fetches again and again, and what a rep does with them.

Every action is a POST and works without JavaScript; the page's script asks for the cards alone (`X-Queue`). Decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from campaigns.handoff import offers, presence
from campaigns.handoff.cards import queue_of
from campaigns.handoff.offers import Accepted, Gone, TakenBy
from campaigns.models import Rep
from leads import clock

P = ParamSpec("P")


def for_reps(view: Callable[Concatenate[HttpRequest, Rep, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Not signed in: to the login. No rep: told so."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        rep = Rep.objects.select_related("user").filter(user=request.user.pk).first()
        if rep is None:
            return render(request, "queue/not_a_rep.html", status=403)
        return view(request, rep, *args, **kwargs)

    return guarded


@require_GET
@for_reps
def queue(request: HttpRequest, rep: Rep) -> HttpResponse:
    return render(request, "queue/queue.html", {"rep": rep, "queue": queue_of(rep, now=clock.now())})


@require_GET
@for_reps
def cards(request: HttpRequest, rep: Rep) -> HttpResponse:
    """WHAT changed. Whoever fetches it is there."""
    presence.mark_seen(rep.id, now=clock.now())
    return _cards(request, rep)


@require_POST
@for_reps
def set_presence(request: HttpRequest, rep: Rep) -> HttpResponse:
    is_available = request.POST.get("is_available") == "1"
    presence.set_available(rep, is_available, now=clock.now())
    return _done(request, rep, "You are available." if is_available else "You are away. You are offered no leads.")


@require_POST
@for_reps
def accept(request: HttpRequest, rep: Rep, handoff_id: UUID) -> HttpResponse:
    return _taken(request, rep, offers.accept(handoff_id, rep, now=clock.now()))


@require_POST
@for_reps
def decline(request: HttpRequest, rep: Rep, handoff_id: UUID) -> HttpResponse:
    offers.decline(handoff_id, rep, now=clock.now())
    return _done(request, rep, "Declined.")


@require_POST
@for_reps
def call_now(request: HttpRequest, rep: Rep, handoff_id: UUID) -> HttpResponse:
    return _taken(request, rep, offers.call_now(handoff_id, rep, now=clock.now()))


@require_POST
@for_reps
def done(request: HttpRequest, rep: Rep, handoff_id: UUID) -> HttpResponse:
    is_kept = offers.keep_promise(handoff_id, rep, now=clock.now())
    return _done(request, rep, "Done." if is_kept else "It was not owed any more.", status=200 if is_kept else 409)


def _taken(request: HttpRequest, rep: Rep, result: Accepted | TakenBy | Gone) -> HttpResponse:
    match result:
        case Accepted(handoff):
            return _done(request, rep, f"{handoff.call.lead.name or 'The lead'} is yours.")
        case TakenBy(rep_name):
            return _done(request, rep, f"{rep_name} was faster and has taken it.", status=409)
        case Gone(sentence):
            return _done(request, rep, sentence, status=409)


def _done(request: HttpRequest, rep: Rep, notice: str, *, status: int = 200) -> HttpResponse:
    if "X-Queue" in request.headers:
        return _cards(request, rep, notice=notice, status=status)
    messages.info(request, notice)
    return redirect("queue")


def _cards(request: HttpRequest, rep: Rep, *, notice: str = "", status: int = 200) -> HttpResponse:
    context = {"rep": rep, "queue": queue_of(rep, now=clock.now()), "notice": notice}
    return render(request, "queue/cards.html", context, status=status)
