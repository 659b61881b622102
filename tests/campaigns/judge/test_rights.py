"""What is judged about the person who is rung, with its borders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from campaigns.judge.record import Calendar, Listed, Waiting, Word
from campaigns.judge.ruling import Invariant
from tests.campaigns.judge.records import (
    ASHA,
    CAMPAIGN,
    CONSENT,
    DAUDI,
    FACTS,
    PACK,
    RULES,
    K,
    after,
    before,
    broken,
    changed,
    decision,
    dispatch,
    ended,
    entry,
    known,
    morning,
    n_unjudged,
    tick,
    with_entries,
    without,
)
from tests.conftest import NOW

I = Invariant  # noqa: E741 - read aloud: I.CONSENT


def consented(*records: Any) -> Any:
    return known(morning(), consents={ASHA: records, DAUDI: (CONSENT,)})


def withdrawn(**changes: Any) -> Any:
    return replace(CONSENT, kind="withdrawn", controller="", given_at=after(3600), recorded_at=after(3600), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "research"},
        {"controller": "Somebody Else"},
        {"covers_automated_voice": False},
        {"grade": "attested"},
        {"lawful_basis": "contract"},
        {"expires_at": after(1)},
        {"given_at": after(2)},
        {"recorded_at": after(2)},
    ],
    ids=["another purpose", "another name", "no voice named", "weak", "another basis", "expired this second", "given later", "entered afterwards"],
)
def test_a_consent_that_does_not_hold_is_found(changes):
    assert 4 in broken(I.CONSENT, consented(replace(CONSENT, **changes)))


@pytest.mark.parametrize(
    "changes",
    [{"controller": " acme  LTD "}, {"expires_at": after(7201)}, {"given_at": NOW}, {"grade": "recorded"}],
    ids=["name in another case", "expires a second later", "given just before", "weakest that is accepted"],
)
def test_a_consent_that_holds_is_not(changes):
    assert broken(I.CONSENT, consented(replace(CONSENT, **changes))) == []


def test_no_consent_at_all_is_found():
    assert broken(I.CONSENT, consented()) == [4, 15]


def test_a_withdrawal_counts_from_its_time_on():
    assert broken(I.CONSENT, consented(CONSENT, withdrawn())) == [15]


def test_a_withdrawal_that_nobody_had_entered_yet_is_no_offence():
    late = replace(withdrawn(), recorded_at=after(9000))
    assert broken(I.CONSENT, consented(CONSENT, late)) == []


def test_consent_given_anew_after_a_withdrawal_holds():
    anew = replace(CONSENT, given_at=after(3700), recorded_at=after(3700))
    assert broken(I.CONSENT, consented(CONSENT, withdrawn(), anew)) == []


def test_of_an_erased_lead_nothing_is_judged_and_that_is_said():
    erased = known(morning(), facts={6: FACTS}, consents={DAUDI: (CONSENT,)})
    assert n_unjudged(I.CONSENT, erased) == 2 and broken(I.CONSENT, erased) == []


# ---- hours and holidays -----------------------------------------------------------------------------------------------------


def one_call(at: datetime, **facts: Any) -> Any:
    seconds = (at - NOW).total_seconds()
    record = replace(morning(), entries=(decision(3, seconds, "a1"), dispatch(4, seconds, "a1", ASHA)))
    return known(record, facts={3: replace(FACTS, **facts)})


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [("07:59:59", False), ("08:00:00", True), ("18:59:59", True), ("19:00:00", False)],
)
def test_hours_are_those_on_the_clock_of_the_callee(clock, is_open):
    at = datetime.fromisoformat(f"2026-11-24T{clock}+03:00")
    assert (broken(I.CALLING_HOURS, one_call(at)) == []) is is_open


def test_a_weekday_without_a_window_is_closed():
    assert broken(I.CALLING_HOURS, one_call(datetime.fromisoformat("2026-11-28T10:00+03:00"))) == [4]


@pytest.mark.parametrize(
    ("time_zone", "zones_of_number", "is_open"),
    [
        ("America/New_York", ("America/New_York", "America/Los_Angeles"), True),
        ("Africa/Nairobi", ("America/New_York", "America/Los_Angeles"), False),
        ("", ("America/New_York",), False),
        ("Africa/Atlantis", ("America/New_York",), False),
    ],
    ids=["the lead's zone is one of the number's", "a zone that is none of them adds to them", "unknown", "no place"],
)
def test_every_zone_that_is_possible_must_be_open(time_zone, zones_of_number, is_open):
    at = datetime.fromisoformat("2026-11-24T09:00-05:00")
    assert (broken(I.CALLING_HOURS, one_call(at, time_zone=time_zone, zones_of_number=zones_of_number)) == []) is is_open


@pytest.mark.parametrize(("utc", "is_open"), [("05:30", True), ("06:30", False)], ids=["first showing", "second showing"])
def test_an_hour_that_the_clock_shows_twice_is_open_once(utc, is_open):
    windows = tuple(((datetime.min.time(), datetime.max.time()),) for _day in range(7))
    record = one_call(datetime.fromisoformat(f"2026-11-01T{utc}+00:00"), time_zone="America/New_York", zones_of_number=("America/New_York",))
    record = known(record, rules={PACK: replace(RULES, windows=windows)})
    assert (broken(I.CALLING_HOURS, record) == []) is is_open


def on(day: date) -> Any:
    return {("KE", ""): Calendar(frozenset({day}), {})}


@pytest.mark.parametrize(
    ("estimated_on", "words", "is_closed"),
    [
        (24, [], True),
        (23, [], True),
        (25, [], True),
        (22, [], False),
        (24, [Word(NOW, None)], False),
        (24, [Word(NOW, date(2026, 11, 25))], False),
        (23, [Word(NOW, date(2026, 11, 24))], True),
        (24, [Word(after(5000), None)], True),
        (24, [Word(NOW, None), Word(after(1), date(2026, 11, 24))], True),
    ],
    ids=["that day", "the day before", "the day after", "two days off", "none", "moved away", "moved here", "said too late", "the last word counts"],
)
def test_an_estimated_holiday_closes_its_neighbours_until_somebody_says_when_it_is(estimated_on, words, is_closed):
    calendar = Calendar(frozenset(), {date(2026, 11, estimated_on): tuple(words)})
    assert (4 in broken(I.HOLIDAY, known(morning(), holidays={("KE", ""): calendar}))) is is_closed


def test_days_of_ones_own_and_those_of_a_region_close_in_any_case():
    mine = replace(RULES, is_closed_on_holidays=False, also_closed_on=frozenset({date(2026, 11, 24)}))
    assert broken(I.HOLIDAY, known(morning(), rules={PACK: mine})) == [4, 7, 15]
    regional = replace(RULES, is_closed_on_holidays=False, calendars=frozenset({"Coast"}))
    calendars = {("KE", "Coast"): Calendar(frozenset({date(2026, 11, 24)}), {})}
    assert broken(I.HOLIDAY, known(morning(), rules={PACK: regional}, holidays=calendars)) == [4, 7, 15]


def test_a_call_on_a_holiday_of_the_callee_is_found():
    record = known(morning(), holidays=on(date(2026, 11, 24)))
    assert broken(I.HOLIDAY, record) == [4, 7, 15]


def test_a_holiday_is_a_day_of_the_callee_and_not_of_utc():
    late = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)  # the 25th in Nairobi
    record = known(one_call(late), holidays=on(date(2026, 11, 25)))
    assert broken(I.HOLIDAY, record) == [4]


def test_holidays_that_nobody_knows_close_the_day():
    assert broken(I.HOLIDAY, known(morning(), holidays={("KE", ""): None})) == [4, 7, 15]


def test_where_holidays_are_open_none_is_broken():
    record = known(morning(), holidays={("KE", ""): None}, rules={PACK: replace(RULES, is_closed_on_holidays=False)})
    assert broken(I.HOLIDAY, record) == []


# ---- do not call ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        (Listed(after(-9)), [4, 15]),
        (Listed(after(3600)), [15]),
        (Listed(after(7199.5)), []),
        (Listed(after(7199)), [15]),
        (Listed(after(-9), until=after(7000)), [4]),
    ],
    ids=["always", "in between", "in the same instant", "a second before", "taken off again"],
)
def test_a_listed_number_is_not_dispatched(listed, found):
    assert broken(I.DO_NOT_CALL, known(morning(), listed={ASHA: (listed,)})) == found


def said_stop(seconds: float) -> Any:
    return entry(12, K.OPTED_OUT, seconds, "a1", number=ASHA)


def test_after_an_opt_out_on_a_call_the_number_is_never_dispatched():
    assert broken(I.OPT_OUT, with_entries(without(morning(), 12), said_stop(45))) == [15]


def test_an_opt_out_of_an_earlier_day_counts():
    assert broken(I.OPT_OUT, before(morning(), opted_out={ASHA: NOW - timedelta(days=3)})) == [4, 15]


def test_a_number_that_a_person_took_off_the_list_may_be_called_again():
    record = known(with_entries(without(morning(), 12), said_stop(45)), listed={ASHA: (Listed(after(45), until=after(5000)),)})
    assert broken(I.OPT_OUT, record) == []


def queued_after_listing(seconds: float) -> Any:
    """It ended as blocked so long after Asha's number was listed, while the dialer ticked every minute."""
    ticks = [tick(20 + n, 60 * n) for n in range(20)]
    return known(with_entries(morning(), *ticks, replace(ended(90, seconds, "a3", "blocked"), number=ASHA)), listed={ASHA: (Listed(NOW),)})


@pytest.mark.parametrize(("seconds", "found"), [(2, []), (120, []), (121, [90])])
def test_what_is_queued_for_a_listed_number_ends_within_two_minutes(seconds, found):
    assert broken(I.OPT_OUT_QUEUE, queued_after_listing(seconds)) == found


def test_a_call_that_was_queued_after_its_number_was_listed_waits_for_its_dial_instant():
    record = changed(queued_after_listing(900), 90, details={"queued_s": 100})
    assert broken(I.OPT_OUT_QUEUE, record) == []
    assert broken(I.OPT_OUT_QUEUE, changed(record, 90, details={"queued_s": 800})) == [90]


def test_while_no_dialer_lives_no_time_passes():
    record = replace(ended(90, 9000, "a3", "blocked"), number=ASHA)
    assert broken(I.OPT_OUT_QUEUE, known(with_entries(morning(), record), listed={ASHA: (Listed(NOW),)})) == []


def test_what_is_queued_still_is_found_too():
    waiting = (Waiting("a9", CAMPAIGN, ASHA),)
    ticks = [tick(20 + n, 60 * n) for n in range(20)]
    record = known(with_entries(morning(), *ticks), listed={ASHA: (Listed(NOW),)}, waiting=waiting)
    assert broken(I.OPT_OUT_QUEUE, record) == [0]


# ---- decisions and attempts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda record: without(record, 3),
        lambda record: changed(record, 3, details={"is_allowed": False}),
        lambda record: changed(record, 3, at=after(0)),
        lambda record: changed(record, 3, call_id="d1"),
        lambda record: changed(record, 3, details={"pack_version": ""}),
    ],
    ids=["no decision", "refused", "of another instant", "about another call", "by no rules"],
)
def test_a_dispatch_needs_a_decision_that_allows_it(change):
    assert broken(I.DECIDED, change(morning())) == [4]


def dialled(*ago: timedelta) -> Any:
    return before(morning(), attempts={ASHA: tuple(after(1) - one for one in ago)})


@pytest.mark.parametrize(
    ("invariant", "ago", "found"),
    [
        (I.ATTEMPTS_DAY, [timedelta(hours=1)] * 1, []),
        (I.ATTEMPTS_DAY, [timedelta(hours=1)] * 2, [15]),
        (I.ATTEMPTS_DAY, [timedelta(hours=1)] * 3, [4, 15]),
        (I.ATTEMPTS_DAY, [timedelta(hours=11)] * 3, []),
        (I.ATTEMPTS_7_DAYS, [timedelta(days=2)] * 4, []),
        (I.ATTEMPTS_7_DAYS, [timedelta(days=2)] * 5, [15]),
        (I.ATTEMPTS_7_DAYS, [timedelta(days=7)] * 6, []),
        (I.ATTEMPTS_30_DAYS, [timedelta(days=20)] * 10, []),
        (I.ATTEMPTS_30_DAYS, [timedelta(days=20)] * 11, [15]),
        (I.ATTEMPTS_30_DAYS, [timedelta(days=30)] * 12, []),
    ],
)
def test_attempts_count_over_all_campaigns_up_to_the_cap(invariant, ago, found):
    assert broken(invariant, dialled(*ago)) == found


@pytest.mark.parametrize(("cap", "found"), [(None, []), (2, []), (1, [15])])
def test_where_24_hours_are_counted_they_are(cap, found):
    assert broken(I.ATTEMPTS_24_HOURS, known(morning(), rules={PACK: replace(RULES, per_24_hours=cap)})) == found


def test_a_dispatch_that_was_never_sent_is_no_attempt():
    undone = [one for n in range(3) for one in (dispatch(20 + 2 * n, 100 + n, f"u{n}", ASHA), entry(21 + 2 * n, K.NOT_SENT, 100.5 + n, f"u{n}"))]
    record = morning()
    entries = (*record.entries[:13], *undone, *record.entries[13:])
    assert broken(I.ATTEMPTS_DAY, replace(record, entries=entries)) == []
