"""The script editor's pages: drafts with faults, ready scripts, languages, the check while somebody writes, versions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import QuestionKind
from campaigns import campaign_life
from campaigns.admin.script_pages import seen
from campaigns.admin.script_typed import sent_for, typed_text
from campaigns.campaign_life import copy_to_new_version
from campaigns.models import Script
from campaigns.scripting.keeping import new_script, save_text, text_of
from campaigns.scripting.ready import READY
from campaigns.scripting.text import as_json, from_json
from leads.models import AuditEntry
from tests.campaigns.console import shown, sign_in, told
from tests.campaigns.scripting.texts import DECIDES, PERMISSION, SEATS, WHEN
from tests.campaigns.scripting.texts import script as written
from tests.campaigns.test_admin_script import EDITOR, form

pytestmark = pytest.mark.django_db
PREVIEW = "/admin/campaigns/script/preview/"


@pytest.fixture
def mosi(client):
    return sign_in(client, "mosi", *EDITOR)


@pytest.fixture
def draft() -> Script:
    return new_script(written())


def opened(script: Script, **changes: Any) -> dict[str, Any]:
    """The page of a script as a browser sends it that has opened it now and changed this."""
    text = text_of(script)
    sent = sent_for(replace(text, **changes), script)
    return {**sent.dict(), "base": json.dumps(as_json(text)), "revision": script.revision}


@pytest.mark.parametrize("questions", [(), (WHEN, SEATS, PERMISSION)], ids=["none left", "others, in another order"])
def test_the_page_of_a_script_sends_its_text_and_reads_it_again(draft, questions):
    text = replace(text_of(draft), questions=questions, translations={"sw": {"disclosure": "Mimi ni AI."}}, lines={"who": "I am Zawadi."})
    assert typed_text(sent_for(text, draft).dict()) == text


def test_what_the_page_sends_is_what_is_kept(client, mosi, draft):
    wanted = (replace(WHEN, translations={"sw": {"wording": "Lini?"}}), replace(SEATS, minimum=1.0, is_read_back=True), PERMISSION)
    told(client, f"campaigns/script/{draft.pk}/change/", opened(draft, questions=wanted))
    draft.refresh_from_db()
    assert text_of(draft).questions == wanted and draft.revision == 1


@pytest.mark.parametrize(
    "question",
    [
        pytest.param({"kind": "one_of", "choices": "red"}, id="one choice"),
        pytest.param({"kind": "yes_no", "rubric": '[{"when": {"equals": "yes"}}]'}, id="points for an answer there is not"),
        pytest.param({"skips": '[{"when": {"at_least": 1}, "to": "gone"}]'}, id="a skip to a question there is not"),
    ],
)
def test_a_draft_with_faults_is_kept_and_says_that_it_cannot_be_launched(client, mosi, question):
    messages = told(client, "campaigns/script/add/", form(question))
    script = Script.objects.get()
    assert "It cannot be launched yet" in messages[0]
    assert "This cannot be launched yet" in shown(client, f"campaigns/script/{script.pk}/change/")


def test_a_question_without_an_id_gets_one_from_its_wording(client, mosi):
    told(client, "campaigns/script/add/", form({"key": ""}, {"key": "", "wording": "How many seats?"}))
    assert [q.key for q in Script.objects.get().questions.all()] == ["many-seats", "many-seats-2"]


def test_a_skip_rule_is_kept(client, mosi):
    rule = [{"when": {"at_least": 50}, "to": ""}]
    told(client, "campaigns/script/add/", form({"skips": json.dumps(rule)}))
    assert Script.objects.get().questions.get().skips == rule


def test_another_language_is_kept_and_what_it_lacks_is_told(client, mosi, draft):
    told(client, f"campaigns/script/{draft.pk}/change/", opened(draft, translations={"sw": {"disclosure": "Mimi ni AI wa Acme."}}))
    page = shown(client, f"campaigns/script/{draft.pk}/change/")
    draft.refresh_from_db()
    assert draft.translations == {"sw": {"disclosure": "Mimi ni AI wa Acme."}}
    assert "It has no wording in the language “sw”." in page


def test_who_answers_for_a_text_in_another_language_is_whoever_saves_it(client, mosi, draft):
    said = {"disclosure": "Mimi ni AI.", "vouches": True, "vouched_by": "the minister", "vouched_text": "Mimi ni AI."}
    told(client, f"campaigns/script/{draft.pk}/change/", opened(draft, translations={"sw": said}))
    draft.refresh_from_db()
    assert draft.translations["sw"] == {"disclosure": "Mimi ni AI.", "vouched_by": "mosi", "vouched_text": "Mimi ni AI."}
    logged = AuditEntry.objects.get(act="waive")
    assert (logged.by, logged.subject_id, logged.detail["language"]) == ("mosi", str(draft.pk), "sw")


def test_nobody_can_send_somebody_elses_word(client, mosi, draft):
    told(
        client,
        f"campaigns/script/{draft.pk}/change/",
        opened(draft, translations={"sw": {"disclosure": "x", "vouched_by": "amina", "vouched_text": "x"}}),
    )
    draft.refresh_from_db()
    assert draft.translations == {"sw": {"disclosure": "x"}}


def test_the_check_tells_what_stands_in_the_form_and_saves_nothing(client, mosi):
    skips = json.dumps([{"when": {"equals": True}, "to": "c"}, {"when": {"equals": False}, "to": "c"}])
    rubric = json.dumps([{"when": {"equals": True}, "points": 30}])
    sent = form({"key": "a", "kind": "yes_no", "skips": skips, "rubric": rubric}, {"key": "b"}, {"key": "c"}, translations='{"sw": {}}')
    seen = client.post(PREVIEW, sent).json()
    assert (seen["best"], seen["keys"]) == (30, ["a", "b", "c"])
    assert {fault["question"] for fault in seen["faults"] if "Nobody is ever asked" in fault["message"]} == {"b"}
    assert any("60 are needed" in fault["message"] for fault in seen["faults"])
    assert "<svg" in seen["flow"] and seen["missing"]["sw"] > 3
    assert not Script.objects.exists()


def test_the_check_takes_whatever_is_typed(client, mosi):
    sent = form({"rubric": "{", "skips": "[", "minimum": "x", "position": "y", "kind": ""}, hot_threshold="?", translations="[1]")
    assert client.post(PREVIEW, sent).status_code == 200


def test_the_check_is_for_people_who_may_write_scripts(client):
    sign_in(client, "neema", "view_script")
    assert client.post(PREVIEW, form({})).status_code == 403
    assert client.get(PREVIEW).status_code == 405


@pytest.mark.parametrize("name", READY)
def test_a_new_script_may_start_as_a_ready_one(client, mosi, name):
    assert READY[name].title in shown(client, "campaigns/script/add/")
    messages = told(client, f"campaigns/script/ready/{name}/")
    assert messages == ["This is a draft of your own. Write for whom you call, and change what you like."]
    script = Script.objects.get()
    assert text_of(script) == READY[name].text and script.version == 1


def test_a_ready_script_is_made_by_a_post_of_somebody_who_may(client, mosi):
    assert client.get("/admin/campaigns/script/ready/bant/").status_code == 405
    assert client.post("/admin/campaigns/script/ready/none/").status_code == 404
    sign_in(client, "neema", "view_script", "change_script")
    assert client.post("/admin/campaigns/script/ready/bant/").status_code == 403
    assert not Script.objects.exists()


def test_the_versions_of_a_script_stand_side_by_side(client, mosi, draft):
    campaign_life.freeze(draft)
    copy = copy_to_new_version(draft)
    save_text(copy.pk, written(WHEN, replace(DECIDES, wording="Do you decide this alone?"), SEATS), revision=copy.revision)
    page = shown(client, f"campaigns/script/{copy.pk}/versions/")
    assert "launched" in page and "draft" in page
    assert "From version 1 to version 2" in page
    assert "<ins>this " in page and "moved from place" in page and "removed" in page


def test_any_two_versions_can_be_compared(client, mosi, draft):
    for _ in range(2):
        copy_to_new_version(draft)
    Script.objects.filter(version=3).update(hot_threshold=12)
    assert "From version 1 to version 3" in shown(client, f"campaigns/script/{draft.pk}/versions/?old=1&new=3")
    assert "They say the same." in shown(client, f"campaigns/script/{draft.pk}/versions/?old=1&new=2")
    assert "Choose two versions" in shown(client, f"campaigns/script/{draft.pk}/versions/?old=2&new=2")


def test_a_copy_starts_at_the_first_revision(draft):
    saved = save_text(draft.pk, written(SEATS), revision=0)
    assert (saved.revision, copy_to_new_version(saved).revision) == (1, 0)


def test_a_launched_script_shows_its_ways_and_what_it_says_in_other_languages(client, mosi):
    script = new_script(READY["champ"].text)
    campaign_life.freeze(script)
    page = shown(client, f"campaigns/script/{script.pk}/change/")
    assert "<svg" in page and "no: to the end" in page
    assert "Je, kuna jambo katika kazi yako" in page and "peke yangu / pamoja na wengine" in page and "Habari, mimi ni {bot_name}" in page


def _tables(values):
    names = st.sampled_from(["sw", "when", "to", "equals", "at_least", "points", "wording", "choices", "lines", "disclosure"])
    return st.dictionaries(names, values, max_size=3)


_plain = st.none() | st.booleans() | st.floats() | st.text(max_size=4)
_json_values = st.recursive(_plain, lambda values: st.lists(values, max_size=2) | _tables(values), max_leaves=6)


@given(typed=_json_values, words=st.text(max_size=6), kind=st.sampled_from(["", "?", *QuestionKind]))
def test_whatever_is_typed_while_somebody_writes_is_answered_not_crashed_on(typed, words, kind):
    text = json.dumps(typed)
    question = {"key": words, "kind": kind, "wording": words, "rubric": text, "skips": text, "translations": text, "minimum": words, "choices": words}
    sent = {name: str(value) for name, value in form(question, {}, hot_threshold="1e999", translations=text).items()}
    seen_now = seen(typed_text(sent))
    assert "<svg" in seen_now["flow"] and json.dumps(seen_now)
    assert from_json(as_json(typed_text(sent))).keys == typed_text(sent).keys
