"""A rep's page of their talks of late: one that was not written up is, one that was written wrong is written again.

Apart from the queue, which renews itself many times a minute and shows what is to be done now.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from campaigns.handoff import reservations
from campaigns.handoff.rep_talk import lead_name
from campaigns.handoff.views import for_reps
from campaigns.handoff.writing_up import LISTED_FOR, WrapUpForm, own_talk, talks_of, written_of
from campaigns.models import Rep
from campaigns.states import ReservationStatus
from leads import clock
from leads.telling import told


@require_GET
@for_reps
def talks(request: HttpRequest, rep: Rep) -> HttpResponse:
    return render(request, "queue/talks.html", {"talks": talks_of(rep, now=clock.now()), "n_days": LISTED_FOR.days})


@require_http_methods(["GET", "POST"])
@for_reps
def talk(request: HttpRequest, rep: Rep, reservation_id: UUID) -> HttpResponse:
    """What cannot be kept is shown again as it was typed, with what is wrong with it."""
    own = own_talk(rep, reservation_id)
    if own is None or own.status != ReservationStatus.COMPLETED:  # while it is to be written up, the queue has the form
        raise Http404
    form = WrapUpForm.of(own, request.POST if request.method == "POST" else None, kept=written_of(own))
    fault = ""
    if form.is_bound:
        entry = form.entry()
        fault = form.fault() if entry is None else reservations.finish_wrap_up(own, entry, now=clock.now()) or ""
        if not fault:
            messages.info(request, _("Saved."))
            return redirect("queue_talks")
    shown = {"talk": own, "lead_name": lead_name(own.handoff.call), "form": form, "fault": told(fault), "written": written_of(own)}
    return render(request, "queue/talk.html", shown, status=409 if fault else 200)
