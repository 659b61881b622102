"""Which parts of a disclosure are seen to be said: in every language we have words for, and what takes a person's word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.briefs import STANDARD
from campaigns.disclosure_parts import Opening, example_of, knows_language, missing_parts
from campaigns.disclosure_words import WORDINGS
from leads.market_packs import market_packs
from leads.market_rules import DisclosurePart as Part
from leads.words import Purpose

BY_WORDS = [part for part in Part if part not in {Part.ORGANISATION, Part.PERMISSION_TO_CONTINUE}]
STANDARD_OPENING = Opening("en-KE", "Acme", STANDARD["disclosure"], asks_permission=True, is_vouched_for=False)


def opening(text: str, **changes: object) -> Opening:
    return replace(STANDARD_OPENING, disclosure=text, **changes)


def says(text: str, part: Part, **changes: object) -> bool:
    return missing_parts(opening(text, **changes), [part]) == ()


@pytest.mark.parametrize("purpose", Purpose)
def test_the_standard_disclosure_says_all_that_kenya_demands(purpose):
    assert missing_parts(STANDARD_OPENING, market_packs()["KE"].purposes[purpose].disclosure.parts) == ()


def test_only_what_is_demanded_is_missed():
    assert missing_parts(opening("Hello."), []) == ()
    assert missing_parts(opening("Hello."), [Part.HOW_TO_STOP, Part.ORGANISATION]) == (Part.ORGANISATION, Part.HOW_TO_STOP)


# ---- every language -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", WORDINGS)
def test_a_language_has_words_for_every_part_that_is_seen_by_words(language):
    assert set(WORDINGS[language]) == set(BY_WORDS)


@pytest.mark.parametrize("left_out", [None, *BY_WORDS], ids=str)
@pytest.mark.parametrize("language", WORDINGS)
def test_the_examples_together_say_everything_and_without_one_its_part_is_missing(language, left_out):
    text = " ".join(example_of(part, language) for part in BY_WORDS if part is not left_out)

    assert missing_parts(opening(text, language=language), BY_WORDS) == ((left_out,) if left_out else ())


@given(st.permutations(BY_WORDS), st.sampled_from(sorted(WORDINGS)))
def test_the_order_of_the_sentences_does_not_matter(parts, language):
    text = " ".join(example_of(part, language) for part in parts)

    assert missing_parts(opening(text, language=language), parts) == ()


@given(st.text(max_size=80), st.sampled_from(["en", "sw", "xx"]))
def test_saying_more_loses_no_part_that_is_said(more, language):
    """Words may be added before or after a text, in a sentence of their own."""
    text = STANDARD["disclosure"]
    missing = missing_parts(opening(text, language=language), Part)

    assert set(missing_parts(opening(f"{more} . {text} . {more}", language=language), Part)) <= set(missing)


# ---- part by part -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "text", "is_said"),
    [
        pytest.param(Part.ORGANISATION, "This is Zawadi from Acme.", True, id="its name"),
        pytest.param(Part.ORGANISATION, "This is Zawadi for {organisation}.", True, id="its placeholder"),
        pytest.param(Part.ORGANISATION, "This is Zawadi.", False, id="no name"),
        pytest.param(Part.AUTOMATED_VOICE, "I am an AI.", True, id="an AI"),
        pytest.param(Part.AUTOMATED_VOICE, "This is an A.I. calling.", True, id="with dots"),
        pytest.param(Part.AUTOMATED_VOICE, "This is {bot_name}.", False, id="the word bot in a placeholder"),
        pytest.param(Part.AUTOMATED_VOICE, "This is Aisha, your aide.", False, id="a name that begins with ai"),
        pytest.param(Part.PURPOSE, "I have two questions.", True, id="questions"),
        pytest.param(Part.PURPOSE, "We record so that your answers are kept. Say stop to stop.", False, id="why it is recorded is not why we call"),
        pytest.param(Part.RECORDING_AND_RECIPIENTS, "This call is recorded.", False, id="nobody who receives it"),
        pytest.param(Part.RECORDING_AND_RECIPIENTS, "Your details are shared with Acme.", False, id="no recording"),
        pytest.param(Part.RECORDING_AND_RECIPIENTS, "We record for Acme.", True, id="recorded for"),
        pytest.param(Part.HOW_TO_STOP, "We will stop soon.", False, id="how is not said"),
        pytest.param(Part.HOW_TO_STOP, "I will stop. You may say what you like.", False, id="two sentences"),
        pytest.param(Part.HOW_TO_STOP, "Press 9 to get no more calls.", True, id="a key"),
        pytest.param(Part.CONTACT_DETAILS, "Reach us on +254 711 000 001.", True, id="a number"),
        pytest.param(Part.CONTACT_DETAILS, "Write to us: help@acme.example.", True, id="an e-mail address"),
        pytest.param(Part.CONTACT_DETAILS, "We have 1 500 offers, 20 percent off.", False, id="figures that are no number"),
        pytest.param(Part.SOURCE_OF_DATA, "You gave us your number.", True, id="from themselves"),
        pytest.param(Part.SOURCE_OF_DATA, "We have a number of offers.", False, id="a number of"),
    ],
)
def test_it_sees_what_is_said(part, text, is_said):
    assert says(text, part) is is_said


def test_permission_is_a_question_of_the_script_and_no_sentence():
    text = "Is now a good time?"

    assert says(text, Part.PERMISSION_TO_CONTINUE, asks_permission=True)
    assert not says(text, Part.PERMISSION_TO_CONTINUE, asks_permission=False, is_vouched_for=True)


def test_the_name_of_a_firm_says_nothing_but_its_name():
    text = "This is Zawadi from AI Research Records."

    assert missing_parts(opening(text, organisation="AI Research Records"), Part) == tuple(
        part for part in Part if part not in {Part.ORGANISATION, Part.PERMISSION_TO_CONTINUE}
    )


def test_a_script_for_nobody_names_nobody():
    assert not says("This is Zawadi.", Part.ORGANISATION, organisation=" ")


# ---- a person's word ----------------------------------------------------------------------------------------------------------------


def test_in_a_language_without_words_nothing_but_a_person_says_so():
    text = "Sawubona, ngingu-AI ka-Acme."

    assert not knows_language("zu-ZA") and knows_language("EN_gb")
    assert missing_parts(opening(text, language="zu-ZA"), BY_WORDS) == tuple(BY_WORDS)
    assert missing_parts(opening(text, language="zu-ZA", is_vouched_for=True), Part) == ()


def test_a_number_is_seen_in_any_language():
    assert says("0711 000 001", Part.CONTACT_DETAILS, language="zu-ZA")


def test_nobodys_word_makes_up_for_the_name():
    assert missing_parts(opening("Hello.", is_vouched_for=True, asks_permission=False), Part) == (
        Part.ORGANISATION,
        Part.PERMISSION_TO_CONTINUE,
    )
