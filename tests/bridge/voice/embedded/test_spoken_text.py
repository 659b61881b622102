from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.audio import silence
from bridge.events import RATE_HZ
from bridge.voice.embedded.speech import Engine, Speech
from bridge.voice.embedded.spoken_text import SpokenText, WordEnd, word_ends, words_from_json, words_to_json

TEXT = "Hello, this is Zawadi. It takes 25 minutes."


def test_a_word_is_over_when_the_next_one_begins():
    assert word_ends("How many?", [(0, 0), (4, 310)], 900) == (WordEnd("How ", 310), WordEnd("many?", 900))


def test_what_stands_before_the_first_word_belongs_to_it():
    assert word_ends("“How many?", [(1, 0), (5, 310)], 900)[0] == WordEnd("“How ", 310)


def test_parts_of_a_number_that_are_told_at_the_same_letter_are_one():
    assert word_ends("in 2026.", [(0, 0), (3, 100), (4, 300), (4, 700)], 1000) == (WordEnd("in ", 100), WordEnd("2", 300), WordEnd("026.", 1000))


def test_without_times_there_are_no_words():
    assert word_ends("How many?", [], 900) == ()


def test_silence_that_is_cut_from_the_beginning_moves_the_words():
    spoken = SpokenText(silence(RATE_HZ), (WordEnd("How ", 310), WordEnd("many?", 950)))
    trimmed = spoken.trimmed(silence(RATE_HZ // 2), n_cut=RATE_HZ // 10, n_voice=RATE_HZ // 2)
    assert trimmed.words == (WordEnd("How ", 210), WordEnd("many?", 500))


@given(
    text=st.text(alphabet="ab ,2", min_size=1, max_size=30),
    beginnings=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5000)), max_size=12),
)
def test_the_words_are_the_text_whatever_an_engine_tells(text, beginnings):
    ends = word_ends(text, beginnings, 5000)
    assert not ends or "".join(word.text for word in ends) == text
    assert words_from_json(words_to_json(ends)) == ends


@pytest.mark.parametrize("is_kept", [False, True], ids=["made", "read from the folder"])
async def test_espeak_tells_the_times_of_its_words(tmp_path, is_kept: bool):
    for _ in range(1 + is_kept):
        speech = Speech(Engine.ESPEAK, tmp_path)
        spoken = await speech.speak(TEXT)
        await speech.close()
    ends_ms = [word.until_ms for word in spoken.words]
    assert "".join(word.text for word in spoken.words) == TEXT
    assert [word.text.strip() for word in spoken.words][:4] == ["Hello,", "this", "is", "Zawadi."]
    assert all(before < after for before, after in itertools.pairwise(ends_ms))
    assert ends_ms[-1] == (spoken.pcm.size - RATE_HZ // 10) * 1000 // RATE_HZ
