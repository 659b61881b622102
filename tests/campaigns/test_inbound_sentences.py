"""The sentences for people who call us: whole in every language, and each person in one they understand and the voice speaks."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import campaigns
from bridge.opt_out.finding import find_opt_out
from bridge.voice.catalogue import VOICES
from campaigns.briefs import STANDARD_OPT_OUT
from campaigns.inbound_sentences import BY_LANGUAGE, FALLBACK, BadSentences, chosen_language, in_language, read_sentences
from campaigns.inbound_words import STOP_KEY

OTHERS = sorted(BY_LANGUAGE.keys() - {"en"})
ENGLISH = BY_LANGUAGE["en"].said
SWAHILI = (Path(campaigns.__file__).parent / "sentences/sw.toml").read_text(encoding="utf-8")


def names_in(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def test_the_languages_in_which_opt_outs_are_understood_are_those_in_which_we_speak():
    assert sorted(STANDARD_OPT_OUT) == OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_names_who_and_for_whom_wherever_english_does(language):
    for name, said in BY_LANGUAGE[language].said.items():
        assert names_in(said) == names_in(ENGLISH[name]), name


@pytest.mark.parametrize("language", sorted(BY_LANGUAGE))
def test_the_words_that_are_offered_against_calls_are_understood_as_an_opt_out(language):
    found = find_opt_out(BY_LANGUAGE[language].said["offer_opt_out"], language)
    assert found is not None and found.language == language


@pytest.mark.parametrize("language", sorted(BY_LANGUAGE))
def test_the_key_that_is_named_is_the_key_that_counts(language):
    assert [letter for letter in BY_LANGUAGE[language].said["press_to_opt_out"] if letter.isdigit()] == [STOP_KEY]


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language):
    assert not [name for name, said in BY_LANGUAGE[language].said.items() if said == ENGLISH[name]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (SWAHILI.replace("no_room", "no_rom"), "no_rom, no_room"),
        (SWAHILI.replace("robot =", "robt ="), "robot, robt"),
        (SWAHILI + 'more = "x"\n', "more"),
        (SWAHILI.replace('"Asante kwa kupiga simu. Kwaheri."', '" "'), "no text: thanks_for_calling"),
        (SWAHILI.replace('"Asante kwa kupiga simu. Kwaheri."', "9"), "no text: thanks_for_calling"),
    ],
    ids=["a sentence misspelled", "a line misspelled", "one too many", "an empty one", "a number"],
)
def test_a_file_with_a_mistake_is_refused_and_says_which(text, fault):
    with pytest.raises(BadSentences, match=f"sw.*{fault}"):
        read_sentences("sw", text, names=ENGLISH)


# ---- which language ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "market", "spoken", "chosen"),
    [
        ("sw-KE", "KE", None, "sw-KE"),
        ("en-KE", "KE", None, "en-KE"),
        ("so-KE", "KE", None, "sw-KE"),
        ("rw-RW", "RW", None, FALLBACK),
        ("", "TZ", None, "sw-TZ"),
        ("", "", None, FALLBACK),
        ("sw-KE", "KE", {"en"}, FALLBACK),
        ("am-ET", "ET", {"en", "ar"}, FALLBACK),
    ],
    ids=["their own", "English is one's own, too", "their market's", "English", "not known", "nothing known", "not spoken", "neither spoken"],
)
def test_it_is_their_own_then_their_markets_then_english(own, market, spoken, chosen):
    def is_usable(language: str) -> bool:
        return language.split("-")[0] in (BY_LANGUAGE.keys() if spoken is None else spoken)

    assert chosen_language(own, market, is_usable=is_usable) == chosen


@given(st.text(max_size=16), st.text(max_size=2), st.booleans())
def test_whatever_a_language_is_called_there_is_something_to_say(own, market, is_usable):
    language = chosen_language(own, market, is_usable=lambda _language: is_usable)
    assert in_language(language).said.keys() == ENGLISH.keys()


def test_the_embedded_voice_speaks_english_alone():
    assert [VOICES["embedded"].speaks(language) for language in ("en-KE", "EN", "sw-KE", "enm", "")] == [True, True, False, False, False]
