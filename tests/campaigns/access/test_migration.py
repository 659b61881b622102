"""An update takes nothing from anybody: who saw people and numbers until now goes on seeing them."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User

keep_what_people_see = import_module("campaigns.migrations.0037_roles_and_limits_to_campaigns").keep_what_people_see
pytestmark = pytest.mark.django_db


def rights_of(user: User) -> set[str]:
    return {name for name in User.objects.get(pk=user.pk).get_all_permissions() if "see_" in name}


@pytest.mark.parametrize("codename", ["view_lead", "view_call", "view_donotcallentry", "view_handoff"])
def test_who_had_a_right_to_people_sees_them_and_their_numbers(codename):
    mosi = User.objects.create_user("mosi", is_staff=True)
    mosi.user_permissions.add(Permission.objects.get(codename=codename))

    keep_what_people_see(apps, None)

    assert rights_of(mosi) == {"campaigns.see_numbers", "campaigns.see_people"}


def test_so_does_who_had_it_by_a_group():
    mosi, team = User.objects.create_user("mosi"), Group.objects.create(name="team")
    team.permissions.add(Permission.objects.get(codename="view_lead"))
    mosi.groups.add(team)

    keep_what_people_see(apps, None)

    assert rights_of(mosi) == {"campaigns.see_numbers", "campaigns.see_people"}


def test_who_had_no_such_right_gets_none():
    zuri = User.objects.create_user("zuri", is_staff=True)
    zuri.user_permissions.add(Permission.objects.get(codename="view_script"))

    keep_what_people_see(apps, None)

    assert rights_of(zuri) == set()
