"""What of a script has no words yet in a further language, so that a call in it would fall back on another.

Pure. A re-ask may be empty where the script's own is: then the question itself is asked again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from campaigns.scripting.text import QuestionText, ScriptText


@dataclass(frozen=True, slots=True)
class Missing:
    question: str  # its key; "": of the script itself
    field: str  # "disclosure", "lines.cold_close", "wording", "reask_wording", "choices"


def missing_in(language: str, script: ScriptText, *, unsaid: Collection[str]) -> list[Missing]:
    """`unsaid`: names of the fixed sentences that there are in this language only if the script has them."""
    written = script.translations.get(language, {})
    lines = written.get("lines") or {}
    found = [] if _says(written.get("disclosure")) else [Missing("", "disclosure")]
    found += [Missing("", f"lines.{name}") for name in unsaid if not _says(lines.get(name))]
    return found + [Missing(question.key, field) for question in script.questions for field in _missing_of(question, language)]


def _missing_of(question: QuestionText, language: str) -> list[str]:
    written = question.translations.get(language, {})
    choices = [choice for choice in written.get("choices") or [] if _says(choice)]
    gaps = {
        "wording": not _says(written.get("wording")),
        "reask_wording": _says(question.reask_wording) and not _says(written.get("reask_wording")),
        "choices": bool(question.choices) and len(choices) != len(question.choices),
    }
    return [field for field, is_missing in gaps.items() if is_missing]


def _says(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())
