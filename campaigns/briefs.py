"""What the bridge is told about a call: the script as plain values, with every fixed sentence filled in.

The standard sentences are here; a script overrides them by name. Placeholders: {bot_name}, {organisation}, and those of
`bridge.brief.TIMES_IN`, which the conversation fills in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db.models import Prefetch

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
from bridge.route import read_skips
from campaigns import further_sentences
from campaigns.after_fault import call_back_at
from campaigns.inbound_sentences import in_language
from campaigns.languages import language_of
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
        "promise": "All my colleagues are busy at the moment. One of them will call you back as soon as possible. Thank you. Goodbye.",
        "colleagues_busy": "All my colleagues are busy at the moment.",
        "offer_slots": "One of them can call you {first}, or {second}. Which suits you?",
        "offer_slot": "One of them can call you {when}. Does that suit you?",
        "slot_taken": "I am sorry, that time is not free.",
        "slot_booked": "All right. A colleague will call you {when}. Thank you. Goodbye.",
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
        "joining": "My colleague is on the line now. I am connecting you.",
    }
)

# The same for another time, and for a rep's, in the languages in which we understand one (bridge/named_time). Not reviewed by native speakers yet.
STANDARD_ANOTHER_TIME = MappingProxyType(
    {
        "fr": {
            "call_back_at": "Pas de problème. Je vous rappellerai {when}. Au revoir.",
            "when_better": "Pas de problème. Quel moment vous conviendrait mieux ?",
            "call_back_later": "Pas de problème. Nous vous rappellerons à un meilleur moment. Au revoir.",
            "colleagues_busy": "Tous mes collègues sont occupés en ce moment.",
            "offer_slots": "L'un d'eux peut vous appeler {first}, ou bien {second}. Qu'est-ce qui vous convient ?",
            "offer_slot": "L'un d'eux peut vous appeler {when}. Cela vous convient-il ?",
            "slot_taken": "Excusez-moi, cette heure n'est pas libre.",
            "slot_booked": "C'est noté. Un collègue vous appellera {when}. Merci. Au revoir.",
        },
        "pt": {
            "call_back_at": "Não há problema. Volto a ligar-lhe {when}. Adeus.",
            "when_better": "Não há problema. Qual seria uma hora melhor?",
            "call_back_later": "Não há problema. Voltaremos a ligar-lhe numa hora melhor. Adeus.",
            "colleagues_busy": "De momento, todos os meus colegas estão ocupados.",
            "offer_slots": "Um deles pode ligar-lhe {first}, ou {second}. O que lhe convém mais?",
            "offer_slot": "Um deles pode ligar-lhe {when}. Convém-lhe?",
            "slot_taken": "Lamento, essa hora não está livre.",
            "slot_booked": "Fica marcado. Um colega vai ligar-lhe {when}. Obrigado. Adeus.",
        },
        "sw": {
            "call_back_at": "Hakuna shida. Nitakupigia simu {when}. Kwaheri.",
            "when_better": "Hakuna shida. Nikupigie simu lini?",
            "call_back_later": "Hakuna shida. Tutakupigia simu wakati mwingine. Kwaheri.",
            "colleagues_busy": "Wenzangu wote wana shughuli kwa sasa.",
            "offer_slots": "Mmoja wao anaweza kukupigia simu {first}, au {second}. Ni wakati gani unaokufaa?",
            "offer_slot": "Mmoja wao anaweza kukupigia simu {when}. Je, wakati huo unakufaa?",
            "slot_taken": "Samahani, wakati huo umeshachukuliwa.",
            "slot_booked": "Sawa. Mwenzangu atakupigia simu {when}. Asante. Kwaheri.",
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
    own = {
        **further_sentences.BY_LANGUAGE.get(primary, {}),
        **in_language(language).lines,
        **STANDARD_ANOTHER_TIME.get(primary, {}),
        **STANDARD_OPT_OUT.get(primary, {}),
    }
    return {**STANDARD, **own, "not_recorded": not_recorded}


def standard_disclosure(*, is_recorded: bool = True, language: str = "en") -> str:
    """The disclosure as a script may start with it, placeholders included. "": there is none in this language."""
    primary = language.split("-")[0].lower()
    recorded, not_recorded = (RECORDED, NOT_RECORDED) if primary == "en" else further_sentences.RECORDED.get(primary, ("", ""))
    disclosure = standard_lines(language)["disclosure"] if recorded else ""
    return disclosure if is_recorded else disclosure.replace(recorded, not_recorded)


def script_lines(script: Script, language: str = "") -> Lines:
    """The script's own sentences in one of its languages ("": its own), the standard ones of that language where it has none."""
    telling = script.telling(language)
    own = {name: text for name, text in telling.lines.items() if isinstance(text, str) and text.strip()}
    standard = standard_lines(telling.language)
    texts = {**standard, **own, "disclosure": telling.disclosure.strip() or standard["disclosure"]}
    return Lines(**{field.name: filled_in(texts[field.name], script) for field in fields(Lines)})


@dataclass(frozen=True, slots=True)
class ToBeSaid:
    questions: tuple[QuestionBrief, ...]
    lines: Lines


def to_be_said(script: Script, language: str) -> ToBeSaid:
    """Every question and sentence of the script in one of its languages, as a call says it: what a preview shows is what a call is told."""
    return ToBeSaid(tuple(question_brief(question, language) for question in script.questions.all()), script_lines(script, language))


def build_brief(call: Call, *, at: datetime | None = None) -> CallBrief:
    """`call` has been claimed: it has a script and a line. `at`: when its stream opened; None: to prepare a call that has none yet."""
    script, line = call.script, call.line
    if script is None or line is None:
        raise AssertionError("a claimed call has a script and a line")
    campaign, language = call.campaign, language_of(call)
    said = to_be_said(script, language)
    return CallBrief(
        call_id=str(call.id),
        voice=call.voice or campaign.voice,
        fallback_voices=tuple(campaign.fallback_voices),
        language=language,
        bot_name=script.bot_name,
        organisation=script.organisation,
        questions=said.questions,
        lines=said.lines,
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


def question_brief(question: Question, language: str = "") -> QuestionBrief:
    """As it is asked in one of its script's languages; "": the script's own."""
    told = question.translations.get(language)
    told = told if isinstance(told, dict) and str(told.get("wording") or "").strip() else None
    wording, reask = (told["wording"], told.get("reask_wording")) if told else (question.wording, question.reask_wording)
    choices = tuple(told.get("choices") or ()) if told else ()
    is_complete = len(choices) == len(question.choices)  # else it is asked in the script's words, as an answer must find its choice
    is_own_unit = told is None or question.kind == QuestionKind.MONEY
    return QuestionBrief(
        question_id=question.key,
        kind=QuestionKind(question.kind),
        wording=filled_in(wording, question.script),
        reask_wording=filled_in(reask or wording, question.script),
        role=QuestionRole(question.role),
        choices=choices if choices and is_complete else tuple(question.choices),
        stored_choices=tuple(question.choices) if choices and is_complete else (),
        unit=question.unit if is_own_unit else "",  # a word of the script's language
        minimum=question.minimum,
        maximum=question.maximum,
        is_read_back=question.is_read_back,
        skips=read_skips(question.skips),
    )


def counted_answers(call: Call) -> list[Answer]:
    """What counts on this call, in the script's order: given on it or on an earlier attempt at the same script version, the newest of each.

    So nobody is asked twice. Permission to ask is asked on every call. Each with its question and the call it was given on.
    """
    return counted_answers_of([call])[call.pk]


def counted_answers_of(calls: Sequence[Call]) -> dict[UUID, list[Answer]]:
    """The same of several calls, by call, with two queries, one more where some were given on other calls than these. Each question, script and
    call is one object, whichever answers name it: joined to every answer they would be most of the work."""
    if not calls:
        return {}
    leads, campaigns = {call.lead_id for call in calls}, {call.campaign_id for call in calls}
    answers = Answer.objects.filter(call__lead__in=leads, call__campaign__in=campaigns).order_by("saved_at")
    given = list(answers.prefetch_related(Prefetch("question", Question.objects.select_related("script"))))
    known = {call.pk: call for call in calls}
    known |= Call.objects.defer("cdr").in_bulk({row.call_id for row in given} - known.keys())
    rows: dict[tuple[UUID, int], list[Answer]] = defaultdict(list)
    for row in (row for row in given if row.call_id in known):  # one that was erased meanwhile is none
        row.call = known[row.call_id]
        rows[row.call.lead_id, row.call.campaign_id].append(row)
    return {call.pk: _counted(call, rows[call.lead_id, call.campaign_id]) for call in calls}


def _counted(call: Call, rows: Sequence[Answer]) -> list[Answer]:
    newest = {row.question_id: row for row in rows if _counts(call, row)}
    return sorted(newest.values(), key=lambda row: row.question.position)


def _counts(call: Call, answer: Answer) -> bool:
    given_on = answer.call
    if (given_on.campaign_id, given_on.lead_id, answer.question.script_id) != (call.campaign_id, call.lead_id, call.script_id):
        return False
    if given_on.pk == call.pk:
        return True
    return answer.question.role != QuestionRole.PERMISSION and _was_given_before(call, answer)


def _was_given_before(call: Call, answer: Answer) -> bool:
    """On an attempt before it, by their numbers; where they called us, by the clock, for such a call has no number."""
    if call.is_theirs:
        return answer.saved_at <= call.due_at
    if answer.call.is_theirs:
        return call.dialled_at is None or answer.saved_at <= call.dialled_at
    return answer.call.attempt_number <= call.attempt_number


def kept_answers(call: Call) -> dict[str, AnswerValue]:
    """The counted answers by the question's id."""
    return {row.question.key: row.value for row in counted_answers(call)}


def score_so_far(call: Call) -> ScoreResult:
    """What the counted answers are worth; on a call that resumes an interview that is something from the start."""
    if call.script is None:
        raise AssertionError("a claimed call has a script")
    questions = list(call.script.questions.all())
    rubrics = {question.key: question.rubric for question in questions}
    steps = {question.key: read_skips(question.skips) for question in questions}
    result = score(rubrics, kept_answers(call), threshold=call.script.hot_threshold, steps=steps)
    is_survey = call.campaign.kind == Campaign.Kind.SURVEY
    return replace(result, is_hot=False) if is_survey else result  # nobody of a survey is handed over, whatever its threshold


def filled_in(text: str, script: Script) -> str:
    # Not str.format: a stray brace in a manager's sentence must not break a call.
    return text.replace("{bot_name}", script.bot_name).replace("{organisation}", script.organisation)
