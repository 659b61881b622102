"""A script as plain values: what its page, REST and the ready scripts hand around, and what versions are compared by.

Pure. Holds all that a callee can notice or that an answer is worth; not the version, the launch, or who vouched for a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

MAX_KEY = 40


@dataclass(frozen=True, slots=True)
class QuestionText:
    key: str
    kind: str  # a bridge.brief.QuestionKind, or "" while it is being written
    wording: str
    reask_wording: str = ""
    role: str = "ask"
    choices: tuple[str, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    is_read_back: bool = False
    rubric: Any = field(default_factory=list)  # as campaigns.scoring reads it; whatever was typed, while it is being written
    skips: Any = field(default_factory=list)
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScriptText:
    name: str
    language: str  # BCP-47
    bot_name: str
    organisation: str
    hot_threshold: int
    disclosure: str
    lines: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # {"sw": {"disclosure": "…", "lines": {…}}}
    questions: tuple[QuestionText, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(question.key for question in self.questions)

    def question(self, key: str) -> QuestionText | None:
        return next((question for question in self.questions if question.key == key), None)


QUESTION_FIELDS = tuple(f.name for f in fields(QuestionText) if f.name not in {"key", "translations"})
SCRIPT_FIELDS = ("name", "language", "bot_name", "organisation", "hot_threshold", "disclosure")
TRANSLATED = ("wording", "reask_wording", "choices")


def as_json(script: ScriptText) -> dict[str, Any]:
    """For `json.dumps`; `from_json` is its inverse."""
    return asdict(script)


def from_json(written: Mapping[str, Any]) -> ScriptText:
    """Raises ValueError for what is no script at all; unknown names are dropped, so that an old draft can still be read."""
    try:
        questions = tuple(_question(_known(QuestionText, row)) for row in written.get("questions", ()))
        own = _known(ScriptText, written)
        lines = {str(name): str(said) for name, said in dict(own.get("lines") or {}).items()}
        script = ScriptText(**{**own, "questions": questions, "lines": lines, "translations": said_by_language(own.get("translations"))})
    except (TypeError, ValueError, AttributeError) as fault:
        raise ValueError("this is not the text of a script") from fault
    texts = [getattr(script, name) for name in SCRIPT_FIELDS if name != "hot_threshold"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(script.hot_threshold, int):
        raise ValueError("this is not the text of a script")
    return script


def said_by_language(written: Any) -> dict[str, dict[str, Any]]:
    """What is said in each further language, without what nobody could say: texts, lists of texts, texts by name, and yes or no are kept."""
    if not isinstance(written, Mapping):
        return {}
    tables = {str(language): said for language, said in written.items() if isinstance(said, Mapping)}
    return {language: {str(name): value for name, value in said.items() if _can_be_said(name, value)} for language, said in tables.items()}


def _can_be_said(name: Any, value: Any) -> bool:
    if name == "choices":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if name == "lines":
        return isinstance(value, Mapping) and all(isinstance(one, str) for pair in value.items() for one in pair)
    return isinstance(value, str | bool) and isinstance(name, str)


def _question(row: dict[str, Any]) -> QuestionText:
    question = QuestionText(**{**row, "choices": tuple(map(str, row.get("choices", ()))), "translations": said_by_language(row.get("translations"))})
    if not all(isinstance(getattr(question, name), str) for name in ("key", "kind", "wording", "reask_wording", "role", "unit")):
        raise TypeError(question.key)
    return question


def _known(kind: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    return {f.name: row[f.name] for f in fields(kind) if f.name in row}


def languages_of(script: ScriptText) -> tuple[str, ...]:
    """The further ones, in the order in which they were added."""
    return tuple(dict.fromkeys([*script.translations, *(language for question in script.questions for language in question.translations)]))


def key_for(wording: str, taken: Iterable[str]) -> str:
    """Short, of letters, digits and hyphens, and not yet taken: the first words of the wording."""
    words = re.findall(r"[a-z0-9]+", wording.casefold())
    longer = [word for word in words if len(word) > 3][:3] or words[:3]
    stem = "-".join(longer)[: MAX_KEY - 4].strip("-") or "question"
    used = set(taken)
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, len(used) + 3))) if key not in used)
