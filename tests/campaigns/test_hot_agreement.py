"""What reps found of hot leads, on the manager's first page, on the hand-off's page and to integrators."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from campaigns.funnel import Figures
from campaigns.handoff.reservations import finish_wrap_up
from campaigns.handoff.wrap_up import WrapUpEntry
from campaigns.integrations.api_keys import create_api_key
from campaigns.integrations.webhooks.documented import data_of
from campaigns.integrations.webhooks.event_types import EventType
from campaigns.models import Campaign, Handoff, Rep, Reservation, Score, StaleDate, WebhookDelivery, WrapUp
from campaigns.period import Period
from campaigns.reports.hot_agreement import HotAgreement, agreement_of, together
from campaigns.tallies.counting import date_of
from campaigns.tallies.keeping import tally_all
from campaigns.tallies.reading import figures_of, overview
from tests.campaigns.conftest import live_call
from tests.campaigns.console import administrator, shown, sign_in
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.webhooks.conftest import make_endpoint
from tests.conftest import NOW

MONTH = timedelta(days=30)
A_DAY = timedelta(days=1)


# ---- the count ------------------------------------------------------------------------------------------------------------


def test_the_share_is_of_those_answered_and_the_least_confirmed_comes_first():
    found = agreement_of({1: Figures(n_judged=3, n_confirmed=2), 2: Figures(n_judged=1), 3: Figures(hot=4)})
    assert list(found.items()) == [(2, HotAgreement(0, 1)), (1, HotAgreement(2, 3))]
    assert [each.confirmed_percent for each in found.values()] == [0, 66]
    assert together(found.values()) == HotAgreement(2, 4)


def test_of_nothing_there_is_no_share():
    assert agreement_of({}) == {} and together([]).confirmed_percent is None


@given(st.dictionaries(st.integers(1, 4), st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_every_answer_is_counted_once_and_a_hundred_means_all(answers):
    found = agreement_of({campaign_id: Figures(n_judged=yes + no, n_confirmed=yes) for campaign_id, (yes, no) in answers.items()})
    assert {campaign_id: each.n for campaign_id, each in found.items()} == {key: yes + no for key, (yes, no) in answers.items() if yes + no}
    assert together(found.values()).n_confirmed == sum(yes for yes, _no in answers.values())
    assert all((each.confirmed_percent == 100) is (each.n_confirmed == each.n) for each in found.values())


# ---- the rows -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def rehema(campaign: Campaign) -> Rep:
    return make_rep("Rehema", "+254722000011", campaign)


def talk(campaign: Campaign, lead, rep: Rep, *, is_hot: bool = True, at: datetime = NOW) -> Reservation:
    """About to be written up."""
    call = live_call(campaign, lead, status="completed", dialled_at=at, ended_at=at)
    Score.objects.create(call=call, points=70, threshold=70, is_hot=is_hot, reasons=[], computed_at=NOW)
    handoff = Handoff.objects.create(call=call, strategy="dial", status="bridged", offered_at=NOW, ended_at=NOW, rep=rep)
    return Reservation.objects.create(handoff=handoff, rep=rep, status="completed", offered_at=NOW, ended_at=NOW)


def written(reservation: Reservation, was_hot: bool | None, *, at: datetime = NOW, **more: object) -> WrapUp:
    return WrapUp.objects.create(reservation=reservation, disposition="won", was_hot=was_hot, saved_at=at, **more)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("was_hot", "is_hot", "ago", "counted"),
    [
        (True, True, MONTH, {"Acme November": HotAgreement(1, 1)}),
        (False, True, MONTH, {"Acme November": HotAgreement(0, 1)}),
        (None, True, MONTH, {}),
        (True, False, MONTH, {}),
        (True, True, MONTH + A_DAY, {}),
    ],
    ids=["confirmed", "not confirmed", "not answered", "not a hot call", "too long ago"],
)
@pytest.mark.parametrize("is_tallied", [True, False], ids=["tallied", "counted"])
def test_only_answers_about_hot_calls_of_the_last_month_count(campaign, asha, rehema, was_hot, is_hot, ago, counted, is_tallied):
    written(talk(campaign, asha, rehema, is_hot=is_hot, at=NOW - ago), was_hot)
    if is_tallied:
        tally_all(NOW)
    names = dict(Campaign.objects.values_list("pk", "name"))
    lately = overview(Period(date_of(NOW), date_of(NOW)), None, now=NOW).of_campaign_lately
    assert {names[campaign_id]: found for campaign_id, found in agreement_of(lately).items()} == counted


@pytest.mark.django_db
def test_an_answer_that_comes_after_the_day_was_counted_counts(campaign, asha, rehema):
    reservation = talk(campaign, asha, rehema, at=NOW - A_DAY)
    tally_all(NOW)
    assert finish_wrap_up(reservation, WrapUpEntry("won", was_hot=True, next_step="", notes="", follow_up_on=None), now=NOW) is None

    assert figures_of(date_of(NOW - A_DAY), None, now=NOW).n_confirmed == 1
    tally_all(NOW)
    assert figures_of(date_of(NOW - A_DAY), None, now=NOW).n_confirmed == 1 and not StaleDate.objects.exists()


# ---- where it is shown ----------------------------------------------------------------------------------------------------


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.django_db
def test_the_managers_first_page_says_how_many_were_confirmed(client, campaign, asha, daudi, rehema):
    administrator(client)
    assert "No rep has answered that yet" in text_of(shown(client, ""))
    written(talk(campaign, asha, rehema), True)
    written(talk(campaign, daudi, rehema), False)
    page = text_of(shown(client, ""))
    assert "talked to and judged, 50 % were hot (1 of 2). Acme November 50 % confirmed, 1 of 2" in page


@pytest.mark.django_db
def test_zuri_sees_nothing_of_it(client, campaign, asha, rehema):
    written(talk(campaign, asha, rehema), True)
    sign_in(client, "zuri")
    assert "really hot" not in client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_the_page_of_the_hand_off_shows_what_was_written_and_nothing_to_change(client, campaign, asha, rehema):
    administrator(client)
    kept = written(talk(campaign, asha, rehema), False, notes="<b>60</b> seats", follow_up_on=date(2026, 12, 1))
    html = shown(client, f"campaigns/handoff/{kept.reservation.handoff_id}/change/")
    assert "Rehema: won, not really hot<br>Follow up on: 2026-12-01<br>Notes: &lt;b&gt;60&lt;/b&gt; seats" in html
    assert 'name="notes"' not in html


@pytest.mark.django_db
def test_integrators_are_told_what_came_of_it_but_no_words(campaign, asha, rehema, settings):
    settings.SAUTIKIT_API_URL, settings.PUBLIC_URL, settings.WEBHOOK_PRIVATE_ADDRESSES = "http://127.0.0.1:9", "", True
    make_endpoint()
    reservation = talk(campaign, asha, rehema)
    for second, disposition in enumerate(["follow_up", "won"]):
        entry = WrapUpEntry(disposition, was_hot=True, next_step="Ring her sister", notes="Her sister decides.", follow_up_on=date(2026, 12, 1))
        assert finish_wrap_up(reservation, entry, now=NOW + timedelta(seconds=second)) is None
    first, last = WebhookDelivery.objects.filter(type="handoff.wrapped_up").order_by("pk")
    assert first.event_id != last.event_id
    assert last.payload["data"]["wrap_up"] == {"disposition": "won", "was_hot": True, "follow_up_on": "2026-12-01"}
    assert "sister" not in str(last.payload)
    data_of(EventType.HANDOFF_WRAPPED_UP).validate_python(last.payload["data"])


@pytest.mark.django_db
def test_the_api_shows_the_call_with_what_was_written(campaign, asha, rehema):
    reservation = talk(campaign, asha, rehema)
    call = reservation.handoff.call
    crm = Client(headers={"Authorization": f"Bearer {create_api_key('CRM')[1]}"})
    assert crm.get(f"/api/v1/calls/{call.pk}").json()["handoff"]["wrap_up"] is None
    written(reservation, True, notes="Her sister decides.")
    shown_there = crm.get(f"/api/v1/calls/{call.pk}").json()["handoff"]["wrap_up"]
    assert (shown_there["disposition"], shown_there["was_hot"], shown_there["notes"]) == ("won", True, "Her sister decides.")
