"""The screens of the hand-off's rule: a campaign's, a rep's, and who was asked for a lead."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from campaigns.models import Campaign, Handoff, Rep, Reservation
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, shown, sign_in
from tests.campaigns.test_admin_campaign import form
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def rehema(db) -> Rep:
    return Rep.objects.create(user=User.objects.create_user("rehema"), name="Rehema", number="+254722000011", is_verified=True)


class TestACampaignsRule:
    def save(self, client, campaign: Campaign, **changes: Any) -> Any:
        administrator(client)
        Campaign.objects.update(status="draft", approved_preflight=None)
        return client.post(f"/admin/campaigns/campaign/{campaign.pk}/change/", form(campaign, **changes))

    def test_it_is_kept_as_entered(self, client, campaign):
        rule = {
            "ring_strategy": "longest_idle",
            "needed_skills": "solar,  water,",
            "is_language_matched": "on",
            "wrap_up_required": ["notes", "was_hot"],
        }
        self.save(client, campaign, **rule, offer_s=20, wait_goal_s=30, wrap_up_s=90)
        campaign.refresh_from_db()
        assert (campaign.ring_strategy, campaign.needed_skills, campaign.wrap_up_required) == (
            "longest_idle",
            ["solar", "water"],
            ["notes", "was_hot"],
        )
        assert (campaign.is_language_matched, campaign.is_last_rep_first) == (True, False)
        assert (campaign.offer_s, campaign.wait_goal_s, campaign.wrap_up_s) == (20, 30, 90)

    def test_what_is_left_empty_is_as_it_comes(self, client, campaign):
        self.save(client, campaign, ring_strategy="", offer_s="", wait_goal_s="", wrap_up_s="")
        campaign.refresh_from_db()
        assert (campaign.name, campaign.ring_strategy, campaign.offer_s, campaign.wrap_up_s) == ("Acme December", "ring_all", 15, 60)

    @pytest.mark.parametrize(
        ("changes", "mend"),
        [
            ({"offer_s": 4}, "Use 5 to 120 seconds."),
            ({"offer_s": 121}, "Use 5 to 120 seconds."),
            ({"wait_goal_s": 601}, "Use 5 to 600 seconds."),
            ({"wrap_up_s": 901}, "Use 0 to 900 seconds."),
            ({"wrap_up_s": 0, "wrap_up_required": ["notes"]}, "Give the reps some time"),
            ({"wrap_up_required": ["shoe_size"]}, "shoe_size is not one of the available choices"),
            ({"ring_strategy": "loudest"}, "loudest is not one of the available choices"),
        ],
        ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
    )
    def test_what_makes_no_sense_is_refused_in_words(self, client, campaign, changes, mend):
        response = self.save(client, campaign, **changes)
        assert mend in str(response.context["adminform"].form.errors)

    def test_the_borders_are_allowed(self, client, campaign):
        self.save(client, campaign, offer_s=5, wait_goal_s=600, wrap_up_s=0)
        campaign.refresh_from_db()
        assert (campaign.offer_s, campaign.wait_goal_s, campaign.wrap_up_s) == (5, 600, 0)

    def test_a_running_campaigns_rule_can_be_changed_a_closed_ones_not(self, client, campaign):
        administrator(client)
        page = f"campaigns/campaign/{campaign.pk}/change/"
        assert 'name="offer_s"' in shown(client, page) and "Hand-off to reps" in shown(client, page)
        Campaign.objects.update(status="closed")
        assert 'name="offer_s"' not in shown(client, page)


class TestARep:
    def save(self, client, rep: Rep, **changes: Any) -> Any:
        administrator(client)
        entered = {"user": rep.user_id, "name": rep.name, "number": rep.number, "is_verified": "on", "hours": "mon 08:00-17:00", "zone": rep.zone}
        return client.post(f"/admin/campaigns/rep/{rep.pk}/change/", {**entered, **changes})

    def test_what_they_speak_know_and_when_they_work_is_kept(self, client, rehema):
        self.save(client, rehema, languages="EN, sw", skills="solar", hours="tue 9:00-12:00", zone="Africa/Lagos")
        rehema.refresh_from_db()
        assert (rehema.languages, rehema.skills, rehema.hours, rehema.zone) == (
            ["en", "sw"],
            ["solar"],
            {"tue": [["09:00", "12:00"]]},
            "Africa/Lagos",
        )

    @pytest.mark.parametrize(
        ("changes", "mend"),
        [
            ({"languages": "Swahili"}, "is not the code of a language"),
            ({"hours": "funday 08:00-17:00"}, "is not a day"),
            ({"hours": "mon 17:00-08:00"}, "ends before it begins"),
            ({"zone": "Africa/Atlantis"}, "There is no time zone"),
            ({"zone": "../etc/passwd"}, "There is no time zone"),
        ],
    )
    def test_what_cannot_be_is_refused_in_words(self, client, rehema, changes, mend):
        response = self.save(client, rehema, **changes)
        assert mend in str(response.context["adminform"].form.errors)

    def test_why_they_are_away_is_shown(self, client, rehema):
        Rep.objects.update(away_because="You missed an offer at 10:00.")
        administrator(client)
        assert "You missed an offer at 10:00." in shown(client, f"campaigns/rep/{rehema.pk}/change/")


def test_a_hand_off_shows_who_was_asked_and_what_they_said(client, campaign, asha, rehema):
    handoff = Handoff.objects.create(call=live_call(campaign, asha), strategy="dial", offered_at=NOW)
    Reservation.objects.create(handoff=handoff, rep=rehema, status="timeout", offered_at=NOW, reason="No answer in time.")
    sign_in(client, "mosi", "view_handoff")
    page = shown(client, f"campaigns/handoff/{handoff.pk}/change/")
    assert "Who was asked" in page or "who was asked" in page
    assert "timeout" in page and "No answer in time." in page
