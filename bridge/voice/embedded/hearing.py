"""Two decoders heard the same utterance; which words count, what they mean, and how sure we are.

Pure. The choice between the decoders was measured: with the grammar's decoder alone two of three sentences that
it does not know become an answer, with this rule one in sixteen. Opt-outs are looked for in both texts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bridge.brief import QuestionBrief
from bridge.events import Expectation, Tool
from bridge.no_recording import find_refusal
from bridge.voice.embedded.understanding import NOT_UNDERSTOOD, Meaning, opt_out_in, understand

MIN_LOG_RATIO = 0.05  # ln(score of the grammar / score of the full language model), picked on voices that no result is quoted for


@dataclass(frozen=True, slots=True)
class Hypothesis:
    text: str
    score: float  # linear, as pocketsphinx gives it


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance; times are seconds of callee audio since the stream opened."""

    grammar: Hypothesis | None  # the small n-gram of the open question's kind
    full: Hypothesis | None  # the general language model
    started_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class Understood:
    text: str  # what the transcript shows
    confidence: float  # 0..1
    meanings: tuple[Meaning, ...]


def interpret(heard: Heard, expectation: Expectation, questions: tuple[QuestionBrief, ...]) -> Understood:
    chosen, other = _choose(heard)
    meanings = understand(chosen, expectation, questions)
    other_meanings = understand(other, expectation, questions)
    is_agreed = meanings == other_meanings
    if opt_out := _opt_out(chosen, other):
        return Understood(chosen, 1.0 if is_agreed else 0.6, (opt_out,))
    if not is_agreed and _is_no(meanings):
        doubtful = NOT_UNDERSTOOD if _is_about_opt_out(expectation) else Meaning(Tool.OPT_OUT, {"is_doubtful": True})
        return Understood(chosen, 0.5, (doubtful,))
    if meanings == (NOT_UNDERSTOOD,) and _is_from_grammar(heard):
        return Understood(other, 0.7, other_meanings)  # the grammar's words say nothing here, the general ones may
    return Understood(chosen, 0.95 if is_agreed else 0.7, meanings)


def _choose(heard: Heard) -> tuple[str, str]:
    grammar = heard.grammar.text if heard.grammar else ""
    full = heard.full.text if heard.full else ""
    return (grammar, full) if _is_from_grammar(heard) else (full, grammar)


def _is_from_grammar(heard: Heard) -> bool:
    if not heard.grammar or not heard.full:
        return not heard.full
    if heard.grammar.score <= 0 or heard.full.score <= 0:
        return False  # underflow of a very long utterance
    return math.log(heard.grammar.score / heard.full.score) > MIN_LOG_RATIO


def _opt_out(chosen: str, other: str) -> Meaning | None:
    """Certain when the words that count say so; doubtful, and asked about, when only the other decoder heard it."""
    opt_out = opt_out_in(chosen)
    if opt_out or find_refusal(chosen, "en"):  # the other decoder may lack the words for a recording
        return opt_out
    return Meaning(Tool.OPT_OUT, {"is_doubtful": True}) if opt_out_in(other) else None


def _is_no(meanings: tuple[Meaning, ...]) -> bool:
    """A refusal: what "don't ever call here again" is taken for when it is misheard."""
    return any(
        meaning.arguments.get("value") is False or meaning.arguments.get("is_yes") is False or meaning.arguments.get("reason") == "not_interested"
        for meaning in meanings
    )


def _is_about_opt_out(expectation: Expectation) -> bool:
    return expectation.is_confirmation and expectation.question is None
