"""How heat dies away, what it is called, and the two borders of a wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff.heat import LIVE_HALF_LIFE, PROMISED_HALF_LIFE, HeatLeft, HeatWord, Wait, heat_left, pull, wait_against

ages = st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=30))
half_lives = st.sampled_from([LIVE_HALF_LIFE, PROMISED_HALF_LIFE])


@pytest.mark.parametrize("half_life", [LIVE_HALF_LIFE, PROMISED_HALF_LIFE], ids=["on the line", "promised"])
@pytest.mark.parametrize(("n_half_lives", "percent"), [(-3, 100), (0, 100), (1, 50), (2, 25), (20, 0)])
def test_half_of_it_is_gone_after_each_half_life(half_life, n_half_lives, percent):
    assert heat_left(n_half_lives * half_life, half_life).percent == percent


@given(ages, ages, half_lives)
def test_a_lead_never_grows_hotter_with_age(one, other, half_life):
    younger, older = sorted([one, other])
    assert 1 >= heat_left(younger, half_life).share >= heat_left(older, half_life).share >= 0


@given(ages, half_lives)
def test_the_figure_is_a_whole_step_and_agrees_with_the_word(age, half_life):
    left = heat_left(age, half_life)
    assert left.percent % 5 == 0 and 0 <= left.percent <= 100
    lowest = {HeatWord.HOT: 75, HeatWord.WARM: 50, HeatWord.COOLING: 25, HeatWord.COLD: 0}
    assert lowest[left.word] <= left.percent


@pytest.mark.parametrize(("share", "word"), [(0.73, "hot"), (0.72, "warm"), (0.48, "warm"), (0.47, "cooling"), (0.23, "cooling"), (0.22, "cold")])
def test_the_borders_of_the_words(share, word):
    assert HeatLeft(share).word == word


def test_a_high_score_that_cooled_gives_way_to_a_fresh_lower_one():
    assert pull(90, heat_left(timedelta(minutes=5), LIVE_HALF_LIFE)) < pull(70, heat_left(timedelta(minutes=1), LIVE_HALF_LIFE))


@pytest.mark.parametrize("points", [None, -20, 0], ids=["no score", "below nothing", "nothing"])
def test_without_points_nothing_pulls(points):
    assert pull(points, HeatLeft(1.0)) == 0


@pytest.mark.parametrize(
    ("waited_s", "wait"),
    [(0, Wait.IN_TIME), (10, Wait.IN_TIME), (10.1, Wait.NEARLY), (20, Wait.NEARLY), (20.1, Wait.TOO_LONG), (3600, Wait.TOO_LONG)],
)
def test_a_wait_turns_at_half_of_the_goal_and_at_the_goal(waited_s, wait):
    assert wait_against(waited_s, 20) is wait
