"""What callees say in seven languages: no clear opt-out is lost, and nothing harmless is taken for a clear one.

`python -m tests.bridge.opt_out.figures` prints recall and false alarms by language. The held-back set is what the
rules were measured on before they had seen it: of 56 everyday opt-outs 48 were clear, 3 asked about, 5 missed (am 1, en 1, ha 1, sw 2);
of 56 harmless sentences 1 was asked about, none taken for an opt-out. A set of 70 unusual ones (now in the open set) fared worse before
the wide nets were made for it: 32 clear, 8 asked about, 30 missed. No native speaker has reviewed the phrases or the rules.
"""

from __future__ import annotations

import pytest

from bridge.opt_out import LANGUAGES as RULES
from tests.bridge.opt_out.figures import figures, verdict
from tests.bridge.opt_out.phrasebook import LANGUAGES, all_phrases

# A question more than needed, on sentences that are none: the price of losing no opt-out.
MAX_ASKED_IN_VAIN = 0.1


def verdicts(texts: tuple[str, ...], language: str) -> dict[str, str]:
    return {text: verdict(text, language) for text in texts}


def test_there_is_a_phrasebook_for_every_language_that_has_rules():
    assert sorted(RULES) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phrasebook_is_large_enough_to_say_something(language: str):
    book = all_phrases(language)
    assert (len(book.clear) >= 50, len(book.doubtful) >= 10, len(book.harmless) >= 50) == (True, True, True)
    assert len({*book.clear, *book.doubtful, *book.harmless}) == len(book.clear) + len(book.doubtful) + len(book.harmless)


@pytest.mark.parametrize("language", LANGUAGES)
class TestPhrases:
    def test_no_clear_opt_out_is_missed(self, language: str):
        missed = [text for text, found in verdicts(all_phrases(language).clear, language).items() if found == "none"]
        assert missed == []

    def test_nearly_all_of_them_are_obeyed_without_a_question(self, language: str):
        found = list(verdicts(all_phrases(language).clear, language).values())
        assert found.count("clear") / len(found) >= 0.95

    def test_what_may_be_one_is_asked_about(self, language: str):
        assert set(verdicts(all_phrases(language).doubtful, language).values()) == {"doubtful"}

    def test_nothing_harmless_is_taken_for_one(self, language: str):
        taken = [text for text, found in verdicts(all_phrases(language).harmless, language).items() if found == "clear"]
        assert taken == []

    def test_harmless_words_are_seldom_asked_about(self, language: str):
        found = list(verdicts(all_phrases(language).harmless, language).values())
        assert found.count("doubtful") / len(found) <= MAX_ASKED_IN_VAIN

    @pytest.mark.parametrize("call_language", ["en-KE", "sw-KE", "zu-ZA", ""], ids=["English", "Swahili", "one without rules", "none"])
    def test_the_language_of_the_call_hides_nothing(self, language: str, call_language: str):
        book = all_phrases(language)
        assert "none" not in verdicts(book.clear, call_language).values()
        assert "clear" not in verdicts(book.harmless, call_language).values()

    def test_shouting_does_not_matter(self, language: str):
        book = all_phrases(language)
        assert [verdict(text.upper(), language) for text in book.clear] == [verdict(text, language) for text in book.clear]

    def test_without_punctuation_none_is_lost_either(self, language: str):
        bare = ["".join(" " if sign in ".,!?؟،።፣" else sign for sign in text) for text in all_phrases(language).clear]
        assert "none" not in [verdict(text, language) for text in bare]


def test_the_figures_name_every_language_and_set():
    assert [line.split()[:2] for line in figures()[1:]] == [[language, name] for language in LANGUAGES for name in ("open", "held_back")]
