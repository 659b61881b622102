"""Everything that keeps a script from being launched as it is written, beside the question it is about.

Pure. A draft may have all of these: it is kept, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from bridge.brief import QuestionKind, QuestionRole
from campaigns.script_check import ScriptFault, faults_of_script, unnamed_organisation
from campaigns.scripting.missing import missing_in
from campaigns.scripting.text import QuestionText, ScriptText, languages_of
from leads.said import sentence


def faults_of_text(script: ScriptText) -> list[ScriptFault]:
    """[]: it can be launched, as far as its words and ways go. While a question has no kind yet, only that is told: no way can be worked out."""
    if unfinished := [fault for question in script.questions for fault in _unfinished(question)]:
        return unfinished
    threshold = script.hot_threshold if any(question.rubric for question in script.questions) else None
    own = faults_of_script(script.questions, hot_threshold=threshold, languages=languages_of(script))
    return [*own, *unnamed_organisation(script.organisation), *_disclosures(script)]


def _unfinished(question: QuestionText) -> Iterator[ScriptFault]:
    if question.kind not in _KINDS or question.role not in _ROLES:
        yield ScriptFault(question.key, sentence("Choose what kind of answer it asks for."))


def _disclosures(script: ScriptText) -> Iterator[ScriptFault]:
    """The other fixed sentences are no fault: English stands in for them."""
    for language in languages_of(script):
        if any(gap.field == "disclosure" for gap in missing_in(language, script, unsaid=())):
            yield ScriptFault(
                "",
                sentence(
                    "There is no disclosure in the language “%(language)s”. Write it, or take the language out of the script.", language=language
                ),
            )


_KINDS = {kind.value for kind in QuestionKind}
_ROLES = {role.value for role in QuestionRole}
