"""A few answers that stand for all that conditions can tell apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.conditions import hold
from campaigns.telling_answers import MOST_CHOICES, several, telling_answers

BORDERS = st.lists(st.tuples(st.sampled_from(["equals", "at_least", "at_most"]), st.integers(0, 9)), max_size=4).map(
    lambda tests: [(test,) for test in tests]
)


@given(BORDERS, st.floats(-5, 15))
def test_every_number_is_like_one_of_the_telling_ones(conditions, number):
    if not conditions:
        return
    likes = {tuple(hold(each, answer) for each in conditions) for answer in telling_answers(conditions)}
    assert tuple(hold(each, number) for each in conditions) in likes


def test_yes_and_no_both_stand_where_one_is_spoken_of():
    assert telling_answers([(("equals", False),)]) == [True, False]


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True), st.sets(st.sampled_from("abcd"), min_size=1))
def test_every_way_to_choose_among_the_words_is_there(words, chosen):
    likes = {tuple(hold((("contains", word),), answer) for word in words) for answer in telling_answers([(("contains", word),) for word in words])}
    assert (tuple(word in chosen for word in words) in likes) or not chosen & set(words)


def test_many_choices_do_not_explode():
    words = [str(n) for n in range(MOST_CHOICES + 1)]
    assert several(words) == [*([word] for word in words), words]
    assert len(several(words[:3])) == 7


def test_conditions_that_say_nothing_need_no_answers():
    assert telling_answers([]) == []
