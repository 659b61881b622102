from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.turns import words_of
from bridge.voice.openai_live.coverage import Coverage, Whose

TEXT = "This call is recorded. Would you like 40 seats, or more?"


def heard(*pieces: str, text: str = TEXT) -> Coverage:
    coverage = Coverage(text)
    for piece in pieces:
        coverage.hear(piece, None, None)
    return coverage


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("", Whose.NOT_KNOWN),
        ("This", Whose.NOT_KNOWN),
        ("This call", Whose.LINE),
        ("That call is", Whose.LINE),
        ("Hello my dear", Whose.NOT_KNOWN),
        ("Hello my dear friend", Whose.OTHER),
    ],
)
def test_the_first_words_tell_whose_they_are(said, whose):
    assert heard(said).whose is whose


def test_one_word_is_enough_for_a_line_of_one_word():
    assert heard("Goodbye", text="Goodbye.").whose is Whose.LINE


@pytest.mark.parametrize(
    "said",
    [TEXT, "this call is recorded would you like forty seats or more", "This call's recorded. Would you like 40 seats or more"],
    ids=["its words", "written otherwise", "one heard wrong"],
)
def test_a_transcript_that_hears_a_little_wrong_covers_it(said):
    assert heard(said).has_all_words


@pytest.mark.parametrize("said", ["", "This call is recorded.", "Yes, of course, I am so happy to hear that from you, my friend"])
def test_part_of_it_or_something_else_does_not(said):
    assert not heard(said).has_all_words


def test_pieces_may_be_cut_in_the_middle_of_a_word():
    assert heard("This call is rec", "orded. Wou", "ld you like 40 seats, or mo", "re?").is_verbatim


def test_it_takes_as_long_as_from_its_first_word_to_its_last():
    coverage = Coverage(TEXT)
    coverage.hear("This call is recorded.", 2000, 3000)
    coverage.hear(" Would you like 40 seats, or more?", 3200, 5000)
    coverage.hear(" Take your time.", 5000, 6000)
    assert coverage.takes_ms == 3000
    assert coverage.has_other_words_behind


def test_what_is_left_is_as_it_was_written():
    assert heard("This call is recorded. Would").rest == "you like 40 seats, or more?"
    assert heard(TEXT).rest == ""
    assert heard().rest == TEXT


@given(st.integers(0, 11))
def test_what_was_said_and_what_is_left_are_the_line(n_words):
    words = TEXT.split()
    said = " ".join(words[:n_words])
    assert words_of(f"{said} {heard(said).rest}") == words_of(TEXT)


@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_that_is_said_breaks_it(text, said):
    coverage = heard(said, text=text)
    assert coverage.rest in ("", *[" ".join(text.split()[at:]) for at in range(len(text.split()) + 1)])
    assert coverage.whose in Whose
