"""One spelling for what is written in many ways."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.opt_out.spelling import spoken


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("Don’t STOP!", "dont stop", id="case, apostrophe and punctuation"),
        pytest.param("Ne m'appelez plus, s'il vous plaît", "ne m appelez plus s il vous plait", id="elisions and accents"),
        pytest.param("laissez-moi", "laissez moi", id="hyphen"),
        pytest.param("Não me ligue", "nao me ligue", id="tilde"),
        pytest.param("ƙara ɗinku ɓata", "kara dinku bata", id="Hausa's hooked letters"),
        pytest.param("أُخْرَى إلى آخر", "اخري الي اخر", id="Arabic hamzas, vowels and final ya"),
        pytest.param("مـــرة", "مره", id="Arabic stretch and ta marbuta"),
        pytest.param("ሐሃኀ ሠላም ዐዓ ፀሐይ", "ሀሀሀ ሰላም አአ ጸሀይ", id="Amharic letters spoken alike"),
        pytest.param("no no no call", "no call", id="a word said again and again"),
        pytest.param("\u200fلا\u200f تتصل", "لا تتصل", id="marks of direction"),
    ],
)
def test_it_is_spelled_plainly(text: str, plain: str):
    assert spoken(text).plain == f" {plain} "


def test_decomposed_and_composed_letters_are_the_same():
    assert spoken(unicodedata.normalize("NFD", "Arrêtez")).plain == spoken("Arrêtez").plain


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("Stop. Call me", (" stop ", " call me "), id="full stop"),
        pytest.param("ማን? ደውሉ።", (" ማን ", " ደዉሉ "), id="question mark"),
        pytest.param("No, stop calling", (" no ", " stop calling "), id="a no and its comma"),
        pytest.param("Well no, stop", (" well no stop ",), id="another comma"),
    ],
)
def test_sentences_are_kept_apart(text: str, sentences: tuple[str, ...]):
    assert spoken(text).sentences == sentences


def test_the_words_are_quoted_as_they_were_written():
    said = spoken("Ne m’appelez PLUS !")
    assert said.quote(1, 4) == "m’appelez PLUS"


@given(st.text())
def test_every_word_knows_where_it_stood(text: str):
    said = spoken(text)
    assert len(said.spans) == len(said.plain.split())
    assert all(0 <= start < end <= len(said.written) for start, end in said.spans)
