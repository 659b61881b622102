"""What the callee meant: a text, and what may be answered now, become the tools a voice calls.

Pure. Prefers asking again to guessing, and an opt-out too many to one missed: a request to be called no more is
looked for first, in everything that either decoder heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.brief import AnswerValue, QuestionBrief, QuestionKind, QuestionRole
from bridge.events import EndReason, Expectation, Tool, Topic
from bridge.named_time import names_time, says_which
from bridge.no_recording import find_refusal
from bridge.opt_out import find_opt_out
from bridge.voice.embedded.numbers import find_numbers, number_words
from bridge.voice.embedded.timelines import TimelineSpan, find_timelines
from bridge.voice.embedded.words import Words, english, find_phrase, has_phrase, split_words, without_phrases, without_spans


@dataclass(frozen=True, slots=True)
class Meaning:
    tool: Tool
    arguments: Mapping[str, Any] = field(default_factory=dict)  # without quote and confidence, which the hearing adds


@dataclass(frozen=True, slots=True)
class _Answer:
    value: AnswerValue
    is_doubtful: bool = False


NOT_UNDERSTOOD = Meaning(Tool.NOT_UNDERSTOOD)
ANOTHER_TIME = Meaning(Tool.SCHEDULE_CALLBACK)
MAX_LEFT_OVER = 3  # "I … this call": words around a refusal to be recorded, and no answer


def understand(text: str, expectation: Expectation, questions: tuple[QuestionBrief, ...]) -> tuple[Meaning, ...]:
    """All meanings of what was said. Empty for a greeting, a mumble, or when nothing is open to be answered.

    That they refuse to be recorded the conversation hears for itself.
    """
    refusal = find_refusal(text, "en")
    text = refusal.rest if refusal else text
    words = split_words(text)
    if not words or (refusal and len(words) <= MAX_LEFT_OVER):
        return ()
    if opt_out := opt_out_in(text):
        return (opt_out,)
    if intent := _intent(words, expectation):
        return (intent,)
    if expectation.is_time:
        return _time(text, words, expectation)
    if expectation.is_confirmation:
        return _confirmation(words, expectation.question)
    if expectation.question is None or _is_greeting(words):
        return ()
    if expectation.question.role is QuestionRole.PERMISSION and _yes_no(words) is None and names_time(text, "en"):
        return (ANOTHER_TIME,)  # which time is meant the conversation works out: it has the clock
    return _answers(words, expectation.question, questions) or (NOT_UNDERSTOOD,)


def opt_out_in(text: str) -> Meaning | None:
    """ "Stop recording" is none; what is said besides may be."""
    refusal = find_refusal(text, "en")
    found = find_opt_out(refusal.rest if refusal else text, "en")
    return Meaning(Tool.OPT_OUT, {"is_doubtful": found.is_doubtful}) if found else None


def _intent(words: Words, expectation: Expectation) -> Meaning | None:
    """What may be said at any time, whatever was asked."""
    lexicon = english()
    for topic in Topic:
        if has_phrase(words, lexicon["explain"][topic.value]):
            return Meaning(Tool.EXPLAIN, {"topic": topic})
    for tool, phrases in ((Tool.REQUEST_TRANSFER, lexicon["transfer"]["phrases"]), (Tool.SCHEDULE_CALLBACK, lexicon["callback"]["phrases"])):
        if has_phrase(words, phrases):
            return Meaning(tool)
    if has_phrase(words, lexicon["end"]["wrong_number"]):
        return Meaning(Tool.END_CALL, {"reason": EndReason.WRONG_NUMBER})
    if not expectation.is_confirmation and has_phrase(words, lexicon["end"]["not_interested"]):
        return Meaning(Tool.END_CALL, {"reason": EndReason.NOT_INTERESTED})
    if expectation.question and not expectation.is_confirmation and has_phrase(words, lexicon["skip"]["phrases"]):
        return Meaning(Tool.SKIP_QUESTION, {"question_id": expectation.question.question_id})
    return None


def _time(text: str, words: Words, expectation: Expectation) -> tuple[Meaning, ...]:
    """Which of the offered times is meant the conversation works out, too."""
    if names_time(text, "en", is_asked=True) or (expectation.offered and says_which(text, expectation.offered, "en")):
        return (ANOTHER_TIME,)
    return () if _is_greeting(words) else (NOT_UNDERSTOOD,)


def _confirmation(words: Words, question: QuestionBrief | None) -> tuple[Meaning, ...]:
    """Yes, no, or the right value in its place ("no, fifteen"), which is an answer of its own."""
    is_yes = _yes_no(words)
    if question and question.kind is not QuestionKind.YES_NO and is_yes is not True and (answer := _answer(words, question)):
        return (_record(question, answer),)
    return (NOT_UNDERSTOOD,) if is_yes is None else (Meaning(Tool.CONFIRM, {"is_yes": is_yes}),)


def _answers(words: Words, open_question: QuestionBrief, questions: tuple[QuestionBrief, ...]) -> tuple[Meaning, ...]:
    """The open question's answer, and what was said unasked about others; nothing unasked when the callee has no time."""
    answer = _answer(words, open_question)
    meanings = [_record(open_question, answer)] if answer else []
    if open_question.role is QuestionRole.PERMISSION and (not answer or answer.value is False):
        return tuple(meanings)
    for kind in (QuestionKind.NUMBER, QuestionKind.TIMELINE, QuestionKind.MONEY):
        others = [question for question in questions if question.kind is kind]
        if len(others) != 1 or others[0].question_id == open_question.question_id:
            continue  # two questions of a kind: which one was meant is a guess
        if kind is QuestionKind.TIMELINE and open_question.kind is QuestionKind.MONEY:
            continue  # "five thousand a month"
        if unasked := _unasked(words, others[0]):
            meanings.append(_record(others[0], unasked))
    return tuple(meanings)


def _record(question: QuestionBrief, answer: _Answer) -> Meaning:
    return Meaning(Tool.RECORD_ANSWER, {"question_id": question.question_id, "value": answer.value, "is_doubtful": answer.is_doubtful})


def _answer(words: Words, question: QuestionBrief) -> _Answer | None:
    if question.kind is QuestionKind.OPEN:
        return _Answer(" ".join(words))
    if question.kind is QuestionKind.ONE_OF:
        return _choice(words, question.choices)
    if question.kind is QuestionKind.MANY_OF:
        return _choices(words, question.choices)
    if question.kind is QuestionKind.YES_NO:
        is_yes = _yes_no(words)
        return None if is_yes is None else _Answer(is_yes)
    if _is_vague(words):
        return None
    if question.kind is QuestionKind.SCALE:
        return _step(words, question)
    return _timeline(words) if question.kind is QuestionKind.TIMELINE else _number(words)


def _choice(words: Words, choices: tuple[str, ...]) -> _Answer | None:
    named = [choice for choice in choices if find_phrase(words, " ".join(split_words(choice)))] or _by_place(words, choices)
    return _Answer(named[0], _is_soft(words)) if len(named) == 1 else None


def _choices(words: Words, choices: tuple[str, ...]) -> _Answer | None:
    """Those that are named, by their words or their places; "all but the first" is not guessed at."""
    choosing = english()["choosing"]
    if _is_vague(words) or has_phrase(words, choosing["not"]):
        return None
    if words == ("all",) or has_phrase(words, choosing["all"]) or (len(choices) == 2 and has_phrase(words, choosing["both"])):
        return _Answer(list(choices), _is_soft(words))
    left, named = words, []
    for choice in sorted(choices, key=len, reverse=True):  # "dark red" before "red"
        while span := find_phrase(left, " ".join(split_words(choice))):
            left = without_spans(left, [span])
            named.append(choice)
    named += _by_place(left, choices)
    return _Answer([choice for choice in choices if choice in named], _is_soft(words)) if named else None


def _by_place(words: Words, choices: tuple[str, ...]) -> list[str]:
    """ "The first and the last": a place beyond the choices spoils it, for then something else is meant."""
    choosing = english()["choosing"]
    places = [at for at, names in enumerate(choosing["places"]) if has_phrase(words, names)]
    if any(at >= len(choices) for at in places):
        return []
    places += [len(choices) - 1] if has_phrase(words, choosing["last"]) else []
    return [choice for at, choice in enumerate(choices) if at in places]


def _step(words: Words, question: QuestionBrief) -> _Answer | None:
    """A place on a scale; "eight out of ten" is eight."""
    if question.maximum is not None:
        top = int(question.maximum)
        ends = (str(top), number_words(top) if 0 < top < 1000 else str(top))
        words = without_phrases(words, [f"{out_of} {end}" for out_of in english()["numbers"]["out_of"] for end in ends])
    return _number(words)


def _yes_no(words: Words) -> bool | None:
    """None for neither, for "I don't know", and for a yes that contradicts itself ("yes, it's not a good time")."""
    lexicon = english()
    if _is_vague(words):
        return None
    bare = without_phrases(words, lexicon["no"]["excepted"])
    is_no = any(word in lexicon["no"]["words"] for word in bare) or has_phrase(bare, lexicon["no"]["phrases"])
    is_yes = any(word in lexicon["yes"]["words"] for word in words) or has_phrase(words, lexicon["yes"]["phrases"])
    if is_no and words[0] in lexicon["yes"]["words"]:
        return None
    return False if is_no else (True if is_yes else None)


def _number(words: Words) -> _Answer | None:
    """One number, and only one."""
    words = without_phrases(words, english()["numbers"]["not_a_number"])
    words = without_spans(words, ((span.start, span.end) for span in find_timelines(words) if span.is_explicit))
    values = {span.value for span in find_numbers(words)}
    if len(values) != 1 or "not" in words:
        return None
    return _Answer(values.pop(), _is_soft(words) or has_phrase(words, english()["numbers"]["bounds"]))


def _timeline(words: Words, is_asked: bool = True) -> _Answer | None:
    spans: list[TimelineSpan] = [span for span in find_timelines(words) if is_asked or span.is_explicit]
    values = {span.days for span in spans}
    numbers = find_numbers(without_spans(words, ((span.start, span.end) for span in spans)))
    if len(values) != 1 or (is_asked and any(not_word in words for not_word in ("not", "isn't", "don't", "never"))):
        return None
    if is_asked and numbers:
        return None  # "two or three months"
    return _Answer(values.pop(), _is_soft(words))


def _unasked(words: Words, question: QuestionBrief) -> _Answer | None:
    """An answer nobody asked for: only with its unit beside it ("forty seats", "in three weeks")."""
    if _is_vague(words):
        return None
    if question.kind is QuestionKind.TIMELINE:
        return _timeline(words, is_asked=False)
    if question.kind is QuestionKind.MONEY:
        units = english()["units"]["money_words"]
    else:
        units = [*english()["units"]["count_words"], *([question.unit] if question.unit else [])]
    values = {span.value for span in find_numbers(words) if any(find_phrase(words[span.end : span.end + 3], unit) for unit in units)}
    return _Answer(values.pop(), _is_soft(words)) if len(values) == 1 else None


def _is_vague(words: Words) -> bool:
    vague = english()["vague"]
    return any(word in vague["words"] for word in words) or has_phrase(words, vague["phrases"])


def _is_soft(words: Words) -> bool:
    return has_phrase(words, english()["vague"]["soft"])


def _is_greeting(words: Words) -> bool:
    greeting = english()["greeting"]
    return all(word in greeting["words"] for word in words) and any(word in greeting["needs"] for word in words)
