"""Ready scripts that a new one may start from, with wording in English and Swahili.

Read from `ready/*.toml` when this module is imported: a mistake in a file stops the start. The Swahili was not reviewed by a native speaker yet.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from campaigns.script_check import ORGANISATION_TO_WRITE
from campaigns.scripting.text import QuestionText, ScriptText


@dataclass(frozen=True, slots=True)
class ReadyScript:
    name: str  # of its file
    title: str
    about: str
    text: ScriptText


def _read(name: str, written: Mapping[str, Any]) -> ReadyScript:
    questions = tuple(QuestionText(**{**row, "choices": tuple(row.get("choices", ()))}) for row in written["questions"])
    own = {"bot_name": "Zawadi", "organisation": ORGANISATION_TO_WRITE, "translations": written["translations"]}
    return ReadyScript(name, written["title"], written["about"], ScriptText(**own, questions=questions, **written["script"]))


def _read_all() -> dict[str, ReadyScript]:
    files = sorted((Path(__file__).parent / "ready").glob("*.toml"))
    return {file.stem: _read(file.stem, tomllib.loads(file.read_text(encoding="utf-8"))) for file in files}


READY: Mapping[str, ReadyScript] = MappingProxyType(_read_all())
