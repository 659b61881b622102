"""“Are you a robot?” is heard in every language we take turns in, and nothing else is taken for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import turns
from bridge.opt_out.patterns import BadPattern
from bridge.robot_question import LANGUAGES, asks_if_robot
from bridge.robot_question.finding import read_rules
from campaigns.briefs import STANDARD, STANDARD_ANOTHER_TIME, STANDARD_OPT_OUT
from campaigns.inbound_sentences import BY_LANGUAGE

PHRASES = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted((Path(__file__).parent / "phrases").glob("*.toml"))}
OPT_OUTS = sorted((Path(__file__).parents[1] / "opt_out" / "phrases" / "open").glob("*.toml"))
OURS = sorted(
    {
        *STANDARD.values(),
        *(text for table in (STANDARD_ANOTHER_TIME, STANDARD_OPT_OUT) for each in table.values() for text in each.values()),
        *(text for each in BY_LANGUAGE.values() for text in (*each.said.values(), *each.lines.values())),
    }
)


def phrases(kind: str) -> list:
    return [pytest.param(phrase, id=f"{language}: {phrase}") for language, table in PHRASES.items() for phrase in table[kind]]


def test_there_are_rules_for_every_language_of_the_turns():
    assert set(LANGUAGES) == set(PHRASES) == set(turns.lexicon.LANGUAGES)


@pytest.mark.parametrize("phrase", phrases("asks"))
def test_it_is_heard(phrase):
    assert asks_if_robot(phrase)


@pytest.mark.parametrize("phrase", phrases("asks"))
def test_it_is_heard_without_signs_in_capitals_and_in_the_middle(phrase):
    bare = "".join(letter for letter in phrase if letter not in "?.,!")
    assert asks_if_robot(bare.upper())
    assert asks_if_robot(f"Forty. {bare} hello")


@pytest.mark.parametrize("phrase", phrases("other"))
def test_nothing_else_is_taken_for_it(phrase):
    assert not asks_if_robot(phrase)


@pytest.mark.parametrize("text", OURS)
def test_our_own_sentences_that_come_back_do_not_ask_it(text):
    assert not asks_if_robot(text)


@pytest.mark.parametrize("file", OPT_OUTS, ids=lambda file: file.stem)
def test_opt_outs_do_not_ask_it(file):
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    assert [phrase for phrase in (*table["clear"], *table["doubtful"]) if asks_if_robot(phrase)] == []


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    assert asks_if_robot(text) in (True, False)


@pytest.mark.parametrize("text", ['asks = ["are you"]', 'asks = ["<nobody>"]\n[groups]', "asks = []\nmore = []\n[groups]"])
def test_a_mistake_in_a_file_stops_the_start(text):
    with pytest.raises(BadPattern, match="xx"):
        read_rules("xx", text)
