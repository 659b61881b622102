from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.voice.embedded.words import find_every, find_phrase, has_phrase, split_words, without_phrases, without_spans


def test_it_cuts_a_text_into_plain_words():
    assert split_words("Don’t — call me, e-mail me: 12!") == ("don't", "call", "me", "e", "mail", "me", "12")


def test_it_finds_a_phrase_as_a_run_of_whole_words():
    assert find_phrase(split_words("not right now"), "right now") == (1, 3)
    assert find_phrase(split_words("bright nowadays"), "right now") is None


def test_it_finds_every_place_of_a_phrase():
    assert find_every(split_words("no no please no"), "no") == [(0, 1), (1, 2), (3, 4)]


def test_it_takes_the_longest_phrases_out_first():
    assert without_phrases(split_words("i am not right now here"), ["right now", "not right now"]) == ("i", "am", "here")


def test_a_span_taken_out_leaves_a_mark_between_its_neighbours():
    words = split_words("forty in three weeks seats")
    assert without_spans(words, [(1, 4)]) == ("forty", "…", "seats")


@given(st.text())
def test_any_text_can_be_cut_and_searched(text: str):
    words = split_words(text)
    assert not has_phrase(words, ["a b c d"]) or len(words) >= 4
