from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaigns.spoken_words import Part, split_turn

TEXTS = st.text(alphabet="ab ,-1", max_size=40)


def test_a_turn_in_the_words_of_the_script_has_no_others():
    assert split_turn("How many seats?", "How many", "").unheard == (Part("seats?"),)


def test_words_that_are_not_in_the_script_are_marked_heard_or_not():
    words = split_turn("Right - how many chairs do you want?", "Right - how many", "How many seats do you need?")
    assert words.heard == (Part("Right", is_other=True), Part("- how many"))
    assert words.unheard == (Part("chairs", is_other=True), Part("do you"), Part("want?", is_other=True))


def test_case_and_punctuation_are_no_other_words():
    assert split_turn("HOW many: seats", "", "How many seats?").unheard == (Part("HOW many: seats"),)


@given(text=TEXTS, n_heard=st.integers(0, 10), intended=TEXTS)
def test_no_word_is_lost_or_told_twice(text, n_heard, intended):
    words = text.split()
    split = split_turn(text.strip(), " ".join(words[:n_heard]), intended)
    assert " ".join(part.text for part in split.heard).split() == words[:n_heard]
    assert " ".join(part.text for part in split.unheard).split() == words[n_heard:]
