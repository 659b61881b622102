"""How an answer is said back: in the words of the call's language, and as people say it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.brief import QuestionBrief, QuestionKind
from bridge.phrases import ENGLISH, SWAHILI, WORDLESS, phrases_for, said_back
from bridge.values import said_choice, valid_value

BUDGET = QuestionBrief("budget", QuestionKind.MONEY, "?", "?", unit="KES")
RATING = QuestionBrief("rating", QuestionKind.SCALE, "?", "?", minimum=0, maximum=10)
METALS = QuestionBrief("metals", QuestionKind.MANY_OF, "?", "?", choices=("dhahabu", "fedha", "chuma"), stored_choices=("gold", "silver", "iron"))


@pytest.mark.parametrize(
    ("question", "value", "phrases", "words"),
    [
        (BUDGET, 50_000, ENGLISH, "50000 Kenyan shillings, is that right?"),
        (BUDGET, 50_000, SWAHILI, "shilingi 50000 za Kenya, ni sawa?"),
        (replace(BUDGET, unit=""), 5, ENGLISH, "5 Kenyan shillings, is that right?"),
        (replace(BUDGET, unit="usd"), 5, ENGLISH, "5 US dollars, is that right?"),
        (replace(BUDGET, unit="NGN"), 5, SWAHILI, "5 NGN, ni sawa?"),
        (BUDGET, 5, WORDLESS, "5 KES?"),
        (RATING, 7, ENGLISH, "7, is that right?"),
        (METALS, ["gold"], SWAHILI, "Nimesikia dhahabu, ni sawa?"),
        (METALS, ["gold", "iron"], SWAHILI, "Nimesikia dhahabu na chuma, ni sawa?"),
        (METALS, ["gold", "silver", "iron"], ENGLISH, "I heard dhahabu, fedha and chuma, is that right?"),
        (replace(METALS, kind=QuestionKind.ONE_OF), "silver", SWAHILI, "Nimesikia fedha, ni sawa?"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_is_said_back_as_people_say_it(question, value, phrases, words):
    assert said_back(question, value, phrases) == words


@pytest.mark.parametrize("said", ["Chuma", "iron", " IRON "], ids=["as it is said on the call", "as it is stored", "in other letters"])
def test_a_choice_is_stored_in_the_language_of_the_script(said):
    assert valid_value(replace(METALS, kind=QuestionKind.ONE_OF), said) == "iron"
    assert valid_value(METALS, [said, "dhahabu"]) == ["gold", "iron"]


def test_a_choice_that_is_said_as_it_is_stored_needs_no_second_list():
    plain = QuestionBrief("plan", QuestionKind.ONE_OF, "?", "?", choices=("Basic", "Full"))
    assert (valid_value(plain, "full"), said_choice(plain, "Full")) == ("Full", "Full")


@pytest.mark.parametrize(("language", "phrases"), [("sw-TZ", SWAHILI), ("EN", ENGLISH), ("am", WORDLESS)])
def test_words_go_by_the_language_without_its_country(language, phrases):
    assert phrases_for(language) is phrases
