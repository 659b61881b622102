"""Rehearsals in words for people: who the simulated ones are, what was missing, how a talk ended. Reads what is handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bridge.conditions import value_in_words
from bridge.events import Outcome
from campaigns.models import Rehearsal
from campaigns.rehearsing.people import Who
from campaigns.rehearsing.verdict import BROKEN_OFF, Missing
from campaigns.reports.progress import kes

PEOPLE = {
    Who.EAGER: (gettext_lazy("Eager"), gettext_lazy("gives the answers that are worth the most")),
    Who.KNOCKED_OUT: (gettext_lazy("Knocked out"), gettext_lazy("gives an answer that rules them out, whatever their points")),
    Who.VAGUE: (gettext_lazy("Vague"), gettext_lazy("is not sure, is asked again, and then answers")),
    Who.ROBOT: (gettext_lazy("Suspicious"), gettext_lazy("asks whether this is a robot, and then answers")),
    Who.REFUSES: (gettext_lazy("Refuses"), gettext_lazy("is not interested")),
    Who.OPTS_OUT: (gettext_lazy("Opts out"), gettext_lazy("wants no more calls")),
}
ENDS = {
    Outcome.FINISHED: gettext_lazy("everything was asked, and the bot said goodbye"),
    Outcome.INFORMED: gettext_lazy("everything was said"),
    Outcome.PROMISED: gettext_lazy("hot: a colleague's call back was promised"),
    Outcome.HANDED_OFF: gettext_lazy("hot: handed to a rep"),
    Outcome.CALLING_BACK: gettext_lazy("hot: called right back by a rep"),
    Outcome.CALLBACK_REQUESTED: gettext_lazy("wanted another time"),
    Outcome.OPTED_OUT: gettext_lazy("wanted no more calls; the bot promised that and said goodbye"),
    Outcome.NOT_INTERESTED: gettext_lazy("was not interested"),
    Outcome.WRONG_NUMBER: gettext_lazy("was the wrong person"),
    Outcome.NO_INPUT: gettext_lazy("nothing was heard"),
    Outcome.TIME_UP: gettext_lazy("the longest time for a call was over"),
    Outcome.CALLEE_LEFT: gettext_lazy("you ended it"),
    Outcome.MEDIA_LOST: gettext_lazy("the connection was lost"),
    Outcome.VOICE_FAILED: gettext_lazy("the voice failed"),
    Outcome.DESK_FAILED: gettext_lazy("answers could not be saved"),
    Outcome.STOPPED: gettext_lazy("it was ended"),
}


def end_in_words(outcome: str) -> str:
    return str(ENDS.get(Outcome(outcome), outcome)) if outcome else ""


def missing_in_words(missing: Mapping[str, Any], wordings: Mapping[str, str]) -> str:
    """With what to do about it. `wordings`: of the questions, by id."""
    asked = wordings.get(str(missing.get("question", "")), str(missing.get("question", "")))
    match missing.get("code"):
        case Missing.DISCLOSURE:
            return _("The disclosure was not heard to its end. Nothing counts without it: let the bot finish its first words.")
        case Missing.ANSWER:
            return _("“%(asked)s” has no answer that was understood. Answer it, or change its wording or its re-ask wording.") % {"asked": asked}
        case Missing.END:
            return _unended(str(missing.get("outcome", "")))
        case Missing.OTHER_END:
            expected = _(" or ").join(end_in_words(outcome) for outcome in missing["expected"])
            return _("It ended otherwise: %(end)s. By the script: %(expected)s.") % {
                "end": end_in_words(missing["outcome"]) or _("it did not end"),
                "expected": expected,
            }
        case Missing.OTHER_ANSWER:
            return _("“%(asked)s”: meant was %(expected)s, understood %(understood)s. Choose words that cannot be mistaken.") % {
                "asked": asked,
                "expected": told(missing["expected"]),
                "understood": _("nothing") if missing["understood"] is None else told(missing["understood"]),
            }
        case _:
            return _more_in_words(missing, asked)


def _unended(outcome: str) -> str:
    if outcome in BROKEN_OFF or not outcome:
        return _("It broke off before the end: %(end)s. Start it again.") % {"end": end_in_words(outcome) or _("the connection was lost")}
    return _(
        "It ended before the last question: %(end)s. That way works; what comes after it was not rehearsed. Go through once to the bot's goodbye."
    ) % {"end": end_in_words(outcome)}


def _more_in_words(missing: Mapping[str, Any], asked: str) -> str:
    match missing.get("code"):
        case Missing.OTHER_SCORE:
            return _("The score is %(points)s, and should be %(expected)s. Look at the points of its answers.") % missing
        case Missing.OTHER_HEAT:
            return _("They should be hot, and are not.") if missing["expected"] else _("They are hot, and should not be.")
        case Missing.OPT_OUT:
            return _("Their wish for no more calls was not saved.")
        case Missing.REASK:
            return _("“%(asked)s” was not asked again after a vague answer.") % {"asked": asked}
        case Missing.SENTENCE:
            return _("The bot did not say: “%(sentence)s”") % missing
    return str(missing.get("code", ""))


def told(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value_in_words(value)


def page_of(rehearsal: Rehearsal, wordings: Mapping[str, str]) -> dict[str, Any]:
    """For the template: one talk from a browser, or the people one after the other."""
    results = rehearsal.results
    people = [_person(one, wordings) for one in results.get("people", [])]
    return {
        "rehearsal": rehearsal,
        "is_running": rehearsal.status == Rehearsal.Status.RUNNING,
        "talk": _talk(results["talk"], wordings) if "talk" in results else None,
        "missing": [missing_in_words(one, wordings) for one in results.get("missing", [])],
        "people": people,
        "n_done": sum(1 for one in people if one["talk"]),
        "is_understood": results.get("is_understood", True),
        "cost": _cost(results.get("cost")),
    }


def _cost(cost: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """None: nothing was used yet, or nobody bills it."""
    if cost is None or cost["minor"] == 0:
        return None
    return {"minor": cost["minor"], "kes": None if cost["minor"] is None else kes(cost["minor"])}


def _person(one: Mapping[str, Any], wordings: Mapping[str, str]) -> dict[str, Any]:
    name, does = PEOPLE[Who(one["who"])]
    if "talk" not in one:
        return {"name": name, "does": does, "talk": None}
    return {
        "name": name,
        "does": does,
        "talk": _talk(one["talk"], wordings),
        "missing": [missing_in_words(each, wordings) for each in one["missing"]],
    }


def _talk(talk: Mapping[str, Any], wordings: Mapping[str, str]) -> dict[str, Any]:
    reasons = {reason["question"]: reason for reason in talk["score"]["reasons"]}
    understood = [
        {"asked": wording, "told": told(kept["value"]), "quote": kept["quote"], "reason": reasons.get(key)}
        for key, wording in wordings.items()
        if (kept := talk["understood"].get(key))
    ]
    moves = [move for move in talk["moves"] if move["why"] or move["to"] != move["from"]]
    return {**talk, "understood": understood, "moves": moves, "end": end_in_words(talk["outcome"])}
