"""The difference of two scripts as a manager reads it: whose question, which field, and the words of it that changed.

Pure. Points and skip rules are said in words, one a line, so that they are compared as words are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.scripting.difference import Change, Piece, What, differences, pieces
from campaigns.scripting.flow import condition_in_words
from campaigns.scripting.text import QuestionText, ScriptText
from leads.said import N_, as_it_is, listed, sentence

FIELDS = {
    "name": N_("name"),
    "language": N_("language"),
    "bot_name": N_("the bot's name"),
    "organisation": N_("on behalf of"),
    "hot_threshold": N_("hot from this score"),
    "disclosure": N_("disclosure"),
    "kind": N_("kind"),
    "role": N_("role"),
    "wording": N_("wording"),
    "reask_wording": N_("re-ask wording"),
    "choices": N_("choices"),
    "unit": N_("unit"),
    "minimum": N_("minimum"),
    "maximum": N_("maximum"),
    "is_read_back": N_("said back"),
    "rubric": N_("points"),
    "skips": N_("skip rules"),
}
KINDS = {
    "yes_no": N_("yes or no"),
    "number": N_("a number"),
    "timeline": N_("when, counted in days"),
    "one_of": N_("one of"),
    "many_of": N_("several of"),
    "scale": N_("a place on a scale"),
    "money": N_("an amount of money"),
    "open": N_("any words"),
}
_WHOLE = {What.ADDED: N_("added"), What.REMOVED: N_("removed")}


@dataclass(frozen=True, slots=True)
class Said:
    what: What
    question: str  # its key; "": of the script itself
    wording: str  # of the question, as it is now
    title: str  # "points", "wording (sw)", "moved from 3 to 1"
    pieces: tuple[Piece, ...]


def in_words(old: ScriptText, new: ScriptText, tell: Callable[[str], str] = str) -> list[Said]:
    """`tell`: in the reader's language."""
    return [say(change, old, new, tell) for change in differences(old, new)]


def say(change: Change, old: ScriptText, new: ScriptText, tell: Callable[[str], str] = str) -> Said:
    question = new.question(change.question) or old.question(change.question)
    wording = question.wording if question else ""
    if change.what is What.MOVED:
        return Said(change.what, change.question, wording, _moved(change, tell), ())
    if change.what is not What.CHANGED:
        before, after = (_whole(text, tell) if isinstance(text, QuestionText) else "" for text in (change.old, change.new))
        return Said(change.what, change.question, wording, tell(_WHOLE[change.what]), tuple(pieces(before, after)))
    title = tell(FIELDS.get(change.field) or sentence("sentence “%(name)s”", name=change.field.removeprefix("lines.")))
    title = f"{title} ({change.language})" if change.language else title
    before, after = value_in_words(change.field, change.old, tell), value_in_words(change.field, change.new, tell)
    return Said(change.what, change.question, wording, title, tuple(pieces(before, after)))


def _moved(change: Change, tell: Callable[[str], str]) -> str:
    return tell(sentence("moved from place %(was)s to %(is_now)s", was=change.old + 1, is_now=change.new + 1))


def value_in_words(field: str, value: Any, tell: Callable[[str], str] = str) -> str:
    """Several lines for what is a list; "" for what is not there."""
    if value is None:
        return ""
    if field == "rubric" and isinstance(value, list):
        return "\n".join(tell(_points(row)) for row in value)
    if field == "skips" and isinstance(value, list):
        return "\n".join(tell(_skip(row)) for row in value)
    if isinstance(value, bool):
        return tell(N_("yes") if value else N_("no"))
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    if field == "kind" and value in KINDS:
        return tell(KINDS[value])
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _points(row: Any) -> str:
    if not isinstance(row, Mapping):
        return as_it_is(str(row))
    worth = sentence("knock-out") if row.get("knock_out") is True else sentence("%(n)s points", n=row.get("points", 0))
    why = as_it_is(f" ({row['why']})" if row.get("why") else "")
    return listed([condition_in_words(row.get("when")), ": ", worth, why], "")


def _skip(row: Any) -> str:
    if not isinstance(row, Mapping):
        return as_it_is(str(row))
    place = sentence("on with %(key)s", key=row["to"]) if row.get("to") else sentence("to the end")
    return listed([condition_in_words(row.get("when")), ": ", place], "")


def _whole(question: QuestionText, tell: Callable[[str], str]) -> str:
    said = {name: value_in_words(name, getattr(question, name), tell) for name in ("kind", "reask_wording", "choices", "unit", "rubric", "skips")}
    return "\n".join([question.wording, *(f"{tell(FIELDS[name])}: {text}" for name, text in said.items() if text)])
