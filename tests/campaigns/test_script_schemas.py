"""A script as an integrator sends it: branches and languages are checked before anything is kept."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from campaigns.api import create_script
from campaigns.briefs import standard_disclosure
from campaigns.script_schemas import ScriptIn

DECIDER: dict[str, Any] = {
    "key": "decider",
    "kind": "yes_no",
    "wording": "Do you decide?",
    "translations": {"sw": {"wording": "Wewe ndiye mwamuzi?"}},
}
COLOURS: dict[str, Any] = {
    "key": "colours",
    "kind": "many_of",
    "wording": "Which colours?",
    "choices": ["red", "blue"],
    "translations": {"sw": {"wording": "Rangi gani?", "choices": ["nyekundu", "buluu"]}},
}
ENDS = [{"when": {"equals": False}, "to": ""}]


def sent(*questions: dict[str, Any], **fields: Any) -> ScriptIn:
    body = {"name": "S", "organisation": "Acme", "questions": questions or (DECIDER, COLOURS), "translations": {"sw": {}}, **fields}
    return ScriptIn.model_validate(body)


def test_a_script_with_branches_and_two_languages_is_taken():
    script = sent({**DECIDER, "skips": ENDS}, COLOURS)
    assert script.questions[0].skips == ENDS and script.questions[1].translations["sw"].choices == ["nyekundu", "buluu"]


@pytest.mark.parametrize(
    ("questions", "fields", "words"),
    [
        ([{**DECIDER, "skips": [{"when": {"equals": False}, "to": "seats"}]}, COLOURS], {}, "no question of this script"),
        ([{**DECIDER, "skips": [{"when": {"at_least": 5}, "to": ""}]}, COLOURS], {}, "compares numbers"),
        ([{**DECIDER, "skips": ["end"]}, COLOURS], {}, "valid dictionary"),
        ([{**DECIDER, "translations": {}}, COLOURS], {}, "decider: It has no wording in the language “sw”"),
        ([DECIDER, {**COLOURS, "translations": {"sw": {"wording": "Rangi?"}}}], {}, "It has 2 choices, but 0 in the language “sw”"),
        ([DECIDER, COLOURS], {"translations": {"sw-KE": {}}}, "pattern"),
        ([DECIDER, COLOURS], {"translations": {"sw": {"lines": {"hello": "Habari"}}}}, "There is no fixed sentence “hello”"),
        ([DECIDER, COLOURS], {"translations": {"sw": {"lines": {"call_back_at": "Nitapiga."}}}}, "Write {when} where the time belongs"),
    ],
    ids=["a jump to nowhere", "a rule no answer fits", "no rule", "no wording", "choices missing", "a country", "an unknown sentence", "no time"],
)
def test_what_could_not_be_asked_is_refused_in_words(questions, fields, words):
    with pytest.raises(ValidationError, match=words):
        sent(*questions, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_language_without_a_disclosure_of_its_own_gets_the_standard_one(is_recorded):
    script = create_script(sent(), by="crm", is_recorded=is_recorded)
    assert script.translations["sw"]["disclosure"] == standard_disclosure(language="sw", is_recorded=is_recorded)
    assert script.questions.get(key="colours").translations == COLOURS["translations"] | {
        "sw": {"wording": "Rangi gani?", "reask_wording": "", "choices": ["nyekundu", "buluu"]}
    }


@pytest.mark.django_db
def test_whoever_vouches_answers_for_every_language():
    body = sent(vouch_for_disclosure=True, disclosure="Hi!", translations={"sw": {"disclosure": "Habari!"}})
    script = create_script(body, by="crm", is_recorded=True)
    assert [(telling.vouched_by, telling.is_vouched_for) for telling in map(script.telling, script.languages)] == [("crm", True)] * 2
