"""Days are counted once they are over, and anew when something on them has changed, by whatever door."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns import business_clock, calls, money
from campaigns.funnel import COUNTED, LEVEL, Figures, Step
from campaigns.handoff.moves import move
from campaigns.handoff.reservations import finish_wrap_up
from campaigns.handoff.states import HandoffEvent
from campaigns.handoff.wrap_up import WrapUpEntry
from campaigns.models import Call, Campaign, DayTally, Handoff, Reservation, Score, StaffCall, StaleDate, TalliedDate, TallyPart
from campaigns.privacy.erasing import erase
from campaigns.review.correcting import correct_score
from campaigns.tallies import counting, keeping
from campaigns.tallies.counting import bounds, calls_on, count_figures, date_of, levels_reached
from campaigns.tallies.keeping import AGAIN_AFTER, NOBODY_COUNTS_AFTER, most_urgent, recount, tally_all, tally_for_want_of_a_dialer, tick
from campaigns.tallies.reading import FRESH_FOR, figures_of, reached, untallied_dates
from campaigns.tallies.staleness import OPEN_FOR
from leads import clock
from sautiqual.server import TALLY_S
from tests.campaigns.conftest import live_call
from tests.campaigns.console import finished_call
from tests.campaigns.handoff.conftest import make_rep
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]

A_DAY = timedelta(days=1)
TODAY, YESTERDAY = date_of(NOW), date_of(NOW - A_DAY)


BEFORE = NOW - A_DAY
WHEN = {"dialled_at": BEFORE, "answered_at": BEFORE, "ended_at": BEFORE}


@pytest.fixture
def call(campaign: Campaign, asha) -> Call:
    """Hot, yesterday, and not handed over yet."""
    call = finished_call(campaign, asha, session_outcome="finished", settled_at=None, cost_minor=None, **WHEN)
    Handoff.objects.filter(call=call).update(status="offered", bridged_at=None)
    return call


@pytest.fixture
def tallied(call: Call) -> Call:
    tally_all(NOW)
    return call


def yesterday() -> Figures:
    return figures_of(YESTERDAY, None, now=NOW)


def test_a_finished_day_is_counted_once_and_today_again_and_again(call):
    assert [tick(NOW), tick(NOW), tick(NOW)] == [TODAY, YESTERDAY, None]
    assert tick(NOW + AGAIN_AFTER - timedelta(seconds=1)) is None
    assert tick(NOW + AGAIN_AFTER) == TODAY


def test_a_server_counts_where_no_dialer_does_before_pages_stop_believing_the_last_count(call):
    tick(NOW)
    assert tally_for_want_of_a_dialer(NOW + AGAIN_AFTER) == []
    assert TODAY in tally_for_want_of_a_dialer(NOW + NOBODY_COUNTS_AFTER)
    assert NOBODY_COUNTS_AFTER + timedelta(seconds=TALLY_S) < FRESH_FOR


def test_a_server_alone_counts_what_was_never_counted_too(call):
    assert tally_for_want_of_a_dialer(NOW) == [TODAY, YESTERDAY]
    assert tally_for_want_of_a_dialer(NOW + NOBODY_COUNTS_AFTER) == [TODAY]


def test_a_day_that_was_last_counted_while_it_ran_is_counted_when_it_is_over(call):
    end = bounds(TODAY, TODAY)[1]
    recount(TODAY, now=NOW)
    recount(TODAY + A_DAY, now=end + OPEN_FOR)
    recount(YESTERDAY, now=NOW)

    assert most_urgent(end + OPEN_FOR) == TODAY
    recount(TODAY, now=end + OPEN_FOR)
    assert most_urgent(end + OPEN_FOR) is None


def test_it_is_looked_after_within_a_day_without_a_note(tallied):
    Call.objects.update(answered_at=None)  # by nobody who notes it
    later = NOW + A_DAY + timedelta(hours=1)
    counted = [tick(later) for _ in range(4)]
    assert YESTERDAY in counted and DayTally.objects.get(on=YESTERDAY).connected == 1, "a hot lead was reached, whatever the row says"
    assert TallyPart.objects.get(on=YESTERDAY, kind="hour").n_answered == 0


def test_counting_twice_leaves_the_same_rows(tallied):
    def rows() -> list[tuple]:
        tallies = DayTally.objects.order_by("on").values_list("on", "hot", "spent_minor", "n_unpriced")
        return [*tallies, *TallyPart.objects.order_by("kind", "key").values_list("kind", "key", "n", "n_answered")]

    before = rows()
    recount(YESTERDAY, now=NOW)
    assert rows() == before and len(before) > 3


def test_of_two_counts_at_once_the_one_that_began_first_does_not_overwrite(tallied, monkeypatch):
    """The other one reads a changed call between its look and its writing."""

    def overtaken(dates):
        found = count_figures(dates)
        monkeypatch.setattr(keeping, "count_figures", count_figures)
        Score.objects.update(is_hot=False)
        assert recount(YESTERDAY, now=NOW)
        return found

    monkeypatch.setattr(keeping, "count_figures", overtaken)
    assert recount(YESTERDAY, now=NOW) is False
    assert DayTally.objects.get(on=YESTERDAY).hot == 0


def test_a_note_that_comes_during_a_count_waits_for_the_next(tallied, monkeypatch):
    def noted(dates):
        StaleDate.objects.create(on=YESTERDAY)
        return count_figures(dates)

    monkeypatch.setattr(keeping, "count_figures", noted)
    recount(YESTERDAY, now=NOW)
    assert StaleDate.objects.count() == 1 and untallied_dates(NOW) == {YESTERDAY}


def test_a_call_is_noted_as_far_as_it_got_and_only_when_that_changes(tallied):
    assert Call.objects.get().reached_level == LEVEL[Step.HOT]
    with CaptureQueriesContext(connection) as asked:
        recount(YESTERDAY, now=NOW)
    assert not [each for each in asked if each["sql"].startswith('UPDATE "campaigns_call"')]

    Score.objects.update(is_hot=False)
    recount(YESTERDAY, now=NOW)
    assert Call.objects.get().reached_level == LEVEL[Step.COMPLETE]
    Call.objects.update(disposition="voicemail")
    recount(YESTERDAY, now=NOW)
    assert Call.objects.get().reached_level is None


def test_of_two_counts_at_once_the_first_leaves_no_note_either(tallied, monkeypatch):
    def overtaken(dates):
        found = levels_reached(dates)
        monkeypatch.setattr(keeping, "levels_reached", levels_reached)
        Score.objects.update(is_hot=False)
        assert recount(YESTERDAY, now=NOW)
        return found

    monkeypatch.setattr(keeping, "levels_reached", overtaken)
    assert recount(YESTERDAY, now=NOW) is False
    assert Call.objects.get().reached_level == LEVEL[Step.COMPLETE]


def test_a_list_by_step_asks_the_rows_alone_where_every_day_is_tallied(tallied):
    rows = reached(calls_on([YESTERDAY]), Step.WON, now=NOW)
    assert "campaigns_wrapup" not in str(rows.query)
    TalliedDate.objects.filter(on=TODAY).delete()
    assert "campaigns_wrapup" in str(reached(calls_on([YESTERDAY]), Step.WON, now=NOW).query)


@pytest.mark.parametrize("ago", [timedelta(), FRESH_FOR - timedelta(seconds=1), FRESH_FOR, -timedelta(seconds=1)])
def test_todays_tally_is_believed_for_half_a_minute_and_never_from_the_future(tallied, ago):
    TalliedDate.objects.filter(on=TODAY).update(counted_at=NOW - ago)
    assert (TODAY in untallied_dates(NOW)) is not (timedelta() <= ago < FRESH_FOR)


# ---- who notes a change -------------------------------------------------------------------------------------------------------


def are_listed(*, now: datetime) -> bool:
    """Whether each list that yesterday's figures lead to holds as many calls as they count, and the very ones that a plain look finds."""
    figures, calls = figures_of(YESTERDAY, None, now=now), calls_on([YESTERDAY])
    listed = {step: set(reached(calls, step, now=now).values_list("pk", flat=True)) for step in COUNTED}
    plain = {step: set(counting.reached(calls, step).values_list("pk", flat=True)) for step in COUNTED}
    return listed == plain and {step: len(rows) for step, rows in listed.items()} == {step: figures.reached(step) for step in COUNTED}


def changed_after(change) -> tuple[Figures, Figures]:
    """Of yesterday, before and after, read from the tallies alone. The lists follow at once, and again when the day is counted."""
    before = yesterday()
    assert not untallied_dates(NOW) and are_listed(now=NOW)
    change()
    assert YESTERDAY in untallied_dates(NOW), "nobody noted it"
    assert are_listed(now=NOW)
    while tick(NOW + AGAIN_AFTER):
        pass
    assert not untallied_dates(NOW + AGAIN_AFTER) and are_listed(now=NOW + AGAIN_AFTER)
    return before, yesterday()


def test_a_reviewers_correction_counts_on_the_day_of_the_call(tallied):
    before, after = changed_after(lambda: correct_score(tallied.pk, 10, is_hot=False, reason="they joked", by="mosi", at=NOW))
    assert (before.hot, after.hot) == (1, 0) and after.complete == 1


def test_a_late_price_counts_on_the_day_of_the_call(tallied):
    before, after = changed_after(lambda: money.settle(tallied, 490, "KES", at=NOW))
    assert (before.spent_minor, after.spent_minor) == (0, 490)


def test_a_late_price_of_the_voice_counts_on_the_day_of_the_call(tallied):
    before, after = changed_after(lambda: money.count_voice(tallied, 70, so_far_minor=70, is_over=True, at=NOW))
    assert (before.voice_minor, after.voice_minor) == (0, 70)


def test_a_late_price_of_a_reps_leg_counts_on_its_day(tallied, campaign):
    rep = make_rep("Rehema", "+254722000011", campaign)
    leg = StaffCall.objects.create(rep=rep, handoff=tallied.handoff, line=campaign.line, status="completed", answer_token="a")
    money.reserve_staff_call(leg, 300, now=NOW - A_DAY)

    before, after = changed_after(lambda: money.settle_staff_call(leg, 120, at=NOW))

    assert (before.spent_minor, after.spent_minor) == (0, 120)


def test_a_rep_who_accepts_the_day_after_counts_on_the_day_of_the_call(tallied, campaign):
    rep = make_rep("Rehema", "+254722000011", campaign)
    before, after = changed_after(lambda: move(Handoff.objects.get(call=tallied), HandoffEvent.ACCEPTED, now=NOW, rep=rep))
    assert (before.accepted, after.accepted) == (0, 1)


def test_a_sale_counts_on_the_day_of_the_call(tallied, campaign):
    rep = make_rep("Rehema", "+254722000011", campaign)
    talk = Reservation.objects.create(handoff=tallied.handoff, rep=rep, status="completed", offered_at=NOW, ended_at=NOW)
    before, after = changed_after(lambda: finish_wrap_up(talk, WrapUpEntry("won", True, "", "", None), now=NOW))
    assert (before.won, after.won) == (0, 1)


def test_a_lead_who_turns_hot_days_later_is_hot_where_they_were_complete(tallied, campaign, asha):
    Score.objects.update(is_hot=False)
    tally_all(NOW, is_rebuilt=True)
    again = live_call(campaign, asha, attempt_number=2, answered_at=NOW, status="in_progress", answer_token="other", stream_token="another")

    def turns_hot() -> None:
        Score.objects.create(call=again, points=70, threshold=70, is_hot=True, computed_at=NOW)
        calls.on_provider_event(again.pk, ProviderEvent(ProviderStatus.COMPLETED), at=NOW)

    before, after = changed_after(turns_hot)

    assert (before.hot, after.hot) == (0, 1) and figures_of(TODAY, None, now=NOW).hot == 0


def test_a_call_that_ends_after_midnight_counts_where_it_began(tallied, campaign, daudi):
    late = live_call(campaign, daudi, dialled_at=BEFORE, status="in_progress", answered_at=BEFORE)
    tally_all(NOW, is_rebuilt=True)
    before, after = changed_after(lambda: calls.on_provider_event(late.pk, ProviderEvent(ProviderStatus.COMPLETED), at=NOW))
    assert (before.n_ended, after.n_ended) == (1, 2)


def test_who_is_erased_counts_nowhere(tallied, asha, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    Handoff.objects.update(status="bridged", ended_at=NOW)
    money.settle(tallied, 490, "KES", at=NOW)
    tally_all(NOW)
    before, after = changed_after(lambda: erase(asha.phone, by="mosi", now=NOW))
    assert before.attempted == 1 and after == Figures()


def test_a_change_on_a_day_that_runs_writes_no_note(campaign, asha):
    call = finished_call(campaign, asha, session_outcome="finished", settled_at=None)
    correct_score(call.pk, 10, is_hot=False, reason="they joked", by="mosi", at=NOW)
    money.settle(call, 490, "KES", at=NOW)
    assert StaleDate.objects.count() == 0


def test_an_attempt_that_came_to_nothing_leaves_the_days_before_alone(tallied, campaign, daudi):
    live_call(campaign, daudi, status="no_answer", **{**WHEN, "answered_at": None})
    tally_all(NOW, is_rebuilt=True)
    again = live_call(campaign, daudi, attempt_number=2, answer_token="other", stream_token="another")
    calls.on_provider_event(again.pk, ProviderEvent(ProviderStatus.NO_ANSWER), at=NOW)
    assert StaleDate.objects.count() == 0


# ---- the command --------------------------------------------------------------------------------------------------------------


def told(*options: str) -> str:
    out = StringIO()
    call_command("tally_days", *options, stdout=out)
    return out.getvalue()


def test_the_command_counts_what_is_due_and_on_request_everything(call):
    business_clock.start_at(NOW)
    assert told().startswith("Counted 2 days in ")
    assert told().startswith("Counted 1 day in "), "today"
    DayTally.objects.update(hot=99)
    assert told("--rebuild").startswith("Counted 2 days in ")
    assert yesterday().hot == 1


def test_a_rebuild_forgets_days_without_calls(tallied):
    recount(date(2026, 1, 1), now=NOW)
    DayTally.objects.create(campaign=tallied.campaign, on=date(2026, 1, 1), hot=5)
    tally_all(NOW, is_rebuilt=True)
    assert not DayTally.objects.filter(on=date(2026, 1, 1)).exists()


def test_the_organisations_day_begins_at_its_own_midnight():
    start, end = bounds(TODAY, TODAY)
    assert start == datetime(2026, 11, 24, tzinfo=timezone.get_default_timezone()) and end - start == A_DAY
    assert date_of(start) == TODAY and date_of(end) == TODAY + A_DAY and clock.now() >= NOW
