"""The console's first page names the holidays of the next 30 days about which nobody has said when they fall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from leads import clock
from leads.holiday_confirmation import confirm_holiday, markets_that_rest, unconfirmed_soon
from tests.campaigns.console import administrator, shown, sign_in

pytestmark = pytest.mark.django_db

TITLE = "Holidays that nobody has confirmed"
EID = date(2027, 3, 9)  # in Kenya, as estimated


@pytest.fixture
def today_is() -> Iterator[Callable[[date], None]]:
    def move_to(day: date) -> None:
        clock.set_offset(datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - datetime.now(UTC))

    yield move_to
    clock.set_offset(timedelta())


@pytest.mark.parametrize(
    ("days_before", "is_named"), [(31, False), (30, True), (1, True), (0, True), (-1, False)], ids=["31 days", "30 days", "a day", "the day", "over"]
)
def test_a_holiday_is_named_from_30_days_before_to_its_own_day(client, today_is, days_before, is_named):
    administrator(client)
    today_is(EID - timedelta(days=days_before))

    assert ("KE · Tue 9 Mar 2027 · Eid al-Fitr (estimated)" in shown(client, "")) is is_named


def test_it_leads_to_the_page_where_a_word_is_said(client, today_is):
    administrator(client)
    today_is(EID - timedelta(days=7))

    page = shown(client, "").partition(TITLE)[2]
    assert "/admin/leads/holidayconfirmation/" in page and "the day before and the day after are closed, too" in page


@pytest.mark.parametrize("falls_on", [EID, EID + timedelta(days=1), None], ids=["as estimated", "moved", "no holiday"])
def test_whatever_somebody_said_it_is_named_no_more(client, today_is, falls_on):
    mosi = administrator(client)
    today_is(EID - timedelta(days=7))
    confirm_holiday("KE", EID, confirmed_on=falls_on, by=mosi, at=clock.now())

    page = shown(client, "")
    assert "KE · Tue 9 Mar 2027" not in page and TITLE in page, "other markets still wait for a word about theirs"


def test_who_may_not_see_holidays_is_not_told(client, today_is):
    sign_in(client, "zuri")
    today_is(EID - timedelta(days=7))

    assert TITLE not in shown(client, "")


def test_it_asks_the_database_once_however_many_wait(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(unconfirmed_soon(markets_that_rest(), on=EID - timedelta(days=7))) > 3
