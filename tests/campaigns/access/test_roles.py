"""The six roles: what each has, what none of them may have, and that a right of a later version reaches them."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from django.contrib.auth.models import Group, Permission, User

from campaigns.access.keeping import keep_roles
from campaigns.access.roles import EXPORT_EVIDENCE, ROLES, SEE_NUMBERS, SEE_PEOPLE, SHOW_NUMBER, Role, permissions_of, role_of_group

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> set[str]:
    return {f"{row.content_type.app_label}.{row.codename}" for row in Permission.objects.select_related("content_type")}


def somebody_in(role: Role) -> User:
    keep_roles()
    user = User.objects.create_user("zuri", is_staff=True)
    user.groups.add(Group.objects.get(name=role.group_name))
    return user


@pytest.mark.parametrize("role", Role)
def test_a_role_is_a_group_with_its_rights(role, known):
    assert somebody_in(role).get_all_permissions() == permissions_of(role, known)


@pytest.mark.parametrize("role", Role)
def test_every_right_of_the_table_is_one_that_there_is(role, known):
    lost = [pattern for pattern in ROLES[role].permissions if not any(fnmatchcase(name, pattern) for name in known)]
    assert lost == []


@pytest.mark.parametrize("role", Role)
def test_every_role_says_in_words_what_it_may_and_may_not(role):
    assert all(map(str, ROLES[role].may)) and all(map(str, ROLES[role].may_not))
    assert ROLES[role].may and ROLES[role].may_not


def test_only_managers_see_numbers(known):
    assert [role for role in Role if SEE_NUMBERS in permissions_of(role, known)] == [Role.MANAGER]


def test_managers_and_compliance_may_make_one_visible(known):
    assert [role for role in Role if SHOW_NUMBER in permissions_of(role, known)] == [Role.MANAGER, Role.COMPLIANCE]


def test_managers_compliance_and_auditors_export_evidence(known):
    assert [role for role in Role if EXPORT_EVIDENCE in permissions_of(role, known)] == [Role.MANAGER, Role.COMPLIANCE, Role.AUDITOR]


def test_an_analyst_has_no_right_to_anything_about_a_person(known):
    rights = permissions_of(Role.ANALYST, known)

    assert SEE_PEOPLE not in rights
    assert not any(name.startswith("leads.") or name in {"campaigns.view_handoff", "campaigns.view_privacyact"} for name in rights)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANALYST, Role.AUDITOR])
def test_who_only_looks_can_change_nothing(role, known):
    rights = permissions_of(role, known) - ({"campaigns.add_reviewact"} if role is Role.REVIEWER else set())  # a correction, beside what it corrects
    assert all(name.split(".")[1].startswith(("view_", "see_", "export_")) for name in rights)


def test_a_reviewer_may_correct_and_an_auditor_may_not(known):
    may = [role for role in Role if "campaigns.add_reviewact" in permissions_of(role, known)]
    assert may == [Role.MANAGER, Role.REVIEWER]


@pytest.mark.parametrize("role", Role)
def test_no_role_may_change_rights(role, known):
    assert not {"auth.add_user", "auth.change_user", "auth.change_group", "auth.add_group"} & permissions_of(role, known)


def test_a_right_of_a_later_version_reaches_the_roles_it_fits():
    later = {"campaigns.view_dream", "campaigns.add_dream", "leads.view_wish", "campaigns.view_wish"}

    assert permissions_of(Role.MANAGER, later) == later
    assert permissions_of(Role.AUDITOR, later) == {"campaigns.view_dream", "campaigns.view_wish", "leads.view_wish"}
    assert permissions_of(Role.ANALYST, later) == set()


def test_a_migration_puts_a_roles_rights_back_and_keeps_its_members():
    zuri = somebody_in(Role.ANALYST)
    group = zuri.groups.get()
    group.permissions.set(Permission.objects.filter(codename="view_lead"))

    keep_roles()

    assert not group.permissions.filter(codename="view_lead").exists() and group.permissions.filter(codename="view_call").exists()
    assert list(group.user_set.all()) == [zuri]


def test_a_group_that_somebody_made_is_left_alone():
    theirs = Group.objects.create(name="manager")
    keep_roles()

    assert not theirs.permissions.exists() and role_of_group("manager") is None
    assert role_of_group("Role: manager") is Role.MANAGER
