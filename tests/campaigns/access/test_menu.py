"""The menu: an entry is there if its page opens, for every role and every limit."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client, RequestFactory

from campaigns.access.roles import Role
from campaigns.models import Campaign, CampaignAccess
from sautiqual.console import UNFOLD
from tests.campaigns.console import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

ENTRIES = [entry for group in UNFOLD["SIDEBAR"]["navigation"] for entry in group["items"] if "permission" in entry]


def is_shown(entry, user: User) -> bool:
    request = RequestFactory().get("/admin/")
    request.user = user
    return bool(entry["permission"](request))


def refused(client: Client, user: User) -> list[str]:
    links = [str(entry["link"]) for entry in ENTRIES if is_shown(entry, user)]
    assert links, "the menu is empty"
    return [link for link in links if client.get(link, follow=True).status_code != 200]


@pytest.mark.parametrize("limited", [False, True], ids=["all campaigns", "one campaign"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.REP])
def test_every_entry_that_a_role_sees_opens(client, campaign, role, limited):
    user = User.objects.create_user("neema", is_staff=True)
    user.groups.add(Group.objects.get(name=role.group_name))
    if limited:
        CampaignAccess.objects.create(user=user).campaigns.add(campaign)
    client.force_login(user)

    assert refused(client, user) == []


def test_who_may_see_leads_but_no_people_is_not_led_to_them(client, campaign: Campaign):
    user = sign_in(client, "amina", "view_lead", "view_campaign", sees_people=False)
    shown = {str(entry["link"]) for entry in ENTRIES if is_shown(entry, user)}

    assert "/admin/campaigns/campaign/" in shown
    assert "/admin/leads/lead/" not in shown
    assert client.get("/admin/leads/lead/").status_code == 403
