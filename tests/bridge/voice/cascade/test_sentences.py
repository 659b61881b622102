from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.voice.cascade.sentences import LONG_ENOUGH, sentences

CLAUSE = "a" * (LONG_ENOUGH - 1)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Thank you. How many seats?", ["Thank you.", "How many seats?"]),
        ("It costs 3.5 shillings, more or less.", ["It costs 3.5 shillings, more or less."]),
        ('He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        ("One line", ["One line"]),
        ("Well... yes.", ["Well...", "yes."]),
        ("Habari yako?\nNinaitwa Zawadi.", ["Habari yako?", "Ninaitwa Zawadi."]),
    ],
    ids=["two sentences", "a decimal point", "a quotation mark", "no full stop", "an ellipsis", "Swahili on two lines"],
)
def test_it_cuts_where_a_voice_pauses(text, pieces):
    assert sentences(text) == pieces


@pytest.mark.parametrize(("n_letters", "n_pieces"), [(LONG_ENOUGH - 2, 1), (LONG_ENOUGH - 1, 2)])
def test_a_comma_cuts_what_is_long_enough(n_letters, n_pieces):
    assert len(sentences(f"{'a' * n_letters}, and more")) == n_pieces


@pytest.mark.parametrize("text", ["", "  ", "...", "— !"])
def test_what_holds_no_words_is_not_spoken(text):
    assert sentences(text) == []


@pytest.mark.parametrize(("text", "pieces"), [("... So, yes.", ["... So, yes."]), ("Yes. — No.", ["Yes.", "— No."]), ("Yes! ?", ["Yes! ?"])])
def test_a_piece_without_words_goes_with_another(text, pieces):
    assert sentences(text) == pieces


@given(st.text(alphabet="ab.,?! \n'\"", max_size=200))
def test_no_word_is_lost_or_moved(text):
    pieces = sentences(text)
    assert " ".join(pieces).split() == (text.split() if pieces else [])
    assert pieces or not any(letter.isalnum() for letter in text)
