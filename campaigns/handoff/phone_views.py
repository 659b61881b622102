"""A rep's own page about their phone: what is kept of it, whether it is verified, and the call that verifies it, followed live.

A manager who may vouch for numbers verifies one from a page like it, on which the number is masked. The code is on the screen of whoever
asked for the call, in a signed cookie of theirs, and nowhere on our side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.access.reps import campaigns_of
from campaigns.handoff.number_check import CODE_LIVES, VERIFIED_BY_CALL, Result, is_expired, masked
from campaigns.handoff.phone_form import PhoneForm
from campaigns.handoff.presence import why_never_ring
from campaigns.handoff.verifying import Begun, begin
from campaigns.handoff.views import for_reps
from campaigns.models import NumberCheck, Rep
from campaigns.states import LIVE as CALL_IS_LIVE
from campaigns.states import CallStatus
from leads import clock
from leads.telling import told

COOKIE = "number_check"
SALT = "campaigns.handoff.phone_views"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose page this is: the rep's own, or a manager's about them."""

    rep: Rep
    is_own: bool

    @property
    def page(self) -> str:
        return reverse("queue_phone") if self.is_own else reverse("rep_phone", args=[self.rep.pk])

    @property
    def verify(self) -> str:
        return reverse("queue_phone_verify") if self.is_own else reverse("rep_phone_verify", args=[self.rep.pk])

    @property
    def check(self) -> str:
        return reverse("queue_phone_check") if self.is_own else reverse("rep_phone_check", args=[self.rep.pk])


@require_http_methods(["GET", "POST"])
@for_reps
def own_phone(request: HttpRequest, rep: Rep) -> HttpResponse:
    form = PhoneForm(request.POST or None, rep=rep)
    if form.is_valid() and form.save(by=rep.user.get_username()):
        messages.info(request, _("Saved."))
        return redirect("queue_phone")
    rep.refresh_from_db()  # what could not be kept is shown in the form, and nowhere else
    return _shown(request, Place(rep, is_own=True), form=form, status=409 if form.is_bound else 200)


@require_POST
@for_reps
def verify_own(request: HttpRequest, rep: Rep) -> HttpResponse:
    return _verify(request, Place(rep, is_own=True))


@require_GET
@for_reps
def own_check(request: HttpRequest, rep: Rep) -> HttpResponse:
    return render(request, "queue/phone_check.html", _of_check(request, Place(rep, is_own=True)))


@never_cache
@login_required
@permission_required("campaigns.verify_rep", raise_exception=True)
@require_GET
def rep_phone(request: HttpRequest, rep_id: int) -> HttpResponse:
    return _shown(request, _of_manager(request, rep_id), form=None)


@never_cache
@login_required
@permission_required("campaigns.verify_rep", raise_exception=True)
@require_POST
def verify_for_rep(request: HttpRequest, rep_id: int) -> HttpResponse:
    return _verify(request, _of_manager(request, rep_id))


@never_cache
@login_required
@permission_required("campaigns.verify_rep", raise_exception=True)
@require_GET
def rep_check(request: HttpRequest, rep_id: int) -> HttpResponse:
    return render(request, "queue/phone_check.html", _of_check(request, _of_manager(request, rep_id)))


def _of_manager(request: HttpRequest, rep_id: int) -> Place:
    if not request.user.is_staff:
        raise PermissionDenied
    return Place(get_object_or_404(Rep.objects.select_related("user"), pk=rep_id), is_own=False)


def _verify(request: HttpRequest, place: Place) -> HttpResponse:
    begun = begin(place.rep, by=request.user.get_username(), now=clock.now())
    reply = redirect(place.page)
    if isinstance(begun, Begun):
        reply.set_signed_cookie(
            COOKIE,
            f"{begun.check_id}:{begun.code}",
            salt=SALT,
            max_age=CODE_LIVES,
            path=reverse("queue_phone"),
            httponly=True,
            samesite="Strict",
            secure=request.is_secure(),
        )
        return reply
    messages.warning(request, told(begun))
    return reply


def _shown(request: HttpRequest, place: Place, *, form: PhoneForm | None, status: int = 200) -> HttpResponse:
    rep = place.rep
    context = {"form": form, "campaigns": campaigns_of(rep).order_by("name"), "never_rung": told(why_never_ring(rep))}
    return render(request, "queue/phone.html", {**_of_check(request, place), **context}, status=status)


def _of_check(request: HttpRequest, place: Place) -> dict[str, Any]:
    """The newest call to this number, as far as it says anything about it, and the code where this browser asked for it."""
    rep = place.rep
    check = NumberCheck.objects.filter(rep=rep, number=rep.number).select_related("staff_call").order_by("-asked_at").first()
    state = _state(check) if check else ""
    return {
        "rep": rep,
        "place": place,
        "number": rep.number if place.is_own else masked(rep.number),
        "is_by_call": rep.verified_by == VERIFIED_BY_CALL,
        "check": check,
        "state": state,
        "is_live": state in LIVE_STATES,
        "is_ending": _is_ending(check, state) if check else False,
        "code": _code(request, check) if check and state in LIVE_STATES else "",
    }


WAITING, RINGING, ANSWERED, UNSURE = "waiting", "ringing", "answered", "unsure"
LIVE_STATES = {WAITING, RINGING, ANSWERED, UNSURE}


def _is_ending(check: NumberCheck, state: str) -> bool:
    """It is decided, and the voice still says goodbye: the phone cannot be rung again yet."""
    return state not in LIVE_STATES and check.staff_call is not None and check.staff_call.status in CALL_IS_LIVE


def _state(check: NumberCheck) -> str:
    """The result; before there is one, where the call is."""
    if check.result:
        return check.result
    if is_expired(check.expires_at, at=timezone.now()):
        return Result.EXPIRED
    if check.staff_call is None:
        return WAITING
    match check.staff_call.status:
        case CallStatus.IN_PROGRESS:
            return ANSWERED
        case CallStatus.OUTCOME_UNKNOWN:
            return UNSURE
        case CallStatus.RINGING:
            return RINGING
    return WAITING


def _code(request: HttpRequest, check: NumberCheck) -> str:
    """ "": somebody else asked for this call, or another browser."""
    check_id, _colon, code = str(request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=CODE_LIVES)).partition(":")
    return code if check_id == str(check.pk) else ""
