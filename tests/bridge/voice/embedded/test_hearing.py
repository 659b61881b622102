from __future__ import annotations

import pytest

from bridge.events import Expectation, Tool
from bridge.voice.embedded.hearing import Heard, Hypothesis, Understood, interpret
from tests.bridge.voice.embedded.questions import DECIDER, OPT_OUT_QUESTION, SCRIPT, SEATS


def heard(grammar: str | None, full: str | None, grammar_score: float = 0.4, full_score: float = 0.3) -> Heard:
    return Heard(
        Hypothesis(grammar, grammar_score) if grammar is not None else None,
        Hypothesis(full, full_score) if full is not None else None,
        started_s=1.0,
        ended_s=2.0,
    )


def understood(utterance: Heard, expectation: Expectation) -> Understood:
    return interpret(utterance, expectation, SCRIPT)


def tools(utterance: Heard, expectation: Expectation) -> list[tuple[str, dict]]:
    return [(meaning.tool, dict(meaning.arguments)) for meaning in understood(utterance, expectation).meanings]


@pytest.mark.parametrize(
    ("grammar_score", "full_score", "value"),
    [(0.4, 0.3, 40), (0.106, 0.1, 40), (0.104, 0.1, 14), (0.3, 0.4, 14), (0.0, 0.3, 14), (0.4, 0.0, 14)],
    ids=["grammar likelier", "just above .05", "just below .05", "general likelier", "underflow", "underflow of the other"],
)
def test_the_grammar_counts_only_when_it_is_clearly_likelier(grammar_score: float, full_score: float, value: int):
    utterance = heard("forty", "fourteen", grammar_score, full_score)
    assert understood(utterance, Expectation(SEATS)).meanings[0].arguments["value"] == value


def test_a_decoder_that_heard_nothing_leaves_it_to_the_other():
    assert understood(heard("forty", None), Expectation(SEATS)).text == "forty"
    assert understood(heard(None, "forty"), Expectation(SEATS)).text == "forty"


def test_nothing_heard_means_nothing():
    assert understood(heard(None, None), Expectation(SEATS)) == Understood("", 0.95, ())


def test_two_decoders_that_agree_are_surer():
    agreed = understood(heard("forty", "forty"), Expectation(SEATS)).confidence
    assert agreed > understood(heard("forty", "fourteen"), Expectation(SEATS)).confidence


def test_the_general_words_count_where_the_grammar_says_nothing():
    assert tools(heard("quite a few", "about forty"), Expectation(SEATS))[0][1]["value"] == 40


def test_the_grammar_does_not_stand_in_for_general_words_without_a_meaning():
    assert tools(heard("forty", "four tea leaves", 0.2, 0.4), Expectation(SEATS)) != tools(heard("forty", "forty"), Expectation(SEATS))


class TestOptOuts:
    def test_it_is_certain_when_the_words_that_count_say_so(self):
        assert tools(heard("stop calling me", "shop calling me"), Expectation(SEATS)) == [(Tool.OPT_OUT, {"is_doubtful": False})]

    @pytest.mark.parametrize(("grammar", "full"), [("no", "stop calling me"), ("forty", "never call here"), ("yes", "take me off your list")])
    def test_it_is_asked_about_when_only_the_other_decoder_heard_it(self, grammar: str, full: str):
        assert tools(heard(grammar, full), Expectation(DECIDER)) == [(Tool.OPT_OUT, {"is_doubtful": True})]

    @pytest.mark.parametrize("full", ["now", "yes", "know what arrogant", ""])
    def test_a_no_on_which_they_disagree_is_asked_about(self, full: str):
        assert tools(heard("no", full), Expectation(DECIDER)) == [(Tool.OPT_OUT, {"is_doubtful": True})]

    def test_a_no_on_which_they_agree_is_a_no(self):
        assert tools(heard("no", "nope"), Expectation(DECIDER))[0][1]["value"] is False

    def test_a_disputed_no_to_the_opt_out_question_is_asked_again(self):
        assert tools(heard("no", "now"), OPT_OUT_QUESTION) == [(Tool.NOT_UNDERSTOOD, {})]

    def test_a_disputed_refusal_is_asked_about(self):
        assert tools(heard("not interested", "at the end"), Expectation(SEATS)) == [(Tool.OPT_OUT, {"is_doubtful": True})]
