"""A transcript says the text word for word, or it is shown where it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.briefs import STANDARD
from campaigns.clips.wording import Difference, differences
from campaigns.inbound_sentences import BY_LANGUAGE

TEXT = "This call is recorded and shared with Acme. To stop these calls, just say stop calling me."
SENTENCES = sorted({*STANDARD.values(), *(text for each in BY_LANGUAGE.values() for text in (*each.said.values(), *each.lines.values()))})
WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=6), min_size=1, max_size=12)


@pytest.mark.parametrize("text", SENTENCES)
def test_every_standard_sentence_says_itself(text):
    assert differences(text, text) == []


@pytest.mark.parametrize(
    "said",
    [
        TEXT.upper(),
        TEXT.replace(".", ""),
        TEXT.replace(" ", "  "),
        "this call is recorded, and shared with Acme! To stop these calls just say: “Stop calling me”",
    ],
    ids=["capitals", "no full stops", "spaces", "other signs"],
)
def test_spelling_is_no_difference(said):
    assert differences(TEXT, said) == []


@pytest.mark.parametrize(
    ("said", "difference"),
    [
        (TEXT.replace(" recorded and", ""), Difference("recorded and", "")),
        (TEXT.replace("Acme", "Apex"), Difference("acme", "apex")),
        (f"Sure! {TEXT}", Difference("", "sure")),
        (TEXT.replace("is recorded", "is not recorded"), Difference("", "not")),
    ],
    ids=["left out", "another name", "a comment in front", "the opposite"],
)
def test_another_word_is_named(said, difference):
    assert differences(TEXT, said) == [difference]


def test_a_word_in_two_parts_is_the_same_word():
    assert differences("Good bye.", "Goodbye") == []


def test_silence_says_nothing_of_it():
    assert differences("Goodbye now.", "") == [Difference("goodbye now", "")]


@given(WORDS)
def test_what_is_said_as_it_is_written_has_no_difference(words):
    assert differences(" ".join(words), ", ".join(words).title()) == []


@given(WORDS, st.data())
def test_a_word_that_is_left_out_is_always_found(words, data):
    at = data.draw(st.integers(0, len(words) - 1))
    said = words[:at] + words[at + 1 :]
    found = differences(" ".join(words), " ".join(said))
    assert sum(len(each.written.replace(" ", "")) - len(each.said.replace(" ", "")) for each in found) == len(words[at])
    assert found


@given(WORDS, WORDS)
def test_the_differences_turn_one_into_the_other(text, said):
    found = differences(" ".join(text), " ".join(said))
    if not found:
        assert "".join(text) == "".join(said)
