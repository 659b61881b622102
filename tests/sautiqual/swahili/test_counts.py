"""Figures, read in Swahili: the number follows its noun or its unit, on our pages and on the framework's."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group

from leads.models import Lead
from tests.campaigns.conftest import campaign, foreseen_for_nobody, line, loopback, script, server  # noqa: F401
from tests.campaigns.console import administrator, finished_call
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


def test_how_long_a_call_was_and_how_soon_it_spoke_are_told_after_the_unit(client, campaign, asha, loopback):  # noqa: F811
    call = finished_call(campaign, asha, talk_s=61, first_word_ms=450)
    administrator(client)
    page = words(client, f"campaigns/call/{call.pk}/change/")
    assert "sek 61 " in words(client, "campaigns/call/") and "sek 61 " in page and "ms 450 " in page
    assert "61 s" not in page and "450 ms" not in page
