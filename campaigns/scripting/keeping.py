"""Scripts in the database as text, read and written whole. A change counts only against the revision it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from campaigns.briefs import STANDARD, standard_lines
from campaigns.inbound_sentences import BY_LANGUAGE, in_language, primary
from campaigns.models import Question, Script
from campaigns.scripting.text import QUESTION_FIELDS, SCRIPT_FIELDS, QuestionText, ScriptText


class Stale(Exception):
    """Somebody has saved the script since; `current` is as it is now. Show both, and let the person choose."""

    def __init__(self, current: Script) -> None:
        super().__init__(f"{current} has changed since: it is at revision {current.revision} now")
        self.current = current


class Launched(Exception):
    """What people were asked never changes: copy it to a new version."""


def text_of(script: Script) -> ScriptText:
    """With its questions: one query, none if they are fetched already."""
    own: dict[str, Any] = {name: getattr(script, name) for name in SCRIPT_FIELDS}
    questions = sorted(script.questions.all(), key=lambda question: (question.position, question.pk))
    return ScriptText(
        **own,
        lines=script.lines,
        translations={language: _said(written) for language, written in script.translations.items()},
        questions=tuple(_question_text(question) for question in questions),
    )


def new_script(text: ScriptText) -> Script:
    """A draft: version 1 of its name, or the next one."""
    with transaction.atomic():
        newest = Script.objects.filter(name=text.name).aggregate(version=Max("version"))["version"] or 0
        script = Script.objects.create(name=text.name, version=newest + 1, organisation=text.organisation, disclosure=text.disclosure)
        return _write(script, text)


def save_text(script_id: int, text: ScriptText, *, revision: int) -> Script:
    """Raises Stale and Launched, and changes nothing then; Script.DoesNotExist."""
    with transaction.atomic():
        script = Script.objects.select_for_update().get(pk=script_id)
        if script.launched_at is not None:
            raise Launched
        if script.revision != revision:
            raise Stale(script)
        script.revision += 1
        return _write(script, text)


def with_vouching(translations: Mapping[str, Mapping[str, Any]], kept: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """As written, with who answers for a text where it was kept for that language: never as somebody sends it."""
    vouched = {language: {name: value for name, value in written.items() if name.startswith("vouched_")} for language, written in kept.items()}
    return {language: {**_said(written), **vouched.get(language, {})} for language, written in translations.items()}


def unsaid_in(language: str) -> list[str]:
    """Names of the fixed sentences that English stands in for, unless a script has words for them."""
    if primary(language) == "en":
        return []
    standard = standard_lines(language)
    inbound = list(in_language("en").said) if primary(language) not in BY_LANGUAGE else []
    return [*(name for name in STANDARD if name != "disclosure" and standard[name] == STANDARD[name]), *inbound]


def _said(written: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in written.items() if not name.startswith("vouch")}


def _question_text(question: Question) -> QuestionText:
    values: dict[str, Any] = {name: getattr(question, name) for name in QUESTION_FIELDS}
    return QuestionText(key=question.key, translations=question.translations, **{**values, "choices": tuple(question.choices)})


def _write(script: Script, text: ScriptText) -> Script:
    for name in SCRIPT_FIELDS:
        setattr(script, name, getattr(text, name))
    script.lines = dict(text.lines)
    script.translations = with_vouching(text.translations, script.translations)
    script.save()
    kept = {question.key: question for question in script.questions.all()}
    script.questions.exclude(key__in=text.keys).delete()
    for position, written in enumerate(text.questions, start=1):
        question = kept.get(written.key) or Question(script=script, key=written.key)
        for name in QUESTION_FIELDS:
            setattr(question, name, getattr(written, name))
        question.position, question.choices, question.translations = position, list(written.choices), dict(written.translations)
        question.save()
    return script
