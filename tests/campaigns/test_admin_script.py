from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from bridge.brief import Lines
from campaigns import campaign_life, inbound_words
from campaigns.admin.script_form import OCCASIONS
from campaigns.briefs import STANDARD, script_lines, standard_disclosure
from campaigns.models import Question, Script
from tests.campaigns.console import administrator, shown, sign_in, told

pytestmark = pytest.mark.django_db

SCRIPT = {
    "name": "Renewals",
    "organisation": "Acme",
    "bot_name": "Zawadi",
    "language": "en-KE",
    "hot_threshold": 60,
    "disclosure": "I am an AI calling for Acme.",
}
QUESTION: dict[str, Any] = {"key": "seats", "kind": "number", "role": "ask", "wording": "How many seats?", "rubric": "[]"}
EDITOR = ("view_script", "add_script", "change_script", "delete_script", "view_question", "add_question", "change_question", "delete_question")


def form(*questions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The page as a browser sends it: new questions only."""
    rows = {f"questions-{n}-{name}": value for n, question in enumerate(questions) for name, value in {**QUESTION, **question}.items()}
    return {**SCRIPT, **changes, **rows, "questions-TOTAL_FORMS": len(questions), "questions-INITIAL_FORMS": 0}


@pytest.fixture
def mosi(client):
    return sign_in(client, "mosi", *EDITOR)


@pytest.fixture
def launched(script: Script) -> Script:
    campaign_life.freeze(script)
    return script


def test_every_fixed_sentence_has_a_box_and_a_standard_sentence():
    ours = {field.name for field in fields(Lines)} - {"disclosure"}
    assert ours == set(STANDARD) - {"disclosure"}
    assert set(OCCASIONS) == ours | set(inbound_words.STANDARD)


def test_a_new_script_starts_with_the_standard_disclosure(client, mosi):
    assert standard_disclosure() in shown(client, "campaigns/script/add/")


def test_the_page_of_a_script_shows_what_is_said_in_its_language(client, mosi, script):
    Script.objects.filter(pk=script.pk).update(language="sw-KE")
    assert "Hatutakupigia simu tena" in shown(client, f"campaigns/script/{script.pk}/change/")


def test_the_page_of_a_launched_script_shows_what_is_said_in_its_language(client, mosi, script):
    Script.objects.filter(pk=script.pk).update(language="sw-KE")
    campaign_life.freeze(script)
    assert "Hatutakupigia simu tena" in shown(client, f"campaigns/script/{script.pk}/change/")


def test_a_script_is_written_with_its_questions_on_one_page(client, mosi):
    rubric = json.dumps([{"when": {"at_least": 50}, "points": 60, "why": "large"}])
    second = {"key": "colour", "kind": "one_of", "wording": "Which one?", "choices": "red\n\n blue \n"}

    told(client, "campaigns/script/add/", form({"rubric": rubric}, second, say_who="I am Zawadi."))

    script = Script.objects.get()
    assert [(q.key, q.position, q.choices) for q in script.questions.all()] == [("seats", 1, []), ("colour", 2, ["red", "blue"])]
    assert script.questions.get(key="seats").rubric[0]["points"] == 60
    assert script.lines == {"who": "I am Zawadi."} and script_lines(script).who == "I am Zawadi."


def test_a_script_of_a_name_in_use_becomes_its_next_version(client, mosi, script):
    told(client, "campaigns/script/add/", form(name=script.name))

    assert Script.objects.get(organisation="Acme", version=2).name == script.name


@pytest.mark.parametrize(
    ("questions", "changes", "mend"),
    [
        pytest.param([{"rubric": "at least 50"}], {}, "This is not JSON", id="points that are no JSON"),
        pytest.param([{"rubric": '[{"when": {"at_leats": 5}}]'}], {}, "at_leats", id="a test misspelt"),
        pytest.param([{"skips": '[{"when": {"equals": true}}]'}], {}, "needs a", id="a skip to nowhere"),
        pytest.param([], {"translations": '{"Swahili": {}}'}, "code of a language", id="a language in words"),
        pytest.param([{"position": 1}, {"key": "b", "position": 1}], {}, "has this position", id="the same position twice"),
        pytest.param([{"position": 0}], {}, "greater than or equal to 1", id="no position"),
        pytest.param([{}, {}], {}, "key", id="the same id twice"),
        pytest.param(
            [{"kind": "yes_no", "role": "permission"}, {"key": "b", "kind": "yes_no", "role": "permission"}],
            {},
            "asked for once",
            id="permission twice",
        ),
        pytest.param([], {"disclosure": "I am an AI."}, "{organisation}", id="a disclosure for nobody"),
        pytest.param([], {"disclosure": ""}, "required", id="no disclosure"),
    ],
)
def test_a_mistake_is_shown_with_its_mend_and_nothing_is_saved(client, mosi, questions, changes, mend):
    response = client.post("/admin/campaigns/script/add/", form(*questions, **changes))

    assert not Script.objects.exists()
    formset = response.context["inline_admin_formsets"][0].formset
    said = str(response.context["adminform"].form.errors) + str(formset.errors) + str(formset.non_form_errors())
    assert mend in said


def test_a_question_without_a_position_goes_behind_the_others(client, mosi):
    told(client, "campaigns/script/add/", form({"position": 7}, {"key": "last"}))

    assert list(Question.objects.values_list("key", "position")) == [("seats", 7), ("last", 8)]


def test_a_sentence_that_is_emptied_becomes_the_standard_one_again(client, mosi):
    told(client, "campaigns/script/add/", form(say_who="I am Zawadi."))
    script = Script.objects.get()

    told(client, f"campaigns/script/{script.pk}/change/", form(say_who=" "))

    script.refresh_from_db()
    assert script.lines == {}


def test_a_launched_script_is_shown_but_not_edited(client, mosi, launched):
    page = shown(client, f"campaigns/script/{launched.pk}/change/")

    assert "copy it to a new version" in page
    assert 'name="disclosure"' not in page and 'name="_save"' not in page
    assert "a number, seats" in page and "a large team" in page and "Are you still there?" in page


def test_a_launched_script_refuses_changes_and_deletion(client, mosi, launched):
    path = f"/admin/campaigns/script/{launched.pk}"

    assert client.post(f"{path}/change/", form(disclosure="Hello from Acme")).status_code == 403
    assert client.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/campaigns/script/", {"action": "delete_selected", "_selected_action": launched.pk, "post": "yes"})
    assert Script.objects.get() == launched and launched.questions.count() == 2


def test_a_launched_script_is_copied_to_a_new_version_that_can_be_edited(client, mosi, launched):
    messages = told(client, f"campaigns/script/{launched.pk}/copy_version/")

    copy = Script.objects.get(version=2)
    assert messages == ["This is version 2. Change it, then choose it in a campaign."]
    assert copy.launched_at is None and copy.questions.count() == 2
    assert 'name="disclosure"' in shown(client, f"campaigns/script/{copy.pk}/change/")


def test_looking_at_the_copy_button_copies_nothing(client, mosi, launched):
    assert "Copy to a new version?" in shown(client, f"campaigns/script/{launched.pk}/copy_version/")
    assert Script.objects.count() == 1


def test_copying_needs_the_right_to_add_scripts(client, launched):
    sign_in(client, "neema", "view_script", "change_script")

    assert client.post(f"/admin/campaigns/script/{launched.pk}/copy_version/").status_code == 403
    assert Script.objects.count() == 1


def test_points_written_by_a_program_and_not_understood_are_shown_as_such(client, mosi, script):
    script.questions.filter(key="seats").update(rubric=[{"points": 3}])
    campaign_life.freeze(script)

    assert "needs a &quot;when&quot;" in shown(client, f"campaigns/script/{script.pk}/change/")


def test_a_script_that_is_not_there_cannot_be_copied(client, mosi):
    assert client.post("/admin/campaigns/script/77/copy_version/").status_code == 404
    assert client.post("/admin/campaigns/script/none/copy_version/").status_code == 404


def test_the_list_asks_the_database_no_more_for_more_scripts(client, django_assert_max_num_queries):
    administrator(client)
    for n in range(30):
        script = Script.objects.create(name=f"Script {n}", organisation="Acme", disclosure="Acme")
        Question.objects.create(script=script, key="a", position=1, kind="open", wording="?")

    with django_assert_max_num_queries(12):
        page = shown(client, "campaigns/script/")
    assert all(f"Script {n}" in page for n in range(30))


def test_the_goodbye_of_a_named_time_must_have_a_place_for_it(client, mosi):
    path = "/admin/campaigns/script/add/"
    refused = client.post(path, form({}, say_call_back_at="I will call you. Goodbye."))
    assert "Write {when} where the time belongs." in refused.content.decode()
    told(client, "campaigns/script/add/", form({}, say_call_back_at="Until {when}."))
    assert Script.objects.get().lines == {"call_back_at": "Until {when}."}


def test_an_offer_of_two_times_must_have_places_for_both(client, mosi):
    refused = client.post("/admin/campaigns/script/add/", form({}, say_offer_slots="You can be called {first}. Or not?"))
    assert "Write {second} where the time belongs." in refused.content.decode()
    told(client, "campaigns/script/add/", form({}, say_offer_slots="{first}, or {second}?"))
    assert Script.objects.get().lines == {"offer_slots": "{first}, or {second}?"}
