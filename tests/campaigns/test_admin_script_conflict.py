"""Two people at one script: nothing of either is lost, and nothing goes over somebody else's change unseen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from campaigns import campaign_life
from campaigns.models import Question, Script
from campaigns.scripting.keeping import new_script, save_text, text_of
from campaigns.scripting.text import ScriptText, as_json
from tests.campaigns.console import sign_in
from tests.campaigns.scripting.texts import DECIDES, PERMISSION, SEATS, WHEN
from tests.campaigns.scripting.texts import script as written
from tests.campaigns.test_admin_script import EDITOR
from tests.campaigns.test_admin_script_editor import opened

pytestmark = pytest.mark.django_db

MINE = replace(DECIDES, wording="Is it you who decides?")
THEIRS = replace(DECIDES, wording="Do you decide this alone?")


@pytest.fixture
def draft() -> Script:
    return new_script(written())


@pytest.fixture
def mosi(client):
    return sign_in(client, "mosi", *EDITOR)


@pytest.fixture
def neema():
    other = Client()
    sign_in(other, "neema", *EDITOR)
    return other


def path(script: Script) -> str:
    return f"/admin/campaigns/script/{script.pk}/change/"


def conflict(client: Client, other: Client, script: Script, *, mine: dict[str, Any], theirs: dict[str, Any]) -> Any:
    """Both have opened it; the other saves first."""
    one, two = opened(script, **mine), opened(script, **theirs)
    assert other.post(path(script), two).status_code == 302
    return client.post(path(script), one)


def choose(client: Client, page: Any, script: Script, *numbers: int, **changes: Any) -> Any:
    sent = {name: page.context[name] for name in ("base", "mine", "draft_id")}
    return client.post(path(script), {**sent, "revision": page.context["original"].revision, "chosen": numbers, **changes})


def kept(script: Script) -> ScriptText:
    return text_of(Script.objects.get(pk=script.pk))


def test_a_save_on_an_older_revision_is_not_applied_and_shows_who_and_both_texts(client, mosi, neema, draft):
    page = conflict(
        client, neema, draft, mine={"questions": (PERMISSION, MINE, SEATS, WHEN)}, theirs={"questions": (PERMISSION, THEIRS, SEATS, WHEN)}
    )
    said = page.content.decode()
    assert page.status_code == 409
    assert kept(draft).question("decides").wording == THEIRS.wording
    assert "neema saved this script at" in said and "Both of you changed this" in said
    assert "<ins>this </ins>" in said and "<ins>who decides?</ins>" in said


def test_nobody_is_named_for_what_a_program_saved(client, mosi, neema, draft):
    neema.post(path(draft), opened(draft, bot_name="Juma"))
    one = opened(Script.objects.get(pk=draft.pk), hot_threshold=40)
    save_text(draft.pk, replace(kept(draft), organisation="Acme Ltd", disclosure="I am an AI calling for Acme Ltd."), revision=1)
    said = client.post(path(draft), one).content.decode()
    assert "This script was saved after you had opened it." in said and "neema saved" not in said


def test_what_does_not_meet_is_taken_up_beside_what_the_other_changed(client, mosi, neema, draft):
    page = conflict(client, neema, draft, mine={"hot_threshold": 40}, theirs={"questions": (PERMISSION, THEIRS, SEATS, WHEN)})
    assert [own["theirs"] for own in page.context["own"]] == [None]
    assert choose(client, page, draft, 0).status_code == 302
    assert (kept(draft).hot_threshold, kept(draft).question("decides").wording) == (40, THEIRS.wording)
    assert Script.objects.get(pk=draft.pk).revision == 2


def test_ones_own_goes_over_the_others_only_where_one_says_so(client, mosi, neema, draft):
    mine = {"questions": (PERMISSION, MINE, SEATS, WHEN), "hot_threshold": 40}
    page = conflict(client, neema, draft, mine=mine, theirs={"questions": (PERMISSION, THEIRS, SEATS, WHEN)})
    numbers = {own["said"].question: own["number"] for own in page.context["own"]}
    choose(client, page, draft, numbers["decides"])
    assert (kept(draft).hot_threshold, kept(draft).question("decides").wording) == (70, MINE.wording)


def test_a_question_that_the_other_removed_can_be_brought_back(client, mosi, neema, draft):
    page = conflict(client, neema, draft, mine={"questions": (PERMISSION, MINE, SEATS, WHEN)}, theirs={"questions": (PERMISSION, SEATS, WHEN)})
    choose(client, page, draft, *[own["number"] for own in page.context["own"]])
    assert kept(draft).keys == ("permission", "decides", "seats", "when")
    assert kept(draft).question("decides").wording == MINE.wording


def test_ones_own_removal_and_order_can_be_taken_up(client, mosi, neema, draft):
    page = conflict(client, neema, draft, mine={"questions": (WHEN, PERMISSION, SEATS)}, theirs={"hot_threshold": 40})
    choose(client, page, draft, *[own["number"] for own in page.context["own"]])
    assert (kept(draft).keys, kept(draft).hot_threshold) == (("when", "permission", "seats"), 40)


def test_a_third_change_meanwhile_shows_the_page_again(client, mosi, neema, draft):
    page = conflict(client, neema, draft, mine={"hot_threshold": 40}, theirs={"bot_name": "Juma"})
    neema.post(path(draft), opened(Script.objects.get(pk=draft.pk), organisation="Acme Ltd", disclosure="I am an AI calling for Acme Ltd."))
    again = choose(client, page, draft, 0)
    assert again.status_code == 409
    choose(client, again, draft, 0)
    text = kept(draft)
    assert (text.hot_threshold, text.bot_name, text.organisation) == (40, "Juma", "Acme Ltd")


def test_input_that_is_not_valid_yet_is_shown_in_the_form_and_not_lost(client, mosi, neema, draft):
    unfinished = (PERMISSION, replace(DECIDES, wording=""), SEATS, WHEN)
    page = conflict(client, neema, draft, mine={"questions": unfinished}, theirs={"bot_name": "Juma"})
    answer = choose(client, page, draft, 0)
    assert answer.status_code == 200 and "This field is required." in answer.content.decode()
    assert kept(draft).question("decides").wording == DECIDES.wording


def test_the_same_change_by_both_leaves_nothing_to_choose(client, mosi, neema, draft):
    page = conflict(client, neema, draft, mine={"hot_threshold": 40}, theirs={"hot_threshold": 40})
    assert page.context["own"] == [] and "nothing that is not saved already" in page.content.decode()


def test_the_browser_is_told_what_was_saved_and_only_then(client, mosi, neema, draft):
    page = conflict(client, neema, draft, mine={"hot_threshold": 40, "organisation": "Acme"}, theirs={"bot_name": "Juma"})
    assert "sq-saved-draft" not in page.cookies
    assert choose(client, page, draft, 0, draft_id="abc123").cookies["sq-saved-draft"].value == "abc123"


def test_a_script_that_was_launched_meanwhile_is_not_changed(client, mosi, draft):
    sent = opened(draft, hot_threshold=40)
    campaign_life.freeze(draft)
    assert client.post(path(draft), sent).status_code == 403
    assert kept(draft).hot_threshold == 70


@pytest.mark.parametrize("base", ["", "{", "[]", '"x"', json.dumps({"name": "x"})], ids=["none", "broken", "a list", "a word", "half"])
def test_a_page_that_does_not_tell_what_it_began_with_is_not_broken(client, mosi, draft, base):
    sent = {**opened(draft, hot_threshold=40), "base": base}
    assert client.post(path(draft), sent).status_code == 302


def test_an_older_page_that_does_not_tell_what_it_began_with_is_not_applied(client, mosi, neema, draft):
    one = {**opened(draft, hot_threshold=40), "base": ""}
    neema.post(path(draft), opened(draft, bot_name="Juma"))
    page = client.post(path(draft), one)
    assert page.status_code == 409 and kept(draft).hot_threshold == 70
    assert {own["said"].title for own in page.context["own"]} == {"hot from this score", "the bot's name"}


@pytest.mark.parametrize("mine", ["{", "[]"])
def test_what_is_no_script_is_no_choice(client, mosi, draft, mine):
    sent = {"base": json.dumps(as_json(written())), "mine": mine, "revision": 0}
    assert client.post(path(draft), sent).status_code == 400


def test_nobody_else_learns_of_a_script_by_a_conflict(draft):
    stranger = Client()
    sign_in(stranger, "zuri")
    assert stranger.post(path(draft), {**opened(draft), "revision": 9}).status_code == 403
    assert Question.objects.filter(script=draft).count() == 4
