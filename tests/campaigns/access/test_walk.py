"""The walk over every page of the console and the queue and every address of the API, made from the URL resolver and the console's own list."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin

from campaigns.access.guard import NAMELESS, Guarded
from campaigns.access.viewer import CAMPAIGN_OF, SHARED
from campaigns.models import Call, Campaign
from leads.models import Lead
from tests.campaigns.access.planted import NAME, NUMBER, OF_THE_CAMPAIGN, OF_THE_PERSON, Planted, planted, replies, somebody
from tests.campaigns.access.walk import addresses
from tests.campaigns.console import administrator, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]


@pytest.fixture
def world(campaign, asha, tmp_path, settings) -> Planted:
    return planted(campaign, asha, lambda call: recorded(call, tmp_path, settings))


def leaks(told, markers) -> list[str]:
    """A page says again what was typed; where a number was typed it must not have found its lead."""
    return [f"{where}: {marker}" for where, text in told for marker in _looked_for(where, markers) if marker in text]


def _looked_for(where: str, markers) -> list[str]:
    return [NAME if marker in where and marker.isdigit() else marker for marker in markers]


def test_an_administrator_meets_every_planted_word(client, world):
    """Else the walk would find nothing because it looks at nothing."""
    user = administrator(client)
    met = {leak.rsplit(": ", 1)[1] for leak in leaks(replies(client, user), OF_THE_CAMPAIGN)}

    assert met == set(OF_THE_CAMPAIGN)


def test_who_is_limited_to_a_campaign_gets_nothing_of_another(client, world):
    user = somebody(client, only=world.own)

    assert leaks(replies(client, user), OF_THE_CAMPAIGN) == []


def test_who_is_limited_to_a_campaign_changes_nothing_of_another(client, world):
    user = somebody(client, only=world.own)
    before = state_of(world)

    assert leaks(replies(client, user, methods=("post",)), OF_THE_CAMPAIGN) == []
    assert state_of(world) == before


def test_who_may_not_see_numbers_gets_none(client, world):
    """With every other right, which is more than any role has."""
    user = somebody(client, without=("see_numbers",))

    assert leaks(replies(client, user), [NUMBER.lstrip("+"), "733987654"]) == []


def test_who_may_not_see_people_gets_no_name_and_no_word_of_theirs(client, world):
    user = somebody(client, without=("see_numbers", "see_people"))

    assert leaks(replies(client, user), OF_THE_PERSON) == []


def test_who_has_no_rights_gets_nothing_at_all(client, world, django_user_model):
    user = django_user_model.objects.create_user("zuri", is_staff=True)
    client.force_login(user)

    assert leaks(replies(client, user), OF_THE_CAMPAIGN) == []


def test_every_page_of_the_console_is_guarded():
    assert [str(page) for page in admin.site._registry.values() if not isinstance(page, Guarded)] == []


@pytest.mark.parametrize("table", [CAMPAIGN_OF, SHARED, NAMELESS], ids=["of a campaign", "shared", "nameless"])
def test_the_tables_of_what_is_whose_name_no_model_that_is_gone(table):
    assert set(table) <= {model._meta.label_lower for model in apps.get_models()}


def test_the_walk_goes_through_the_console_the_queue_and_the_api(world):
    paths = [address.path for address in addresses()]

    assert len(paths) > 200
    assert {"/queue/", "/api/v1/calls", "/admin/"} <= set(paths)
    assert f"/admin/campaigns/call/{world.call.pk}/recording/" in paths


def state_of(world: Planted) -> tuple[object, ...]:
    other = Campaign.objects.filter(pk=world.other.pk).values().get()
    return other, Lead.objects.filter(phone=NUMBER).values().get(), list(Call.objects.filter(campaign=world.other).order_by("pk").values())
