"""The page "Rehearse": what it offers to whom, what its buttons begin, and how a rehearsal is told."""

from __future__ import annotations

import pytest
from django.test import Client

from campaigns.campaign_life import Action
from campaigns.models import Campaign, CampaignAccess, Rehearsal
from campaigns.preflight.run import preflight
from campaigns.rehearsals import rehearsal_of
from campaigns.rehearsing import keeping, run
from campaigns.rehearsing.briefs import Cast
from leads.models import AuditEntry
from tests.campaigns.campaign_lives import do
from tests.campaigns.console import administrator, shown, sign_in, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def mosi(client: Client) -> Client:
    administrator(client)
    return client


def page(script) -> str:
    return f"campaigns/script/{script.pk}/rehearse/"


def post(client: Client, script, **fields):
    return client.post(f"/admin/{page(script)}", fields)


def look(client: Client, script, rehearsal_id):
    return client.get(f"/admin/{page(script)}", {"rehearsal": str(rehearsal_id)})


def test_it_says_what_is_missing_and_offers_both_ways(mosi, script):
    words = shown(mosi, page(script))
    for expected in ("Not yet rehearsed.", "Talk to the bot", "Run the simulated people", "Put on headphones", "Waive the rehearsal"):
        assert expected in words


def test_script_and_campaign_lead_to_it(mosi, script, draft):
    assert f"/admin/{page(script)}" in shown(mosi, f"campaigns/script/{script.pk}/change/")
    reply = mosi.get(f"/admin/campaigns/campaign/{draft.pk}/rehearse/")
    assert reply.url == f"/admin/{page(script)}?campaign={draft.pk}"
    assert "Back to “December”" in mosi.get(reply.url).content.decode()


def test_a_talk_begins_with_a_token_for_the_socket_of_calls(mosi, script):
    begun = post(mosi, script, what="talk", choice="en-KE|embedded").json()
    kept = Rehearsal.objects.get(pk=begun["rehearsal"])
    assert begun["audio"] == f"/audio/{kept.token}" and (kept.started_by, kept.status, kept.voice) == ("mosi", "running", "embedded")
    assert "Connecting" in look(mosi, script, kept.pk).json()["html"]


def test_a_voice_without_its_key_is_told_with_the_mend_and_the_own_voice_is_there(mosi, script, draft, settings):
    settings.GEMINI_API_KEY = ""
    Campaign.objects.update(voice="gemini")
    words = mosi.get(f"/admin/{page(script)}?campaign={draft.pk}").content.decode()
    assert "needs GEMINI_API_KEY" in words and 'value="en-KE|embedded"' in words
    assert "GEMINI_API_KEY" in post(mosi, script, what="talk", choice="en-KE|gemini", campaign=draft.pk).json()["problem"]
    assert not Rehearsal.objects.exists()


def test_the_own_voice_does_not_speak_every_language(mosi, script):
    script.translations = {"sw": {"disclosure": "Mimi ni AI."}}
    script.save(update_fields=["translations"])
    assert "English only" in post(mosi, script, what="talk", choice="sw|embedded").json()["problem"]


@pytest.mark.parametrize("fields", [{"what": "talk", "choice": "x"}, {"what": "talk"}, {}, {"what": "people", "language": "fr"}], ids=str)
def test_what_makes_no_sense_begins_nothing(mosi, script, fields):
    assert post(mosi, script, **fields).status_code == 422
    assert not Rehearsal.objects.exists()


def test_simulated_people_are_told_one_by_one_and_open_the_gate(mosi, script, draft, monkeypatch):
    begun = post(mosi, script, what="people", language="en-KE").json()["rehearsal"]
    assert "Waiting for the worker" in look(mosi, script, begun).json()["html"] and not rehearsal_of(script).is_passed
    run.rehearse_people.call(begun)
    told_now = look(mosi, script, begun).json()
    assert (told_now["status"], told_now["is_running"]) == ("passed", False)
    for words in ("Eager", "Knocked out", "Vague", "Suspicious", "Refuses", "Opts out", "a large team", "70"):
        assert words in told_now["html"]
    assert "Campaigns may start with this script" in told_now["standing"]
    preflight(draft, by="mosi")
    assert do(draft, Action.APPROVE) == [] and do(draft, Action.START) == []


def test_a_person_who_ends_otherwise_is_told_why(script):
    script.questions.filter(key="seats").update(kind="one_of", choices=["gold", "stop calling me"], rubric=[
        {"when": {"equals": "stop calling me"}, "points": 80}])  # fmt: skip
    kept = run.rehearse_now(script, Cast("en-KE"), by="mosi")
    assert kept.status == "failed" and kept.results["people"][0]["missing"]


def test_a_script_without_questions_is_told_so(script):
    script.questions.all().delete()
    kept = run.rehearse_now(script, Cast("en-KE"), by="mosi")
    assert (kept.status, kept.why) == ("failed", "This script asks nothing. Write questions first.")


def test_a_fault_of_ours_is_kept_and_the_gate_stays_shut(script, monkeypatch):
    monkeypatch.setattr(run, "people_of", lambda plot: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run.rehearse_now(script, Cast("en-KE"), by="mosi")
    kept = Rehearsal.objects.get()
    assert (kept.status, "log of the worker" in kept.why) == ("abandoned", True)
    assert not rehearsal_of(script).is_passed


def test_it_is_waived_with_name_and_reason(mosi, script):
    assert told(mosi, page(script), {"what": "waive", "why": " "}) == [
        "Say why this script may be launched without a rehearsal. It is kept with your name."
    ]
    assert "Waived." in told(mosi, page(script), {"what": "waive", "why": "It was read aloud."})[0]
    assert AuditEntry.objects.get(act="waive").why == "It was read aloud."
    assert "“It was read aloud.”" in shown(mosi, page(script))


def test_who_may_only_look_begins_and_waives_nothing(client, script):
    sign_in(client, "neema", "view_script", "view_rehearsal")
    words = shown(client, page(script))
    assert "not hold any" in words and "Waive the rehearsal" not in words
    for fields in ({"what": "talk", "choice": "en-KE|embedded"}, {"what": "people", "language": "en-KE"}, {"what": "waive", "why": "Sure."}):
        assert post(client, script, **fields).status_code == 403
    assert not Rehearsal.objects.exists()


def test_a_limit_to_campaigns_hides_other_scripts_rehearsals(client, script, draft, line):
    kept = keeping.begin(script, Cast("en-KE"), kind=Rehearsal.Kind.BROWSER, by="mosi")
    neema = sign_in(client, "neema", "view_script", "view_rehearsal")
    access = CampaignAccess.objects.create(user=neema)
    assert look(client, script, kept.pk).status_code in {302, 404}
    access.campaigns.add(draft)
    assert look(client, script, kept.pk).status_code == 200


@pytest.mark.parametrize("wanted", ["x", "00000000-0000-4000-8000-000000000000"])
def test_what_is_no_rehearsal_is_not_found(mosi, script, wanted):
    assert look(mosi, script, wanted).status_code == 404
