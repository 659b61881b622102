"""What is past its period, and what stands in the way of an erasure: values in, values out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.privacy.deciding import (
    Standing,
    are_words_past,
    is_consent_past,
    is_kept_off,
    keep_consent_until,
    obstacles_to_erasure,
    periods_of,
)
from campaigns.privacy.telling import counted, kept_off
from leads.market_packs import market_packs
from tests.conftest import NOW

PACKS = market_packs()
SECOND = timedelta(seconds=1)
FREE = Standing(0, 0, None)


@pytest.mark.parametrize(
    ("market", "days"),
    [("KE", 365), ("NG", 180), ("DE", 180), ("", 180), ("XX", 180)],
    ids=["Kenya", "Nigeria", "Germany", "market unknown", "no pack: the shortest of all"],
)
def test_words_go_at_the_very_end_of_their_period(market, days):
    assert not are_words_past(market, NOW - timedelta(days=days) + SECOND, PACKS, now=NOW)
    assert are_words_past(market, NOW - timedelta(days=days), PACKS, now=NOW)


@pytest.mark.parametrize(
    ("market", "days"), [("KE", 1095), ("DE", 1827), ("", 1827), ("XX", 1827)], ids=["Kenya", "Germany", "market unknown", "no pack: the longest"]
)
def test_proof_of_consent_stays_until_its_period_is_over(market, days):
    assert not is_consent_past(market, NOW - timedelta(days=days) + SECOND, PACKS, now=NOW)
    assert is_consent_past(market, NOW - timedelta(days=days), PACKS, now=NOW)
    assert keep_consent_until(market, NOW, PACKS) == NOW + timedelta(days=days)


def test_without_any_pack_nothing_is_past_for_it_could_not_be_undone():
    long_ago = NOW - timedelta(days=99_999)
    assert periods_of("KE", {}) is None
    assert not are_words_past("KE", long_ago, {}, now=NOW) and not is_consent_past("KE", long_ago, {}, now=NOW)


@given(market=st.sampled_from([*PACKS, "", "XX"]), hours=st.integers(0, 60_000), more=st.integers(0, 60_000))
def test_what_is_past_stays_past_and_no_proof_goes_before_the_words(market, hours, more):
    then, later = NOW - timedelta(hours=hours), NOW + timedelta(hours=more)
    if are_words_past(market, then, PACKS, now=NOW):
        assert are_words_past(market, then, PACKS, now=later)
    if is_consent_past(market, then, PACKS, now=NOW):
        assert are_words_past(market, then, PACKS, now=NOW)


@given(market=st.sampled_from(["", "XX", "ZZ"]), known=st.sampled_from(sorted(PACKS)))
def test_an_unknown_market_is_held_to_the_strictest_of_those_known(market, known):
    unknown, one = periods_of(market, PACKS), periods_of(known, PACKS)
    assert unknown and one and unknown.words <= one.words and unknown.consent >= one.consent


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(1, 0, None), "A call with this person is going on"),
        (Standing(0, 1, None), "A rep is about to talk"),
        (Standing(0, 0, NOW), "at 2026-11-24 07:00 UTC nobody waits for it"),
    ],
    ids=["a call", "a rep", "a price"],
)
def test_what_goes_on_is_in_the_way(standing, words):
    [obstacle] = obstacles_to_erasure(standing)
    assert words in obstacle


def test_nothing_is_in_the_way_of_who_is_left_alone():
    assert obstacles_to_erasure(FREE) == ()


def test_the_price_of_a_call_that_goes_on_is_no_news():
    assert len(obstacles_to_erasure(Standing(1, 1, NOW))) == 2


@pytest.mark.parametrize(
    ("has_opted_out", "may_be_called_again", "is_off"),
    [(False, False, True), (False, True, False), (True, True, True), (True, False, True)],
)
def test_nobody_who_opted_out_becomes_callable_by_being_forgotten(has_opted_out, may_be_called_again, is_off):
    standing = Standing(0, 0, None, has_opted_out=has_opted_out)
    assert is_kept_off(standing, may_be_called_again=may_be_called_again) is is_off


def test_what_goes_is_told_in_words():
    assert counted({"leads": 1, "calls": 2, "queued": 1, "recordings": 0}) == "the lead, 2 calls, 1 queued call, which is taken back"
    assert counted({}) == "no lead has this number"
    assert "do-not-call list" in kept_off(True) and "may be called again" in kept_off(False)
