from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.same_words import are_same_words, begins_with

SAME = [
    pytest.param("This call is recorded.", "this call is recorded", id="case and punctuation"),
    pytest.param("It takes 5 minutes.", "It takes five minutes.", id="a digit"),
    pytest.param("You may win 1,500 shillings.", "you may win one thousand five hundred shillings", id="a longer number"),
    pytest.param("I'm Zawadi's assistant", "I’m Zawadi’s assistant", id="apostrophes"),
    pytest.param("Bonjour, société générale", "bonjour societe generale", id="accents"),
]
OTHER = [
    pytest.param("This call is recorded.", "This call may be recorded.", id="another verb"),
    pytest.param("It takes 5 minutes.", "It takes four minutes.", id="another number"),
    pytest.param("It takes 25 minutes.", "It takes twenty five five minutes.", id="a number and one more"),
    pytest.param("Say stop at any time.", "Say stop.", id="less"),
    pytest.param("...", "!!!", id="no words at all"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_words_may_be_written_in_many_ways(one, other):
    assert are_same_words(one, other) and are_same_words(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_words_are_other_words(one, other):
    assert not are_same_words(one, other) and not are_same_words(other, one)


@pytest.mark.parametrize(
    ("begun", "does_begin"),
    [("", True), ("This ca", True), ("this call is", True), ("This call was", False), ("This call is recorded now", False)],
)
def test_a_text_begins_with_words_of_which_the_last_may_be_cut(begun, does_begin):
    assert begins_with("This call is recorded.", begun) is does_begin


@given(st.text(alphabet="abc 1,.é'-\n", min_size=1), st.integers(0, 40))
def test_every_text_begins_with_its_own_words(text, n_words):
    words = text.split()
    assert begins_with(" ".join(words), " ".join(words[:n_words])) or any(letter.isdigit() for letter in text)
