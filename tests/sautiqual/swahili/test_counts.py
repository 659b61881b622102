"""How many rows a list has, read in Swahili: the number follows its noun, on our pages and on the framework's."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group

from leads.models import Lead
from tests.campaigns.console import administrator
from tests.leads.conftest import asha  # noqa: F401

pytestmark = pytest.mark.django_db


def words(client, path: str, **query: str) -> str:
    page = client.get(f"/admin/{path}", query, headers={"Accept-Language": "sw"}).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_list_of_ours_tells_its_count_after_the_noun(client, asha):  # noqa: F811
    administrator(client)
    assert "mteja mtarajiwa 1 " in words(client, "leads/lead/")
    Lead.objects.create(phone="+254712000002", name="Baraka")
    assert "wateja watarajiwa 2 " in words(client, "leads/lead/")


def test_a_list_of_the_framework_does_as_well(client):
    administrator(client)
    assert f"makundi {Group.objects.count()} " in words(client, "auth/group/")
