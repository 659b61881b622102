"""Scripts over REST: with skips, languages and revision, and never over somebody else's change."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns import campaign_life
from campaigns.models import Script
from campaigns.scripting.keeping import new_script, text_of
from campaigns.scripting.ready import READY
from tests.campaigns.scripting.texts import SEATS
from tests.campaigns.scripting.texts import script as written
from tests.sautiqual.conftest import Integrator

pytestmark = pytest.mark.django_db

BODY: dict[str, Any] = {
    "name": "Renewals",
    "organisation": "Acme",
    "hot_threshold": 30,
    "translations": {"sw": {"disclosure": "Mimi ni AI wa Acme."}},
    "questions": [
        {
            "key": "decides",
            "kind": "yes_no",
            "wording": "Do you decide?",
            "rubric": [{"when": {"equals": True}, "points": 30}],
            "skips": [{"when": {"equals": False}, "to": ""}],
            "translations": {"sw": {"wording": "Je, unaamua?"}},
        },
        {"key": "when", "kind": "timeline", "wording": "When?", "translations": {"sw": {"wording": "Lini?"}}},
    ],
}


@pytest.fixture
def draft() -> Script:
    return new_script(written(SEATS))


def put(crm: Integrator, script: Script, body: dict[str, Any], **headers: str) -> Any:
    return crm.put(f"/scripts/{script.pk}", body, **headers)


def test_a_script_comes_back_as_it_was_sent(crm):
    made = crm.post("/scripts", BODY)
    assert made.status_code == 201 and made["ETag"] == '"0"'
    got = crm.get(f"/scripts/{made.json()['id']}").json()
    assert got == made.json()
    assert (got["faults"], got["languages"], got["version"], got["launched_at"]) == ([], ["sw"], 1, None)
    assert got["questions"][0]["skips"] == [{"when": {"equals": False}, "to": ""}]
    assert got["questions"][0]["translations"]["sw"]["wording"] == "Je, unaamua?"


def test_scripts_are_listed_by_name_newest_version_first(crm, draft):
    campaign_life.copy_to_new_version(draft)
    new_script(READY["bant"].text)
    assert [(row["name"], row["version"]) for row in crm.get("/scripts").json()] == [("Acme", 2), ("Acme", 1), ("BANT qualification", 1)]
    assert [row["version"] for row in crm.get("/scripts?name=BANT qualification").json()] == [1]


@pytest.mark.parametrize("how", ["field", "header", "weak"])
def test_a_change_is_saved_against_the_revision_it_was_read_at(crm, draft, how):
    headers = {"header": {"If-Match": '"0"'}, "weak": {"If-Match": 'W/"0"'}}.get(how, {})
    answer = put(crm, draft, {**BODY, **({"revision": 0} if how == "field" else {})}, **headers)
    assert answer.status_code == 200 and answer["ETag"] == '"1"' and answer.json()["revision"] == 1
    draft.refresh_from_db()
    assert text_of(draft).keys == ("decides", "when") and draft.name == "Renewals"


@pytest.mark.parametrize("headers", [{}, {"If-Match": '"0"'}, {"If-Match": "*"}], ids=["field", "header", "whatever there is"])
def test_a_change_of_an_older_revision_is_refused_in_words_and_changes_nothing(crm, draft, headers):
    Script.objects.filter(pk=draft.pk).update(revision=4)
    answer = put(crm, draft, {**BODY, "revision": 0}, **headers)
    assert answer.status_code == 409
    assert "it is at revision 4" in answer.json()["errors"][0]["message"]
    draft.refresh_from_db()
    assert draft.name == "Acme" and draft.questions.get().key == "seats"


def test_a_change_must_say_what_it_has_read(crm, draft):
    assert put(crm, draft, BODY).status_code == 428


def test_a_launched_script_is_refused_in_words_and_can_be_copied(crm, draft):
    campaign_life.freeze(draft)
    answer = put(crm, draft, {**BODY, "revision": 0})
    assert answer.status_code == 409 and "was launched, and never changes" in answer.json()["errors"][0]["message"]
    assert crm.post(f"/scripts/{draft.pk}/versions", {}).json()["version"] == 2


def test_a_name_and_version_that_are_taken_are_refused(crm, draft):
    other = new_script(written(SEATS, name="Renewals"))
    answer = put(crm, draft, {**BODY, "revision": 0})
    assert answer.status_code == 422 and "Choose another name" in answer.json()["errors"][0]["message"]
    other.refresh_from_db()
    assert other.revision == 0


def test_who_vouches_is_kept_and_whose_word_was_for_another_text_is_not(crm, draft):
    text = {**BODY, "disclosure": "Acme calls."}
    assert put(crm, draft, {**text, "revision": 0, "vouch_for_disclosure": True}).json()["disclosure_vouched_by"] == "API key CRM"
    draft.refresh_from_db()
    assert draft.is_vouched_for
    put(crm, draft, {**text, "disclosure": "Acme calls you.", "revision": 1})
    draft.refresh_from_db()
    assert not draft.is_vouched_for


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"translations": {"Swahili": {}}}, "translations", id="a language in words"),
        pytest.param({"translations": {"sw": {"lines": {"nonsense": "x"}}}}, "nonsense", id="a sentence there is not"),
        pytest.param({"questions": [{**BODY["questions"][1], "skips": [{"when": {"at_least": 1}}]}]}, 'needs a "to"', id="a skip to nowhere"),
    ],
)
def test_what_cannot_be_said_is_refused(crm, changes, field):
    answer = crm.post("/scripts", {**BODY, **changes})
    assert answer.status_code == 422 and field in answer.content.decode().replace('\\"', '"')


def test_a_script_with_a_threshold_out_of_reach_is_kept_and_tells_it(crm):
    made = crm.post("/scripts", {**BODY, "hot_threshold": 90})
    assert made.status_code == 201
    assert [fault["question_key"] for fault in made.json()["faults"]] == [""] and "90 are needed" in made.json()["faults"][0]["message"]


def test_there_is_no_script_that_is_not_there(crm, draft):
    assert crm.get("/scripts/77").status_code == 404
    Script.objects.all().delete()
    assert put(crm, draft, {**BODY, "revision": 0}).status_code == 404


def test_it_says_whether_it_was_rehearsed(crm, draft):
    told = crm.get(f"/scripts/{draft.pk}").json()["rehearsal"]
    assert (told["state"], told["by"], len(told["obstacles"])) == ("missing", "", 1)
    campaign_life.freeze(draft)
    assert crm.get(f"/scripts/{draft.pk}").json()["rehearsal"]["state"] == "not_needed"


def test_its_rehearsal_is_waived_with_a_name_and_a_reason(crm, draft):
    reply = crm.post(f"/scripts/{draft.pk}/rehearsal-waiver", {"by": "Mosi", "why": "Read aloud by two people."})
    told = reply.json()["rehearsal"]
    assert (reply.status_code, told["state"], told["by"], told["obstacles"]) == (200, "waived", "Mosi (API key CRM)", [])
    assert told["why"] == "Read aloud by two people."


@pytest.mark.parametrize("body", [{"by": "Mosi", "why": " "}, {"by": "", "why": "Sure."}, {"why": "Sure."}], ids=str)
def test_it_is_not_waived_without_name_and_reason(crm, draft, body):
    assert crm.post(f"/scripts/{draft.pk}/rehearsal-waiver", body).status_code == 422
    assert crm.get(f"/scripts/{draft.pk}").json()["rehearsal"]["state"] == "missing"
