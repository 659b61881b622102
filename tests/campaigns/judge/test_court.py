"""The whole judgement: a clean record is clean, and every promise that is broken on purpose is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.judge.court import INVARIANTS, MAX_TOLD, judge, needs_and_limits, promise, together
from campaigns.judge.planting import PLANTS, NothingToPlant, plant
from campaigns.judge.record import EntryKind
from campaigns.judge.ruling import Invariant
from tests.campaigns.judge.records import changed, morning


def test_a_clean_morning_is_clean():
    verdict = judge(morning())
    assert verdict.is_clean and verdict.violations == ()
    assert (verdict.n_entries, verdict.n_decisions, verdict.n_calls) == (17, 3, 3)


def test_every_invariant_was_put_to_the_test_but_those_about_what_did_not_happen():
    untested = {invariant for invariant, n_kept in judge(morning()).n_kept.items() if not n_kept}
    assert untested == {Invariant.OPT_OUT_QUEUE, Invariant.ATTEMPTS_24_HOURS}


@pytest.mark.parametrize("invariant", Invariant)
def test_a_planted_violation_is_caught_and_named(invariant):
    verdict = judge(plant(invariant, morning()))
    assert verdict.n_broken[invariant] >= 1
    named = [violation for violation in verdict.violations if violation.invariant is invariant]
    assert named and all(violation.sentence for violation in named)


@pytest.mark.parametrize("invariant", Invariant)
def test_planting_leaves_the_record_it_was_given_clean(invariant):
    record = morning()
    plant(invariant, record)
    assert judge(record).is_clean


@pytest.mark.parametrize("invariant", Invariant)
def test_a_record_without_calls_has_nothing_to_plant_in(invariant):
    with pytest.raises(NothingToPlant):
        plant(invariant, replace(morning(), entries=()))


def test_there_is_a_plant_and_a_judge_for_every_invariant():
    assert set(PLANTS) == set(INVARIANTS) == set(Invariant)


@pytest.mark.parametrize("invariant", Invariant)
def test_each_says_what_it_promises_and_what_it_needs(invariant):
    assert promise(invariant).endswith(".")
    assert needs_and_limits(invariant).startswith("Needs")


def test_all_violations_are_counted_and_the_first_are_told():
    dispatch = next(entry for entry in morning().entries if entry.kind is EntryKind.DISPATCH)
    many = replace(morning(), entries=tuple(replace(dispatch, id=number) for number in range(100, 130)))
    verdict = judge(many)
    assert verdict.n_broken[Invariant.AT_MOST_ONCE] == 29
    assert sum(violation.invariant is Invariant.AT_MOST_ONCE for violation in verdict.violations) == MAX_TOLD


def test_the_parts_of_a_period_add_up():
    bad = judge(changed(morning(), 3, details={"is_allowed": False}))
    both = together([judge(morning()), bad])
    assert (both.n_entries, both.n_calls, both.n_broken[Invariant.DECIDED]) == (34, 6, 1)
    assert both.n_kept[Invariant.CONSENT] == 6 and not both.is_clean
