"""What a person of ours wrote, made fit to be said by the bot."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff.sentence import MAX_CHARACTERS, Unfit, sentence_of


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Delivery is free this month.", "Delivery is free this month."),
        ("  two\n lines\tand a\u00a0gap ", "two lines and a gap"),
        ("bell\x07 and \u202eturned\u202c round\x00", "bell and turned round"),
        ("zero\u200bwidth", "zerowidth"),
        ("See https://acme.example/offer?a=1 now", "See now"),
        ("See www.acme.example, now", "See now"),
        ("Ruhusa: 50% — «bure» 🙂", "Ruhusa: 50% — «bure» 🙂"),
        ("ነፃ ማድረስ", "ነፃ ማድረስ"),
    ],
)
def test_it_is_one_plain_line(written, said):
    assert sentence_of(written) == said


@pytest.mark.parametrize("written", ["", "   ", "\x00\x07", "https://acme.example", " … !", "www.acme.example"])
def test_what_leaves_nothing_to_say_is_refused_in_words(written):
    assert sentence_of(written) == Unfit("Write what the bot is to say. Links are left out: nobody can hear them.")


@pytest.mark.parametrize(("n", "is_fit"), [(MAX_CHARACTERS, True), (MAX_CHARACTERS + 1, False)])
def test_it_is_refused_and_not_cut_when_it_is_too_long(n, is_fit):
    written = "a" * n
    assert sentence_of(f" {written} ") == (written if is_fit else Unfit("That is too long: 201 characters, and 200 can be said at once."))


@given(st.text(max_size=400))
def test_whatever_is_written_what_is_said_is_short_and_without_control_characters(written):
    said = sentence_of(written)
    if isinstance(said, str):
        assert 0 < len(said) <= MAX_CHARACTERS
        assert not any(unicodedata.category(character).startswith("C") for character in said)
        assert "://" not in said or not any(part.isalnum() for part in said.split("://")[0][-1:])
        assert sentence_of(said) == said
