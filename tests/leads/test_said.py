"""Sentences that are English where they are kept, and another language where they are shown."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from django.utils.translation import override

from leads.said import as_it_is, both, code, either, listed, sentence, spaced
from leads.telling import told

SIX_TIMES = sentence("%(n)s times", n=6)


def in_swahili(words: object) -> str:
    with override("sw"):
        return told(words)


def test_it_is_plain_english_to_whoever_keeps_it():
    assert SIX_TIMES == "6 times"
    assert json.dumps({"said": SIX_TIMES}) == '{"said": "6 times"}'


def test_it_is_said_in_the_readers_language():
    assert in_swahili(SIX_TIMES) == "mara 6"
    with override("en"):
        assert told(SIX_TIMES) == "6 times"


def test_sentences_within_sentences_are_said_too():
    again = sentence("again after %(delay)s, %(times)s at most", delay=sentence("%(n)s h", n=3), times=SIX_TIMES)

    assert again == "again after 3 h, 6 times at most"
    assert in_swahili(again) == "tena baada ya saa 3, isiyozidi mara 6"


def test_somebodys_own_words_stay_as_they_are_though_the_catalog_has_them():
    assert in_swahili("now") == "sasa"
    assert in_swahili(as_it_is("now")) == "now"
    assert in_swahili(listed(["now", "tomorrow"])) == "now, tomorrow"


def test_a_stored_word_is_shown_as_stored_in_english_and_as_a_word_in_swahili():
    with override("en"):
        assert (told(code("not_qualified")), told(spaced("not_qualified"))) == ("not_qualified", "not qualified")
    assert in_swahili(code("not_qualified")) == in_swahili(spaced("not_qualified")) == "hafai"


@pytest.mark.parametrize(
    ("parts", "english", "swahili"),
    [(["x"], "x", "x"), (["x", "y"], "x and y", "x na y"), (["x", "y", "z"], "x and y and z", "x na y na z")],
    ids=["one", "two", "three"],
)
def test_parts_are_joined_by_and(parts: list[str], english: str, swahili: str):
    assert both(parts) == english
    assert in_swahili(both(parts)) == swahili


def test_parts_are_joined_by_or():
    assert either([sentence("twice"), SIX_TIMES]) == "twice or 6 times"
    assert in_swahili(either([sentence("twice"), SIX_TIMES])) == "mara mbili au mara 6"


@pytest.mark.parametrize("again", [copy.deepcopy, lambda words: pickle.loads(pickle.dumps(words))], ids=["a copy", "another process"])  # noqa: S301
def test_a_copy_can_be_said_as_well(again):
    assert in_swahili(again(SIX_TIMES)) == "mara 6"


def test_nothing_is_nothing():
    assert in_swahili("") == in_swahili(sentence("")) == in_swahili(listed([])) == ""


def test_what_the_catalog_does_not_have_stays_english():
    assert in_swahili(sentence("No catalog has %(this)s.", this="this")) == "No catalog has this."
