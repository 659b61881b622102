"""One call as its page shows it: plain values, every missing one said in words. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.brief import QuestionKind
from bridge.events import Party
from bridge.reports import Proof
from bridge.route import read_skips, route
from campaigns.aapor import named
from campaigns.admin.call_money import money_facts
from campaigns.admin.facts import Fact, fact
from campaigns.briefs import counted_answers, question_brief
from campaigns.clips.proof import DisclosureProof, proof_of
from campaigns.handoff.rep_talk import given
from campaigns.handoff.result import result_in_words
from campaigns.handoff.results import result_of
from campaigns.handoff.words import label_of, value_in_words
from campaigns.models import Answer, Call, DialDecision, Handoff, Recording, Score, Turn
from campaigns.outcomes import WORDS, AttemptOutcome
from campaigns.percentiles import percentiles
from campaigns.promises import late_in_words
from campaigns.recording_rules import NotRecorded
from campaigns.recordings import unreadable
from campaigns.reports.voice_cost import VoiceLine, voice_lines
from campaigns.retry_plan import outcome_of_call, promise_of_call, with_answers
from campaigns.retry_rules import rule_of
from campaigns.spoken_words import SplitTurn, split_turn
from campaigns.states import ENDED, CallStatus
from leads import clock
from leads.models import Lead
from leads.retelling import retold
from leads.said import spaced
from leads.telling import told

HUNDRED_PERCENT = 100
_PROOFS: Mapping[str, Any] = {
    Proof.CLIP: _("heard to its end: a recording was played"),
    Proof.READ_OUT: _("heard to its end: the voice read it out"),
    Proof.TRANSCRIBED: _("heard to its end: word for word, as the provider transcribed it"),
}
NOT_RECORDED = {
    NotRecorded.CALLEE: _("Not recorded: the callee refused it on an earlier call."),
    NotRecorded.MARKET: _("Not recorded: the rules of this market forbid it."),
    NotRecorded.CAMPAIGN: _("Not recorded: this campaign records no calls."),
    NotRecorded.NOTICE: _("Not recorded: nothing was asked on this call."),
}


@dataclass(frozen=True, slots=True)
class TurnLine:
    started_ms: int
    at: str
    is_bot: bool
    words: SplitTurn  # what the bot sent and the callee did not hear, because they spoke or hung up, is apart
    intended: str  # the script's line, where the bot said it in other words
    are_words_known: bool
    said_for: str  # the person of ours whose sentence it is


@dataclass(frozen=True, slots=True)
class AnswerLine:
    label: str
    wording: str
    value: Any = ""  # "": not answered
    quote: str = ""
    started_ms: int = 0
    span: str = ""
    certainty: Any = ""
    from_attempt: int | None = None  # given on an earlier attempt, whose sound it is in; None: on this call
    from_url: str = ""
    is_passed_over: bool = False  # an answer led past it
    is_open: bool = False  # in the callee's own words


@dataclass(frozen=True, slots=True)
class DecisionLine:
    decided_at: datetime
    is_allowed: bool
    sentences: Sequence[str]
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class CallPage:
    call: Call
    who: str
    phone: str  # "": not shown
    is_over: bool
    outcome: Sequence[Fact]
    times: Sequence[Fact]
    money: Sequence[Fact]
    voices: Sequence[VoiceLine]
    speed: Sequence[Fact]
    handoff: Sequence[Fact]
    score: Score | None
    answers: Sequence[AnswerLine]
    turns: Sequence[TurnLine]
    decisions: Sequence[DecisionLine]
    other_attempts: Sequence[Call]
    audio_url: str
    no_audio: Any  # why there is none, in words
    disclosure: DisclosureProof | None

    @property
    def has_unheard(self) -> bool:
        return any(turn.words.unheard for turn in self.turns)

    @property
    def has_other_words(self) -> bool:
        return any(turn.intended for turn in self.turns)


def call_page(call: Call) -> CallPage:
    """`call` with lead, campaign, script, line, score, handoff and recording at hand."""
    handoff = getattr(call, "handoff", None)
    no_audio = why_no_audio(call, getattr(call, "recording", None))
    sessions = voice_lines(call)
    return CallPage(
        call=call,
        who=str(call.lead),
        phone=call.lead.phone,
        is_over=call.status in ENDED,
        outcome=_outcome(call),
        times=_times(call),
        money=money_facts(call, sessions),
        voices=sessions,
        speed=_speed(call),
        handoff=_handoff(handoff) if handoff else (),
        score=getattr(call, "score", None),
        answers=_answers(call),
        turns=[_turn(turn) for turn in call.turns.order_by("started_ms", "position")],
        decisions=[_decision(decision) for decision in call.dial_decisions.select_related("consent_record")],
        other_attempts=list(Call.objects.filter(campaign=call.campaign_id, lead=call.lead_id).exclude(pk=call.pk).order_by("attempt_number")),
        audio_url="" if no_audio else reverse("admin:campaigns_call_recording", args=[call.pk]),
        no_audio=no_audio,
        disclosure=proof_of(call),
    )


def without_people(page: CallPage) -> CallPage:
    """For who may not see them: no name, no number, nothing in the callee's own words, no sound."""
    hidden = _("Hidden: your role sees nothing of what people said.")
    return replace(
        page,
        who=nameless(page.call),
        phone="",
        answers=[replace(answer, quote="", value=_("hidden") if answer.is_open and answer.value else answer.value) for answer in page.answers],
        turns=(),
        audio_url="",
        no_audio=hidden,
    )


def nameless(call: Call) -> str:
    """The lead without their name: the same for each of their calls."""
    return str(Lead(pk=call.lead_id))


def clock_of(ms: int) -> str:
    """From the opening of the media stream: 65300 → 1:05.3."""
    minutes, rest_ms = divmod(ms, 60_000)
    return f"{minutes}:{rest_ms / 1000:04.1f}" if rest_ms < 59_950 else f"{minutes + 1}:00.0"


def _outcome(call: Call) -> list[Fact]:
    no_cause = _("none: the network gave no reason") if call.dialled_at or call.is_theirs else _("none: not dialled")
    nobody = _("none: nobody was reached") if call.status in ENDED else _("none yet: it is set at the end")
    found = outcome_of_call(with_answers(Call.objects.filter(pk=call.pk)).get()) if call.status in ENDED else None
    return [
        Fact(_("Occasion"), call.get_occasion_display()),
        Fact(_("Status"), _words(call.status)),
        fact(_("Disposition"), _words(call.disposition or ""), nobody),
        fact(_("AAPOR code"), _aapor(found) if found else "", _("none yet: it follows from the end")),
        fact(_("Hangup cause"), call.hangup_cause, no_cause),
        fact(_("What went wrong"), retold(call.failure) or _why_it_failed(call, found), _("nothing")),
        fact(_("Disclosure"), _disclosure(call), _("not known: the call did not get so far")),
    ]


def _aapor(found: AttemptOutcome) -> str:
    code, end = told(named(rule_of(found).aapor_code)), told(WORDS[found])
    return code if code.endswith(f" {end}") else f"{code} ({end})"


def _why_it_failed(call: Call, found: AttemptOutcome | None) -> str:
    """What the network's cause means, where nobody wrote more down: a call that failed did not fail for nothing."""
    return told(WORDS[found]) if found and call.status == CallStatus.FAILED else ""


def _times(call: Call) -> list[Fact]:
    not_yet = _("never") if call.status in ENDED else _("not yet")
    moments = [
        *_promise(call),
        *_beginning(call, not_yet),
        fact(_("Answered"), _moment(call.answered_at), not_yet),
        fact(_("Ended"), _moment(call.ended_at), not_yet),
        fact(
            _("Talked"),
            "" if call.talk_s is None else gettext("%(s)s s") % {"s": call.talk_s},
            _("not at all") if call.status in ENDED else _("not known yet"),
        ),
    ]
    return moments + ([Fact(_("Call back promised for"), _moment(call.promised_for))] if call.promised_for else [])


def _promise(call: Call) -> list[Fact]:
    kept = promise_of_call(call, now=clock.now())
    if kept is None:
        return []
    late = f" {_('by')} {told(late_in_words(kept.late_s))}" if kept.late_s >= 60 else ""
    return [Fact(_("Keeps the promise for"), f"{_moment(call.promise_due_at)}: {_words(kept.state)}{late}")]


def _beginning(call: Call, not_yet: Any) -> list[Fact]:
    if call.is_theirs:
        return [Fact(_("They called"), _moment(call.due_at))]
    return [Fact(_("Due"), _moment(call.due_at)), fact(_("Dialled"), _moment(call.dialled_at), not_yet)]


def _speed(call: Call) -> list[Fact]:
    """As the callee heard it."""
    if call.longest_silence_ms is None:
        return [Fact(_("Timing"), _("not measured"), is_missing=True), fact(_("Voice"), call.voice, _("none: the call was not placed"))]
    waited = percentiles(call.voice_to_voice_ms)
    no_reply = _("none: the callee did not speak")
    return [
        fact(_("Until the bot's first word"), _milliseconds(call.first_word_ms), _("none: the bot was not heard")),
        fact(_("From the callee's last word to the bot's first, half of the turns"), _milliseconds(waited.p50), no_reply),
        fact(_("The slowest turn"), _milliseconds(max(call.voice_to_voice_ms, default=None)), no_reply),
        Fact(_("Both spoke"), _milliseconds(call.overlap_ms)),
        Fact(_("Longest silence"), _milliseconds(call.longest_silence_ms)),
        fact(_("Voice"), call.voice, _("none: the call was not placed")),
    ]


def _milliseconds(figure: int | None) -> str:
    return "" if figure is None else gettext("%(ms)s ms") % {"ms": figure}


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
        fact(_("Rep"), str(handoff.rep or ""), _("none took it")),
        Fact(_("Strategy"), strategy),
        *(fact(label, _moment(at), _("no")) for label, at in steps),
        fact(_("In short"), told(result_in_words(result_of(handoff))), _("nothing yet")),
        *([Fact(_("Why"), retold(handoff.reason))] if handoff.reason else []),
    ]


def _answers(call: Call) -> list[AnswerLine]:
    """In the order of the script, the unanswered ones, too."""
    answers = {answer.question_id: answer for answer in counted_answers(call)}
    questions = list(call.script.questions.all()) if call.script else []
    steps = {question.key: read_skips(question.skips) for question in questions}
    passed_over = route(steps, {answer.question.key: answer.value for answer in answers.values()}).passed_over
    return [
        _answer(answers[question.pk], call)
        if question.pk in answers
        else AnswerLine(label_of(question.key), question_brief(question, call.language).wording, is_passed_over=question.key in passed_over)
        for question in questions
    ]


def _answer(answer: Answer, call: Call) -> AnswerLine:
    earlier = answer.call if answer.call_id != call.pk else None
    return AnswerLine(
        label=label_of(answer.question.key),
        wording=question_brief(answer.question, call.language).wording,
        value=told(value_in_words(given(answer))),
        quote=answer.quote,
        started_ms=answer.started_ms,
        span=f"{clock_of(answer.started_ms)} – {clock_of(answer.ended_ms)}",
        certainty=_("said back and agreed") if answer.is_confirmed else f"{answer.confidence * HUNDRED_PERCENT:.0f} %",
        from_attempt=earlier.attempt_number if earlier else None,
        from_url=reverse("admin:campaigns_call_change", args=[earlier.pk]) if earlier else "",
        is_open=answer.question.kind == QuestionKind.OPEN,
    )


def _turn(turn: Turn) -> TurnLine:
    words = split_turn(turn.text, turn.heard, turn.intended)
    return TurnLine(turn.started_ms, clock_of(turn.started_ms), turn.party == Party.BOT, words, turn.intended, turn.are_words_known, turn.said_for)


def _decision(decision: DialDecision) -> DecisionLine:
    facts, consent = decision.facts, decision.consent_record
    known = [
        fact(_("Purpose"), facts.get("purpose", ""), _("not known")),
        fact(_("On behalf of"), facts.get("controller", ""), _("not known")),
        Fact(_("Consent"), str(consent), url=reverse("admin:leads_consentrecord_change", args=[consent.pk]))
        if consent
        else Fact(_("Consent"), _("none was found"), is_missing=True),
        fact(_("Market"), facts.get("market", ""), _("not known")),
        fact(_("Time zone"), facts.get("time_zone", ""), _("not known")),
        Fact(_("On the do-not-call list"), _("yes") if facts.get("is_on_dnc") else _("no")),
        Fact(_("Earlier calls"), str(len(facts.get("attempts", [])))),
        fact(_("Rules"), decision.pack_version, _("none for this market")),
    ]
    return DecisionLine(decision.decided_at, decision.is_allowed, [reason["sentence"] for reason in decision.reasons], known)


def why_no_audio(call: Call, recording: Recording | None) -> Any:
    """Why there is no sound to play; "": there is."""
    if recording is None:
        return _no_recording(call)
    if not recording.file.storage.exists(str(recording.file.name)):
        return _("The file of this recording is gone.")
    return unreadable(recording)


def _no_recording(call: Call) -> Any:
    if call.words_gone_at:
        day = date_format(timezone.localtime(call.words_gone_at), "DATE_FORMAT")
        return _("Recording and transcript were deleted on %(day)s: their period was over.") % {"day": day}
    if call.not_recorded == NotRecorded.CALLEE and call.recording_refusal:
        return _("Not recorded: the callee said “%(words)s”. What was recorded until then is deleted.") % {"words": call.recording_refusal}
    if call.not_recorded:
        return NOT_RECORDED[NotRecorded(call.not_recorded)]
    return _("There is no recording of this call.") if call.status in ENDED else _("The recording is there when the call has ended.")


def _words(status: str) -> str:
    return told(spaced(status)) if status else ""


def _disclosure(call: Call) -> Any:
    if call.is_disclosure_heard is None:
        return ""
    if not call.is_disclosure_heard:
        return _("not heard to its end in the words of the script")
    return _PROOFS.get(call.disclosure_proof, _("heard to its end"))


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i:s") if at else ""
