"""The flight record and the judgements on the console: read only, bounded, and judged at the push of a button."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from campaigns import dialer, flight
from campaigns.admin.flight import yesterday
from campaigns.judge.court import judge
from campaigns.judge.judging import judge_and_keep, keep
from campaigns.judge.planting import plant
from campaigns.judge.record import EntryKind
from campaigns.judge.ruling import Invariant
from campaigns.models import CampaignAccess, FlightEntry, Judgement
from tests.campaigns.conftest import enrolled
from tests.campaigns.console import administrator, shown, sign_in, told
from tests.campaigns.judge.records import morning
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

RECORD, JUDGEMENTS = "campaigns/flightentry/", "campaigns/judgement/"


@pytest.fixture
def claimed(campaign, server, asha):
    call = enrolled(campaign, asha)
    dialer.claim_next(NOW)
    return call


def test_it_lists_what_happened(client, claimed):
    sign_in(client, "mosi", "view_flightentry")
    page = shown(client, RECORD)
    assert "Acme November" in page and str(claimed.pk)[:8] in page and "dispatch" in page


def test_one_entry_shows_all_its_details(client, claimed):
    sign_in(client, "mosi", "view_flightentry")
    entry = FlightEntry.objects.get(kind=EntryKind.DISPATCH)
    page = shown(client, f"{RECORD}{entry.pk}/change/")
    assert "decision_id" in page and entry.number in page


def test_it_is_found_by_its_call(client, claimed):
    sign_in(client, "mosi", "view_flightentry")
    flight.record(EntryKind.STOPPED, at=NOW, details={"by": "somebody"})
    page = shown(client, f"{RECORD}?q={claimed.pk}")
    assert "is allowed" in page and "somebody" not in page
    assert "is allowed" not in shown(client, f"{RECORD}?q=nonsense")


def test_a_longer_list_costs_no_more_queries(client, claimed, django_assert_max_num_queries):
    sign_in(client, "mosi", "view_flightentry")
    for minute in range(40):
        flight.record(EntryKind.TICK, at=NOW + timedelta(minutes=minute))
    with django_assert_max_num_queries(16):
        page = shown(client, RECORD)
    assert page.count(f"/admin/{RECORD}") > 40, "every entry is on it, with its link"


@pytest.mark.parametrize("path", [RECORD, JUDGEMENTS, f"{JUDGEMENTS}judge_yesterday/"])
def test_zuri_may_see_none_of_it(client, path):
    sign_in(client, "zuri")
    shown(client, path, status=403)


def test_nobody_can_add_or_delete(client, claimed):
    administrator(client)
    shown(client, f"{RECORD}add/", status=403)
    shown(client, f"{RECORD}{FlightEntry.objects.first().pk}/delete/", status=403)


# ---- judgements -------------------------------------------------------------------------------------------------------------------


def test_a_clean_judgement_says_so(client):
    keep(judge(morning()), NOW, NOW + timedelta(hours=3), by="mosi")
    administrator(client)
    assert "every promise kept" in shown(client, JUDGEMENTS)


def test_a_judgement_names_what_was_broken_first(client):
    kept = keep(judge(plant(Invariant.STOPPED, morning())), NOW, NOW + timedelta(hours=3), by="mosi")
    administrator(client)
    assert "promises broken" in shown(client, JUDGEMENTS)
    page = shown(client, f"{JUDGEMENTS}{kept.pk}/change/")
    assert "All dialing was stopped since" in page
    assert page.index("While all dialing was stopped nothing was dispatched.") < page.index("At the instant of each dispatch there was consent")


def test_a_judgement_that_is_kept_in_english_is_read_in_swahili(client, settings):
    kept = keep(judge(plant(Invariant.STOPPED, morning())), NOW, NOW + timedelta(hours=3), by="mosi")
    administrator(client)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "sw"
    page = shown(client, f"{JUDGEMENTS}{kept.pk}/change/")
    assert kept.violations[0]["sentence"].startswith("All dialing was stopped since") and "All dialing was stopped" not in page
    assert "Upigaji wote ulikuwa umesimamishwa tangu" in page and "Upigaji wote uliposimamishwa, hakuna simu iliyotumwa." in page


def test_the_button_asks_first_and_hands_it_to_the_worker(client):
    sign_in(client, "mosi", "view_judgement", "add_judgement")
    assert "Judge yesterday?" in shown(client, f"{JUDGEMENTS}judge_yesterday/")
    assert not DBTaskResult.objects.exists()
    [said] = told(client, f"{JUDGEMENTS}judge_yesterday/")
    assert "The worker judges it now" in said
    assert DBTaskResult.objects.get().args_kwargs["args"] == ["2026-11-23T00:00:00+03:00", "2026-11-24T00:00:00+03:00", "mosi"]


def test_the_worker_judges_and_keeps_it(claimed):
    judge_and_keep.call("2026-11-24T00:00:00+00:00", "2026-11-25T00:00:00+00:00", "mosi")
    judgement = Judgement.objects.get()
    assert (judgement.judged_by, judgement.n_calls, judgement.n_broken) == ("mosi", 1, 0)
    assert judgement.counts["consent"] == {"kept": 1, "unjudged": 0, "broken": 0}


def test_yesterday_is_the_organisations_last_whole_day():
    assert yesterday(NOW) == (datetime(2026, 11, 22, 21, tzinfo=UTC), datetime(2026, 11, 23, 21, tzinfo=UTC))


def test_who_sees_some_campaigns_only_is_not_offered_the_whole_organisations_judgement(client, campaign):
    user = sign_in(client, "neema", "view_judgement", "add_judgement")
    assert "judge_yesterday" in shown(client, JUDGEMENTS)
    CampaignAccess.objects.create(user=user).campaigns.add(campaign)

    assert "judge_yesterday" not in shown(client, JUDGEMENTS)
    shown(client, f"{JUDGEMENTS}judge_yesterday/", status=403)
    assert client.post(f"/admin/{JUDGEMENTS}judge_yesterday/").status_code == 403
