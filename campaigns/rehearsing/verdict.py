"""What is missing for a rehearsal to be passed: as codes with what they are about, put into words where they are shown.

Pure. A talk is passed when the disclosure was heard to its end, every question on its way was answered, and the call came to the close that the
script foresees. Somebody who ends it earlier has rehearsed that end, and not the questions after it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from bridge.events import Outcome
from campaigns.rehearsing.people import Expected
from campaigns.rehearsing.talk import Talk

TO_THE_END = frozenset({Outcome.FINISHED, Outcome.INFORMED, Outcome.PROMISED, Outcome.HANDED_OFF, Outcome.CALLING_BACK})
BROKEN_OFF = frozenset({Outcome.CALLEE_LEFT, Outcome.MEDIA_LOST, Outcome.VOICE_FAILED, Outcome.DESK_FAILED, Outcome.STOPPED})


class Missing(StrEnum):
    DISCLOSURE = "disclosure"  # not heard to its end
    ANSWER = "answer"  # a question on the way has none
    END = "end"  # another end than a close after the last question
    OTHER_ANSWER = "other_answer"  # something else was understood than was meant
    OTHER_END = "other_end"
    OTHER_SCORE = "other_score"
    OTHER_HEAT = "other_heat"
    OPT_OUT = "opt_out"  # was not saved
    REASK = "reask"  # a vague answer was not asked about
    SENTENCE = "sentence"  # the bot did not say what it owes


def missing_of_talk(talk: Talk) -> list[dict[str, Any]]:
    """Of one from the browser; []: passed."""
    found = [] if talk.report and talk.report.is_disclosure_heard else [_of(Missing.DISCLOSURE)]
    if talk.outcome not in TO_THE_END:
        return [*found, _of(Missing.END, outcome=talk.outcome.value if talk.outcome else "")]
    unanswered = [key for key in talk.plot.way(talk.answers) if key not in talk.answers]
    return [*found, *(_of(Missing.ANSWER, question=key) for key in unanswered)]


def missing_of_person(talk: Talk, expected: Expected) -> list[dict[str, Any]]:
    """Of a simulated one: what came otherwise than the script says; []: as expected."""
    found = [] if talk.report and talk.report.is_disclosure_heard else [_of(Missing.DISCLOSURE)]
    if talk.outcome not in expected.outcomes:
        wanted = sorted(outcome.value for outcome in expected.outcomes)
        found.append(_of(Missing.OTHER_END, expected=wanted, outcome=talk.outcome.value if talk.outcome else ""))
    for key, value in expected.answers.items():
        if talk.answers.get(key) != value:
            found.append(_of(Missing.OTHER_ANSWER, question=key, expected=value, understood=talk.answers.get(key)))
    if expected.is_scored:
        found += _of_score(talk, expected)
    if expected.is_opt_out and not talk.opt_out:
        found.append(_of(Missing.OPT_OUT))
    if expected.reask and expected.reask not in talk.reasks:
        found.append(_of(Missing.REASK, question=expected.reask))
    return [*found, *(_of(Missing.SENTENCE, sentence=sentence) for sentence in expected.sentences if sentence not in talk.bot_said)]


def _of_score(talk: Talk, expected: Expected) -> list[dict[str, Any]]:
    wanted, got = talk.plot.score(expected.answers).points, talk.plot.score(talk.answers).points
    found = [] if wanted == got else [_of(Missing.OTHER_SCORE, expected=wanted, points=got)]
    is_hot = talk.plot.is_hot(talk.answers)
    return found if is_hot == expected.is_hot else [*found, _of(Missing.OTHER_HEAT, expected=expected.is_hot)]


def _of(code: Missing, **about: Any) -> dict[str, Any]:
    return {"code": code.value, **about}
