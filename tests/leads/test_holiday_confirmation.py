"""Holidays that follow the moon wait for somebody's word: who said it, when, and what is closed until then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, models, transaction

from leads import clock
from leads.compliance import Reason, Refusal
from leads.eligibility import decide
from leads.entry_refused import EntryRefused
from leads.holiday_confirmation import A_YEAR, coming_estimates, confirm_holiday, markets_that_rest
from leads.models import HolidayConfirmation
from tests.conftest import NOW
from tests.leads.facts import ACME

pytestmark = pytest.mark.django_db

EID = date(2027, 3, 9)  # in Kenya, a Tuesday, estimated
DAY = timedelta(days=1)
AT_TEN = datetime(2027, 3, 9, 7, 0, tzinfo=UTC)


@pytest.fixture
def mosi() -> User:
    user = User.objects.create_user("mosi", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="add_holidayconfirmation"))
    return user


@pytest.fixture
def clock_in_february(clock_at_now):
    clock.set_offset(datetime(2027, 2, 20, 9, 0, tzinfo=UTC) - datetime.now(UTC))


def refusals(lead, *, at: datetime) -> tuple[Refusal, ...]:
    return decide(lead, purpose="marketing", controller=ACME, attempts=(), at=at).refusals


def closed_from_monday_to_friday(lead) -> list[int]:
    """The days of Eid's week, 8 to 12 March, on which nobody may be called."""
    return [(AT_TEN + n * DAY).day for n in range(-1, 4) if refusals(lead, at=AT_TEN + n * DAY)]


# What is closed


def test_an_estimated_day_and_its_neighbours_are_closed_until_somebody_confirms(asha):
    assert closed_from_monday_to_friday(asha) == [8, 9, 10]


@pytest.mark.parametrize(
    ("confirmed_on", "closed"),
    [
        pytest.param(EID, [9], id="confirmed"),
        pytest.param(EID + DAY, [10], id="moved by a day"),
        pytest.param(EID + 2 * DAY, [11], id="moved further"),
        pytest.param(None, [], id="no holiday"),
    ],
)
def test_a_word_opens_what_it_does_not_name(asha, mosi, confirmed_on, closed):
    confirm_holiday("KE", EID, confirmed_on=confirmed_on, by=mosi, at=NOW)

    assert closed_from_monday_to_friday(asha) == closed


def test_the_refusal_says_that_the_date_is_estimated_and_who_can_confirm_it(asha):
    (refusal,) = refusals(asha, at=AT_TEN + DAY)

    assert refusal.reason == Reason.PUBLIC_HOLIDAY
    assert refusal.sentence.startswith("10 March may be a public holiday there: Eid al-Fitr (estimated), 9 March 2027, which follows the moon.")
    assert "somebody with the right to confirm holidays" in refusal.sentence
    assert "manage.py confirm_holiday KE 2027-03-09 --by NAME" in refusal.sentence
    assert refusal.inputs == {"holidays": ["2027-03-10"], "estimated_on": "2027-03-09", "holiday": "Eid al-Fitr (estimated)"}


def test_a_confirmed_holiday_is_refused_like_any_other(asha, mosi):
    confirm_holiday("KE", EID, confirmed_on=EID, by=mosi, at=NOW)
    (refusal,) = refusals(asha, at=AT_TEN)

    assert refusal.sentence == "9 March is a public holiday there."


def test_the_decision_keeps_which_days_were_doubtful(asha):
    decision = decide(asha, purpose="marketing", controller=ACME, attempts=(), at=AT_TEN)

    assert decision.facts["doubtful_holidays"] == [{"on": f"2027-03-{n:02}", "estimated_on": "2027-03-09"} for n in (8, 9, 10)]


def test_a_word_about_kenya_says_nothing_about_ghana(daudi, mosi):
    confirm_holiday("KE", EID, confirmed_on=None, by=mosi, at=NOW)

    assert [refusal.reason for refusal in refusals(daudi, at=AT_TEN + timedelta(hours=3))] == [Reason.PUBLIC_HOLIDAY]


def test_a_decision_goes_by_what_had_been_said_at_its_instant(asha, mosi):
    confirm_holiday("KE", EID, confirmed_on=None, by=mosi, at=AT_TEN + timedelta(hours=1))

    assert refusals(asha, at=AT_TEN)
    assert not refusals(asha, at=AT_TEN + timedelta(hours=1))


# Whose word, and which


def test_a_word_is_kept_with_name_time_and_the_holiday(mosi):
    word, is_new = confirm_holiday("KE", EID, confirmed_on=EID + DAY, by=mosi, at=NOW)

    assert is_new
    assert (word.market, word.estimated_on, word.confirmed_on, word.name) == ("KE", EID, EID + DAY, "Eid al-Fitr (estimated)")
    assert (word.confirmed_by, word.confirmed_at, word.sentence) == (mosi, NOW, "moved to 2027-03-10")


def test_the_last_word_counts_and_the_earlier_ones_stay(asha, mosi):
    for confirmed_on, shift in ((None, 0), (EID, 1), (EID + DAY, 2)):
        confirm_holiday("KE", EID, confirmed_on=confirmed_on, by=mosi, at=NOW + shift * DAY)

    assert closed_from_monday_to_friday(asha) == [10]
    assert HolidayConfirmation.objects.count() == 3


def test_saying_the_same_twice_keeps_the_first(mosi):
    confirm_holiday("KE", EID, confirmed_on=None, by=mosi, at=NOW)
    kept, is_new = confirm_holiday("KE", EID, confirmed_on=None, by=User.objects.create_user("rehema"), at=NOW + DAY)

    assert (is_new, kept.confirmed_by, HolidayConfirmation.objects.count()) == (False, mosi, 1)


def test_the_database_never_changes_a_word_and_keeps_who_said_it(mosi):
    word, _ = confirm_holiday("KE", EID, confirmed_on=EID, by=mosi, at=NOW)

    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        HolidayConfirmation.objects.filter(pk=word.pk).update(confirmed_on=None)
    with pytest.raises(models.ProtectedError):
        mosi.delete()


@pytest.mark.parametrize(
    ("market", "estimated_on", "confirmed_on", "words"),
    [
        pytest.param("ZM", EID, EID, "no market pack ZM", id="no such market"),
        pytest.param("KE", EID + DAY, EID + DAY, "There are: 2027-03-09 Eid al-Fitr", id="not an estimate: says what there is"),
        pytest.param("KE", date(2026, 12, 25), None, "No holiday of KE is estimated", id="a certain holiday cannot be refused"),
        pytest.param("KE", EID, EID + 15 * DAY, "more than 14 days", id="moved too far"),
        pytest.param("ZA", EID, EID, "none within half a year", id="a market without estimates"),
    ],
)
def test_a_word_that_means_nothing_is_refused(mosi, market, estimated_on, confirmed_on, words):
    with pytest.raises(EntryRefused, match=words):
        confirm_holiday(market, estimated_on, confirmed_on=confirmed_on, by=mosi, at=NOW)

    assert not HolidayConfirmation.objects.exists()


def test_what_is_to_come_is_listed_in_order_with_the_words_that_count(mosi, django_assert_num_queries):
    confirm_holiday("KE", EID, confirmed_on=EID, by=mosi, at=NOW)
    with django_assert_num_queries(1):
        coming = coming_estimates(markets_that_rest(), on=NOW.date(), within=A_YEAR)

    assert [estimate.holiday.on for estimate in coming] == sorted(estimate.holiday.on for estimate in coming)
    assert {estimate.market for estimate in coming} == {"KE", "NG", "GH", "UG", "TZ", "RW", "ET", "EG"}
    assert [estimate.market for estimate in coming if estimate.word] == ["KE"]


# manage.py confirm_holiday


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("confirm_holiday", *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param((), "as estimated", id="confirmed"),
        pytest.param(("--moved-to", "2027-03-10"), "moved to 2027-03-10", id="moved"),
        pytest.param(("--not-a-holiday",), "no holiday", id="no holiday"),
    ],
)
@pytest.mark.usefixtures("clock_at_now")
def test_the_command_keeps_the_word_and_says_so(mosi, options, said):
    arguments = ("ke", "2027-03-09", *options, "--by", "mosi")

    assert run(*arguments) == f"KE, Eid al-Fitr (estimated), 2027-03-09: {said}, said by mosi.\n"
    assert run(*arguments).endswith("said by mosi already.\n")
    assert HolidayConfirmation.objects.get().confirmed_by == mosi


@pytest.mark.usefixtures("clock_at_now")
def test_the_command_lists_what_waits(mosi):
    run("KE", "2027-03-09", "--not-a-holiday", "--by", "mosi")
    lines = run().splitlines()

    assert "KE 2027-03-09 Eid al-Fitr (estimated): no holiday, said by mosi" in lines
    assert "GH 2027-03-09 Eid-ul-Fitr (estimated): nobody has confirmed it" in lines


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("KE", "2027-03-09"), "--by with the login", id="nobody's word"),
        pytest.param(("KE", "--by", "mosi"), "the estimated date", id="no date"),
        pytest.param(("KE", "2027-03-09", "--by", "zuri"), "zuri may not confirm holidays", id="without the right"),
        pytest.param(("KE", "2027-03-09", "--by", "gone"), "no active account gone", id="deactivated"),
        pytest.param(("KE", "9.3.2027", "--by", "mosi"), "is no date. Write it like", id="not a date"),
        pytest.param(("KE", "2027-03-10", "--by", "mosi"), "No holiday of KE is estimated", id="not an estimate"),
        pytest.param(("KE", "2027-03-09", "--moved-to", "2027-03-10", "--not-a-holiday", "--by", "mosi"), "not allowed with", id="both"),
    ],
)
@pytest.mark.usefixtures("clock_at_now")
def test_the_command_says_why_not(mosi, arguments, words):
    User.objects.create_user("zuri", is_staff=True)
    User.objects.create_superuser("gone", is_active=False)

    with pytest.raises(CommandError, match=words):
        run(*arguments)

    assert not HolidayConfirmation.objects.exists()


# The system check


def warned() -> list[str]:
    return [str(message.msg)[:2] for message in run_checks(tags=[Tags.database], databases=["default"]) if message.id == "leads.W002"]


@pytest.mark.usefixtures("clock_in_february")
def test_near_estimates_that_nobody_confirmed_warn(mosi):
    before = warned()
    confirm_holiday("KE", EID, confirmed_on=EID, by=mosi, at=clock.now())

    assert sorted(set(before)) == ["EG", "ET", "GH", "KE", "NG", "RW", "TZ", "UG"]
    assert sorted(set(warned())) == ["EG", "ET", "GH", "NG", "RW", "TZ", "UG"]


@pytest.mark.usefixtures("clock_at_now")
def test_estimates_that_are_far_off_do_not_warn():
    assert warned() == []
