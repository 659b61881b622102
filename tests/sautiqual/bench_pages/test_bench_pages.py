"""What bench_pages asks for, what it tells, when it fails; and that no page asks the database more where there is more to show."""

from __future__ import annotations

import json
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from campaigns.models import ApiKey, TalliedDate
from campaigns.tallies import reading
from campaigns.tallies.reading import untallied_dates
from leads.models import AuditEntry
from sautiqual.bench_pages.measure import measure, signed_in
from sautiqual.bench_pages.pages import console_pages
from sautiqual.volume.filling import Size, fill
from sautiqual.volume.organisation import LIMITED, MANAGER
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
FOREVER = 10**9
TO_HOME = {"home", "campaigns.organisation list"}  # the home page has tests of its own; who is limited is led there from the other


@pytest.fixture
def loopback(settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def volume() -> None:
    fill(Size(60, 40), seed=3, now=NOW)


def told(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("bench_pages", json=True, rounds=1, stdout=out, **{"limit": FOREVER, **options})
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_it_tells_of_each_page_who_asked_how_long_it_took_and_what_it_cost(volume):
    found = told(only="leads.lead list")

    assert (found["n_leads"], found["n_calls"], found["n_rounds"], found["slow"], found["broken"]) == (60, 40, 1, [], [])
    page = found["pages"][0]
    assert (page["who"], page["path"], page["status"]) == ("manager", "/admin/leads/lead/", 200)
    assert page["n_queries"] > 3 and page["n_bytes"] > 1000 and page["p95_ms"] >= page["p50_ms"] >= 0


def test_a_page_that_takes_too_long_is_its_exit_status(volume):
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("bench_pages", rounds=1, limit=0, only="reps' queue", stdout=out)

    assert ended.value.code == 1
    assert "1 over 0 ms" in out.getvalue() and "/queue/" in out.getvalue()


def test_every_list_of_the_console_is_asked_for(volume):
    pages = {page.path for page in console_pages(User.objects.create_superuser("root"))}

    assert {f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry} <= pages


def test_everything_opens_for_the_manager_the_one_with_a_limit_the_reviewer_the_rep_and_the_key(volume):
    found = told(only="review")
    assert found["broken"] == []
    assert {page["who"] for page in found["pages"]} == {"manager", "limited", "reviewer"}
    assert {page["who"] for page in told(only="REST")["pages"]} == {"key"}
    assert {page["who"] for page in told(only="reps'")["pages"]} == {"rep"}


def written() -> tuple[int, ...]:
    return AuditEntry.objects.count(), ApiKey.objects.count(), User.objects.count(), User.objects.exclude(last_login=None).count()


def test_it_writes_nothing(volume):
    """What is noted when somebody looks: at a call, at a lead, with a key that is made for it."""
    before = written()
    told(only="(an interview)")
    told(only="(who was called)")
    told(only="REST call")

    assert written() == before


def test_the_home_page_is_asked_for_with_today_tallied_and_the_tally_is_gone_afterwards(volume, monkeypatch):
    asked: list[set[date]] = []

    def noted(now: datetime) -> set[date]:
        asked.append(untallied_dates(now))
        return asked[-1]

    monkeypatch.setattr(reading, "untallied_dates", noted)
    told(only="home of one campaign")

    assert asked and not any(asked)
    assert not TalliedDate.objects.exists()


def test_lists_by_step_are_asked_for_as_a_running_dialer_keeps_them_and_filters_by_what_is_rare(volume):
    pages = {page["name"]: page for page in told(only="call list: won")["pages"] if page["who"] == "manager"}
    filtered = told(only="filtered")["pages"]

    assert set(pages) == {"call list: won", "call list: won, 7 days"}
    assert {page["path"] for page in filtered} >= {"/admin/leads/consentrecord/?covers_automated_voice__exact=0"}
    assert {page["status"] for page in (*pages.values(), *filtered)} == {200}


def test_without_calls_it_says_what_to_do():
    with pytest.raises(CommandError, match="make_volume"):
        call_command("bench_pages")


def test_without_anybody_to_look_it_says_what_to_do(volume):
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="role Manager"):
        call_command("bench_pages", only="home")


def n_queries(name: str) -> dict[str, int]:
    user = User.objects.get(username=name)
    with signed_in(user) as client:
        pages = (
            page for page in console_pages(user) if page.name not in TO_HOME and page.name.endswith((" list", " page", "review", "(an interview)"))
        )
        found = list(measure(client, pages, name, n_rounds=1))
    assert [each.path for each in found if not each.is_fine] == []
    return {each.name: each.n_queries for each in found}


@pytest.mark.parametrize("name", [MANAGER, LIMITED])
def test_no_page_asks_the_database_more_where_there_are_ten_times_the_leads_and_calls(name):
    """The second organisation stands beside the first, which is the manager's whole view and not the limited one's."""
    fill(Size(60, 50), seed=3, now=NOW)
    few = n_queries(name)
    fill(Size(600, 500), seed=4, now=NOW, is_added=True)
    many = n_queries(name)

    assert len(few) > 20
    assert {page: (n, many[page]) for page, n in few.items() if many.get(page, 0) > n} == {}
