"""What stands in the way of a campaign whose script leaves out what its callees must be told, and who may answer for a text."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from campaigns import campaign_life
from campaigns.campaign_life import Action
from campaigns.disclosures import disclosure_obstacles
from campaigns.models import Campaign, Question, Script
from campaigns.preflight.run import preflight
from leads.models import Lead
from tests.campaigns.conftest import launch
from tests.campaigns.console import administrator, shown, told
from tests.campaigns.test_admin_script import form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

SILENT = "I am {bot_name}, calling for {organisation}."
CALL_BACK = "You can call us back on this number."


@pytest.fixture
def briton(db: None) -> Lead:
    """Where a callee must be told how to reach us, too."""
    return Lead.objects.create(phone="+442079460000", name="Briton", time_zone="Europe/London", market="GB")


def says(script: Script, disclosure: str, **fields: str) -> None:
    Script.objects.filter(pk=script.pk).update(disclosure=disclosure, **fields)
    script.refresh_from_db()


def test_each_part_left_out_is_named_with_who_demands_it_and_an_example(draft, script, asha):
    says(script, SILENT)
    campaign_life.enroll(draft, [asha])
    obstacles = disclosure_obstacles(draft)

    assert [sentence.partition("does not say ")[2].partition(" (")[0] for sentence in obstacles] == [
        "that a machine speaks",
        "what the call is for",
        "that it is recorded, and who receives the recording",
        "how to stop the calls",
    ]
    assert all("(demanded in Kenya). Say for example: “" in sentence for sentence in obstacles)


def test_neither_approved_nor_started_until_everything_is_said(draft, script, asha):
    campaign_life.enroll(draft, [asha])
    full = script.disclosure
    says(script, SILENT)
    assert len(launch(draft)) == 4
    draft.refresh_from_db()
    assert (draft.status, script.launched_at) == ("draft", None)

    says(script, full)
    assert launch(draft) == []


def test_a_missing_question_for_permission_is_named(draft, script, asha):
    campaign_life.enroll(draft, [asha])
    Question.objects.filter(role="permission").update(role="ask")

    assert disclosure_obstacles(draft) == [
        f"The script {script} has no question whether it is a good time (demanded in Kenya). Add one with that role."
    ]


def test_the_markets_of_all_its_leads_count_together(draft, script, asha, briton):
    campaign_life.enroll(draft, [asha])
    assert disclosure_obstacles(draft) == []

    campaign_life.enroll(draft, [briton])
    [sentence] = disclosure_obstacles(draft)
    assert sentence.startswith(f"The disclosure of the script {script} does not say how to reach us (demanded in United Kingdom).")
    says(script, f"{script.disclosure} {CALL_BACK}")
    assert disclosure_obstacles(draft) == []


def test_a_campaign_without_leads_need_only_name_who_calls(draft, script):
    says(script, SILENT)
    assert disclosure_obstacles(draft) == []
    says(script, "Hello.")
    assert "does not name Acme" in disclosure_obstacles(draft)[0]


def test_a_running_campaign_pauses_before_a_lead_who_must_be_told_more(campaign, asha, briton):
    campaign_life.enroll(campaign, [asha])
    campaign.refresh_from_db()
    assert campaign.status == "running"

    assert campaign_life.enroll(campaign, [briton]) == 1
    campaign.refresh_from_db()
    assert campaign.status == "paused" and "how to reach us" in campaign.pause_reason
    assert "how to reach us" in " ".join(campaign_life.change(campaign, Action.RESUME, by="mosi"))


def test_the_number_of_queries_does_not_grow_with_the_leads(draft, script, asha, briton, daudi):
    says(script, SILENT)
    campaign_life.enroll(draft, [asha])
    counts = []
    for more in ([], [briton, daudi]):
        campaign_life.enroll(draft, more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            disclosure_obstacles(draft)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def warnings_about(campaign: Campaign) -> list[str]:
    result = preflight(campaign, by="mosi").result
    assert result is not None, "it was finished"
    return list(result["warnings"])


def test_a_preflight_warns_of_what_is_not_said_where_its_leads_live(draft, script, briton):
    says(script, script.disclosure)
    campaign_life.enroll(draft, [briton])
    assert any("does not say how to reach us (demanded in United Kingdom)" in warning for warning in warnings_about(draft))
    says(script, f"{script.disclosure} {CALL_BACK}")
    assert not any("does not say" in warning for warning in warnings_about(draft))


# ---- somebody's word for a text ----------------------------------------------------------------------------------------------------


def test_a_language_we_have_no_words_for_needs_somebodys_word(draft, script, asha):
    campaign_life.enroll(draft, [asha])
    says(script, "Sawubona, ngu-Acme.", language="zu-ZA")
    assert all("cannot be seen in the language zu-ZA" in sentence for sentence in disclosure_obstacles(draft))

    script.vouch(by="mosi")
    script.save()
    draft.refresh_from_db()
    assert disclosure_obstacles(draft) == []


def test_a_word_for_one_text_is_none_for_another(script):
    script.vouch(by="mosi")
    assert script.is_vouched_for
    script.disclosure += " Haya."
    assert not script.is_vouched_for


def test_nobody_answers_for_an_empty_text():
    script = Script(organisation="Acme", disclosure=" ")
    script.vouch(by="mosi")
    assert (script.is_vouched_for, script.disclosure_vouched_by) == (False, "")


@pytest.mark.parametrize("half", [{"disclosure_vouched_by": "mosi"}, {"disclosure_vouched_text": "Hello."}], ids=["no text", "nobody"])
def test_the_database_keeps_no_half_of_a_word(script, half):
    with pytest.raises(IntegrityError):
        Script.objects.filter(pk=script.pk).update(**half)


def test_a_new_version_with_the_same_text_keeps_the_word(script):
    script.vouch(by="mosi")
    script.save()
    assert campaign_life.copy_to_new_version(script).is_vouched_for


def test_on_the_page_whoever_saves_answers_for_the_text_if_they_say_so(client):
    mosi = administrator(client)
    told(client, "campaigns/script/add/", form({}, vouches="on"))
    told(client, "campaigns/script/add/", form({}, name="Other"))

    vouched, other = Script.objects.get(name="Renewals"), Script.objects.get(name="Other")
    assert (vouched.is_vouched_for, vouched.disclosure_vouched_by) == (True, mosi.username)
    assert not other.is_vouched_for
    assert f"{mosi.username} answers for the text" in shown(client, f"campaigns/script/{vouched.pk}/change/")


def test_the_page_of_a_launched_script_says_who_answers_for_it(client, script):
    administrator(client)
    script.vouch(by="mosi")
    script.save()
    campaign_life.freeze(script)

    page = shown(client, f"campaigns/script/{script.pk}/change/")
    assert "mosi" in page and 'name="vouches"' not in page
