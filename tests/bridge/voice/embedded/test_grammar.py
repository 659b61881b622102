from __future__ import annotations

import math
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.brief import QuestionBrief, QuestionKind
from bridge.events import Expectation
from bridge.voice.embedded.grammar import arpa, choices_grammar, fixed_grammars, grammar_name, vocabulary
from bridge.voice.embedded.numbers import number_words
from tests.bridge.voice.embedded.questions import (
    BUDGET,
    COLOUR,
    DECIDER,
    EXPECTATIONS,
    FRUIT,
    NOTHING_OPEN,
    OPT_OUT_QUESTION,
    RATING,
    READ_BACK,
    SEATS,
    TIME,
    TWO_TIMES,
    WHEN_BETTER,
    WISH,
)


def ngrams(text: str) -> dict[tuple[str, ...], tuple[float, float]]:
    """n-gram → (log10 probability, log10 back-off) of an ARPA text."""
    found, order = {}, 0
    for line in text.splitlines():
        if line.endswith("-grams:"):
            order = int(line[1])
        elif order and line and not line.startswith("\\"):
            parts = line.split()
            found[tuple(parts[1 : 1 + order])] = (float(parts[0]), float(parts[1 + order]) if len(parts) > 1 + order else 0.0)
    return found


@pytest.mark.parametrize(
    ("expectation", "name"),
    [
        (Expectation(TIME), "permission"),
        (Expectation(DECIDER), "yes_no"),
        (Expectation(SEATS), "number"),
        (READ_BACK, "number"),
        (Expectation(DECIDER, is_confirmation=True), "confirmation"),
        (OPT_OUT_QUESTION, "confirmation"),
        (Expectation(WISH), "anytime"),
        (WHEN_BETTER, "time"),
        (TWO_TIMES, "offered_time"),
        (NOTHING_OPEN, "anytime"),
        (Expectation(COLOUR), "choices:red apples|green tomatoes"),
        (Expectation(FRUIT), "several:apples|red apples|plums"),
        (Expectation(RATING), "number"),
        (Expectation(BUDGET), "money"),
        (Expectation(BUDGET, is_confirmation=True), "money"),
        (Expectation(FRUIT, is_confirmation=True), "confirmation"),
    ],
)
def test_what_was_asked_chooses_the_grammar(expectation: Expectation, name: str):
    assert grammar_name(expectation) == name


def test_every_fixed_grammar_that_a_question_may_need_is_there():
    names = {grammar_name(expectation) for name, expectation in EXPECTATIONS.items() if name != "colour"}
    assert names <= fixed_grammars().keys()


def test_every_word_of_a_number_up_to_a_thousand_is_known():
    assert {word for number in range(1, 1001) for word in number_words(number).split()} <= vocabulary()


@pytest.mark.parametrize("name", ["permission", "yes_no", "number", "timeline", "confirmation", "anytime", "time", "offered_time", "money"])
def test_every_grammar_can_hear_an_opt_out(name: str):
    assert ("stop", "calling", "me") in ngrams(fixed_grammars()[name])


@pytest.mark.parametrize("said", ["the second one", "tomorrow is better", "yes please", "neither", "at nine"])
def test_how_one_of_two_times_is_chosen_can_be_heard(said: str):
    heard = ngrams(fixed_grammars()["offered_time"])
    padded = ("<s>", *said.split(), "</s>")
    assert all(tuple(padded[at : at + 2]) in heard for at in range(len(padded) - 1))


def test_the_counts_at_the_head_are_those_of_the_body():
    text = arpa([("yes please", 10.0), ("no", 10.0)])
    by_order = [sum(len(ngram) == order for ngram in ngrams(text)) for order in (1, 2, 3)]
    assert [line for line in text.splitlines() if line.startswith("ngram")] == [f"ngram {order}={count}" for order, count in enumerate(by_order, 1)]


@given(st.lists(st.tuples(st.text("ab ", min_size=1).filter(str.strip), st.floats(0.1, 1000)), min_size=1, max_size=10))
def test_what_may_follow_any_history_sums_to_one(weighted: list[tuple[str, float]]):
    found = ngrams(arpa(weighted))
    words = [ngram[0] for ngram in found if len(ngram) == 1 and ngram != ("<s>",)]
    histories = defaultdict(set)
    for ngram in found:
        if len(ngram) > 1:
            histories[ngram[:-1]].add(ngram[-1])
    for history in histories:
        assert sum(10 ** log_probability(found, history, word) for word in words) == pytest.approx(1.0, abs=0.01)


def log_probability(found: dict[tuple[str, ...], tuple[float, float]], history: tuple[str, ...], word: str) -> float:
    if (*history, word) in found:
        return found[*history, word][0]
    if not history:
        return -math.inf
    return found.get(history, (0.0, 0.0))[1] + log_probability(found, history[1:], word)


def test_a_choice_with_an_unknown_word_is_left_out():
    known = {"red", "apples", "the", "i", "think", "probably"}
    unigrams = {ngram[0] for ngram in ngrams(choices_grammar(("red apples", "zyx"), known)) if len(ngram) == 1}
    assert "apples" in unigrams
    assert "zyx" not in unigrams


def test_a_question_without_known_choices_still_hears_an_opt_out():
    question = QuestionBrief("q", QuestionKind.ONE_OF, "", "", choices=("zyx",))
    assert ("stop", "calling", "me") in ngrams(choices_grammar(question.choices, set()))


@pytest.mark.parametrize("said", ["red apples and plums", "the plums", "all of them", "the first and the last"])
def test_several_choices_can_be_heard_together(said: str):
    heard = ngrams(choices_grammar(FRUIT.choices, {"red", "apples", "plums"}, are_several=True))
    padded = ("<s>", *said.split(), "</s>")
    assert all(tuple(padded[at : at + 2]) in heard for at in range(len(padded) - 1))


@pytest.mark.parametrize("said", ["fifty thousand shillings", "two hundred and fifty thousand", "a million"])
def test_amounts_can_be_heard(said: str):
    heard = ngrams(fixed_grammars()["money"])
    padded = ("<s>", *said.split(), "</s>")
    assert all(tuple(padded[at : at + 2]) in heard for at in range(len(padded) - 1))
