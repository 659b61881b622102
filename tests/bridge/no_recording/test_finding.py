"""What callees say in seven languages: who wants no recording is heard, whatever language the call is in."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.no_recording import LANGUAGES, find_refusal
from bridge.no_recording.rules import read_rules
from bridge.opt_out import find_opt_out
from bridge.opt_out.patterns import BadPattern
from bridge.turns.lexicon import LANGUAGES as LEXICONS
from campaigns.briefs import standard_lines

PHRASES = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))
REFUSALS = [(language, text) for language, phrases in PHRASES.items() for text in phrases["refuses"]]
HARMLESS = [(language, text) for language, phrases in PHRASES.items() for text in phrases["harmless"]]


def test_every_language_whose_words_we_know_has_rules_and_phrases():
    assert sorted(LANGUAGES) == sorted(PHRASES) == sorted(LEXICONS)


@pytest.mark.parametrize(("language", "text"), REFUSALS)
def test_a_refusal_is_heard_in_its_own_language_and_on_a_call_in_another(language, text):
    for call_language in (language, "en-KE" if language != "en" else "sw-KE"):
        assert find_refusal(text, call_language) is not None


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_what_only_sounds_like_one_is_none(language, text):
    assert find_refusal(text, language) is None


@pytest.mark.parametrize("language", PHRASES)
def test_our_own_answer_that_comes_back_as_an_echo_is_none(language):
    assert find_refusal(standard_lines(language)["not_recorded"], language) is None


def test_the_quote_is_what_they_said_and_the_rest_is_left_for_others():
    found = find_refusal("Stop recording, and stop calling me!", "en-KE")
    assert found is not None
    assert (found.quote, found.rest, found.language) == ("Stop recording", ", and stop calling me!", "en")
    opt_out = find_opt_out(found.rest, "en-KE")
    assert opt_out is not None and not opt_out.is_doubtful


@pytest.mark.parametrize("text", ["Stop recording", "please stop recording", "stop the recording please", "acha kurekodi", "parem a gravação"])
def test_to_stop_recording_is_not_to_stop_calling(text):
    found = find_refusal(text, "en")
    assert found is not None
    assert find_opt_out(found.rest, "en") is None


@given(before=st.text("abc ,.", max_size=20), after=st.text("abc ,.", max_size=20))
def test_quote_and_rest_are_parts_of_what_was_said(before, after):
    text = f"{before} don't record me {after}"
    found = find_refusal(text, "en")
    assert found is not None and found.quote in text
    assert len(found.quote) + len(found.rest) <= len(text)


@pytest.mark.parametrize("text", ["", "   ", "…", "?!"])
def test_nothing_said_is_nothing_refused(text):
    assert find_refusal(text, "en") is None


@pytest.mark.parametrize(("toml", "wrong"), [('refusing = ["x"]', "xx: unknown refusing"), ('refuses = ["<who> x"]', "xx: .*no group <who>")])
def test_a_mistake_in_a_file_stops_the_start(toml, wrong):
    with pytest.raises(BadPattern, match=wrong):
        read_rules("xx", toml)
