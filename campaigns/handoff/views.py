"""The hot-lead queue in the browser: the page, the cards and words it fetches again and again, and what a rep does with them.

Every action is a POST and works without JavaScript; the page's script asks for the cards alone (`X-Queue`). Times are on the rep's own clock.
Decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from campaigns.handoff import live_actions, offers, presence, reservations
from campaigns.handoff.cards import Queue, queue_of, spoken_of, whole_card
from campaigns.handoff.live_actions import Leader, Led, Refused
from campaigns.handoff.offers import Accepted, Gone, TakenBy
from campaigns.handoff.rep_talk import lead_name
from campaigns.handoff.standing import standing_of
from campaigns.handoff.talk_state import with_states
from campaigns.handoff.writing_up import WrapUpForm, own_talk, with_typed
from campaigns.handoff.zone import zone_of
from campaigns.models import Handoff, Rep, Reservation
from campaigns.states import HandoffStatus
from leads import clock
from leads.said import sentence
from leads.telling import told

P = ParamSpec("P")
SEEN_ENOUGH = timedelta(seconds=5)  # a page may fetch several times a second; each "here" is a write
MAX_ASKED = 100


def for_reps(view: Callable[Concatenate[HttpRequest, Rep, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Not signed in: to the login. No rep: told so. Times come out in the rep's zone."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        rep = Rep.objects.select_related("user").filter(user=request.user.pk).first()
        if rep is None:
            return render(request, "queue/not_a_rep.html", status=403)
        with timezone.override(zone_of(rep)):
            return view(request, rep, *args, **kwargs)

    return guarded


@require_GET
@for_reps
def queue(request: HttpRequest, rep: Rep) -> HttpResponse:
    return render(request, "queue/queue.html", {"rep": rep, "queue": _queue(rep)})


@require_GET
@for_reps
def cards(request: HttpRequest, rep: Rep) -> HttpResponse:
    """WHAT changed. Whoever fetches it is there."""
    now = clock.now()
    if rep.seen_at is None or now - rep.seen_at > SEEN_ENOUGH:
        presence.mark_seen(rep.id, now=now)
    return _cards(request, rep)


@require_GET
@for_reps
def words(request: HttpRequest, rep: Rep) -> HttpResponse:
    """The last words of the cards asked for (`of`, once for each), and of no others: what changes most often is the cheapest."""
    asked = [handoff_id for given in request.GET.getlist("of")[:MAX_ASKED] if (handoff_id := _uuid(given))]
    return render(request, "queue/spoken.html", {"spoken": spoken_of(rep, asked)})


@require_GET
@for_reps
def more(request: HttpRequest, rep: Rep, handoff_id: UUID) -> HttpResponse:
    """What a promise in the queue does not show at once."""
    card = whole_card(rep, handoff_id, now=clock.now())
    if card is None:
        raise Http404
    return render(request, "queue/more.html" if "X-Queue" in request.headers else "queue/more_page.html", {"card": card})


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


@require_POST
@for_reps
def set_presence(request: HttpRequest, rep: Rep) -> HttpResponse:
    is_available = request.POST.get("is_available") == "1"
    presence.set_available(rep, is_available, now=clock.now())
    return _done(request, rep, sentence("You are available.") if is_available else sentence("You are away. You are offered no leads."))


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
    return _done(request, rep, sentence("Done.") if is_kept else sentence("It was not owed any more."), status=200 if is_kept else 409)


@require_POST
@for_reps
def whisper(request: HttpRequest, rep: Rep, handoff_id: UUID) -> HttpResponse:
    text = request.POST.get("text", "")
    return _led(request, rep, handoff_id, lambda call_id, leader: live_actions.whisper(call_id, leader, text, now=clock.now()))


@require_POST
@for_reps
def take_over(request: HttpRequest, rep: Rep, handoff_id: UUID) -> HttpResponse:
    return _led(request, rep, handoff_id, lambda call_id, leader: live_actions.take_over(call_id, leader, now=clock.now()))


@require_POST
@for_reps
def end_politely(request: HttpRequest, rep: Rep, handoff_id: UUID) -> HttpResponse:
    return _led(request, rep, handoff_id, lambda call_id, leader: live_actions.end_politely(call_id, leader, now=clock.now()))


@require_POST
@for_reps
def write_up(request: HttpRequest, rep: Rep, reservation_id: UUID) -> HttpResponse:
    """What cannot be kept is shown again as it was typed, with what is wrong with it."""
    talk = _talk_of(rep, reservation_id)
    form = WrapUpForm.of(talk, request.POST)
    entry = form.entry()
    fault = form.fault() if entry is None else reservations.finish_wrap_up(talk, entry, now=clock.now())
    if fault is None:
        return _done(request, rep, _saved(rep, sentence("Saved.")))
    now_shown = _queue(rep)
    return _shown(request, rep, replace(now_shown, writing=with_typed(now_shown.writing, talk, form)), notice=fault, status=409)


@require_POST
@for_reps
def skip_write_up(request: HttpRequest, rep: Rep, reservation_id: UUID) -> HttpResponse:
    refusal = reservations.skip_wrap_up(_talk_of(rep, reservation_id), now=clock.now())
    return _done(request, rep, refusal or _saved(rep, sentence("Skipped.")), status=409 if refusal else 200)


def _talk_of(rep: Rep, reservation_id: UUID) -> Reservation:
    talk = own_talk(rep, reservation_id)
    if talk is None:
        raise Http404
    return talk


def _saved(rep: Rep, what: str) -> str:
    rep.refresh_from_db()
    return f"{told(what)} {standing_of(rep, reservations.current(rep)).sentence}."


def _led(request: HttpRequest, rep: Rep, handoff_id: UUID, act: Callable[[UUID, Leader], Led | Refused]) -> HttpResponse:
    call_id = Handoff.objects.filter(id=handoff_id).values_list("call_id", flat=True).first()
    match act(call_id, Leader.of(rep)) if call_id else Refused(live_actions.NOT_YOURS):
        case Led(words):
            return _done(request, rep, words)
        case Refused(why):
            return _done(request, rep, why, status=409)


def _taken(request: HttpRequest, rep: Rep, result: Accepted | TakenBy | Gone) -> HttpResponse:
    match result:
        case Accepted(handoff):
            is_early, name = handoff.status == HandoffStatus.WARMING, lead_name(handoff.call)
            later = sentence("%(lead)s is yours as soon as the lead turns hot.", lead=name)
            return _done(request, rep, later if is_early else sentence("%(lead)s is yours.", lead=name))
        case TakenBy(rep_name):
            return _done(request, rep, sentence("%(rep)s was faster and has taken it.", rep=rep_name), status=409)
        case Gone(why):
            return _done(request, rep, why, status=409)


def _done(request: HttpRequest, rep: Rep, notice: str, *, status: int = 200) -> HttpResponse:
    if "X-Queue" in request.headers:
        return _cards(request, rep, notice=notice, status=status)
    messages.info(request, told(notice))
    return redirect("queue")


def _cards(request: HttpRequest, rep: Rep, *, notice: str = "", status: int = 200) -> HttpResponse:
    return _shown(request, rep, _queue(rep), notice=notice, status=status)


def _queue(rep: Rep) -> Queue:
    now = clock.now()
    return with_states(queue_of(rep, now=now), now=now)


def _shown(request: HttpRequest, rep: Rep, queue: Queue, *, notice: str, status: int) -> HttpResponse:
    template = "queue/cards.html" if "X-Queue" in request.headers or not notice else "queue/queue.html"
    return render(request, template, {"rep": rep, "queue": queue, "notice": notice}, status=status)
