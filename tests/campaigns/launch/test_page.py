"""The launch page in the console and over REST: who sees and does what on it, and how it goes on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import campaign_life
from campaigns.campaign_life import Action
from campaigns.integrations.api_keys import create_api_key
from campaigns.launch.collecting import facts_of
from campaigns.launch.items import Key, State
from campaigns.models import Call, Campaign
from campaigns.preflight.run import preflight
from leads.models import ConsentRecord, Lead
from tests.campaigns.console import shown, sign_in, told
from tests.campaigns.launch.told import checked
from tests.conftest import NOW
from tests.leads.facts import ACME

pytestmark = pytest.mark.django_db
MANAGER = ("view_campaign", "change_campaign", "view_call", "view_lead", "view_script", "approve_campaign")


def page(client, campaign: Campaign) -> str:
    return " ".join(shown(client, f"campaigns/campaign/{campaign.pk}/launch/").split())


def buttons(text: str) -> list[str]:
    listed = re.search(r'<ol class="sq-next">(.*?)</ol>', text)
    return re.findall(r'href="[^"]*/(\w+)/\?from=launch"', listed[1]) if listed else []


def test_a_manager_goes_from_a_draft_to_running_on_this_page(client, ready):
    sign_in(client, "mosi", *MANAGER)
    assert "2 things stop it." in page(client, ready)
    assert buttons(page(client, ready)) == ["preflight"]

    told(client, f"campaigns/campaign/{ready.pk}/preflight/?from=launch")
    assert buttons(page(client, ready)) == ["preflight", "approve"]
    told(client, f"campaigns/campaign/{ready.pk}/approve/?from=launch")
    assert "Nothing stops it." in page(client, ready)
    response = client.post(f"/admin/campaigns/campaign/{ready.pk}/start/?from=launch")

    assert response.url == f"/admin/campaigns/campaign/{ready.pk}/launch/"
    after = page(client, ready)
    assert "It runs. What happens now" in after
    assert "Calling hours are open now for 1 lead: the first phone may ring at once." in after
    assert f"campaigns/call/?campaign__id__exact={ready.pk}" in after


def test_after_hours_it_says_when_the_first_phone_may_ring(client, ready, monkeypatch):
    sign_in(client, "mosi", *MANAGER)
    preflight(ready, by="mosi")
    Campaign.objects.filter(pk=ready.pk).update(status="running")
    monkeypatch.setattr("leads.clock.now", lambda: NOW + timedelta(hours=12))  # 22:00 in Nairobi

    assert re.search(r"The first phone may ring at 25 Nov 2026, 0\d:00", page(client, ready))


def test_each_button_is_there_for_who_may_press_it(client, ready):
    preflight(ready, by="mosi")
    sign_in(client, "juma", "view_campaign", "change_campaign")
    assert buttons(page(client, ready)) == ["preflight"]
    sign_in(client, "neema", "view_campaign", "approve_campaign")
    assert buttons(page(client, ready)) == ["approve"]
    sign_in(client, "amina", "view_campaign")
    assert buttons(page(client, ready)) == []
    assert "You may not do this." in page(client, ready)


def test_a_mend_is_a_link_only_for_who_may_open_it(client, ready):
    ConsentRecord.objects.all().delete()
    sign_in(client, "mosi", *MANAGER)
    assert 'href="/admin/leads/lead/"' in page(client, ready)
    sign_in(client, "amina", "view_campaign", "view_lead", sees_people=False)
    links = page(client, ready).partition('class="sq-call sq-launch"')[2]
    assert 'href="/admin/leads/lead/"' not in links
    assert "Open the leads." in links


def test_who_may_not_see_campaigns_does_not_see_the_list(client, ready):
    sign_in(client, "zuri", "view_call")
    shown(client, f"campaigns/campaign/{ready.pk}/launch/", status=403)


def test_rest_gives_the_same_list(client, ready):
    _row, key = create_api_key("crm")
    reply = client.get(f"/api/v1/campaigns/{ready.pk}/launch", headers={"Authorization": f"Bearer {key}"})

    assert reply.status_code == 200
    expected = {item.key.value: item.state.value for item in checked(ready).items}
    assert {item["key"]: item["state"] for item in reply.json()["items"]} == expected
    assert reply.json()["n_stops"] == 2


def test_the_number_of_queries_does_not_grow_with_the_leads(ready, asha):
    few = queries(ready)
    enrol_many(ready, 700)
    many = queries(ready)

    assert many <= few, (few, many)  # with many, single leads are not judged here
    assert many < 50


def test_of_many_leads_the_preflight_tells_who_would_be_refused(ready):
    enrol_many(ready, 600)
    assert "a preflight counts" in checked(ready).words(Key.CONSENT)
    preflight(ready, by="mosi")

    assert "the rules refuse 600 of 601" in checked(ready).words(Key.CONSENT)
    assert checked(ready).state(Key.CONSENT) is State.HURTS


def test_consent_is_counted_by_the_best_that_each_lead_has(ready, asha):
    agreed = {"lead": asha, "kind": "given", "purpose": "marketing", "controller": ACME, "channel": "form", "given_at": NOW}
    ConsentRecord.objects.all().delete()
    ConsentRecord.objects.bulk_create(ConsentRecord(grade=grade, **agreed) for grade in ("attested", "written", "attested"))
    enrol_many(ready, 3)
    found = facts_of(ready).consent

    assert (found.by_grade, found.n_without, found.n_withdrawn) == ({"written": 1}, 3, 0)
    ConsentRecord.objects.create(**{**agreed, "kind": "withdrawn"})
    assert facts_of(ready).consent.n_withdrawn == 1


def test_of_many_leads_some_are_looked_at_and_the_page_says_so(client, ready, monkeypatch):
    monkeypatch.setattr("campaigns.launch.people_facts.LOOKED_AT", 5)
    monkeypatch.setattr("campaigns.launch.collecting.LOOKED_AT", 5)
    enrol_many(ready, 11)
    found = facts_of(ready)

    assert (found.n_enrolled, found.n_looked_at, sum(found.by_language.values())) == (12, 5, 5)
    assert sum(found.consent.by_grade.values()) + found.consent.n_without == 5
    for key in (Key.LANGUAGES, Key.PACKS, Key.CONSENT, Key.HOURS):
        assert checked(ready).words(key).startswith("Looked at, by chance: 5 of 12 leads."), key
    sign_in(client, "mosi", *MANAGER)
    Campaign.objects.filter(pk=ready.pk).update(status="running")
    assert "Calling hours are open now for 5 of 5 leads that were looked at" in page(client, ready)


def test_of_just_as_many_as_are_looked_at_nothing_is_left_to_chance(ready, monkeypatch):
    monkeypatch.setattr("campaigns.launch.people_facts.LOOKED_AT", 12)
    monkeypatch.setattr("campaigns.launch.collecting.LOOKED_AT", 12)
    enrol_many(ready, 11)

    assert facts_of(ready).n_looked_at == 12
    assert "by chance" not in checked(ready).words(Key.CONSENT)


def test_what_stops_a_launch_is_asked_of_leads_that_are_not_looked_at(ready, monkeypatch):
    """One of them lives where the script leaves out what must be said."""
    monkeypatch.setattr("campaigns.launch.people_facts.LOOKED_AT", 3)
    enrol_many(ready, 8)
    last = Lead.objects.filter(calls__campaign=ready).order_by("-pk")[0]
    assert not checked(ready).stopping_keys & {Key.SCRIPT}
    Lead.objects.filter(pk=last.pk).update(market="DE")

    assert "DE" not in [pack.market for pack in facts_of(ready).packs]
    assert Key.SCRIPT in checked(ready).stopping_keys
    assert "demanded in Germany" in checked(ready).words(Key.SCRIPT)


def test_a_paused_campaign_can_be_resumed_here(client, ready):
    sign_in(client, "mosi", *MANAGER)
    preflight(ready, by="mosi")
    for action in (Action.APPROVE, Action.START, Action.PAUSE):
        assert campaign_life.change(ready, action, by="mosi") == []

    assert buttons(page(client, ready)) == ["preflight", "resume"]


def enrol_many(campaign: Campaign, n: int) -> None:
    leads = Lead.objects.bulk_create(Lead(phone=f"+25471{n:07}", market="KE", time_zone="Africa/Nairobi") for n in range(n))
    Call.objects.bulk_create(Call(campaign=campaign, lead=lead, due_at=NOW, attempt_number=1) for lead in leads)


def queries(campaign: Campaign) -> int:
    fresh = Campaign.objects.select_related("script", "line").get(pk=campaign.pk)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        facts_of(fresh)
    return len(seen)
