"""What the bridge is told about a call: the script as plain values, with every fixed sentence filled in.

The standard sentences are here; a script overrides them by name. Placeholders: {bot_name}, {organisation}, and in
`call_back_at` {when}, which the conversation fills in.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from types import MappingProxyType

from django.db.models import Q

from bridge.brief import (
    AnswerRules,
    AnswerValue,
    CallBrief,
    CalleeClock,
    Limits,
    Lines,
    OnAnswer,
    QuestionBrief,
    QuestionKind,
    QuestionRole,
    TurnControl,
)
from campaigns.after_fault import call_back_at
from campaigns.inbound_sentences import in_language
from campaigns.models import Answer, Call, Campaign, Question, Script
from campaigns.recordings import why_not_recorded
from campaigns.retry_plan import calling_times
from campaigns.scoring import ScoreResult, score
from leads.machine_rules import machine_rules

# Disclosed before anything else: a machine speaks, for whom, about what, the recording, who receives it and its reason, and how to stop
# (Kenya DPA 2019 s.29, General Regulations 2021 reg. 15 and the platform's use-case page, read 2026-11-22).
RECORDED = "This call is recorded and shared with {organisation}, so that your answers are kept correctly."
NOT_RECORDED = "Your answers are shared with {organisation}, so that they are kept correctly."
STANDARD = MappingProxyType(
    {
        "disclosure": "Hello, this is {bot_name}, an automated AI assistant calling for {organisation} with a few short questions "
        f"about your needs. {RECORDED} "
        "To stop these calls, just say stop calling me.",
        "cold_close": "Thank you for your time. That is all I wanted to ask. Have a good day. Goodbye.",
        "survey_close": "Those were all my questions. Thank you for taking part. Goodbye.",
        "opted_out": "I understand. We will not call you again. Goodbye.",
        "not_interested": "No problem. Thank you for telling me. Goodbye.",
        "wrong_number": "I am sorry, I have reached the wrong person. Goodbye.",
        "call_back_later": "No problem. We will call you at a better time. Goodbye.",
        "call_back_at": "No problem. I will call you {when}. Goodbye.",
        "when_better": "No problem. When would be a better time?",
        "connecting": "I am connecting you to a colleague now. Should the line drop, you will be called right back.",
        "checking": "Thank you. One of my colleagues would like to talk to you. Please stay on the line for a moment.",
        "promise": "All my colleagues are busy at the moment. One of them will call you back today. Thank you. Goodbye.",
        "call_right_back": "A colleague will call you right back on this number. Please stay close to your phone. Goodbye.",
        "robot": "Yes, I am an automated AI assistant, calling for {organisation}.",
        "who": "I am {bot_name}, an automated AI assistant. I am calling for {organisation}, with a few short questions.",
        "still_there": "Are you still there?",
        "can_you_hear_me": "Hello, can you hear me?",
        "no_input_close": "I cannot hear you, so I will end the call here. Goodbye.",
        "time_is_up": "Our time is up. Thank you for your answers. Goodbye.",
        "confirm_opt_out": "Would you like us to stop calling you?",
        "not_recorded": "All right. This call is not recorded, and no sound of it is kept.",
        "apology": "I am sorry, something went wrong on our side. Goodbye.",
        "apology_call_back": "I am sorry, something went wrong on our side. We will call you back. Goodbye.",
        "one_moment": "One moment, please.",
        "still_here": "I am still here, one moment.",
    }
)

# The same for another time, in the languages in which we understand one (bridge/named_time). Not reviewed by native speakers yet.
STANDARD_ANOTHER_TIME = MappingProxyType(
    {
        "fr": {
            "call_back_at": "Pas de problème. Je vous rappellerai {when}. Au revoir.",
            "when_better": "Pas de problème. Quel moment vous conviendrait mieux ?",
            "call_back_later": "Pas de problème. Nous vous rappellerons à un meilleur moment. Au revoir.",
        },
        "pt": {
            "call_back_at": "Não há problema. Volto a ligar-lhe {when}. Adeus.",
            "when_better": "Não há problema. Qual seria uma hora melhor?",
            "call_back_later": "Não há problema. Voltaremos a ligar-lhe numa hora melhor. Adeus.",
        },
        "sw": {
            "call_back_at": "Hakuna shida. Nitakupigia simu {when}. Kwaheri.",
            "when_better": "Hakuna shida. Nikupigie simu lini?",
            "call_back_later": "Hakuna shida. Tutakupigia simu wakati mwingine. Kwaheri.",
        },
    }
)

# What a person hears who may want no more calls, in the languages in which we understand that (bridge/opt_out). By BCP-47 primary
# language. Not reviewed by native speakers yet.
STANDARD_OPT_OUT = MappingProxyType(
    {
        "am": {"confirm_opt_out": "መደወል እንድናቆም ይፈልጋሉ?", "opted_out": "ተረድቻለሁ። ከዚህ በኋላ አንደውልልዎትም። ደህና ይሁኑ።"},
        "ar": {"confirm_opt_out": "هل تريدون أن نتوقف عن الاتصال بكم؟", "opted_out": "فهمت. لن نتصل بكم مرة أخرى. مع السلامة."},
        "fr": {
            "confirm_opt_out": "Souhaitez-vous que nous ne vous appelions plus ?",
            "opted_out": "C'est noté. Nous ne vous appellerons plus. Au revoir.",
        },
        "ha": {"confirm_opt_out": "Kuna so mu daina kiranku a waya?", "opted_out": "Na fahimta. Ba za mu sake kiranku ba. Sai an jima."},
        "pt": {"confirm_opt_out": "Quer que deixemos de lhe ligar?", "opted_out": "Compreendo. Não voltaremos a ligar-lhe. Adeus."},
        "sw": {"confirm_opt_out": "Je, ungependa tuache kukupigia simu?", "opted_out": "Nimeelewa. Hatutakupigia simu tena. Kwaheri."},
    }
)


# What a person hears who does not want to be recorded, in the languages in which we understand that (bridge/no_recording). By BCP-47
# primary language. Not reviewed by native speakers yet.
STANDARD_NOT_RECORDED = MappingProxyType(
    {
        "am": "እሺ። ይህ ጥሪ አይቀዳም፤ ድምፁም አይቀመጥም።",
        "ar": "حسنا. هذه المكالمة غير مسجلة، ولن نحتفظ بأي صوت منها.",
        "fr": "D'accord. Cet appel n'est pas enregistré, et aucun son n'en est gardé.",
        "ha": "To, shi ke nan. Ba a ɗaukar wannan kira, kuma ba za a ajiye muryarku ba.",
        "pt": "Está bem. Esta chamada não é gravada, e não guardamos nenhum som dela.",
        "sw": "Sawa. Simu hii hairekodiwi, na sauti yake haihifadhiwi.",
    }
)


def standard_lines(language: str) -> dict[str, str]:
    """The sentences of a script in this language that has none of its own; English where there are no others yet."""
    primary = language.split("-")[0].lower()
    not_recorded = STANDARD_NOT_RECORDED.get(primary, STANDARD["not_recorded"])
    own = {**in_language(language).lines, **STANDARD_ANOTHER_TIME.get(primary, {}), **STANDARD_OPT_OUT.get(primary, {})}
    return {**STANDARD, **own, "not_recorded": not_recorded}


def standard_disclosure(*, is_recorded: bool = True) -> str:
    """The disclosure as a script may start with it, placeholders included."""
    disclosure = STANDARD["disclosure"]
    return disclosure if is_recorded else disclosure.replace(RECORDED, NOT_RECORDED)


def script_lines(script: Script) -> Lines:
    """The script's own sentences, the standard ones where it has none."""
    own = {name: text for name, text in script.lines.items() if isinstance(text, str) and text.strip()}
    texts = {**standard_lines(script.language), **own, "disclosure": script.disclosure.strip() or STANDARD["disclosure"]}
    return Lines(**{field.name: filled_in(texts[field.name], script) for field in fields(Lines)})


def build_brief(call: Call, *, at: datetime | None = None) -> CallBrief:
    """`call` has been claimed: it has a script and a line. `at`: when its stream opened; None: to prepare a call that has none yet."""
    script, line = call.script, call.line
    if script is None or line is None:
        raise AssertionError("a claimed call has a script and a line")
    campaign = call.campaign
    return CallBrief(
        call_id=str(call.id),
        voice=call.voice or campaign.voice,
        fallback_voices=tuple(campaign.fallback_voices),
        language=script.language,
        bot_name=script.bot_name,
        organisation=script.organisation,
        questions=tuple(question_brief(question) for question in script.questions.all()),
        lines=script_lines(script),
        limits=Limits(max_call_s=float(campaign.max_call_s)),
        line=line.traits(),
        turns=TurnControl(campaign.turns),
        answer_rules=answer_rules(call.lead.market),
        answers=kept_answers(call),
        is_hot=score_so_far(call).is_hot,
        is_recorded=why_not_recorded(call) is None,
        is_survey=campaign.kind == Campaign.Kind.SURVEY,
        clock=_clock(call, at) if at else None,
        call_back_at=call_back_at(call, at=at) if at else None,
    )


def _clock(call: Call, at: datetime) -> CalleeClock | None:
    """By the zone on the lead and the rules in force; what else stands in the way of a call is found at its dial."""
    times = calling_times(call.lead, call.campaign.purpose, at=at)
    if times is None:
        return None
    week = None if times.hours is None else tuple(tuple((window.opens, window.closes) for window in day) for day in times.hours)
    return CalleeClock(at.astimezone(times.zone), week)


def answer_rules(market: str) -> AnswerRules:
    """What a call to this market does when something else than a person picks up."""
    rules = machine_rules(market)
    return AnswerRules(
        voicemail=OnAnswer(rules.voicemail),
        screening=OnAnswer(rules.screening),
        ivr=OnAnswer(rules.ivr),
        announcement=OnAnswer(rules.announcement),
        fax=OnAnswer(rules.fax),
        silence=OnAnswer(rules.silence),
    )


def question_brief(question: Question) -> QuestionBrief:
    return QuestionBrief(
        question_id=question.key,
        kind=QuestionKind(question.kind),
        wording=filled_in(question.wording, question.script),
        reask_wording=filled_in(question.reask_wording or question.wording, question.script),
        role=QuestionRole(question.role),
        choices=tuple(question.choices),
        unit=question.unit,
        minimum=question.minimum,
        maximum=question.maximum,
        is_read_back=question.is_read_back,
    )


def counted_answers(call: Call) -> list[Answer]:
    """What counts on this call, in the script's order: given on it or on an earlier attempt at the same script version, the newest of each.

    So nobody is asked twice. Permission to ask is asked on every call. Each with its question and the call it was given on.
    """
    case = Answer.objects.filter(Q(call=call) | _given_before(call), call__campaign=call.campaign_id, call__lead=call.lead_id)
    asked_anew = Q(question__role=QuestionRole.PERMISSION) & ~Q(call=call)
    rows = case.filter(question__script=call.script_id).exclude(asked_anew).select_related("question__script", "call").order_by("saved_at")
    newest = {row.question_id: row for row in rows}
    return sorted(newest.values(), key=lambda row: row.question.position)


def _given_before(call: Call) -> Q:
    """On an attempt before it, by their numbers; where they called us, by the clock, for such a call has no number."""
    theirs = Q(call__occasion=Call.Occasion.INBOUND)
    if call.occasion == Call.Occasion.INBOUND:
        return Q(saved_at__lte=call.due_at)
    on_theirs = theirs & Q(saved_at__lte=call.dialled_at) if call.dialled_at else theirs
    return (~theirs & Q(call__attempt_number__lte=call.attempt_number)) | on_theirs


def kept_answers(call: Call) -> dict[str, AnswerValue]:
    """The counted answers by the question's id."""
    return {row.question.key: row.value for row in counted_answers(call)}


def score_so_far(call: Call) -> ScoreResult:
    """What the counted answers are worth; on a call that resumes an interview that is something from the start."""
    if call.script is None:
        raise AssertionError("a claimed call has a script")
    rubrics = {question.key: question.rubric for question in call.script.questions.all()}
    return score(rubrics, kept_answers(call), threshold=call.script.hot_threshold)


def filled_in(text: str, script: Script) -> str:
    # Not str.format: a stray brace in a manager's sentence must not break a call.
    return text.replace("{bot_name}", script.bot_name).replace("{organisation}", script.organisation)
