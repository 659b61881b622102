"""What two texts of a script differ in, question by question and field by field, and how to make the one from the other.

Pure. Questions are told apart by their key: one with another key is another question. `applied(changes, old)` is `new`, so nothing that
differs is left unsaid.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from campaigns.scripting.text import QUESTION_FIELDS, SCRIPT_FIELDS, QuestionText, ScriptText


class What(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


class Side(StrEnum):
    BOTH = "both"
    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Change:
    what: What
    question: str  # its key; "": of the script itself
    field: str = ""  # "": the question as a whole. Of the script, "lines.who" is a fixed sentence
    language: str = ""  # of a further language; "": of the script's own
    old: Any = None  # None: it was not there. Of a move, the place counted from 0
    new: Any = None
    place: int = 0  # of what is added or moved: where it stands in the new text, counted from 0

    @property
    def subject(self) -> tuple[str, str, str]:
        """Two changes of the same subject exclude each other."""
        return ("", "move", "") if self.what is What.MOVED else (self.question, self.field, self.language)


@dataclass(frozen=True, slots=True)
class Piece:
    side: Side
    text: str


def differences(old: ScriptText, new: ScriptText) -> list[Change]:
    """The script's own first, then questions in the order of the new text, removed ones last. []: they say the same."""
    return [*_fields(old, new), *_questions(old, new)]


def applied(changes: Iterable[Change], onto: ScriptText) -> ScriptText:
    """`onto` with these changes; what is about a question that is not there is left out, places beyond the end are the end."""
    wanted = list(changes)
    for change in (c for c in wanted if c.what is What.CHANGED):
        onto = _with_value(onto, change)
    return replace(onto, questions=_reordered(onto.questions, [c for c in wanted if c.what is not What.CHANGED]))


def pieces(old: str, new: str) -> list[Piece]:
    """Word by word: `BOTH` and `OLD` together are the old text, `BOTH` and `NEW` the new one. Changed words side by side are one piece."""
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    found: list[Piece] = []
    gone, come = "", ""
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, is_now = "".join(before[i:j]), "".join(after[k:m])
        if tag != "equal" or (not was.strip() and (gone or come)):  # a space between two changed words belongs to them
            gone, come = gone + was, come + is_now
            continue
        found += [*_changed_pieces(gone, come), Piece(Side.BOTH, was)]
        gone, come = "", ""
    return [*found, *_changed_pieces(gone, come)]


def _changed_pieces(gone: str, come: str) -> list[Piece]:
    return [Piece(side, text) for side, text in ((Side.OLD, gone), (Side.NEW, come)) if text]


def _fields(old: ScriptText, new: ScriptText) -> list[Change]:
    """Of the script itself, by field and language."""
    before, after = _values_of_script(old), _values_of_script(new)
    return _changed("", before, after)


def _changed(question: str, before: Mapping[tuple[str, str], Any], after: Mapping[tuple[str, str], Any]) -> list[Change]:
    return [
        Change(What.CHANGED, question, field, language, before.get((field, language)), after.get((field, language)))
        for field, language in dict.fromkeys([*before, *after])
        if before.get((field, language)) != after.get((field, language))
    ]


def _questions(old: ScriptText, new: ScriptText) -> list[Change]:
    found: list[Change] = []
    moved = set(_moved([key for key in old.keys if key in set(new.keys)], [key for key in new.keys if key in set(old.keys)]))
    for place, question in enumerate(new.questions):
        was = old.question(question.key)
        if was is None:
            found.append(Change(What.ADDED, question.key, new=question, place=place))
            continue
        if question.key in moved:
            found.append(Change(What.MOVED, question.key, old=old.keys.index(question.key), new=place, place=place))
        found += _changed(question.key, _values_of_question(was), _values_of_question(question))
    return [*found, *(Change(What.REMOVED, q.key, old=q) for q in old.questions if q.key not in set(new.keys))]


def _moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """As few as must be moved: all but a longest run that keeps its order."""
    places = {key: place for place, key in enumerate(before)}
    tails: list[int] = []
    ends: list[int] = []  # index in `after` of the end of the best run of each length
    came_from: list[int] = []
    for here, key in enumerate(after):
        length = bisect_left(tails, places[key])
        came_from.append(ends[length - 1] if length else -1)
        tails[length:] = [places[key], *tails[length + 1 :]]
        ends[length:] = [here, *ends[length + 1 :]]
    stays, here = set(), ends[-1] if ends else -1
    while here >= 0:
        stays.add(after[here])
        here = came_from[here]
    return [key for key in after if key not in stays]


def _values_of_script(script: ScriptText) -> dict[tuple[str, str], Any]:
    values: dict[tuple[str, str], Any] = {(name, ""): getattr(script, name) for name in SCRIPT_FIELDS}
    values |= {(f"lines.{name}", ""): text for name, text in script.lines.items()}
    for language, written in script.translations.items():
        values["language", language] = language  # that it is one of them, though nothing is written yet
        values |= {("disclosure", language): written["disclosure"]} if "disclosure" in written else {}
        values |= {(f"lines.{name}", language): text for name, text in (written.get("lines") or {}).items()}
    return values


def _values_of_question(question: QuestionText) -> dict[tuple[str, str], Any]:
    values: dict[tuple[str, str], Any] = {(name, ""): getattr(question, name) for name in QUESTION_FIELDS}
    for language, written in question.translations.items():
        values |= {(name, language): value for name, value in written.items()}
    return values


def _with_value(script: ScriptText, change: Change) -> ScriptText:
    if change.question:
        questions = tuple(_question_with(q, change) if q.key == change.question else q for q in script.questions)
        return replace(script, questions=questions)
    if change.language:
        return replace(script, translations=_translations_with(script.translations, change))
    if change.field.startswith("lines."):
        return replace(script, lines=_with(script.lines, change.field.removeprefix("lines."), change.new))
    return replace(script, **{change.field: change.new})


def _question_with(question: QuestionText, change: Change) -> QuestionText:
    if not change.language:
        return replace(question, **{change.field: change.new})
    written = _with(question.translations.get(change.language, {}), change.field, change.new)
    return replace(question, translations=_with(question.translations, change.language, written or None))


def _translations_with(translations: Mapping[str, Mapping[str, Any]], change: Change) -> dict[str, Any]:
    written = translations.get(change.language, {})
    if change.field == "language":
        return _with(translations, change.language, written if change.new else None)
    if change.new is None and change.language not in translations:
        return dict(translations)
    if change.field.startswith("lines."):
        lines = _with(written.get("lines") or {}, change.field.removeprefix("lines."), change.new)
        return _with(translations, change.language, _with(written, "lines", lines or None))
    return _with(translations, change.language, _with(written, change.field, change.new))


def _with(values: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    return {**{n: v for n, v in values.items() if n != name}, name: value} if value is not None else {n: v for n, v in values.items() if n != name}


def _reordered(questions: tuple[QuestionText, ...], changes: Sequence[Change]) -> tuple[QuestionText, ...]:
    by_key = {question.key: question for question in questions}
    inserted = [c for c in changes if c.what is What.ADDED or (c.what is What.MOVED and c.question in by_key)]
    gone = {c.question for c in changes if c.what is not What.CHANGED}
    kept = [question for question in questions if question.key not in gone]
    for change in sorted(inserted, key=lambda c: c.place):
        kept.insert(change.place, change.new if change.what is What.ADDED else by_key[change.question])
    return tuple(kept)
