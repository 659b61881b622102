"""The difference of two scripts as a manager reads it: whose question, which field, and the words of it that changed.

Pure. Points and skip rules are said in words, one a line, so that they are compared as words are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.scripting.difference import Change, Piece, What, differences, pieces
from campaigns.scripting.flow import condition_in_words
from campaigns.scripting.text import QuestionText, ScriptText

FIELDS = {
    "name": "name",
    "language": "language",
    "bot_name": "the bot's name",
    "organisation": "on behalf of",
    "hot_threshold": "hot from this score",
    "disclosure": "disclosure",
    "kind": "kind",
    "role": "role",
    "wording": "wording",
    "reask_wording": "re-ask wording",
    "choices": "choices",
    "unit": "unit",
    "minimum": "minimum",
    "maximum": "maximum",
    "is_read_back": "said back",
    "rubric": "points",
    "skips": "skip rules",
}
KINDS = {
    "yes_no": "yes or no",
    "number": "a number",
    "timeline": "when, counted in days",
    "one_of": "one of",
    "many_of": "several of",
    "scale": "a place on a scale",
    "money": "an amount of money",
    "open": "any words",
}


@dataclass(frozen=True, slots=True)
class Said:
    what: What
    question: str  # its key; "": of the script itself
    wording: str  # of the question, as it is now
    title: str  # "points", "wording (sw)", "moved from 3 to 1"
    pieces: tuple[Piece, ...]


def in_words(old: ScriptText, new: ScriptText) -> list[Said]:
    return [say(change, old, new) for change in differences(old, new)]


def say(change: Change, old: ScriptText, new: ScriptText) -> Said:
    question = new.question(change.question) or old.question(change.question)
    wording = question.wording if question else ""
    if change.what is What.MOVED:
        return Said(change.what, change.question, wording, f"moved from place {change.old + 1} to {change.new + 1}", ())
    if change.what is not What.CHANGED:
        before, after = (_whole(text) if isinstance(text, QuestionText) else "" for text in (change.old, change.new))
        return Said(change.what, change.question, wording, change.what.value, tuple(pieces(before, after)))
    title = FIELDS.get(change.field) or f"sentence “{change.field.removeprefix('lines.')}”"
    title = f"{title} ({change.language})" if change.language else title
    before, after = value_in_words(change.field, change.old), value_in_words(change.field, change.new)
    return Said(change.what, change.question, wording, title, tuple(pieces(before, after)))


def value_in_words(field: str, value: Any) -> str:
    """Several lines for what is a list; "" for what is not there."""
    if value is None:
        return ""
    if field == "rubric" and isinstance(value, list):
        return "\n".join(_points(row) for row in value)
    if field == "skips" and isinstance(value, list):
        return "\n".join(_skip(row) for row in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return f"{value:,.10g}" if isinstance(value, float) else KINDS.get(value, value) if isinstance(value, str) else str(value)


def _points(row: Any) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    worth = "knock-out" if row.get("knock_out") is True else f"{row.get('points', 0)} points"
    why = f" ({row['why']})" if row.get("why") else ""
    return f"{condition_in_words(row.get('when'))}: {worth}{why}"


def _skip(row: Any) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    return f"{condition_in_words(row.get('when'))}: {'on with ' + str(row['to']) if row.get('to') else 'to the end'}"


def _whole(question: QuestionText) -> str:
    said = {name: value_in_words(name, getattr(question, name)) for name in ("kind", "reask_wording", "choices", "unit", "rubric", "skips")}
    return "\n".join([question.wording, *(f"{FIELDS[name]}: {text}" for name, text in said.items() if text)])
