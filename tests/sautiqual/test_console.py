from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import formats, timezone
from unfold.settings import CONFIG_DEFAULTS

from sautiqual.console import UNFOLD, place_of
from tests.conftest import NOW

ENTRIES = [entry for group in UNFOLD["SIDEBAR"]["navigation"] for entry in group["items"]]
CSS = (Path(settings.BASE_DIR) / "static/sautiqual/sautiqual.css").read_text()


def test_everything_that_can_be_edited_is_in_the_menu():
    linked = {str(entry["link"]) for entry in ENTRIES}
    pages = {reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry}

    assert pages <= linked and reverse("queue") in linked


ONE = "71e0d081-17eb-4668-a614-f152734496ec"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/admin/", "/admin/"),
        ("/admin/campaigns/call/", "/admin/campaigns/call/"),
        (f"/admin/campaigns/call/{ONE}/change/", "/admin/campaigns/call/"),
        (f"/admin/campaigns/call/{ONE}/evidence/", "/admin/campaigns/call/"),
        ("/admin/campaigns/call/live/", "/admin/campaigns/call/live/"),
        ("/admin/campaigns/call/review/", "/admin/campaigns/call/review/"),
        (f"/admin/campaigns/call/{ONE}/review/", "/admin/campaigns/call/review/"),
        ("/admin/auth/user/roles/", "/admin/auth/user/roles/"),
        ("/admin/auth/user/1/change/", "/admin/auth/user/"),
        ("/admin/password_change/", ""),
    ],
)
def test_a_page_has_one_place_in_the_menu(path, place):
    assert place_of(path) == place


@pytest.mark.django_db
def test_the_menu_marks_one_entry(admin_client):
    marked = [entry["title"] for group in admin_client.get("/admin/campaigns/call/live/").context["sidebar_navigation"]
              for entry in group["items"] if entry["active"]]  # fmt: skip
    assert marked == ["Live calls"]


def test_everything_that_can_be_edited_wears_the_consoles_dress():
    assert {type(page).__name__ for page in admin.site._registry.values() if not type(page).__module__.startswith(("campaigns.", "leads."))} == set()


@pytest.mark.parametrize("shade", re.findall(r"--(base|primary)-(\d+): ([^;]+);", CSS), ids=lambda shade: f"{shade[0]}-{shade[1]}")
def test_console_and_queue_have_the_same_colours(shade):
    name, number, colour = shade

    assert CONFIG_DEFAULTS["COLORS"][name][number] == colour


@pytest.mark.parametrize("name", ["sautiqual/console.css", "sautiqual/console.js", "sautiqual/icon.svg"])
def test_what_the_pages_ask_for_is_there(name):
    assert finders.find(name)


def test_dates_are_written_with_the_day_first_and_24_hours():
    assert formats.date_format(timezone.localtime(NOW), "DATETIME_FORMAT") == "24 Nov 2026, 10:00"
