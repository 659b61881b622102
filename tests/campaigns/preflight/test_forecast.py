"""What a run says: figures in order, the reps' hours, the budgets, and what it warns of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.pacing import RATES_OF, HotRates, Limit
from campaigns.preflight.chances import Chances, Experience, Luck, Reading, answered_ending, ending, is_answered, learned
from campaigns.preflight.forecast import forecast
from campaigns.preflight.latest import LatestCalls
from campaigns.preflight.learn import shipped_chances
from campaigns.preflight.tally import Tally
from campaigns.preflight.warnings import Grounds, warnings_of
from campaigns.states import CallStatus, Disposition
from leads.market_packs import market_packs
from tests.campaigns.preflight.people import (
    ALWAYS,
    CHANCES,
    DONE_LUCK,
    HOT_LUCK,
    NAIROBI,
    WORST_MINOR,
    caps,
    people,
    plan,
    played,
    purse,
    world,
)
from tests.conftest import NOW

lucks = st.builds(Luck, *[st.floats(0, 0.999)] * 3)
EVERYBODY = replace(CHANCES, answered=ALWAYS)
GROUNDS = Grounds(
    n_queued=30,
    purpose="marketing",
    packs={"KE": market_packs()["KE"]},
    stale={},
    hands_over=True,
    n_unverified_reps=0,
    obstacles=(),
    n_other_campaigns=0,
    begins_on=date(2026, 11, 24),
    zone=NAIROBI,
)


def said(asked, who, *limits, luck=DONE_LUCK):
    course = played(asked, who, money=purse(*limits), rules=world(luck))
    return {**forecast(asked, course, caps(*limits)), "n_excluded": 0}


def test_it_tells_the_end_the_days_and_the_money():
    result = said(plan(chances=EVERYBODY), people(30))
    [day] = result["days"]
    assert (day["on"], day["n_calls"], day["n_first"], day["n_answered"], day["n_hot"]) == ("2026-11-24", 30, 30, 30, 0)
    assert result["first_through_at"] == "2026-11-24T07:00:29+00:00" and result["ends_at"] == "2026-11-24T07:02:19+00:00"
    assert result["money"]["low_minor"] == 30 * 250  # 50 s at KES 3 a minute, per second
    assert result["money"]["high_minor"] == 30 * 3 * 350  # 150 s are three minutes begun, with the stream
    assert result["money"]["mid_minor"] == 30 * (500 + 2 * 350) // 2
    assert result["limits"] == [{"limit": "rate", "share": 1.0}]


@given(st.lists(lucks, min_size=1, max_size=15), st.integers(1, 10), st.integers(0, 2))
def test_low_mid_and_high_are_never_out_of_order(draws, n, reps):
    asked = plan(n_reps=reps)
    result = forecast(asked, played(asked, people(n), rules=world(*draws)), caps())
    for figures in (*result["days"], result["money"]):
        assert figures["low_minor"] <= figures["mid_minor"] <= figures["high_minor"]
    assert sum(day["n_calls"] for day in result["days"]) == result["n_calls"]


def test_a_budget_that_runs_dry_is_told_with_its_hour_and_warned_of():
    result = said(plan(chances=EVERYBODY), people(30), 2 * WORST_MINOR)
    [cap] = result["money"]["caps"]
    assert cap["dry_at"].startswith("2026-11-24T07:0") and result["ends_at"] is None and result["n_left"] > 0
    told = warnings_of(result, GROUNDS)
    assert any("of this campaign (KES 42.00) runs dry on 2026-11-24 at 10:0" in warning for warning in told)
    assert any(f"{result['n_left']} calls are left over" in warning for warning in told)


def test_a_budget_that_only_high_would_pass_is_warned_of_as_such():
    result = said(plan(chances=EVERYBODY, max_calls_in_flight=1), people(4), 4500)
    [cap] = result["money"]["caps"]
    assert result["money"]["mid_minor"] <= 4500 and cap["dry_at"] is None
    dear = said(plan(chances=EVERYBODY, max_calls_in_flight=1), people(4), 4100)
    assert dear["money"]["caps"][0]["dry_on_if_high"] == "2026-11-24"
    assert any("If everything comes out high" in warning for warning in warnings_of(dear, GROUNDS))


def test_the_reps_are_told_to_be_the_bottleneck_from_the_hour_in_which_they_are():
    result = said(plan(n_reps=1, chances=EVERYBODY), people(30), luck=HOT_LUCK)
    reps = result["reps"]
    assert (reps["bottleneck_on"], reps["bottleneck_from"]) == ("2026-11-24", "10:00")
    assert reps["busiest_load"] > 0.8 and result["by_hour"][0]["reps_hold_back"]
    assert any("bottleneck from 10:00" in warning for warning in warnings_of(result, GROUNDS))


def test_hot_leads_without_reps_are_warned_of():
    result = said(plan(chances=EVERYBODY), people(30), luck=HOT_LUCK)
    assert result["reps"]["n_needed"] == 3  # thirty talks of five minutes in one hour
    assert any(warning.startswith("30 hot leads are expected, and no rep") for warning in warnings_of(result, GROUNDS))


def _closed(pack):
    rules = pack.purposes["marketing"]
    return replace(pack, purposes={"marketing": replace(rules, hours=replace(rules.hours, windows=((),) * 7))})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_queued": 0}, "Nobody is queued"),
        ({"stale": {"KE": ("marketing.hours",)}}, "1 rules of the market pack KE"),
        ({"packs": {"KE": _closed(market_packs()["KE"])}}, "KE never opens"),
        ({"n_unverified_reps": 2}, "2 reps of the campaign are not rung"),
        ({"n_other_campaigns": 1}, "Another running campaign uses"),
    ],
    ids=["nobody", "stale pack", "never open", "unverified reps", "shared lines"],
)
def test_it_warns_of_what_would_be_asked_about_afterwards(change, words):
    result = said(plan(chances=EVERYBODY), people(3))
    assert warnings_of(result, GROUNDS) == []
    assert any(words in warning for warning in warnings_of(result, replace(GROUNDS, **change)))


def test_lines_that_cannot_be_dialled_on_are_told_before_anything_else():
    result = said(replace(plan(), lines=()), people(3))
    assert any("The line sleeps." in warning for warning in warnings_of(result, replace(GROUNDS, obstacles=("The line sleeps.",))))


# ---- hours --------------------------------------------------------------------------------------------------------------


def test_a_talk_over_the_hour_counts_in_both():
    tally = Tally(NAIROBI)
    tally.with_rep(NOW + timedelta(minutes=58), 300)
    tally.waited(Limit.REPS, NOW + timedelta(minutes=59), NOW + timedelta(minutes=61))
    assert [(begin.hour, hour.rep_s, hour.waited_s[Limit.REPS]) for begin, hour in sorted(tally.hours.items())] == [(10, 120.0, 60), (11, 180.0, 60)]


# ---- chances ------------------------------------------------------------------------------------------------------------


def experience(**changes) -> Experience:
    asked = {
        "n_dialled": 400,
        "n_answered": 100,
        "n_busy": 30,
        "n_failed": 15,
        "n_hot": 20,
        "by_disposition": {Disposition.VOICEMAIL: 25},
        "talk_s": 80,
    }
    return Experience(**{**asked, **changes})


def test_two_hundred_calls_are_enough_to_learn_from_and_fewer_are_not():
    assert learned(CHANCES, experience(n_dialled=199)) is CHANCES
    own = learned(CHANCES, experience())
    assert own.answered == {"low": 0.15, "mid": 0.25, "high": 0.35} and own.talk_s == {"low": 40, "mid": 80, "high": 120}
    assert (own.busy, own.failed, own.hot, own.voicemail, own.learned_from) == (0.1, 0.05, 0.2, 0.25, 400)


def test_calls_that_nobody_answered_leave_no_division_by_zero():
    own = learned(CHANCES, experience(n_answered=0, n_hot=0, n_busy=0, n_failed=0, by_disposition={}, talk_s=None))
    assert own.answered[Reading.HIGH] == 0 and own.talk_s == CHANCES.talk_s


@given(lucks)
def test_who_answers_low_answers_high(luck):
    answers = [is_answered(CHANCES, luck, reading) for reading in Reading]
    assert answers == sorted(answers)


@given(lucks, st.booleans(), st.integers(1, 400))
def test_no_call_is_longer_than_the_campaign_allows_and_no_survey_is_hot(luck, is_survey, max_call_s):
    drawn = ending(CHANCES, luck, is_survey=is_survey, max_call_s=max_call_s)
    assert drawn.is_answered == (drawn.status is CallStatus.COMPLETED) == (drawn.disposition is not None)
    assert 0 <= drawn.talk_s <= max(max_call_s, CHANCES.voicemail_s) and not (is_survey and drawn.is_hot)


def test_the_shipped_chances_are_shares_in_order():
    shipped: Chances = shipped_chances()
    assert 0 < shipped.answered[Reading.LOW] < shipped.answered[Reading.MID] < shipped.answered[Reading.HIGH] < 1
    assert shipped.voicemail + shipped.hot + shipped.refused + shipped.broken_off + shipped.call_back + shipped.opted_out < 1
    assert answered_ending(shipped, DONE_LUCK, is_survey=True, max_call_s=300).disposition is Disposition.INTERVIEWED


# ---- the latest calls ---------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=600), st.integers(0, RATES_OF))
def test_the_latest_calls_are_counted_as_if_each_were_kept(answers, n_own):
    counted = LatestCalls(HotRates(n_own, n_own // 2, n_own // 4))
    kept = [[n < n_own // 2, n < n_own // 4] for n in range(n_own)]
    for ago, is_hot in answers:
        places = counted.dial()
        kept.append([False, False])
        if ago < len(kept):
            counted.answer(places - ago, is_hot=is_hot)
            kept[-1 - ago] = [True, is_hot]
    newest = kept[-RATES_OF:]
    assert counted.rates == HotRates(len(newest), sum(answered for answered, _hot in newest), sum(hot for _answered, hot in newest))
