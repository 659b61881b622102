"""Who answers for a disclosure's text stands in the audit log, whichever way it was said: in the console or over REST."""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.models import Script
from leads import audit


def vouched_texts(script: Script) -> dict[str, str]:
    """By language, the texts that somebody answers for as they read now."""
    tellings = (script.telling(language) for language in script.languages)
    return {telling.language: telling.disclosure for telling in tellings if telling.is_vouched_for}


def log_vouching(script: Script, before: Mapping[str, str], *, by: str) -> None:
    """`script` is saved; `before`: what `vouched_texts` gave until then. One entry a language that was not vouched for as it reads now."""
    for language, text in vouched_texts(script).items():
        if before.get(language) != text:
            audit.record(by, audit.Act.WAIVE, "script", script.pk, what="disclosure vouched for", language=language)
