"""One call as its page shows it: plain values, every missing one said in words. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bridge.events import Party
from campaigns.aapor import CODES
from campaigns.briefs import counted_answers, question_brief
from campaigns.clips.proof import DisclosureProof, proof_of
from campaigns.handoff.rep_talk import given
from campaigns.handoff.words import label_of, value_in_words
from campaigns.models import Answer, Call, DialDecision, Handoff, Recording, Score, Turn
from campaigns.outcomes import WORDS
from campaigns.promises import late_in_words
from campaigns.reports.progress import kes
from campaigns.retry_plan import outcome_of_call, promise_of_call, with_answers
from campaigns.retry_rules import rule_of
from campaigns.states import ENDED
from leads import clock

HUNDRED_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Fact:
    label: Any
    text: Any
    is_missing: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class TurnLine:
    started_ms: int
    at: str
    is_bot: bool
    heard: str
    unheard: str  # what the bot had sent but the callee did not hear, because they spoke or hung up


@dataclass(frozen=True, slots=True)
class AnswerLine:
    label: str
    wording: str
    value: str = ""  # "": not answered
    quote: str = ""
    started_ms: int = 0
    span: str = ""
    certainty: Any = ""
    from_attempt: int | None = None  # given on an earlier attempt, whose sound it is in; None: on this call
    from_url: str = ""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    decided_at: datetime
    is_allowed: bool
    sentences: Sequence[str]
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class CallPage:
    call: Call
    is_over: bool
    outcome: Sequence[Fact]
    times: Sequence[Fact]
    money: Sequence[Fact]
    speed: Sequence[Fact]
    handoff: Sequence[Fact]
    score: Score | None
    answers: Sequence[AnswerLine]
    turns: Sequence[TurnLine]
    decisions: Sequence[DecisionLine]
    other_attempts: Sequence[Call]
    audio_url: str
    disclosure: DisclosureProof | None


def call_page(call: Call) -> CallPage:
    """`call` with lead, campaign, script, line, score, handoff and recording at hand."""
    handoff = getattr(call, "handoff", None)
    return CallPage(
        call=call,
        is_over=call.status in ENDED,
        outcome=_outcome(call),
        times=_times(call),
        money=_money(call),
        speed=_speed(call),
        handoff=_handoff(handoff) if handoff else (),
        score=getattr(call, "score", None),
        answers=_answers(call),
        turns=[_turn(turn) for turn in call.turns.order_by("started_ms", "position")],
        decisions=[_decision(decision) for decision in call.dial_decisions.select_related("consent_record")],
        other_attempts=list(Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id).exclude(pk=call.pk).order_by("attempt_number")),
        audio_url=_audio_url(getattr(call, "recording", None)),
        disclosure=proof_of(call),
    )


def clock_of(ms: int) -> str:
    """From the opening of the media stream: 65300 → 1:05.3."""
    minutes, rest_ms = divmod(ms, 60_000)
    return f"{minutes}:{rest_ms / 1000:04.1f}" if rest_ms < 59_950 else f"{minutes + 1}:00.0"


def _outcome(call: Call) -> list[Fact]:
    no_cause = _("none: the network gave no reason") if call.dialled_at or call.is_theirs else _("none: not dialled")
    nobody = _("none: nobody was reached") if call.status in ENDED else _("none yet: it is set at the end")
    return [
        Fact(_("Occasion"), call.get_occasion_display()),
        Fact(_("Status"), _words(call.status)),
        _fact(_("Disposition"), _words(call.disposition or ""), nobody),
        _fact(_("AAPOR code"), _aapor(call) if call.status in ENDED else "", _("none yet: it follows from the end")),
        _fact(_("Hangup cause"), call.hangup_cause, no_cause),
        _fact(_("What went wrong"), call.failure, _("nothing")),
        _fact(
            _("Disclosure"), "" if call.is_disclosure_heard is None else _heard(call.is_disclosure_heard), _("not known: the call did not get so far")
        ),
    ]


def _aapor(call: Call) -> str:
    outcome = outcome_of_call(with_answers(Call.objects.filter(pk=call.pk)).get())
    code = rule_of(outcome).aapor_code
    return f"{code} {CODES[code]} ({WORDS[outcome]})"


def _times(call: Call) -> list[Fact]:
    not_yet = _("never") if call.status in ENDED else _("not yet")
    moments = [
        *_promise(call),
        *_beginning(call, not_yet),
        _fact(_("Answered"), _moment(call.answered_at), not_yet),
        _fact(_("Ended"), _moment(call.ended_at), not_yet),
        _fact(_("Talked"), "" if call.talk_s is None else f"{call.talk_s} s", _("not at all") if call.status in ENDED else _("not known yet")),
    ]
    return moments + ([Fact(_("Call back promised for"), _moment(call.promised_for))] if call.promised_for else [])


def _promise(call: Call) -> list[Fact]:
    kept = promise_of_call(call, now=clock.now())
    if kept is None:
        return []
    late = f" {_('by')} {late_in_words(kept.late_s)}" if kept.late_s >= 60 else ""
    return [Fact(_("Keeps the promise for"), f"{_moment(call.promise_due_at)}: {_words(kept.state)}{late}")]


def _beginning(call: Call, not_yet: Any) -> list[Fact]:
    if call.is_theirs:
        return [Fact(_("They called"), _moment(call.due_at))]
    return [Fact(_("Due"), _moment(call.due_at)), _fact(_("Dialled"), _moment(call.dialled_at), not_yet)]


def _money(call: Call) -> list[Fact]:
    if call.dialled_at is None and not call.is_theirs:
        return [Fact(_("Cost"), _("none: not dialled"), is_missing=True)]
    cost = kes(call.cost_minor, call.cost_currency)
    reserved = kes(call.reserved_minor)
    released = _("released: the price is final") if call.settled_at else ""
    return [
        _fact(_("Cost"), cost, _("not known yet: the platform has sent no price")),
        Fact(_("Reserved before the call"), f"{reserved} ({released})" if released else reserved),
    ]


def _speed(call: Call) -> list[Fact]:
    spent_ms = sorted(call.turn_latency_ms)
    typical = f"{median(spent_ms):.0f} ms" if spent_ms else ""
    return [
        _fact(
            _("First audio after the pick-up"), "" if call.first_audio_ms is None else f"{call.first_audio_ms} ms", _("none: the bot did not speak")
        ),
        _fact(_("From the callee's last word to the bot's first, half of the turns"), typical, _("none: the callee did not speak")),
        _fact(_("The slowest turn"), f"{spent_ms[-1]} ms" if spent_ms else "", _("none")),
        _fact(_("Voice"), call.voice, _("none: the call was not placed")),
    ]


def _handoff(handoff: Handoff) -> list[Fact]:
    steps = [
        (_("Offered"), handoff.offered_at),
        (_("Accepted"), handoff.accepted_at),
        (_("Bridged"), handoff.bridged_at),
        (_("Call back promised for"), handoff.promised_for),
    ]
    strategy = f"{handoff.strategy}, {_('as a fallback: the platform did not go on')}" if handoff.is_fallback else handoff.strategy
    return [
        Fact(_("Status"), _words(handoff.status), url=reverse("admin:campaigns_handoff_change", args=[handoff.pk])),
        _fact(_("Rep"), str(handoff.rep or ""), _("none took it")),
        Fact(_("Strategy"), strategy),
        *(_fact(label, _moment(at), _("no")) for label, at in steps),
        *([Fact(_("Why"), handoff.reason)] if handoff.reason else []),
    ]


def _answers(call: Call) -> list[AnswerLine]:
    """In the order of the script, the unanswered ones, too."""
    answers = {answer.question_id: answer for answer in counted_answers(call)}
    questions = call.script.questions.all() if call.script else []
    return [_answer(answers[q.pk], call) if q.pk in answers else AnswerLine(label_of(q.key), question_brief(q).wording) for q in questions]


def _answer(answer: Answer, call: Call) -> AnswerLine:
    earlier = answer.call if answer.call_id != call.pk else None
    return AnswerLine(
        label=label_of(answer.question.key),
        wording=question_brief(answer.question).wording,
        value=value_in_words(given(answer)),
        quote=answer.quote,
        started_ms=answer.started_ms,
        span=f"{clock_of(answer.started_ms)} – {clock_of(answer.ended_ms)}",
        certainty=_("said back and agreed") if answer.is_confirmed else f"{answer.confidence * HUNDRED_PERCENT:.0f} %",
        from_attempt=earlier.attempt_number if earlier else None,
        from_url=reverse("admin:campaigns_call_change", args=[earlier.pk]) if earlier else "",
    )


def _turn(turn: Turn) -> TurnLine:
    is_bot = turn.party == Party.BOT
    is_cut = is_bot and turn.heard_ms is not None and turn.heard_text != turn.text
    heard = turn.heard_text if is_cut else turn.text
    return TurnLine(turn.started_ms, clock_of(turn.started_ms), is_bot, heard, turn.text.removeprefix(heard).strip() if is_cut else "")


def _decision(decision: DialDecision) -> DecisionLine:
    facts, consent = decision.facts, decision.consent_record
    known = [
        _fact(_("Purpose"), facts.get("purpose", ""), _("not known")),
        _fact(_("On behalf of"), facts.get("controller", ""), _("not known")),
        Fact(_("Consent"), str(consent), url=reverse("admin:leads_consentrecord_change", args=[consent.pk]))
        if consent
        else Fact(_("Consent"), _("none was found"), is_missing=True),
        _fact(_("Market"), facts.get("market", ""), _("not known")),
        _fact(_("Time zone"), facts.get("time_zone", ""), _("not known")),
        Fact(_("On the do-not-call list"), _("yes") if facts.get("is_on_dnc") else _("no")),
        Fact(_("Earlier calls"), str(len(facts.get("attempts", [])))),
        _fact(_("Rules"), decision.pack_version, _("none for this market")),
    ]
    return DecisionLine(decision.decided_at, decision.is_allowed, [reason["sentence"] for reason in decision.reasons], known)


def _audio_url(recording: Recording | None) -> str:
    if recording is None or not recording.file.storage.exists(str(recording.file.name)):
        return ""
    return reverse("admin:campaigns_call_recording", args=[recording.call_id])


def _fact(label: Any, text: Any, missing: Any) -> Fact:
    return Fact(label, text) if text else Fact(label, missing, is_missing=True)


def _words(status: str) -> str:
    return status.replace("_", " ")


def _heard(is_heard: bool) -> Any:
    return _("heard to its end") if is_heard else _("cut off")


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i:s") if at else ""
