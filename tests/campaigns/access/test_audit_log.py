"""What stands in the audit log, and its page: every export, play, number shown, override and change of rights, once, by whom and about what."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import IntegrityError, transaction

from campaigns import stop_all
from campaigns.access.keeping import keep_roles
from campaigns.access.roles import Role
from campaigns.integrations.api_keys import create_api_key
from campaigns.models import ApiKey, CampaignAccess
from campaigns.privacy.exporting import export_person
from leads import audit, clock
from leads.do_not_call import take_off_do_not_call
from leads.models import AuditEntry, DoNotCallEntry
from tests.campaigns.console import administrator, finished_call, recorded, shown, sign_in
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
Act = AuditEntry.Act
SEES_ALL = ("view_auditentry", "view_call", "view_campaign", "view_lead")


def entries(**wanted) -> list[tuple[str, str, str]]:
    return [(entry.by, entry.act, entry.subject) for entry in AuditEntry.objects.filter(**wanted).order_by("id")]


@pytest.fixture
def sound(campaign, asha, tmp_path, settings) -> str:
    call = finished_call(campaign, asha)
    recorded(call, tmp_path, settings)
    return f"/admin/campaigns/call/{call.pk}/recording/"


class TestPlays:
    def test_a_play_is_logged_with_its_campaign(self, client, sound, campaign):
        sign_in(client, "mosi", "view_call")
        client.get(sound)

        [entry] = AuditEntry.objects.all()
        assert (entry.by, entry.act, entry.subject, entry.campaign_id) == ("mosi", Act.PLAY, "call", campaign.pk)

    def test_the_ranges_of_one_play_are_one_entry(self, client, sound):
        sign_in(client, "mosi", "view_call")
        for start in (0, 100, 200, 50):
            assert client.get(sound, headers={"Range": f"bytes={start}-{start + 9}"}).status_code == 206

        assert len(entries(act=Act.PLAY)) == 1

    def test_an_hour_later_it_is_another_one(self, client, sound):
        sign_in(client, "mosi", "view_call")
        client.get(sound)
        clock.set_offset(NOW + timedelta(minutes=61) - datetime.now(UTC))
        client.get(sound)

        assert len(entries(act=Act.PLAY)) == 2

    def test_another_person_is_another_one(self, client, sound):
        for name in ("mosi", "rehema"):
            sign_in(client, name, "view_call")
            client.get(sound)

        assert [by for by, _act, _subject in entries(act=Act.PLAY)] == ["mosi", "rehema"]

    def test_who_sees_no_people_plays_nothing_and_nothing_is_logged(self, client, sound):
        sign_in(client, "mosi", "view_call", sees_people=False)

        assert client.get(sound).status_code == 403
        assert entries() == []


class TestExports:
    def test_results_from_the_console(self, client, campaign, asha):
        finished_call(campaign, asha)
        sign_in(client, "mosi", *SEES_ALL)
        client.get(f"/admin/campaigns/campaign/{campaign.pk}/download_results/")

        [entry] = AuditEntry.objects.filter(act=Act.EXPORT)
        assert (entry.by, entry.subject, entry.detail) == ("mosi", "campaign", {"rows": 1, "with_people": True, "with_numbers": True})

    def test_results_over_rest(self, client, campaign, asha):
        _key, text = create_api_key("CRM")
        client.get(f"/api/v1/campaigns/{campaign.pk}/results.csv", headers={"Authorization": f"Bearer {text}"})

        assert entries() == [("API key CRM", Act.EXPORT, "campaign")]

    def test_a_person(self, asha):
        export_person(asha.phone, by="mosi", now=NOW)

        [entry] = AuditEntry.objects.all()
        assert (entry.by, entry.act, entry.subject_id) == ("mosi", Act.EXPORT, str(asha.pk))
        assert asha.phone.lstrip("+") not in str(entry.detail)

    def test_the_log_itself(self, client):
        audit.record("juma", Act.EXPORT, "campaign", 7)
        sign_in(client, "mosi", "view_auditentry")
        rows = list(csv.DictReader(io.StringIO(client.get("/admin/leads/auditentry/export/").getvalue().decode())))

        assert [(row["by"], row["subject"]) for row in rows] == [("juma", "campaign"), ("mosi", "audit log")]


class TestOverrides:
    def test_lifting_the_stop_of_all_dialing(self):
        stop_all.stop_all(by="juma", reason="a wrong list")
        stop_all.resume_all(by="mosi")

        assert entries() == [("mosi", Act.OVERRIDE, "stop of all dialing")]

    def test_nothing_is_logged_where_nothing_was_stopped(self):
        stop_all.resume_all(by="mosi")

        assert entries() == []

    def test_taking_a_number_off_the_do_not_call_list(self):
        mosi = User.objects.create_superuser("mosi")
        entry = DoNotCallEntry.objects.create(phone="+254733987654", phone_digest="d" * 64, origin="staff", entered_at=NOW)
        take_off_do_not_call(entry, by=mosi, why="they asked for it", at=NOW)

        [kept] = AuditEntry.objects.all()
        assert (kept.by, kept.act, kept.why) == ("mosi", Act.OVERRIDE, "they asked for it")


class TestNumbers:
    def path(self, lead) -> str:
        return f"/admin/campaigns/privacyact/number/{lead.pk}/"

    def sign_in(self, client, *more: str) -> None:
        sign_in(client, "mosi", "view_lead", "see_people", *more, sees_people=False)

    def test_with_a_reason_a_number_is_shown_once_and_logged(self, client, asha):
        self.sign_in(client, "show_number")
        page = client.post(self.path(asha), {"why": "complaint 12"}).content.decode()

        assert asha.phone in page
        [entry] = AuditEntry.objects.all()
        assert (entry.by, entry.act, entry.subject, entry.subject_id, entry.why) == ("mosi", Act.SHOW, "lead", str(asha.pk), "complaint 12")
        assert asha.phone.lstrip("+") not in shown(client, f"leads/lead/{asha.pk}/change/")

    @pytest.mark.parametrize("why", ["", "   ", "."])
    def test_without_one_it_is_not(self, client, asha, why):
        self.sign_in(client, "show_number")
        page = client.post(self.path(asha), {"why": why}).content.decode()

        assert asha.phone.lstrip("+") not in page and entries() == []

    def test_nor_to_who_has_no_right_to_it(self, client, asha):
        self.sign_in(client)

        assert client.post(self.path(asha), {"why": "complaint 12"}).status_code == 403
        assert entries() == []

    def test_nor_of_a_lead_of_another_campaign(self, client, asha, campaign):
        self.sign_in(client, "show_number")
        CampaignAccess.objects.create(user=User.objects.get(username="mosi")).campaigns.add(campaign)

        assert client.post(self.path(asha), {"why": "complaint 12"}).status_code == 404
        assert entries() == []


class TestRights:
    def form(self, user: User, **chosen) -> dict[str, object]:
        return {"username": user.username, "is_active": "on", "date_joined_0": "2026-11-24", "date_joined_1": "07:00:00", **chosen}

    def saved(self, client, user: User, **chosen) -> None:
        response = client.post(f"/admin/auth/user/{user.pk}/change/", self.form(user, **chosen))
        assert response.status_code == 302, response.context["errors"]

    @pytest.fixture
    def zuri(self, client) -> User:
        keep_roles()
        administrator(client)
        return User.objects.create_user("zuri")

    def test_a_role_is_given_and_logged(self, client, zuri):
        self.saved(client, zuri, roles=["analyst"], is_staff="on")

        assert User.objects.get(pk=zuri.pk).has_perm("campaigns.view_call")
        [entry] = AuditEntry.objects.all()
        assert (entry.by, entry.act, entry.subject, entry.subject_id) == ("mosi", Act.RIGHTS, "user", str(zuri.pk))
        assert entry.detail["changed"]["groups"] == {"before": [], "after": ["Role: analyst"]}

    def test_a_limit_to_campaigns_is_set_and_lifted_and_both_are_logged(self, client, zuri, campaign):
        self.saved(client, zuri, is_limited="on", only_campaigns=[campaign.pk])
        assert list(zuri.campaign_access.campaigns.all()) == [campaign]
        self.saved(client, zuri)

        assert not CampaignAccess.objects.exists()
        assert [entry.detail["changed"]["campaigns"]["after"] for entry in AuditEntry.objects.order_by("id")] == [[campaign.name], "all"]

    def test_a_limit_to_no_campaign_at_all_stays_a_limit(self, client, zuri):
        self.saved(client, zuri, is_limited="on")

        assert CampaignAccess.objects.filter(user=zuri).exists()

    def test_making_somebody_an_administrator_is_logged(self, client, zuri):
        self.saved(client, zuri, is_superuser="on", is_staff="on")

        assert AuditEntry.objects.get().detail["changed"]["superuser"] == {"before": False, "after": True}

    def test_what_changes_no_right_is_not(self, client, zuri):
        self.saved(client, zuri, first_name="Zuri")

        assert entries() == []

    def test_a_group_of_ones_own_stays_beside_the_roles(self, client, zuri):
        team = Group.objects.create(name="team")
        self.saved(client, zuri, groups=[team.pk], roles=["auditor"])

        assert set(zuri.groups.values_list("name", flat=True)) == {"team", "Role: auditor"}

    def test_who_is_no_administrator_gives_nobody_a_role(self, client, zuri):
        sign_in(client, "juma", "view_user", "change_user")
        client.post(f"/admin/auth/user/{zuri.pk}/change/", self.form(zuri, roles=["manager"], is_superuser="on"))

        zuri.refresh_from_db()
        assert not zuri.groups.exists() and not zuri.is_superuser

    def test_a_role_keeps_its_roles_when_somebody_else_changes_the_name(self, client, zuri):
        zuri.groups.add(Group.objects.get(name=Role.REVIEWER.group_name))
        sign_in(client, "juma", "view_user", "change_user")
        self.saved(client, zuri, first_name="Zuri")

        assert zuri.groups.get().name == "Role: reviewer"

    def test_a_roles_own_rights_cannot_be_edited(self, client, zuri):
        group = Group.objects.get(name=Role.ANALYST.group_name)
        response = client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "x", "permissions": []})

        assert response.status_code == 403 and Group.objects.filter(name=Role.ANALYST.group_name).exists()

    def test_another_groups_can_and_that_is_logged(self, client, zuri):
        team = Group.objects.create(name="team")
        client.post(f"/admin/auth/group/{team.pk}/change/", {"name": "team", "permissions": [Permission.objects.get(codename="view_lead").pk]})

        assert AuditEntry.objects.get().detail["changed"]["permissions"]["after"] == ["view_lead"]

    def test_a_key_is_logged_when_it_is_made_and_when_it_is_revoked(self, client, zuri):
        client.post("/admin/campaigns/apikey/add/", {"name": "CRM", "owner": ""})
        client.post("/admin/campaigns/apikey/", {"action": "revoke", "_selected_action": [ApiKey.objects.get().pk]})

        assert [(subject, entry) for _by, entry, subject in entries()] == [("API key", Act.RIGHTS), ("API key", Act.RIGHTS)]

    def test_who_does_not_see_everything_makes_keys_of_their_own(self, client):
        user = sign_in(client, "juma", "add_apikey", "view_apikey", sees_people=False)
        client.post("/admin/campaigns/apikey/add/", {"name": "CRM", "owner": ""})

        assert ApiKey.objects.get().owner == user

    def test_the_command_makes_a_key_of_somebody(self, capsys):
        juma = User.objects.create_user("juma")
        call_command("create_api_key", "CRM", owner_name="juma")

        assert ApiKey.objects.get().owner == juma and entries()[0][1:] == (Act.RIGHTS, "API key")


class TestThePage:
    def test_it_tells_who_did_what_about_which_campaign(self, client, campaign):
        audit.record("juma", Act.OVERRIDE, "campaign", campaign.pk, campaign_id=campaign.pk, why="the list was wrong")
        sign_in(client, "mosi", "view_auditentry")
        page = shown(client, "leads/auditentry/")

        assert all(words in page for words in ("juma", "overrode", campaign.name, "the list was wrong"))

    @pytest.mark.parametrize(
        ("asked", "n_found"),
        [
            ("act__exact=play", 1),
            ("by=juma", 1),
            ("campaign_id={campaign}", 1),
            ("at_from_0=2026-11-25&at_from_1=00:00", 0),
            ("at_from_0=2026-11-24&at_to_0=2026-11-24", 2),
            ("at_from_0=yesterday", 2),
            ("q=juma", 1),
            ("", 2),
        ],
        ids=["what", "who", "campaign", "from", "that day", "no day", "search", "all"],
    )
    def test_it_can_be_filtered(self, client, campaign, asked, n_found):
        audit.record("juma", Act.EXPORT, "campaign", campaign.pk, campaign_id=campaign.pk)
        audit.record("neema", Act.PLAY, "call", 2)
        administrator(client)

        response = client.get(f"/admin/leads/auditentry/?{asked.format(campaign=campaign.pk)}")
        assert response.context["cl"].result_count == n_found

    def test_nobody_edits_it_not_even_an_administrator(self, client):
        audit.record("juma", Act.EXPORT, "campaign", 1)
        administrator(client)
        pk = AuditEntry.objects.get().pk

        assert client.post(f"/admin/leads/auditentry/{pk}/change/", {"by": "x"}).status_code == 403
        assert client.post(f"/admin/leads/auditentry/{pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.get("/admin/leads/auditentry/add/").status_code == 403
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditEntry.objects.update(by="x")

    def test_who_may_not_see_it_does_not(self, client):
        sign_in(client, "zuri", "view_call")

        assert client.get("/admin/leads/auditentry/").status_code == client.get("/admin/leads/auditentry/export/").status_code == 403

    def test_the_page_of_roles_says_who_may_what(self, client):
        keep_roles()
        administrator(client)
        User.objects.create_user("amina").groups.add(Group.objects.get(name=Role.AUDITOR.group_name))
        page = shown(client, "auth/user/roles/")

        assert "make one number visible" in page and "amina" in page and page.count("May not") == len(Role)
