"""Leading a live call from its page in the console: three buttons, each with a page that asks first; and the log of who led it.

Checks the permission; what else is in the way, and what is done, is decided in campaigns.handoff.live_actions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.admin.confirm import asked_for, confirm
from campaigns.handoff import live_actions
from campaigns.handoff.leading import in_words
from campaigns.handoff.live_actions import Leader, Led, Refused
from campaigns.handoff.presence import available_reps
from campaigns.handoff.sentence import MAX_CHARACTERS
from campaigns.models import Call, LiveAction, Rep
from leads import clock
from leads.telling import told

Kind = LiveAction.Kind
PERMISSION = "campaigns.lead_live_call"


@dataclass(frozen=True, slots=True)
class Words:
    title: Any
    sentence: Any
    button: Any


WORDS: Mapping[str, Words] = {
    Kind.WHISPER: Words(
        _("Say something to the lead through the bot"),
        _("The bot says it word for word when it is its turn, then goes on asking. It stands in the transcript under your name."),
        _("Let the bot say it"),
    ),
    Kind.TAKE_OVER: Words(
        _("Give the lead to a rep now?"),
        _("The bot says that it connects them and asks nothing more, whatever is still open. Then the rep's phone rings."),
        _("Give the lead to the rep"),
    ),
    Kind.END_POLITELY: Words(
        _("End this call?"), _("The bot says goodbye and hangs up. Nobody calls this lead back for it."), _("End the call politely")
    ),
}


@dataclass(frozen=True, slots=True)
class LedLine:
    done_at: datetime
    done_by: str
    what: str


@dataclass(frozen=True, slots=True)
class Button:
    url: str
    label: Any


class WhisperForm(forms.Form):
    text = forms.CharField(label=_("What the bot is to say"), max_length=MAX_CHARACTERS, widget=UnfoldAdminTextInputWidget)


class TakeOverForm(forms.Form):
    rep = forms.ModelChoiceField(
        label=_("Rep"), queryset=Rep.objects.none(), widget=UnfoldAdminSelectWidget, help_text=_("Available, with the queue open, and not busy")
    )

    def __init__(self, *args: Any, reps: QuerySet[Rep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rep"].queryset = reps  # type: ignore[attr-defined]


def led_lines(call: Call) -> Sequence[LedLine]:
    return [LedLine(action.done_at, action.done_by, in_words(action)) for action in call.live_actions.all()]


def lead_buttons(request: HttpRequest, call: Call) -> Sequence[Button]:
    """None for who may not, or when the bot does not talk."""
    if not request.user.has_perm(PERMISSION) or live_actions.why_over(call, getattr(call, "handoff", None)):
        return []
    labels = {Kind.WHISPER: _("Say through the bot"), Kind.TAKE_OVER: _("Give to a rep now"), Kind.END_POLITELY: _("End politely")}
    return [Button(reverse("admin:campaigns_call_lead", args=[call.pk, kind]), label) for kind, label in labels.items()]


def lead_page(model_admin: Any, request: HttpRequest, call_id: UUID, kind: str) -> HttpResponse:
    """A GET asks, only the POST does it."""
    if not (model_admin.has_view_permission(request) and request.user.has_perm(PERMISSION)):
        raise PermissionDenied
    if kind not in WORDS:
        raise Http404
    call: Call = asked_for(model_admin, request, str(call_id))
    form = _form(kind, call, request)
    if request.method == "POST" and (form is None or form.is_valid()):
        return _done(request, call, _act(kind, call, request, form.cleaned_data if form else {}))
    words = WORDS[kind]
    obstacle = live_actions.why_over(call, getattr(call, "handoff", None))
    return confirm(
        model_admin,
        request,
        call,
        title=words.title,
        sentence=words.sentence,
        button=words.button,
        obstacles=[obstacle] if obstacle else [],
        form=form,
        is_dangerous=kind == Kind.END_POLITELY,
    )


def _form(kind: str, call: Call, request: HttpRequest) -> forms.Form | None:
    given = request.POST if request.method == "POST" else None
    if kind == Kind.WHISPER:
        return WhisperForm(given)
    if kind == Kind.TAKE_OVER and live_actions.holder_of(call) is None:
        return TakeOverForm(given, reps=available_reps(call.campaign, now=clock.now()))
    return None


def _act(kind: str, call: Call, request: HttpRequest, given: Mapping[str, Any]) -> Led | Refused:
    manager, now = Leader(request.user.get_username()), clock.now()
    if kind == Kind.WHISPER:
        return live_actions.whisper(call.pk, manager, given["text"], now=now)
    if kind == Kind.TAKE_OVER:
        return live_actions.take_over(call.pk, manager, now=now, rep=given.get("rep"))
    return live_actions.end_politely(call.pk, manager, now=now)


def _done(request: HttpRequest, call: Call, result: Led | Refused) -> HttpResponse:
    match result:
        case Led(sentence):
            messages.success(request, told(sentence))
        case Refused(why):
            messages.error(request, told(why))
    return redirect("admin:campaigns_call_change", call.pk)
