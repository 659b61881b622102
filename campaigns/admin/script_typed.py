"""A script's page as it was sent, read as text without a word of complaint, and a text as that page would send it.

For what happens before anything is valid: the picture that is drawn while somebody writes, and input that must not get lost.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from campaigns.models import Script
from campaigns.scripting.text import SCRIPT_FIELDS, QuestionText, ScriptText, key_for, said_by_language

PREFIX = "say_"
QUESTIONS = "questions"
MOST_QUESTIONS = 1000


def typed_text(sent: Mapping[str, Any]) -> ScriptText:
    """Rows that are marked as deleted are left out; a question without a key gets one from its wording."""
    return ScriptText(
        name=_words(sent, "name"),
        language=_words(sent, "language"),
        bot_name=_words(sent, "bot_name"),
        organisation=_words(sent, "organisation"),
        hot_threshold=int(_number(sent, "hot_threshold") or 0),
        disclosure=_words(sent, "disclosure"),
        lines={name.removeprefix(PREFIX): _words(sent, name) for name in sent if name.startswith(PREFIX) and _words(sent, name)},
        translations=said_by_language(_json(sent, "translations", {})),
        questions=tuple(_questions(sent)),
    )


def _questions(sent: Mapping[str, Any]) -> list[QuestionText]:
    total = min(int(_number(sent, f"{QUESTIONS}-TOTAL_FORMS") or 0), MOST_QUESTIONS)
    rows = [f"{QUESTIONS}-{n}-" for n in range(total)]
    kept = [row for row in rows if f"{row}kind" in sent and not _is_on(sent, f"{row}DELETE")]
    kept.sort(key=lambda row: _number(sent, f"{row}position") or float("inf"))
    keys = {_words(sent, f"{row}key") for row in kept}
    found = []
    for row in kept:
        key = _words(sent, f"{row}key") or key_for(_words(sent, f"{row}wording"), keys)
        keys.add(key)
        found.append(_question(sent, row, key))
    return found


def _question(sent: Mapping[str, Any], row: str, key: str) -> QuestionText:
    return QuestionText(
        key=key,
        kind=_words(sent, f"{row}kind"),
        wording=_words(sent, f"{row}wording"),
        reask_wording=_words(sent, f"{row}reask_wording"),
        role=_words(sent, f"{row}role") or "ask",
        choices=tuple(line.strip() for line in _words(sent, f"{row}choices").splitlines() if line.strip()),
        unit=_words(sent, f"{row}unit"),
        minimum=_number(sent, f"{row}minimum"),
        maximum=_number(sent, f"{row}maximum"),
        is_read_back=_is_on(sent, f"{row}is_read_back"),
        rubric=_json(sent, f"{row}rubric", []),
        skips=_json(sent, f"{row}skips", []),
        translations=said_by_language(_json(sent, f"{row}translations", {})),
    )


def sent_for(text: ScriptText, script: Script) -> QueryDict:
    """As the page of `script` would send this text; questions are told apart by their keys, and those it lacks are marked as deleted."""
    kept = list(script.questions.all())
    ids = {question.key: question.pk for question in kept}
    gone = [QuestionText(question.key, question.kind, question.wording) for question in kept if question.key not in text.keys]
    rows = [*(q for q in text.questions if q.key in ids), *gone, *(q for q in text.questions if q.key not in ids)]  # those that are kept come first
    sent: dict[str, Any] = {name: getattr(text, name) for name in SCRIPT_FIELDS}
    sent |= {f"{PREFIX}{name}": said for name, said in text.lines.items()}
    sent |= {"translations": json.dumps(text.translations), f"{QUESTIONS}-TOTAL_FORMS": len(rows), f"{QUESTIONS}-INITIAL_FORMS": len(ids)}
    for n, row in enumerate(rows):
        fields = _sent_question(row, is_gone=row in gone)
        fields |= {"position": len(rows) + n if row in gone else text.keys.index(row.key) + 1, "id": ids.get(row.key, ""), "script": script.pk}
        sent |= {f"{QUESTIONS}-{n}-{name}": value for name, value in fields.items()}
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in sent.items() if value is not None and value is not False})
    return query


def _sent_question(question: QuestionText, *, is_gone: bool) -> dict[str, Any]:
    plain = ("key", "kind", "wording", "reask_wording", "role", "unit", "minimum", "maximum")
    fields: dict[str, Any] = {name: getattr(question, name) for name in plain}
    fields |= {name: json.dumps(getattr(question, name)) for name in ("rubric", "skips", "translations")}
    return fields | {"choices": "\n".join(question.choices), "is_read_back": question.is_read_back and "on", "DELETE": is_gone and "on"}


def _words(sent: Mapping[str, Any], name: str) -> str:
    return str(sent.get(name) or "").strip().replace("\r\n", "\n")


def _is_on(sent: Mapping[str, Any], name: str) -> bool:
    return bool(sent.get(name))


def _number(sent: Mapping[str, Any], name: str) -> float | None:
    """A finite one; None for anything else."""
    try:
        number = float(sent.get(name) or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _json(sent: Mapping[str, Any], name: str, empty: Any) -> Any:
    """What is no JSON stays as it was typed."""
    typed = _words(sent, name)
    try:
        return json.loads(typed) if typed else empty
    except ValueError:
        return typed
