"""The lists of short words can be trusted: complete, in one spelling, and no word tells two stories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.opt_out import LANGUAGES as OPT_OUT_LANGUAGES
from bridge.turns.lexicon import LANGUAGES, MAX_NODS, BadWords, Nods, lexicon, read_words, words_of

CODES = sorted(LANGUAGES)
NODS = {code: sorted({phrase for phrases in lexicon(code).nods.values() for phrase in phrases}) for code in CODES}
GOOD = 'back_channels = ["mm"]\nyes = ["yes"]\nno = ["no"]\nfillers = ["um"]\nstop = ["wait"]\nunfinished = ["and"]\n'


def test_every_language_that_can_opt_out_can_take_turns():
    assert set(LANGUAGES) == set(OPT_OUT_LANGUAGES)


@pytest.mark.parametrize("code", CODES)
def test_no_word_that_stops_the_bot_is_a_nod(code):
    words = lexicon(code)
    assert [phrase for phrase in words.stop if words.nodded(phrase) is not Nods.NOT] == []


@pytest.mark.parametrize("code", CODES)
def test_no_yes_is_a_no(code):
    assert lexicon(code).yes & lexicon(code).no == frozenset()


@pytest.mark.parametrize("code", CODES)
def test_no_nod_holds_a_word_that_stops_the_bot(code):
    assert [phrase for phrase in NODS[code] if lexicon(code).says_stop(phrase)] == []


@pytest.mark.parametrize(
    ("written", "alike"),
    [
        pytest.param("Mmmmm-hmmmm!", "mm hmm", id="drawn out"),
        pytest.param("ƙwarai", "kwarai", id="hooked letters"),
        pytest.param("À peu près", "a peu pres", id="accents"),
        pytest.param("d’accord", "d'accord", id="apostrophes"),
        pytest.param("نَعَمْ", "نعم", id="vowel points"),
        pytest.param("أيوه", "ايوة", id="hamza and final letter"),
        pytest.param("ዓዎ", "አዎ", id="letters that sound alike"),
    ],
)
def test_it_reads_one_word_in_all_its_spellings(written, alike):
    assert words_of(written) == words_of(alike)


def test_digits_are_not_drawn_out_letters():
    assert words_of("1000") == ("1000",)


@pytest.mark.parametrize("language", ["sw", "sw-KE", "SW-ke"])
def test_the_language_and_english_are_heard_on_a_call(language):
    assert lexicon(language).nodded(words_of("sawa, okay")) is Nods.ALL


@pytest.mark.parametrize("language", ["xx", "", "zh-CN"])
def test_a_language_without_lists_is_heard_in_english(language):
    assert lexicon(language) == lexicon("en")


def test_an_english_word_that_means_something_else_is_left_out():
    assert lexicon("pt-AO").nodded(words_of("um")) is Nods.NOT  # one
    assert lexicon("en-NG").nodded(words_of("um")) is Nods.ALL


@given(st.sampled_from(CODES), st.data())
def test_whatever_part_of_nods_was_heard_is_not_yet_words(code, data):
    phrases = data.draw(st.lists(st.sampled_from(NODS[code]), min_size=1, max_size=MAX_NODS))
    words = sum(phrases, ())
    assert lexicon(code).nodded(words) is Nods.ALL
    assert all(lexicon(code).nodded(words[:end]) is not Nods.NOT for end in range(1, len(words)))


@given(st.lists(st.sampled_from([word for phrase in NODS["sw"] for word in phrase] + ["bei", "gani"]), min_size=1, max_size=8))
def test_what_is_no_nod_does_not_become_one(words):
    verdicts = [lexicon("sw").nodded(tuple(words[:end])) for end in range(1, len(words) + 1)]
    assert Nods.NOT not in verdicts or set(verdicts[verdicts.index(Nods.NOT) :]) == {Nods.NOT}


def test_no_words_are_no_nod():
    assert lexicon("en").nodded(()) is Nods.NOT


def test_a_good_file_is_read():
    assert read_words("xx", GOOD)["stop"] == {("wait",)}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param(GOOD.replace("stop", "stops"), "stop, stops", id="misspelled list"),
        pytest.param(GOOD.replace('["no"]', "[]"), "no", id="empty list"),
        pytest.param(GOOD.replace('"um"', '"…"'), "fillers", id="no letters"),
    ],
)
def test_a_file_with_a_mistake_stops_the_start(text, complaint):
    with pytest.raises(BadWords, match=complaint):
        read_words("xx", text)
